"""Reading tables of other tools: bounded in memory and time whatever the file holds, nothing put on disk."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import numpy as np

from imu.errors import TableError
from imu.imports.layouts import TIME_UNITS

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from imu.imports.layouts import Layout, Time

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Columns", "Member", "header_of", "members_of", "read_columns"]

HEADER_BYTES = 1 << 16
MOST_COLUMNS = 4096
BLOCK_BYTES = 1 << 18
"""A line longer than this is not one of a table of samples."""

MOST_RATIO = 100
FREE_BYTES = 1 << 20
"""Unpacked bytes for which the ratio is not looked at: short files pack well."""

MOST_MEMBERS = 1000
_DELIMITERS = (";", "\t", ",")


class Columns(msgspec.Struct, frozen=True, eq=False):
    """Columns of a table as numbers; `t_ns` is None for a table without time."""

    t_ns: IntArray | None
    numbers: dict[str, FloatArray]


class _Guarded(io.RawIOBase):
    """A stream that refuses to give more than a hundred times what it took so far."""

    def __init__(self, stream: BinaryIO, packed: BinaryIO, path: Path) -> None:
        self._stream, self._packed, self._path = stream, packed, path
        self._given = 0

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def close(self) -> None:
        """Close the stream and the file below it."""
        super().close()
        self._stream.close()
        self._packed.close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
            raise TableError(f"cannot be read: {error}", path=self._path) from error
        self._given += len(data)
        if self._given > max(FREE_BYTES, MOST_RATIO * self._packed.tell()):
            raise _bomb(self._path)
        buffer[: len(data)] = data
        return len(data)


class _Lines(io.RawIOBase):
    """A stream of lines that refuses to go on in the middle of one that is too long."""

    def __init__(self, stream: BinaryIO, label: str) -> None:
        self._stream, self._label = stream, label
        self._since_end = 0

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        data = self._stream.read(min(len(buffer), BLOCK_BYTES))
        last = data.rfind(b"\n")
        self._since_end = len(data) - last - 1 if last >= 0 else self._since_end + len(data)
        if self._since_end >= BLOCK_BYTES:
            raise TableError("has a line of more than 256 kB, as no table of samples has", path=self._label)
        buffer[: len(data)] = data
        return len(data)


def _bomb(path: Path) -> TableError:
    return TableError(
        f"unpacks to more than {MOST_RATIO} times its size, which no recording does: not read on", path=path
    )


def _unzipped(packed: BinaryIO, name: str, path: Path) -> BinaryIO:
    """Open a file in a zip; it is never read beyond the size that the zip states, which is looked at here."""
    archive = zipfile.ZipFile(packed)
    info = archive.getinfo(name)
    if info.file_size > max(FREE_BYTES, MOST_RATIO * info.compress_size):
        raise _bomb(path)
    stream: Any = archive.open(info)
    return stream  # type: ignore[no-any-return]


class Member(msgspec.Struct, frozen=True):
    """A table: a file, or a file inside a zip.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    inside : str
        Name inside the zip; empty for a plain file.
    """

    path: Path
    inside: str = ""

    @property
    def name(self) -> str:
        """Name that tells layouts apart, without folders and ``.gz``."""
        return (self.inside or self.path.name).rpartition("/")[2].removesuffix(".gz")

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.path} ({self.inside})" if self.inside else str(self.path)

    def open(self) -> io.BufferedReader:
        """Open it for reading, unpacked and guarded.

        Raises
        ------
        TableError
            When it cannot be opened.
        """
        try:
            packed = self.path.open("rb")
            if self.inside:
                return io.BufferedReader(
                    _Guarded(_unzipped(packed, self.inside, self.path), packed, self.path)
                )
            if self.path.suffix.lower() == ".gz":
                unpacked: Any = gzip.GzipFile(fileobj=packed)
                return io.BufferedReader(_Guarded(unpacked, packed, self.path))
        except FileNotFoundError as error:
            raise TableError("there is no such file", path=self.path) from error
        except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError) as error:
            raise TableError(f"cannot be opened: {error}", path=self.path) from error
        return packed


def members_of(path: Path) -> list[Member]:
    """Tables of a file: itself, or the ``.csv`` files in a zip.

    Raises
    ------
    TableError
        A zip that cannot be read, or with more members than a recording has.
    """
    if path.suffix.lower() != ".zip":
        return [Member(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise TableError(f"cannot be read as a zip: {error}", path=path) from error
    if len(names) > MOST_MEMBERS:
        raise TableError(f"holds {len(names)} files, which no recording does: not read", path=path)
    return [Member(path, name) for name in names if name.lower().endswith(".csv")]


def header_of(member: Member, skip_lines: int = 0, delimiter: str | None = None) -> tuple[list[str], str]:
    """Column names of a table, and what separates them.

    Raises
    ------
    TableError
        No line of column names within the first 64 kB.
    """
    with member.open() as file:
        for _ in range(skip_lines):
            file.readline(HEADER_BYTES)
        line = file.readline(HEADER_BYTES)
    if not line:
        raise TableError("the file is empty", path=member.label)
    if len(line) == HEADER_BYTES or b"\0" in line:
        raise TableError("is not a table: its first line holds no column names", path=member.label)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("is not UTF-8 text: save it again as CSV in UTF-8", path=member.label) from error
    mark = delimiter or next((one for one in _DELIMITERS if one in text), ",")
    names = [name.strip() for name in next(csv.reader([text], delimiter=mark), [])]
    if len(names) > MOST_COLUMNS:
        raise TableError(f"has {len(names)} columns, which no sensor does: not read", path=member.label)
    return names, mark


def read_columns(member: Member, layout: Layout) -> Columns:
    """Read the columns that a layout names.

    Raises
    ------
    TableError
        A column is missing, or a cell is not a number; names file, line and column.
    """
    names, _ = header_of(member, layout.skip_lines, layout.delimiter)
    time_name = _time_name(layout.time, names)
    wanted = (*((time_name,) if time_name else ()), *layout.wanted())
    for column in wanted:
        if names.count(column) != 1:
            what = "twice" if column in names else f"not (found: {', '.join(names[:20])})"
            raise TableError(
                f"has the column {column} {what}: change the mapping", path=member.label, column=column
            )
    if layout.time is None or not time_name:
        read = _read(member, layout, names, dict.fromkeys(wanted, "float64"))
        return Columns(None, read)  # type: ignore[arg-type]
    whole = _is_whole(member, layout, names.index(time_name))
    read = _read(
        member, layout, names, dict.fromkeys(wanted, "float64") | {time_name: "int64" if whole else "float64"}
    )
    return Columns(_to_ns(read.pop(time_name), layout.time, member), read)  # type: ignore[arg-type]


def _time_name(time: Time | None, names: list[str]) -> str:
    """Name of the time column in this table; a missing one keeps its first name, for the message."""
    if time is None:
        return ""
    return next((name for name in time.names if name in names), time.names[0])


def _is_whole(member: Member, layout: Layout, place: int) -> bool:
    """Whether the first time is a whole number; one of 19 digits does not survive as a float."""
    with member.open() as file:
        for _ in range(layout.skip_lines + 1):
            file.readline(HEADER_BYTES)
        cells = file.readline(HEADER_BYTES).decode(errors="replace").split(layout.delimiter)
    return place < len(cells) and re.fullmatch(r"\s*-?\d{1,18}\d?\s*", cells[place]) is not None


def _to_ns(time: IntArray | FloatArray, rule: Time, member: Member) -> IntArray:
    """Return times in ns, exact when they are whole numbers."""
    unit_ns = TIME_UNITS[rule.unit]
    limit = np.iinfo(np.int64).max // unit_ns
    bad = np.flatnonzero(~(np.abs(time.astype(np.float64)) < limit))
    if len(bad):
        raise TableError(f"the time is empty or not a time in row {bad[0] + 1}", path=member.label)
    if time.dtype == np.int64:
        return time.astype(np.int64) * unit_ns
    return np.rint(time * float(unit_ns)).astype(np.int64)


def _read(
    member: Member, layout: Layout, names: list[str], types: dict[str, str]
) -> dict[str, NDArray[np.generic]]:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    arrow_types = {"float64": pa.float64(), "int64": pa.int64()}
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in types}
    with member.open() as file:
        try:
            reader = arrow_csv.open_csv(
                _Lines(file, member.label),
                read_options=arrow_csv.ReadOptions(
                    column_names=names,
                    skip_rows=layout.skip_lines + 1,
                    block_size=BLOCK_BYTES,
                    use_threads=False,
                ),
                parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={name: arrow_types[kind] for name, kind in types.items()},
                    include_columns=list(types),
                    decimal_point=layout.decimal,
                ),
            )
            for batch in reader:
                for name in types:
                    parts[name].append(batch.column(name).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid as error:
            raise _fault(error, member, names) from error
    return {name: np.concatenate(found) if found else np.empty(0) for name, found in parts.items()}


_WHERE = re.compile(
    r"column #(?P<column>\d+): (?:Row #(?P<row>\d+): )?.*?invalid value '(?P<value>.*?)'", re.DOTALL
)
_RAGGED = re.compile(r"Row #(?P<row>\d+): Expected (?P<expected>\d+) columns, got (?P<actual>\d+)")


def _fault(error: pa.ArrowInvalid, member: Member, names: list[str]) -> TableError:
    """Say where reading failed; lines count from 1, the one with the names included."""
    text = str(error)
    if found := _WHERE.search(text):
        column = names[int(found["column"])]
        shown = found["value"][:40]
        where = f"line {found['row']}" if found["row"] else "a line"
        return TableError(
            f"the column {column} is {shown!r} in {where}, not a number: repair or remove the line",
            path=member.label,
            column=column,
        )
    if found := _RAGGED.search(text):
        return TableError(
            f"line {found['row']} has {found['actual']} cells instead of {found['expected']}: repair it",
            path=member.label,
        )
    return TableError(f"cannot be read as a table: {text[:200]}", path=member.label)
