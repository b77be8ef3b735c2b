"""``softstrike export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.exports import Written

__all__ = ["export"]


def export(
    session: Path,
    /,
    *,
    to: Literal["parquet", "csv"],
    out: Path,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write a session in the format of another tool.

    Parameters
    ----------
    session : Path
        Session file (.mcap).
    to : str
        Format: parquet or csv is a folder of tables.
    out : Path
        Folder or file to write.
    overwrite : bool
        Replace files that exist.
    """
    from imu import load
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import naming

    with naming(session):
        data = load(session)
        written = _writer(to)(data, out, overwrite=overwrite)
    print(f"{session}: {written.samples} samples and {written.steps} steps written to {written.path}")
    for note in written.notes:
        print(f"{session}: {note}")
    return OK if data.complete else PARTLY_USABLE


def _writer(name: str) -> Callable[..., Written]:
    from imu import exports

    found: Callable[..., Written] = getattr(exports, f"export_{name}")
    return found
