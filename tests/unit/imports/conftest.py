"""Small recordings in the layouts of other tools, made by us from one simulated run."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

import imu
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

BEGIN_NS = 1_700_000_000_123_456_789
RAD_PER_DEG = np.pi / 180.0


class Truth(NamedTuple):
    """What a recording holds: times from 0, ns, acceleration and angular rate."""

    t_ns: NDArray[np.int64]
    acc_g: NDArray[np.float64]
    gyr_dps: NDArray[np.float64]


@pytest.fixture(scope="session")
def truth(project_root: Path) -> Truth:
    """Twelve seconds of a simulated run at a steady 200 Hz, with one hole."""
    samples = imu.load(project_root / "data" / "two_shoes_simulated.mcap").samples
    left = samples[(samples["sensor"] == "left-shoe") & samples["time_s"].between(20, 32)].head(2400)
    t_ns = np.arange(2400, dtype=np.int64) * 5_000_000
    keep = np.r_[0:1000, 1100:2400]
    acc = left[["acc_x_g", "acc_y_g", "acc_z_g"]].to_numpy()[keep].round(6)
    gyr = left[["gyr_x_dps", "gyr_y_dps", "gyr_z_dps"]].to_numpy()[keep].round(4)
    return Truth(t_ns[keep], acc, gyr)


@pytest.fixture
def write(tmp_path: Path, truth: Truth) -> Callable[[str], list[Path]]:
    """Write the run in the layout of a tool; return its files."""
    return lambda kind: MAKERS[kind](tmp_path, truth)


def lines(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def polar(folder: Path, truth: Truth) -> list[Path]:
    stamp, sensor_ns = "2026-04-24T14:10:15.270", truth.t_ns + 599_616_050_941_733_632
    files = []
    for name, unit, values in (("ACC", "mg", truth.acc_g * 1e3), ("GYRO", "dps", truth.gyr_dps)):
        rows = [f"{stamp};{t};{x:.4f};{y:.4f};{z:.4f}"
                for t, (x, y, z) in zip(sensor_ns, values, strict=True)]  # fmt: skip
        head = f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}] "
        files.append(lines(folder / f"Polar_{name}.txt", head, rows))
    return files


def metabase(folder: Path, truth: Truth) -> list[Path]:
    ms = truth.t_ns // 1_000_000 + 1_700_000_000_000
    head = "epoch (ms),time (-13:00),elapsed (s)"
    files = []
    for kind, unit, values in (("Accelerometer", "g", truth.acc_g), ("Gyroscope", "deg/s", truth.gyr_dps)):
        names = ",".join(f"{axis}-axis ({unit})" for axis in "xyz")
        rows = [f"{t},2023-11-14T09.13.20.000,{e / 1e9:.3f},{x:.6f},{y:.6f},{z:.6f}"
                for t, e, (x, y, z) in zip(ms, truth.t_ns, values, strict=True)]  # fmt: skip
        files.append(lines(folder / f"MetaWear_{kind}.csv", f"{head},{names}", rows))
    return files


def sensor_logger(folder: Path, truth: Truth) -> list[Path]:
    head, files = "time,seconds_elapsed,z,y,x", []
    for name, values in (
        ("TotalAcceleration", truth.acc_g * MPS2_PER_G),
        ("Gyroscope", truth.gyr_dps * RAD_PER_DEG),
    ):
        rows = [f"{t + BEGIN_NS},{t / 1e9:.6f},{z:.9f},{y:.9f},{x:.9f}"
                for t, (x, y, z) in zip(truth.t_ns, values, strict=True)]  # fmt: skip
        files.append(lines(folder / f"{name}.csv", head, rows))
    return files


def movesense_csv(folder: Path, truth: Truth) -> list[Path]:
    ms = truth.t_ns // 1_000_000 + 5000
    acc = [
        f"{t},{x:.6f},{y:.6f},{z:.6f}, " for t, (x, y, z) in zip(ms, truth.acc_g * MPS2_PER_G, strict=True)
    ]
    return [lines(folder / "movesense.csv", "Timestamp (ms),X: (m/s^2),Y: (m/s^2),Z: (m/s^2), ", acc)]


def movesense_json(folder: Path, truth: Truth, *, old: bool = False) -> list[Path]:
    def vectors(values: NDArray[np.float64]) -> list[dict[str, float]]:
        return [dict(zip("xyz", map(float, row), strict=True)) for row in values]

    chunks = [
        {
            "Timestamp": int(truth.t_ns[k] // 1_000_000),
            "ArrayAcc": vectors(truth.acc_g[k : k + 4] * MPS2_PER_G),
            "ArrayGyro": vectors(truth.gyr_dps[k : k + 4]),
        }
        for k in range(0, len(truth.t_ns), 4)
    ]
    log = {"Meas": {"IMU6": chunks}} if old else {"Samples": [{"MeasIMU6": chunk} for chunk in chunks]}
    path = folder / "log.json"
    path.write_text(json.dumps(log))
    return [path]


def gaitmap(folder: Path, truth: Truth) -> list[Path]:
    values = np.column_stack([truth.acc_g * MPS2_PER_G * [1, 1, -1], truth.gyr_dps * [-1, -1, -1]])
    head = ",".join([*("acc_pa", "acc_ml", "acc_si"), *("gyr_pa", "gyr_ml", "gyr_si")])
    return [lines(folder / "gaitmap.csv", head, [",".join(f"{v:.9f}" for v in row) for row in values])]


def capture2go_frame(header: int, payload: bytes) -> bytes:
    """Frame of the Capture2Go protocol."""
    checked = header.to_bytes(2, "little") + payload
    return struct.pack("<BIB", 2, zlib.crc32(checked), len(payload)) + checked


def capture2go(folder: Path, truth: Truth) -> list[Path]:
    """Write packed frames without magnetometer between frames of status, as the sensor's own storage does."""
    acc = np.rint(truth.acc_g * 2048).clip(-32768, 32767).astype("<i2")
    gyr = np.rint(truth.gyr_dps * 32768 / 2000).clip(-32768, 32767).astype("<i2")
    data = capture2go_frame(0x0071, bytes(47))
    for k in range(0, len(truth.t_ns) - 7, 8):
        values = gyr[k : k + 8].tobytes() + acc[k : k + 8].tobytes()
        data += capture2go_frame(0x0231, struct.pack("<q", truth.t_ns[k] + BEGIN_NS) + values + bytes(11))
        if k % 200 == 0:
            data += capture2go_frame(0x0201, bytes(19))
    path = folder / "run_IMU_1a2b3c.bin"
    path.write_bytes(data)
    return [path]


def ours(folder: Path, truth: Truth) -> list[Path]:
    head = "time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    rows = [
        ",".join([f"{t / 1e9:.9f}", *(f"{v:.6f}" for v in (*a, *g))]) for t, a, g in zip(*truth, strict=True)
    ]
    return [lines(folder / "ours.csv", head, rows)]


MAKERS: dict[str, Callable[[Path, Truth], list[Path]]] = {
    "polar": polar,
    "metabase": metabase,
    "sensor_logger": sensor_logger,
    "movesense_csv": movesense_csv,
    "movesense_json": movesense_json,
    "movesense_json_old": lambda folder, truth: movesense_json(folder, truth, old=True),
    "gaitmap": gaitmap,
    "capture2go": capture2go,
    "ours": ours,
}
