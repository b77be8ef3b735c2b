"""Tables of steps: the stable contract with tools outside, as a data frame, CSV or Parquet."""

from __future__ import annotations

import csv
import functools
import io
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imu.errors import UsageError
from imu.model import STEP_COLUMNS
from imu.store.cells import safe_text
from imu.store.files import new_file
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from imu.model import Step

__all__ = ["CONTRACT_VERSION", "steps_frame", "write_steps"]

CONTRACT_VERSION = 1
"""Version of the columns and their meaning, kept in Parquet files."""

_TEXT = ("sensor", "side", "placement", "activity", "strike", "reject_reason")
_COUNTS = ("step", "lost_samples")
_YES_NO = ("accepted", "clipped", "heel_strike", "excessive_impact")
_DECIMALS = {"s": 9, "ms": 4, "spm": 3, "g": 5, "deg": 3}
_UNITS = {"s": "s", "ms": "ms", "spm": "steps/min", "g": "g", "deg": "deg"}


def steps_frame(steps: Sequence[Step], origin_ns: int = 0) -> pd.DataFrame:
    """Make a data frame of steps.

    Parameters
    ----------
    steps : sequence of Step
        The steps, one row each, in this order.
    origin_ns : int
        Time that is 0 s in the frame, ns: 0 keeps the file's own clock.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`imu.model.STEP_COLUMNS`; what is unknown is missing (``NA``).
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    return pd.DataFrame(
        {name: pd.Series(_values(steps, name, origin_ns), dtype=_dtype(name)) for name in STEP_COLUMNS}
    )


def write_steps(frame: pd.DataFrame, path: Path | str, *, overwrite: bool = False) -> Path:
    """Write a table of steps; it appears whole or not at all, the same bytes for the same steps.

    Parameters
    ----------
    frame : pandas.DataFrame
        From :func:`steps_frame`.
    path : pathlib.Path or str
        Ends in ``.csv`` or ``.parquet``.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        For another ending, a frame of other columns, a folder that does not exist, or an existing file.
    EnvironmentProblem
        When the system refuses the file.

    Notes
    -----
    In CSV an unknown value is an empty cell, and text that a spreadsheet would run as a formula gets an
    apostrophe in front. Parquet keeps every digit, the units and the version of the contract.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path}: steps are written to .csv or .parquet, so end the name in one of these")
    if tuple(frame.columns) != STEP_COLUMNS:
        raise UsageError(f"{path}: this is not a table of steps: make it with steps_frame")
    with new_file(path, overwrite=overwrite) as temporary:
        write(frame, temporary)
    return path


def _unit(column: str) -> str | None:
    suffix = column.rpartition("_")[2]
    return suffix if column not in (*_TEXT, *_COUNTS, *_YES_NO) else None


def _dtype(column: str) -> str:
    if column in _TEXT:
        return "string"
    if column in _YES_NO:
        return "boolean"
    return "Int64" if column in _COUNTS else "Float64"


def _values(steps: Sequence[Step], column: str, origin_ns: int) -> list[Any]:
    """Values of a column; times are subtracted as whole ns, then divided once."""
    if column.endswith("_s"):
        times_ns = map(attrgetter(f"{column.removesuffix('_s')}_ns"), steps)
        return [None if time_ns is None else (time_ns - origin_ns) / NS_PER_S for time_ns in times_ns]
    values = map(attrgetter(column), steps)
    return list(map(str, values)) if column in _TEXT else list(values)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = [_cells(frame[name]) for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def _cells(column: pd.Series[Any]) -> list[str]:
    """Cells of one column as text; missing is empty."""
    unit = _unit(str(column.name))
    show: Callable[[Any], str] = _plain_text
    if unit is not None:
        show = functools.partial(_number, decimals=_DECIMALS[unit])
    elif column.name in _YES_NO:
        show = _yes_no
    missing = column.isna()
    return ["" if gone else show(value) for value, gone in zip(column, missing, strict=True)]


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _yes_no(value: object) -> str:
    return "true" if value else "false"


def _plain_text(value: object) -> str:
    """Text that no spreadsheet runs as a formula; numbers pass through unchanged."""
    return safe_text(value) if isinstance(value, str) else str(value)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    from pyarrow import parquet  # noqa: PLC0415

    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = []
    for field in table.schema:
        unit = _unit(field.name)
        fields.append(field.with_metadata({"unit": _UNITS[unit]}) if unit else field)
    metadata = {**(table.schema.metadata or {}), b"softstrike.steps": str(CONTRACT_VERSION).encode()}
    parquet.write_table(table.cast(pa.schema(fields, metadata=metadata)), path, compression="zstd")


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet}
