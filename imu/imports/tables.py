"""From files of one sensor to one checked table of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import TableError, UsageError
from imu.imports.capture2go import CAPTURE2GO_LAYOUT, is_capture2go, read_capture2go
from imu.imports.layouts import ACC_UNITS, GYR_UNITS, Layout, find_layout
from imu.imports.movesense import JSON_LAYOUT, read_movesense_json
from imu.imports.reading import Columns, Member, header_of, members_of, read_columns
from imu.model import Placement, Side
from imu.store import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN, SampleTable, read_samples
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Facts", "Imported", "import_frame", "import_tables"]

LEAST_ROWS = 10
_HOLE = 3.0
"""Steps of time longer than this many median steps are holes, over which nothing is interpolated."""

_SECONDS_OF_1970 = 10**9
"""A time of less than this is no date of a recording."""


class Facts(msgspec.Struct, frozen=True):
    """What is said when importing; None leaves it to the mapping.

    Attributes
    ----------
    placement, side : Placement, Side or None
        Where the sensor was worn.
    rate_hz : float or None
        Rate of tables without time, Hz.
    range_g : float or None
        End of the accelerometer's range, g.
    """

    placement: Placement | None = None
    side: Side | None = None
    rate_hz: float | None = None
    range_g: float | None = None


class Imported(msgspec.Struct, frozen=True, eq=False):
    """Samples of one sensor, ready to be written.

    Attributes
    ----------
    table : SampleTable
        The samples; times begin at 0.
    begin_ns : int or None
        When they began: ns since 1970, None when the files do not tell.
    layouts : tuple of str
        Titles of the layouts that were recognised.
    notes : tuple of str
        What a reader of the session should know.
    """

    table: SampleTable
    begin_ns: int | None
    layouts: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Part(msgspec.Struct, frozen=True, eq=False):
    label: str
    layout: Layout
    t_ns: IntArray
    acc_g: FloatArray | None
    gyr_dps: FloatArray | None
    notes: tuple[str, ...] = ()


def import_tables(paths: Sequence[Path], facts: Facts, mapping: Layout | None = None) -> Imported:
    """Read the files of one sensor.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        ``.csv``, ``.txt``, ``.json``, recordings of Capture2Go, each also ``.gz``, or a ``.zip`` of CSV
        files; acceleration and angular rate may be in files of their own.
    facts : Facts
        What the files do not say.
    mapping : Layout, optional
        From :func:`imu.imports.load_mapping`; by default the layout is recognised.

    Returns
    -------
    Imported

    Raises
    ------
    TableError
        A file that cannot be used; names file, line and column.
    UsageError
        Placement, side or rate is not said anywhere.
    """
    parts = [part for path in paths for part in _parts(path, facts, mapping)]
    names = ", ".join(str(path) for path in paths)
    return _joined(parts, facts, names)


def import_frame(frame: pd.DataFrame, facts: Facts, mapping: Layout | None = None) -> Imported:
    """Take the samples of one sensor from a data frame, e.g. one of gaitmap's.

    Parameters, result and errors as in :func:`import_tables`.
    """
    layout = mapping or find_layout("frame", [str(name) for name in frame.columns], ",", facts.side)
    if layout is None:
        raise UsageError("the frame's columns are of no known layout: give a mapping")
    wanted = layout.wanted()
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise UsageError(f"the frame has no column {missing[0]}: change the mapping")
    values = {name: frame[name].to_numpy(np.float64, na_value=np.nan) for name in wanted}
    t_ns = None
    if layout.time is not None:
        time = next((name for name in layout.time.names if name in frame.columns), "")
        if not time:
            raise UsageError(f"the frame has no column {layout.time.names[0]}: change the mapping")
        unit_ns = {"s": NS_PER_S, "ms": 10**6, "us": 10**3, "ns": 1}[layout.time.unit]
        t_ns = np.rint(frame[time].to_numpy(np.float64) * unit_ns).astype(np.int64)
    return _joined([_part("the frame", layout, Columns(t_ns, values), facts)], facts, "the frame")


def _parts(path: Path, facts: Facts, mapping: Layout | None) -> list[_Part]:
    if path.is_dir():
        raise TableError("is a folder: name the files in it", path=path)
    if path.name.lower().removesuffix(".gz").endswith(".json"):
        columns, has_gyr = read_movesense_json(member := Member(path))
        layout = JSON_LAYOUT if has_gyr else msgspec.structs.replace(JSON_LAYOUT, gyr=None)
        return [_part(member.label, layout, columns, facts)]
    if mapping is None and path.suffix.lower() != ".zip" and is_capture2go(member := Member(path)):
        columns, notes = read_capture2go(member)
        return [_part(member.label, CAPTURE2GO_LAYOUT, columns, facts, notes)]
    members = members_of(path)
    found = [part for member in members if (part := _one(member, facts, mapping, alone=len(members) == 1))]
    if not found:
        raise TableError("holds no table of a known layout: write a mapping file (--mapping)", path=path)
    return found


def _one(member: Member, facts: Facts, mapping: Layout | None, *, alone: bool) -> _Part | None:
    """Read a table; one in a zip that is not recognised is passed over."""
    names, delimiter = header_of(
        member, mapping.skip_lines if mapping else 0, mapping.delimiter if mapping else None
    )
    layout = mapping or find_layout(member.name, names, delimiter, facts.side)
    if layout is None:
        if not alone:
            return None
        raise TableError(
            f"its columns are of no known layout (found: {', '.join(names[:12])}): write a mapping file "
            "(--mapping)",
            path=member.label,
        )
    if layout.advice:
        if not alone:
            return None
        raise TableError(f"is a table of {layout.title}: {layout.advice}", path=member.label)
    return _part(member.label, layout, read_columns(member, layout), facts)


def _part(label: str, layout: Layout, columns: Columns, facts: Facts, notes: tuple[str, ...] = ()) -> _Part:
    acc, gyr = layout.acc, layout.gyr
    acc_g = None if acc is None else _vectors(columns, acc.columns, ACC_UNITS[acc.unit], acc.signs)
    gyr_dps = None if gyr is None else _vectors(columns, gyr.columns, GYR_UNITS[gyr.unit], gyr.signs)
    t_ns = columns.t_ns
    if t_ns is None:
        rate_hz = facts.rate_hz or layout.rate_hz
        if rate_hz is None:
            raise UsageError(f"{label} has no column of time: say the rate with --rate-hz")
        rows = len(next(iter(columns.numbers.values())))
        t_ns = np.rint(np.arange(rows) * (NS_PER_S / rate_hz)).astype(np.int64)
    return _Part(label, layout, t_ns, acc_g, gyr_dps, notes)


def _vectors(columns: Columns, names: tuple[str, ...], factor: float, signs: tuple[int, ...]) -> FloatArray:
    vectors: FloatArray = np.column_stack([columns.numbers[name] for name in names]) * (
        factor * np.array(signs)
    )
    return vectors


def _joined(parts: list[_Part], facts: Facts, names: str) -> Imported:
    """Put acceleration and angular rate together and check them as any other table."""
    acc = [part for part in parts if part.acc_g is not None]
    gyr = [part for part in parts if part.gyr_dps is not None]
    if len(acc) != 1 or len(gyr) > 1:
        raise UsageError(
            f"{names}: {len(acc)} tables of acceleration and {len(gyr)} of angular rate; give one of the "
            "first and at most one of the second for each sensor"
        )
    main, notes = acc[0], [note for part in parts for note in part.notes]
    if gyr and gyr[0] is not main:
        main, dropped = _on_times_of(main, gyr[0])
        notes.append("angular rate was interpolated to the times of the acceleration")
        if dropped:
            notes.append(f"{dropped} samples without angular rate beside them were left out")
    table = _checked(main, facts)
    rule, first_ns = main.layout.time, int(main.t_ns[0])
    dated = rule is not None and rule.since_1970 and first_ns >= _SECONDS_OF_1970 * NS_PER_S
    titles = tuple(dict.fromkeys(part.layout.title for part in parts))
    return Imported(table, first_ns if dated else None, titles, (*table.notes, *notes))


def _on_times_of(acc: _Part, gyr: _Part) -> tuple[_Part, int]:
    """Bring angular rate to the times of the acceleration; count the samples that had none beside them."""
    if gyr.gyr_dps is None or acc.acc_g is None or len(gyr.t_ns) < LEAST_ROWS:
        raise TableError(f"has fewer than {LEAST_ROWS} rows", path=gyr.label)
    steps_ns = np.diff(gyr.t_ns)
    after = np.clip(np.searchsorted(gyr.t_ns, acc.t_ns), 1, len(gyr.t_ns) - 1)
    inside = (acc.t_ns >= gyr.t_ns[0]) & (acc.t_ns <= gyr.t_ns[-1])
    beside = (steps_ns[after - 1] <= _HOLE * np.median(steps_ns)) | (gyr.t_ns[after] == acc.t_ns)
    keep = inside & beside
    if keep.sum() < len(keep) / 2:
        raise TableError(
            f"its times are not those of {acc.label}: give files of the same recording", path=gyr.label
        )
    first_ns = acc.t_ns[0]
    t_ns = acc.t_ns[keep]
    rates = [np.interp(t_ns - first_ns, gyr.t_ns - first_ns, axis) for axis in gyr.gyr_dps.T]
    joined = msgspec.structs.replace(acc, t_ns=t_ns, acc_g=acc.acc_g[keep], gyr_dps=np.column_stack(rates))
    return joined, int(len(keep) - keep.sum())


def _checked(part: _Part, facts: Facts) -> SampleTable:
    import pandas as pd  # noqa: PLC0415 - slow to import

    placement = facts.placement or part.layout.placement
    side = facts.side or part.layout.side
    if placement is None or side is None:
        raise UsageError(
            f"{part.label}: say where the sensor was worn: --placement shank, shoe or pelvis, "
            "--side left or right"
        )
    t_ns = part.t_ns - (part.t_ns[0] if len(part.t_ns) else 0)
    frame = pd.DataFrame({TIME_COLUMN: t_ns / NS_PER_S})
    frame[list(ACC_COLUMNS)] = part.acc_g
    if part.gyr_dps is not None:
        frame[list(GYR_COLUMNS)] = part.gyr_dps
    range_g = facts.range_g or part.layout.range_g
    try:
        table = read_samples(frame, placement=placement, side=side, range_g=range_g)
    except TableError as error:
        raise TableError(str(error), path=part.label, column=error.column) from error
    return msgspec.structs.replace(table, t_ns=t_ns)
