"""Tables of samples: a CSV file or a data frame in, checked arrays out.

Every table that cannot be used ends in one :class:`~imu.errors.TableError` that names file, column and row,
and says what to do. Rows are counted from 1, the header not counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np

from imu.errors import TableError, UsageError
from imu.model import Placement, Side
from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN, read_csv, read_frame
from imu.units import MPS2_PER_G, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

Choice = TypeVar("Choice", Placement, Side)

__all__ = ["SampleTable", "read_samples"]

IMPACT_RATE_HZ = 100.0
PLAUSIBILITY_ROWS = 100_000
"""Rows, spread over the table, that are enough to tell its units."""

_HOLE = 1.5
"""Steps of time longer than this many median steps are holes."""

SLOWEST_HZ, FASTEST_HZ = 1.0, 20_000.0

# Median norm of a worn accelerometer, gravity included; between these bounds the unit can only be g.
LEAST_MEDIAN_G, GREATEST_MEDIAN_G, GREATEST_MEDIAN_MPS2 = 0.05, 7.0, 100.0
# 99th percentile of the norm: no gyroscope measures more, no moving leg turns so slowly.
GREATEST_GYR_DPS, LEAST_MOVING_GYR_DPS, MOVING_G = 6_000.0, 20.0, 0.3


class SampleTable(msgspec.Struct, frozen=True, eq=False):
    """Samples of one sensor as a table holds them.

    Attributes
    ----------
    name : str
        Name of the file without its endings; ``"table"`` for a data frame.
    placement, side : Placement, Side
        Where the sensor was worn.
    t_ns : ndarray of int64, shape (n,)
        The table's own times, ns, strictly increasing.
    acc_g : ndarray of float64, shape (n, 3)
        Acceleration, g.
    gyr_dps : ndarray of float64, shape (n, 3), or None
        Angular rate, degrees per second; None when the table has none.
    rate_hz : float
        Nominal rate: one over the mean time step, holes left out.
    range_g : float or None
        End of the accelerometer's range, when known.
    notes : tuple of str
        What the reader of a result should know; one plain sentence each.
    """

    name: str
    placement: Placement
    side: Side
    t_ns: IntArray
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    rate_hz: float
    range_g: float | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.t_ns)


def read_samples(
    source: Path | str | pd.DataFrame,
    *,
    placement: Placement | str,
    side: Side | str,
    range_g: float | None = None,
) -> SampleTable:
    """Read and check a table of samples.

    Parameters
    ----------
    source : pathlib.Path, str or pandas.DataFrame
        A ``.csv`` or ``.csv.gz`` file, or a frame, with the columns ``time_s, acc_x_g, acc_y_g, acc_z_g`` and
        optionally ``gyr_x_dps, gyr_y_dps, gyr_z_dps``; other columns are passed over.
    placement : Placement or str
        ``"shank"``, ``"shoe"`` or ``"pelvis"``.
    side : Side or str
        ``"left"`` or ``"right"``.
    range_g : float, optional
        End of the accelerometer's range, g.

    Returns
    -------
    SampleTable

    Raises
    ------
    TableError
        When the table cannot be used.
    UsageError
        When an argument cannot be used.

    Notes
    -----
    Times with up to nine decimals are kept to the nanosecond, also seconds since 1970.
    A rate below 100 Hz is not an error but a note: impact cannot be shown then.
    """
    placement = _choice(Placement, placement, "placement")
    side = _choice(Side, side, "side")
    if range_g is not None and not 0 < range_g < np.inf:
        raise UsageError(f"range_g must be a number of g greater than 0, got {range_g}")
    if isinstance(source, (str, Path)):
        path: Path | None = (file := Path(source))
        name, (t_ns, values) = file.name.partition(".")[0], read_csv(file)
    else:
        path, name, (t_ns, values) = None, "table", read_frame(source)
    rate_hz = _checked_rate(t_ns, path)
    acc_g = np.column_stack([values[column] for column in ACC_COLUMNS])
    gyr_dps = (
        np.column_stack([values[column] for column in GYR_COLUMNS]) if GYR_COLUMNS[0] in values else None
    )
    _check_units(acc_g, gyr_dps, path)
    notes = tuple(_notes(acc_g, gyr_dps, rate_hz, range_g))
    return SampleTable(name, placement, side, t_ns, acc_g, gyr_dps, rate_hz, range_g, notes)


def _choice(kind: type[Choice], value: str, name: str) -> Choice:
    try:
        return kind(value)
    except ValueError as error:
        choices = " or ".join(kind)
        raise UsageError(f"{name} must be {choices}, not {value!r}") from error


def _checked_rate(t_ns: IntArray, path: Path | None) -> float:
    """Nominal rate of strictly increasing times."""
    steps_ns = np.diff(t_ns)
    if not steps_ns.any():
        raise TableError(
            f"{TIME_COLUMN} is the same in all rows: give each row its time", path=path, column=TIME_COLUMN
        )
    bad = np.flatnonzero(steps_ns <= 0)
    if len(bad):
        row = int(bad[0]) + 1
        what = "repeats" if steps_ns[bad[0]] == 0 else "goes backwards"
        raise TableError(
            f"{TIME_COLUMN} {what} from row {row} to row {row + 1}: sort the rows and keep one of each time",
            path=path,
            column=TIME_COLUMN,
        )
    # The mean of the steps without holes: a median would inherit the rounding of the stamps.
    whole = steps_ns[steps_ns < _HOLE * np.median(steps_ns)]
    rate_hz = NS_PER_S / float(whole.mean())
    if not SLOWEST_HZ <= rate_hz <= FASTEST_HZ:
        step_s = 1 / rate_hz
        raise TableError(
            f"{TIME_COLUMN} goes up by {step_s:g} a row, which cannot be seconds: convert it to seconds",
            path=path,
            column=TIME_COLUMN,
        )
    return rate_hz


def _check_units(acc_g: FloatArray, gyr_dps: FloatArray | None, path: Path | None) -> None:
    median_g = float(np.median(_sizes(acc_g)))
    seen = f"acc_x_g, acc_y_g, acc_z_g have a median size of {median_g:.4g}"
    if median_g > GREATEST_MEDIAN_MPS2:
        message = f"{seen}: these look like raw counts or milli-g, convert them to g"
    elif median_g > GREATEST_MEDIAN_G:
        message = f"{seen}: these look like m/s², divide them by {MPS2_PER_G}"
    elif median_g < LEAST_MEDIAN_G:
        message = f"{seen}: gravity is missing or the unit is not g, give what the sensor measured in g"
    elif gyr_dps is not None and _gyr_size(gyr_dps) > GREATEST_GYR_DPS:
        raise TableError(
            "gyr_x_dps, gyr_y_dps, gyr_z_dps are faster than any gyroscope measures: these look like raw "
            "counts, convert them to degrees per second",
            path=path,
            column=GYR_COLUMNS[0],
        )
    else:
        return
    raise TableError(message, path=path, column=ACC_COLUMNS[0])


def _sizes(vectors: FloatArray) -> FloatArray:
    """Norms of enough rows to judge the table."""
    sizes: FloatArray = np.linalg.norm(vectors[:: max(1, len(vectors) // PLAUSIBILITY_ROWS)], axis=1)
    return sizes


def _gyr_size(gyr_dps: FloatArray) -> float:
    return float(np.percentile(_sizes(gyr_dps), 99))


def _notes(
    acc_g: FloatArray, gyr_dps: FloatArray | None, rate_hz: float, range_g: float | None
) -> Iterator[str]:
    if rate_hz < IMPACT_RATE_HZ - 0.5:
        yield f"impact is not shown below {IMPACT_RATE_HZ:.0f} Hz; this table has {rate_hz:.1f} Hz"
    if range_g is not None and np.abs(acc_g).max() > 1.02 * range_g:
        yield f"acceleration goes beyond the stated range of {range_g:g} g"
    moving = np.std(_sizes(acc_g)) > MOVING_G
    if gyr_dps is not None and moving and _gyr_size(gyr_dps) < LEAST_MOVING_GYR_DPS:
        yield "the gyroscope hardly turns while the leg moves: check that it is in degrees per second"
