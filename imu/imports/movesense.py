"""The JSON of the Movesense data logger: chunks of samples, each with the time of its first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from imu.errors import TableError
from imu.imports.layouts import Acc, Gyr, Layout, Time
from imu.imports.reading import Columns
from imu.typed import ready

if TYPE_CHECKING:
    from imu.imports.reading import Member

__all__ = ["JSON_LAYOUT", "read_movesense_json"]

MAX_BYTES = 32 << 20
"""Half an hour of six axes at 104 Hz; read whole, so that it must fit into memory as text and as numbers."""
_NS_PER_MS = 1e6
LAYOUT_AXES = ("x", "y", "z")


class _Vector(msgspec.Struct, frozen=True):
    x: float
    y: float
    z: float


class _Chunk(
    msgspec.Struct, frozen=True, rename={"time_ms": "Timestamp", "acc": "ArrayAcc", "gyr": "ArrayGyro"}
):
    time_ms: float
    acc: tuple[_Vector, ...] = ()
    gyr: tuple[_Vector, ...] = ()


class _Sample(msgspec.Struct, frozen=True, rename={"imu9": "MeasIMU9", "imu6": "MeasIMU6", "acc": "MeasAcc"}):
    imu9: _Chunk | None = None
    imu6: _Chunk | None = None
    acc: _Chunk | None = None


class _Meas(msgspec.Struct, frozen=True, rename={"imu9": "IMU9", "imu6": "IMU6", "acc": "Acc"}):
    imu9: tuple[_Chunk, ...] = ()
    imu6: tuple[_Chunk, ...] = ()
    acc: tuple[_Chunk, ...] = ()


class _Log(msgspec.Struct, frozen=True, rename={"samples": "Samples", "meas": "Meas"}):
    samples: tuple[_Sample, ...] = ()
    meas: _Meas | None = None


JSON_LAYOUT = Layout(
    title="Movesense data logger (JSON)",
    time=Time("Timestamp", "ms"),
    acc=Acc(("ax", "ay", "az"), "m/s2"),
    gyr=Gyr(("gx", "gy", "gz"), "dps"),
)


def read_movesense_json(member: Member) -> tuple[Columns, bool]:
    """Read a log.

    Parameters
    ----------
    member : Member
        The file.

    Returns
    -------
    columns : Columns
        With the names of :data:`JSON_LAYOUT`.
    has_gyr : bool
        Whether there is a gyroscope in it.

    Raises
    ------
    TableError
        No JSON of a log, or one without samples of acceleration.
    """
    with member.open() as file:
        data = file.read(MAX_BYTES + 1) if member.path.stat().st_size <= MAX_BYTES else None
    if data is None or len(data) > MAX_BYTES:
        raise TableError(f"is longer than {MAX_BYTES >> 20} MB: not read", path=member.label)
    try:
        log = msgspec.json.decode(data, type=_Log)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise TableError(f"is not the JSON of a Movesense log: {error}", path=member.label) from error
    chunks = [chunk for chunk in _chunks(log) if chunk.acc]
    if len(chunks) < 2:  # noqa: PLR2004 - one chunk tells no rate
        raise TableError(
            "holds no samples of acceleration (MeasAcc, MeasIMU6 or MeasIMU9)", path=member.label
        )
    has_gyr = all(len(chunk.gyr) == len(chunk.acc) for chunk in chunks)
    values: dict[str, Any] = dict(zip(("ax", "ay", "az"), _axes([c.acc for c in chunks]), strict=True))
    if has_gyr:
        values |= dict(zip(("gx", "gy", "gz"), _axes([c.gyr for c in chunks]), strict=True))
    return Columns(np.rint(_times_ms(chunks) * _NS_PER_MS).astype(np.int64), values), has_gyr


def _chunks(log: _Log) -> list[_Chunk]:
    """Chunks of the fullest measurement in the log."""
    kinds = ("imu9", "imu6", "acc")
    if log.meas is not None:
        return next((list(found) for kind in kinds if (found := getattr(log.meas, kind))), [])
    by_kind = {kind: [c for one in log.samples if (c := getattr(one, kind)) is not None] for kind in kinds}
    return next((found for found in by_kind.values() if found), [])


def _axes(groups: list[tuple[_Vector, ...]]) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    vectors = [vector for group in groups for vector in group]
    return [np.array([getattr(vector, axis) for vector in vectors]) for axis in LAYOUT_AXES]


def _times_ms(chunks: list[_Chunk]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the times of all samples: a chunk's are spread to the next one, unless there is a hole."""
    starts = np.array([chunk.time_ms for chunk in chunks])
    counts = np.array([len(chunk.acc) for chunk in chunks])
    per_sample = np.diff(starts) / counts[:-1]
    usual = float(np.median(per_sample))
    steps = np.append(np.where(per_sample < 1.5 * usual, per_sample, usual), usual)
    return np.concatenate(
        [start + step * np.arange(count) for start, step, count in zip(starts, steps, counts, strict=True)]
    )


ready(_Log)
