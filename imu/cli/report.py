"""``softstrike report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["report"]


def report(
    session: Path,
    /,
    *,
    out: Path | None = None,
    library: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write a session's report: one HTML file that needs nothing else and prints well.

    Parameters
    ----------
    session : Path
        Session file (.mcap).
    out : Path
        File to write, .html; by default beside the session.
    library : Path
        Folder with the runner's earlier sessions to compare with; by default the folder of the session.
    overwrite : bool
        Replace a file that exists.
    """
    from imu import load
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import check_target
    from imu.cli.sessions import naming
    from imu.report import earlier_sessions, session_facts, session_report
    from imu.store.files import new_file

    target = out or session.with_suffix(".html")
    check_target(target, (".html", ".htm"), overwrite=overwrite)
    with naming(session):
        data = load(session)
        earlier = earlier_sessions(data, library or session.parent)
        page = session_report(session_facts(data, earlier), earlier)
    with new_file(target, overwrite=overwrite, mode=0o600) as temporary:
        temporary.write_text(page, encoding="utf-8")
    print(f"report written to {target}")
    return OK if data.complete else PARTLY_USABLE
