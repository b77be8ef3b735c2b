"""``softstrike report``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["report", "write_page"]


def report(
    session: str,
    /,
    *,
    out: Path | None = None,
    folder: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write a session's report: one HTML file that needs nothing else and prints well.

    Parameters
    ----------
    session : str
        Session file (.mcap), or a session of the library by its name.
    out : Path
        File to write, .html; by default named after the session, in this folder.
    folder : Path
        Folder with the runner's other sessions, to find and compare; by default the library's.
    overwrite : bool
        Replace a file that exists.
    """
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import naming
    from imu.errors import SessionFileError
    from imu.library import Library
    from imu.report import Story, against_earlier, earlier_sessions, facts_of, session_report

    library = Library(folder)
    entry = library.find(session)
    target = out or Path(f"{entry.path.stem}.html")
    with write_page(target, overwrite=overwrite) as temporary, naming(entry.path):
        if entry.problem:
            raise SessionFileError(entry.problem, path=entry.path)
        earlier = earlier_sessions(entry, library)
        facts = against_earlier(facts_of(entry), earlier)
        temporary.write_text(session_report(Story(facts, tuple(earlier))), encoding="utf-8")
    print(f"report written to {target}")
    return OK if facts.complete else PARTLY_USABLE


@contextlib.contextmanager
def write_page(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a file to write a page to, readable by its owner alone; looked at before the work begins."""
    from imu.cli.paths import check_target
    from imu.store.files import PRIVATE, new_file

    check_target(target, (".html", ".htm"), overwrite=overwrite)
    with new_file(target, overwrite=overwrite, mode=PRIVATE) as temporary:
        yield temporary
