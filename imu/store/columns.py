"""Columns of a table: from a CSV file or a data frame to finite numbers and times in ns."""

from __future__ import annotations

import csv
import gzip
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from imu.errors import TableError, UsageError
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Columns = dict[str, FloatArray]

__all__ = ["ACC_COLUMNS", "GYR_COLUMNS", "TIME_COLUMN", "read_csv", "read_frame"]

TIME_COLUMN = "time_s"
ACC_COLUMNS = ("acc_x_g", "acc_y_g", "acc_z_g")
GYR_COLUMNS = ("gyr_x_dps", "gyr_y_dps", "gyr_z_dps")

MIN_ROWS = 10
NO_ROWS = "has column names but no rows"
HEADER_BYTES = 1 << 16
"""A header longer than this is not one of ours; a bomb of one endless line is not unpacked."""


def _wanted_columns(names: Sequence[object], path: Path | None) -> tuple[str, ...]:
    """Columns to read, in order; names what is missing."""
    wanted: tuple[str, ...] = (TIME_COLUMN, *ACC_COLUMNS)
    if any(column in names for column in GYR_COLUMNS):
        wanted += GYR_COLUMNS
    missing = [column for column in wanted if column not in names]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        found = ", ".join(str(name) for name in names[:20])
        advice = (
            "rename or add them"
            if set(missing) - set(GYR_COLUMNS)
            else "give all three gyroscope columns or none"
        )
        raise TableError(
            f"misses the column{plural} {', '.join(missing)} (found: {found}): {advice}",
            path=path,
            column=missing[0],
        )
    twice = [column for column in wanted if list(names).count(column) > 1]
    if twice:
        raise TableError(f"has the column {twice[0]} twice: remove one", path=path, column=twice[0])
    return wanted


def read_frame(frame: pd.DataFrame) -> tuple[IntArray, Columns]:
    """Read times in ns and values of a data frame."""
    import pandas as pd  # noqa: PLC0415 - slow to import, and files do without it

    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"give a CSV file or a pandas DataFrame, not a {type(frame).__name__}")
    values: Columns = {}
    for column in _wanted_columns(list(frame.columns), None):
        numbers = _numeric(frame[column], column)
        values[column] = _finite(numbers.to_numpy(np.float64, na_value=np.nan), column, None)
    _check_rows(len(frame), None)
    return _ns_from_s(values.pop(TIME_COLUMN), None), values


def _numeric(series: pd.Series[Any], column: str) -> pd.Series[Any]:
    """Take a column of a frame as numbers, text that spells numbers included."""
    import pandas as pd  # noqa: PLC0415

    if pd.api.types.is_numeric_dtype(series):
        return series
    if not pd.api.types.is_string_dtype(series):
        raise TableError(f"the column {column} is of type {series.dtype}, not numbers", column=column)
    numbers = pd.to_numeric(series, errors="coerce")
    bad = np.flatnonzero(numbers.isna() & series.notna())
    if len(bad):
        raise _not_a_number(series.iloc[bad[0]], column, int(bad[0]), None)
    return numbers


def read_csv(path: Path) -> tuple[IntArray, Columns]:
    """Read times in ns and values of a CSV file."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    names = _csv_header(path)
    wanted = _wanted_columns(names, path)
    exact_time = pa.decimal128(28, 9)
    for time_type in (exact_time, pa.float64()):
        types = {column: pa.float64() for column in wanted} | {TIME_COLUMN: time_type}
        try:
            table = _load_csv(path, names, types)
            break
        except pa.ArrowInvalid as error:
            reason = str(error)
    else:
        raise _csv_fault(path, names, wanted, reason)
    _check_rows(len(table), path)
    columns = {column: table[column].combine_chunks() for column in wanted}
    values = {
        column: _finite(columns[column].to_numpy(zero_copy_only=False), column, path) for column in wanted[1:]
    }
    time = columns[TIME_COLUMN]
    seconds = _finite(time.cast(pa.float64()).to_numpy(zero_copy_only=False), TIME_COLUMN, path)
    t_ns = _ns_from_s(seconds, path)
    return (_ns_from_decimal(time) if time.type == exact_time else t_ns), values


def _csv_header(path: Path) -> list[str]:
    """Column names, in the file's order."""
    if path.is_dir():
        raise TableError("is a folder: give the name of a CSV file", path=path)
    if not path.exists():
        raise TableError("there is no such file", path=path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            line = file.readline(HEADER_BYTES)
            has_rows = bool(file.read(HEADER_BYTES).strip())
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("is not UTF-8 text: save it again as CSV in UTF-8", path=path) from error
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"cannot be read: {error}", path=path) from error
    if not text:
        raise TableError("the file is empty", path=path)
    if "\0" in text or len(line) == HEADER_BYTES:
        raise TableError("is not a CSV file: its first line holds no column names", path=path)
    if not has_rows:
        raise TableError(NO_ROWS, path=path)
    names = [name.strip() for name in next(csv.reader([text]), [])]
    other = next((mark for mark in (";", "\t") if mark in text), None)
    if len(names) <= 1 and other:
        mark = "tabs" if other == "\t" else "semicolons"
        raise TableError(
            f"its columns are separated by {mark}: save it with commas and decimal points", path=path
        )
    return names


def _load_csv(path: Path, names: list[str], types: dict[str, pa.DataType], **parse: Any) -> pa.Table:
    """Read some columns; raises pyarrow.ArrowInvalid for cells that are not of their type."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    try:
        with pa.input_stream(str(path), compression="gzip" if path.suffix == ".gz" else None) as stream:
            return arrow_csv.read_csv(
                stream,
                # names are given, so that spaces around them do not matter
                read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1, use_threads=not parse),
                parse_options=arrow_csv.ParseOptions(**parse),
                convert_options=arrow_csv.ConvertOptions(column_types=types, include_columns=list(types)),
            )
    except OSError as error:
        raise TableError(f"cannot be read to its end: {error}", path=path) from error


def _csv_fault(path: Path, names: list[str], wanted: Sequence[str], reason: str) -> TableError:
    """Find the row and the column for which reading failed."""
    import pyarrow as pa  # noqa: PLC0415

    ragged = []

    def remember(row: Any) -> str:
        ragged.append(row)
        return "error"

    try:
        table = _load_csv(path, names, dict.fromkeys(wanted, pa.binary()), invalid_row_handler=remember)
    except pa.ArrowInvalid as error:
        if not ragged:
            return TableError(f"cannot be read as CSV: {error}", path=path)
        row = ragged[0]
        return TableError(
            f"row {row.number - 1} has {row.actual_columns} cells instead of {row.expected_columns}: "
            "repair or remove it",
            path=path,
        )
    for column in wanted:
        for row, cell in enumerate(table[column].to_pylist()):
            text = (cell or b"").decode(errors="replace").strip()
            if not _is_number(text):
                return _not_a_number(text, column, row, path)
    return TableError(f"cannot be read as CSV: {reason}", path=path)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _not_a_number(cell: object, column: str, row: int, path: Path | None) -> TableError:
    shown = repr(str(cell)[:40]) if str(cell) else "empty"
    return TableError(
        f"the column {column} is {shown} in row {row + 1}, not a number: repair or remove the row",
        path=path,
        column=column,
    )


def _finite(values: FloatArray, column: str, path: Path | None) -> FloatArray:
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        kind = "empty or not a number (NaN)" if np.isnan(values[bad[0]]) else "infinite"
        raise TableError(
            f"the column {column} is {kind} in row {bad[0] + 1} ({len(bad)} such rows): remove these rows, "
            "a gap in time is fine",
            path=path,
            column=column,
        )
    return values


def _check_rows(rows: int, path: Path | None) -> None:
    if rows == 0:
        raise TableError(NO_ROWS, path=path)
    if rows < MIN_ROWS:
        raise TableError(f"has only {rows} rows, at least {MIN_ROWS} are needed", path=path)


def _ns_from_s(time_s: FloatArray, path: Path | None) -> IntArray:
    limit_s = np.iinfo(np.int64).max // NS_PER_S
    if np.abs(time_s).max() >= limit_s:
        raise TableError(f"{TIME_COLUMN} is beyond {limit_s} s: give seconds", path=path, column=TIME_COLUMN)
    return np.rint(time_s * NS_PER_S).astype(np.int64)


def _ns_from_decimal(time: pa.Array) -> IntArray:
    """Nine decimals as whole ns: the low half of each 128-bit integer, known to hold it all."""
    halves = np.frombuffer(time.buffers()[1], np.dtype("<i8"))
    return halves[2 * time.offset : 2 * (time.offset + len(time)) : 2].astype(np.int64)
