"""A record of vertical force, and how it is read from a table."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import TableError, UsageError
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["ForceRecord", "ForceUnit", "read_force"]

FORCE_COLUMNS = ("vertical_n", "fy_vertical_n", "vgrf_n", "force_n", "fz_vertical_n", "vgrf_bw", "force_bw")
"""Names under which the vertical force is found without being told."""

TIME_COLUMN = "time_s"
UNEVEN = 0.2


class ForceUnit(enum.StrEnum):
    """Unit of a force: newtons, or multiples of the body weight."""

    N = "n"
    BW = "bw"


class ForceRecord(msgspec.Struct, frozen=True, eq=False):
    """Vertical force of one plate or treadmill, evenly sampled.

    Attributes
    ----------
    force : ndarray of float64, shape (n,)
        Vertical force in `unit`, positive while the foot presses on the ground.
    rate_hz : float
        Sampling rate.
    unit : ForceUnit
        Newtons or body weights.
    mass_kg : float or None
        Mass of the runner; None when not known.
    start_s : float
        Time of the first sample, s.
    """

    force: FloatArray
    rate_hz: float
    unit: ForceUnit = ForceUnit.N
    mass_kg: float | None = None
    start_s: float = 0.0

    def __post_init__(self) -> None:
        if self.force.ndim != 1 or len(self.force) < 2:  # noqa: PLR2004 - a line takes two points
            raise UsageError("force: must be one column of at least two samples")
        if not np.isfinite(self.force).all():
            raise UsageError("force: must not hold empty or infinite values; cut them off first")
        if not self.rate_hz > 0:
            raise UsageError(f"rate_hz: must be greater than 0, not {self.rate_hz}")
        if self.mass_kg is not None and not self.mass_kg > 0:
            raise UsageError(f"mass_kg: must be greater than 0, not {self.mass_kg}")

    @property
    def time_s(self) -> FloatArray:
        """Time of every sample, s."""
        return np.asarray(self.start_s + np.arange(len(self.force)) / self.rate_hz)

    def in_body_weights(self) -> ForceRecord:
        """Return the record in multiples of the body weight.

        Raises
        ------
        UsageError
            The record is in newtons and the mass is not known.
        """
        if self.unit is ForceUnit.BW:
            return self
        if self.mass_kg is None:
            raise UsageError("mass_kg: must be known to give force in body weights")
        scaled = self.force / (self.mass_kg * MPS2_PER_G)
        return msgspec.structs.replace(self, force=scaled, unit=ForceUnit.BW)


def read_force(
    source: Path | str | pd.DataFrame,
    *,
    column: str | None = None,
    rate_hz: float | None = None,
    unit: ForceUnit | str | None = None,
    mass_kg: float | None = None,
) -> ForceRecord:
    """Read vertical force from a table.

    Parameters
    ----------
    source : pathlib.Path, str or pandas.DataFrame
        ``.csv`` or ``.csv.gz`` with a header, or a data frame; a file that is one column of numbers without a
        header is read too.
    column : str, optional
        Column with the vertical force; by default one of ``vertical_n, fy_vertical_n, vgrf_n, force_n,
        fz_vertical_n, vgrf_bw, force_bw``.
    rate_hz : float, optional
        Sampling rate; needed when there is no column ``time_s``, which otherwise tells it.
    unit : str, optional
        ``"n"`` or ``"bw"``; by default told by the end of the column's name, ``n`` when that says nothing.
    mass_kg : float, optional
        Mass of the runner.

    Returns
    -------
    ForceRecord

    Raises
    ------
    TableError
        The file cannot be read, a column is missing or holds no numbers, or time does not rise evenly.
    UsageError
        An argument is missing or cannot be used.
    """
    path = Path(source) if isinstance(source, (str, Path)) else None
    table = source if not isinstance(source, (str, Path)) else _table(Path(source))
    name = _force_column(table, column, path)
    force = _numbers(table, name, path)
    start_s, rate_hz = _timing(table, rate_hz, path)
    if unit is None:
        unit = ForceUnit.BW if name.endswith("_bw") else ForceUnit.N
    try:
        return ForceRecord(force, rate_hz, ForceUnit(unit), mass_kg, start_s)
    except ValueError as error:
        where = f"{path}: " if path is not None else ""
        raise UsageError(f"{where}{error}") from error


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - start-up time

    try:
        table = pd.read_csv(path)
        if len(table.columns) == 1 and _is_number(table.columns[0]):
            return pd.read_csv(path, header=None, names=["vertical_n"])
    except FileNotFoundError:
        raise TableError("there is no such file", path=path) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError(f"is no table that can be read: {error}", path=path) from error
    return table


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _force_column(table: pd.DataFrame, column: str | None, path: Path | None) -> str:
    wanted = FORCE_COLUMNS if column is None else (column,)
    found = [name for name in wanted if name in table.columns]
    if found:
        return found[0]
    known = ", ".join(map(str, table.columns))
    missing = "no column of vertical force is known" if column is None else f"column {column!r} is missing"
    raise TableError(f"{missing}; it has {known}: name one with --column", path=path, column=column)


def _numbers(table: pd.DataFrame, name: str, path: Path | None) -> FloatArray:
    try:
        values = table[name].to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise TableError(f"holds something that is no number: {error}", path=path, column=name) from error
    if not np.isfinite(values).all():
        raise TableError("holds empty or infinite values; cut them off first", path=path, column=name)
    return np.asarray(values)


def _timing(table: pd.DataFrame, rate_hz: float | None, path: Path | None) -> tuple[float, float]:
    """Time of the first sample, s, and sampling rate, Hz."""
    if TIME_COLUMN not in table.columns:
        if rate_hz is None:
            raise UsageError(f"{path or 'table'}: has no column {TIME_COLUMN!r}, so say the rate: --rate-hz")
        return 0.0, rate_hz
    time_s = _numbers(table, TIME_COLUMN, path)
    if len(time_s) < 2 or not (np.diff(time_s) > 0).all():  # noqa: PLR2004 - a rate takes two times
        raise TableError("must rise from row to row", path=path, column=TIME_COLUMN)
    period_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    if np.abs(np.diff(time_s) - period_s).max() > UNEVEN * period_s:
        raise TableError("must rise evenly: cut the record at holes", path=path, column=TIME_COLUMN)
    return float(time_s[0]), rate_hz or 1.0 / period_s
