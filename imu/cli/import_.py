"""``softstrike import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.imports import Imported

__all__ = ["import_"]

Files = Annotated[list[Path] | None, Parameter(negative=(), consume_multiple=True)]


def import_(
    files: Annotated[list[Path] | None, Parameter(negative=())] = None,
    /,
    *,
    out: Path,
    left: Files = None,
    right: Files = None,
    mapping: Path | None = None,
    placement: Literal["shank", "shoe", "pelvis"] | None = None,
    side: Literal["left", "right"] | None = None,
    rate_hz: float | None = None,
    range_g: float | None = None,
    runner: str = "",
    shoe: str = "",
    surface: str = "",
) -> int:
    """Make a session of a recording that another tool exported.

    Parameters
    ----------
    files : list of Path
        Files of one sensor (.csv, .txt, .json, .bin, also .gz, or a .zip); angular rate may have its own.
    out : Path
        Session file to write, .mcap; it must not exist.
    left : list of Path
        Files of the left sensor, to import both legs at once.
    right : list of Path
        Files of the right sensor.
    mapping : Path
        TOML file that says which column is what, for tables of an unknown layout.
    placement : str
        Where the sensors were worn.
    side : str
        Which leg, for files of one sensor.
    rate_hz : float
        Sampling rate, for tables without a column of time.
    range_g : float
        End of the accelerometer's range in g; by default seen from the samples.
    runner : str
        Who ran.
    shoe : str
        In what shoes.
    surface : str
        On what surface.
    """
    from imu.cli.app import OK
    from imu.imports import Facts, import_tables, load_mapping, write_session
    from imu.model import Placement, Side

    _check(out)
    layout = None if mapping is None else load_mapping(mapping)
    where = None if placement is None else Placement(placement)
    found = [
        import_tables(paths, Facts(where, None if leg is None else Side(leg), rate_hz, range_g), layout)
        for leg, paths in _groups(side, files, left, right)
    ]
    write_session(found, out, runner=runner, shoe=shoe, surface=surface)
    _tell(found)
    print(f"session written to {out}")
    return OK


def _check(out: Path) -> None:
    """Say what is wrong with the target before the work begins."""
    from imu.cli.paths import check_session_target
    from imu.errors import UsageError

    check_session_target(out)
    if out.exists():
        raise UsageError(f"{out} exists already and a session is never overwritten: choose another name")


def _groups(
    side: str | None, files: list[Path] | None, left: list[Path] | None, right: list[Path] | None
) -> list[tuple[str | None, list[Path]]]:
    """Files of each sensor: those of one, or of both legs."""
    from imu.errors import UsageError

    if bool(files) == bool(left or right):
        raise UsageError("import: name the files of one sensor, or those of two with --left and --right")
    return [(leg, paths) for leg, paths in ((side, files), ("left", left), ("right", right)) if paths]


def _tell(found: list[Imported]) -> None:
    for one in found:
        table = one.table
        worn = f"{table.side} {table.placement}"
        print(f"{worn}: {len(table)} samples at {table.rate_hz:.1f} Hz, {one.layouts[0]}")
        for note in one.notes:
            print(f"  {note}")
