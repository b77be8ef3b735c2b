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
    session: str,
    /,
    *,
    to: Literal["parquet", "csv"],
    out: Path,
    folder: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write a session in the format of another tool.

    Parameters
    ----------
    session : str
        Session file (.mcap), or a session of the library by its name.
    to : str
        Format: parquet or csv is a folder of tables.
    out : Path
        Folder or file to write.
    folder : Path
        Folder of the library; by default the one that sessions are recorded into.
    overwrite : bool
        Replace files that exist.
    """
    from imu import load
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import naming
    from imu.library import Library

    path = Library(folder).find(session).path
    with naming(path):
        data = load(path)
        written = _writer(to)(data, out, overwrite=overwrite)
    print(f"{path}: {written.samples} samples and {written.steps} steps written to {written.path}")
    for note in written.notes:
        print(f"{path}: {note}")
    return OK if data.complete else PARTLY_USABLE


def _writer(name: str) -> Callable[..., Written]:
    from imu import exports

    found: Callable[..., Written] = getattr(exports, f"export_{name}")
    return found
