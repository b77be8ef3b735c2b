"""``softstrike trends``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["trends"]


def trends(
    folder: Path | None = None,
    /,
    *,
    runner: str = "",
    out: Path = Path("trends.html"),
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write a runner's weeks as one HTML file: impact, landing and load from session to session.

    Parameters
    ----------
    folder : Path
        Folder with the sessions; by default the library's.
    runner : str
        Whose sessions, when there are those of several runners.
    out : Path
        File to write, .html.
    overwrite : bool
        Replace a file that exists.
    """
    from imu.cli.app import OK
    from imu.cli.report import write_page
    from imu.library import Library
    from imu.report import sessions_of, trends_report

    with write_page(out, overwrite=overwrite) as temporary:
        sessions = sessions_of(runner, Library(folder))
        today = dt.datetime.now().astimezone().date()
        temporary.write_text(trends_report(sessions, today), encoding="utf-8")
    print(f"trends of {len(sessions)} sessions written to {out}")
    return OK
