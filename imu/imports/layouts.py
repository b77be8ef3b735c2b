"""Layouts: which columns of a table are what, in which unit; mapping files and built-in ones are the same."""

from __future__ import annotations

import fnmatch
import functools
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from imu.errors import InputError
from imu.model import Placement, Side
from imu.typed import ready
from imu.units import MPS2_PER_G, NS_PER_MS, NS_PER_S, NS_PER_US

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ACC_UNITS", "GYR_UNITS", "TIME_UNITS", "Layout", "builtin_layouts", "find_layout", "load_mapping"]

MAX_BYTES = 64 * 1024

Column = Annotated[str, Meta(min_length=1, max_length=200)]
Sign = Literal[-1, 1]
Three = tuple[Column, Column, Column]

ACC_UNITS = {"g": 1.0, "mg": 1e-3, "m/s2": 1.0 / MPS2_PER_G}
GYR_UNITS = {"dps": 1.0, "mdps": 1e-3, "rad/s": 57.29577951308232}
TIME_UNITS = {"s": NS_PER_S, "ms": NS_PER_MS, "us": NS_PER_US, "ns": 1}


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the time of a row is.

    Attributes
    ----------
    column : str or tuple of str
        The column, or the names it has had in different versions.
    unit : str
        ``s``, ``ms``, ``us`` or ``ns``.
    since_1970 : bool
        Whether it counts from 1970 in UTC: it then says when the session began, and two sensors share it.
    """

    column: Column | Annotated[tuple[Column, ...], Meta(min_length=1, max_length=8)]
    unit: Literal["s", "ms", "us", "ns"]
    since_1970: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names that the column may have."""
        return (self.column,) if isinstance(self.column, str) else self.column


class Acc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acceleration: columns x, y, z, their unit, and -1 for an axis that points the other way."""

    columns: Three
    unit: Literal["g", "mg", "m/s2"]
    signs: tuple[Sign, Sign, Sign] = (1, 1, 1)


class Gyr(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Angular rate: columns x, y, z, their unit, and -1 for an axis that turns the other way."""

    columns: Three
    unit: Literal["dps", "mdps", "rad/s"]
    signs: tuple[Sign, Sign, Sign] = (1, 1, 1)


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of a table mean.

    Attributes
    ----------
    title : str
        Name for people.
    time : Time or None
        None for rows at a steady rate.
    acc, gyr : Acc, Gyr or None
        At least one of them.
    rate_hz : float or None
        Rate, for tables without time.
    range_g : float or None
        End of the accelerometer's range, where the table's maker is known to have one.
    placement, side : Placement, Side or None
        Where it was worn, unless said when importing. A built-in layout with a side is for that side only.
    delimiter, decimal : str
        Between columns, and before decimals.
    skip_lines : int
        Lines before the one with the column names.
    files : tuple of str
        Patterns of file names, where the columns alone do not tell.
    advice : str
        Why such a table cannot be used; for layouts that are known and refused.
    """

    title: Annotated[str, Meta(min_length=1, max_length=200)] = "mapping file"
    time: Time | None = None
    acc: Acc | None = None
    gyr: Gyr | None = None
    rate_hz: Annotated[float, Meta(ge=1, le=20_000)] | None = None
    range_g: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    placement: Placement | None = None
    side: Side | None = None
    delimiter: Literal[",", ";", "\t"] = ","
    decimal: Literal[".", ","] = "."
    skip_lines: Annotated[int, Meta(ge=0, le=1000)] = 0
    files: Annotated[tuple[Column, ...], Meta(max_length=16)] = ()
    advice: str = ""

    def wanted(self) -> tuple[str, ...]:
        """Columns that must be there, besides the time."""
        return (*(self.acc.columns if self.acc else ()), *(self.gyr.columns if self.gyr else ()))

    def fits(self, name: str, columns: Sequence[str], side: Side | None) -> bool:
        """Whether a table of this name and these columns has this layout."""
        return (
            set(self.wanted()) <= set(columns)
            and (self.time is None or any(column in columns for column in self.time.names))
            and (not self.files or any(fnmatch.fnmatch(name.casefold(), p.casefold()) for p in self.files))
            and (self.side is None or self.side == side)
        )


def load_mapping(path: Path) -> Layout:
    """Read a mapping file.

    Parameters
    ----------
    path : pathlib.Path
        TOML with the keys of :class:`Layout`.

    Returns
    -------
    Layout

    Raises
    ------
    InputError
        Not TOML, an unknown key or a wrong value; names file and key.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    if len(data) > MAX_BYTES:
        raise InputError("is too long for a mapping file (more than 64 kB)", path=path)
    try:
        layout = msgspec.convert(tomllib.loads(data.decode()), Layout)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"is not a mapping file that can be used: {error}", path=path) from error
    if layout.acc is None:
        raise InputError("needs a table [acc] with `columns` and `unit`", path=path)
    if layout.time is None and layout.rate_hz is None:
        raise InputError("needs a table [time] with `column` and `unit`, or `rate_hz`", path=path)
    return layout


@functools.cache
def builtin_layouts() -> tuple[Layout, ...]:
    """Layouts of other tools' exports, in order of their files' names; the first that fits is taken."""
    folder = files("imu.imports").joinpath("layouts")
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name
    )
    return tuple(msgspec.convert(tomllib.loads(item.read_text("utf-8")), Layout) for item in found)


def find_layout(name: str, columns: Sequence[str], delimiter: str, side: Side | None) -> Layout | None:
    """Find the built-in layout of a table by its columns, and by its name where they do not tell."""
    return next(
        (one for one in builtin_layouts() if one.delimiter == delimiter and one.fits(name, columns, side)),
        None,
    )


ready(Layout)
