"""Capture2Go recordings: frames made by the maker's SDK, a run, and damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import imu
from imu.cli.app import run
from imu.errors import TableError
from imu.imports import Facts, import_tables
from imu.imports.capture2go import is_capture2go, read_capture2go
from imu.imports.reading import Member
from imu.model import Placement, Side
from tests.unit.imports.conftest import BEGIN_NS, capture2go_frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.imports.conftest import Truth

LEFT_SHOE = Facts(Placement.SHOE, Side.LEFT)
T_NS = 1_700_000_000_000_000_000
SDK = {
    "packed, magnetometer, 100 Hz, clipped": (
        "02d3f01961a3220200002a36fe9c971718fc7cfce0fc44fda8fd0cfe70fed4fe38ff9cff00006400c8002c019001f4015802"
        "bc0220038403e8034c04b00414050008f907f207eb07e407dd07d607cf07c807c107ba07b307ac07a5079e07970790078907"
        "82077b0774076d0766075f070500050005000500050005000500050005000500050005000500050005000500050005000500"
        "050005000500050005000000000000000000000004"
    ),
    "packed, 200 Hz": (
        "02ed8324fa73310200002a36fe9c971718fc7cfce0fc44fda8fd0cfe70fed4fe38ff9cff00006400c8002c019001f4015802"
        "bc0220038403e8034c04b00414050008f907f207eb07e407dd07d607cf07c807c107ba07b307ac07a5079e07970790078907"
        "82077b0774076d0766075f070000000000000000000000"
    ),
    "fixed, magnetometer, 50 Hz": (
        "0294fdd73f25430200002a36fe9c971718fc7cfce0fc0008f907f2070100020003000000000000000000000000"
    ),
    "fixed, 200 Hz, gap": (
        "026c59aa4b1f510200002a36fe9c971718fc7cfce0fc0008f907f2070000000000000000000001"
    ),
    "float, 200 Hz": (
        "021b5784a448610200002a36fe9c97170000803f000000c00000003fc3f51c41c3f59cc1000000000000803f000000400000"
        "40400000803f000000000000000000000000000000000000000000000000"
    ),
}  # fmt: skip
GYR = (np.arange(24).reshape(8, 3) * 100 - 1000) * 2000 / 32768
ACC = (2048 - 7 * np.arange(24).reshape(8, 3)) / 2048


@pytest.mark.parametrize(
    ("name", "acc_g", "gyr_dps", "step_ns"),
    [
        ("packed, magnetometer, 100 Hz, clipped", ACC, GYR, 10_000_000),
        ("packed, 200 Hz", ACC, GYR, 5_000_000),
        ("fixed, magnetometer, 50 Hz", ACC[:1], GYR[:1], 0),
        ("fixed, 200 Hz, gap", ACC[:1], GYR[:1], 0),
        ("float, 200 Hz", [[1.0, -2.0, 0.0]], np.rad2deg([[1.0, -2.0, 0.5]]), 0),
    ],
)
def test_frames_of_the_makers_sdk(
    tmp_path: Path, name: str, acc_g: np.ndarray, gyr_dps: np.ndarray, step_ns: int
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes.fromhex(SDK[name]))
    assert is_capture2go(Member(path))
    columns, notes = read_capture2go(Member(path))
    assert columns.t_ns is not None
    assert list(columns.t_ns) == [T_NS + n * step_ns for n in range(len(acc_g))]
    values = np.column_stack(list(columns.numbers.values()))
    np.testing.assert_allclose(values, np.column_stack([acc_g, gyr_dps]), rtol=1e-6)
    assert any("marked 1 of 1 frames" in note for note in notes) == ("clipped" in name)


def test_a_run_comes_back_in_steps_of_the_sensor(
    write: Callable[[str], list[Path]], truth: Truth, tmp_path: Path
) -> None:
    found = import_tables(write("capture2go"), LEFT_SHOE)
    whole = len(truth.t_ns) // 8 * 8
    assert (found.begin_ns, found.notes, found.layouts) == (BEGIN_NS, (), ("Capture2Go (recording)",))
    assert np.abs(found.table.t_ns - truth.t_ns[:whole]).max() == 0
    assert np.abs(found.table.acc_g - truth.acc_g[:whole].clip(-16, 32767 / 2048)).max() <= 0.5 / 2048 + 1e-9
    out = tmp_path / "run.mcap"
    words = ["--side", "left", "--placement", "shoe", "--out", str(out)]
    assert run(["import", str(tmp_path / "run_IMU_1a2b3c.bin"), *words]) == 0
    session = imu.load(out)
    assert len(session.samples) == whole
    assert len(session.steps) > 8
    assert session.header.started_utc == "2023-11-14T22:13:20+00:00"


def test_damage_costs_its_frame_and_is_told(write: Callable[[str], list[Path]], truth: Truth) -> None:
    (path,) = write("capture2go")
    data = bytearray(path.read_bytes())
    data[5000] ^= 0x10
    path.write_bytes(b"\x02\x02garbage" + data[:-20])
    (found, note) = read_capture2go(Member(path))
    assert found.t_ns is not None
    assert len(found.t_ns) == len(truth.t_ns) // 8 * 8 - 16
    assert note == (f"{9 + 123 + 103} damaged bytes of the recording were left out",)


def test_the_fastest_of_several_kinds_is_taken_and_order_is_that_of_time(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    frames = [bytes.fromhex(SDK[name]) for name in ("fixed, magnetometer, 50 Hz", "packed, 200 Hz")]
    later = capture2go_frame(0x0231, (T_NS - 40_000_000).to_bytes(8, "little") + bytes(107))
    path.write_bytes(b"".join([*frames, later, frames[1]]))
    columns, notes = read_capture2go(Member(path))
    assert columns.t_ns is not None
    assert list(np.diff(columns.t_ns)) == [5_000_000] * 15
    assert notes == ("the recording holds 2 kinds of raw samples: the fastest one was taken",)


def test_what_is_no_recording_is_refused_in_little_time(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(capture2go_frame(0x0201, bytes(19)))
    with pytest.raises(TableError, match="no raw samples"):
        import_tables([path], LEFT_SHOE)
    path.write_bytes(capture2go_frame(0x0201, bytes(19)) + b"\x02" * (1 << 20))
    with pytest.raises(TableError, match="too damaged"):
        import_tables([path], LEFT_SHOE)
    path.write_bytes(b"\x02" * 1000)
    with pytest.raises(TableError, match=r"a\.bin"):
        import_tables([path], LEFT_SHOE)
