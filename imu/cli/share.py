"""``softstrike share``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from imu.store.sharing import Keep  # noqa: TC001 - cyclopts reads the annotations

__all__ = ["share"]


def share(
    session: str,
    /,
    *,
    out: Path,
    keep: Annotated[list[Keep], Parameter(negative=())] | None = None,
    folder: Path | None = None,
) -> int:
    """Write a copy of a session without names, addresses, serial numbers, free text and dates.

    Parameters
    ----------
    session : str
        Its file, its place in the folder, its name, or the beginning of one of these.
    out : Path
        New session file (.mcap); it must not exist. Mind that its name tells nothing either.
    keep : list of Keep
        What may stay after all; may be given more than once.
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import OK
    from imu.cli.paths import check_session_target
    from imu.library import Library
    from imu.store.sharing import share as share_session

    check_session_target(out)
    entry = Library(folder).find(session)
    shared = share_session(entry.path, out, keep=keep or ())
    if shared.left_out_packets:
        print(f"{shared.left_out_packets} packets were left out: they spell a name", file=sys.stderr)
    told = ", ".join(keep or ()) or "nothing"
    print(f"shared copy written to {shared.path}")
    print(f"of runner, date, sensors, notes, gear and body it tells: {told}")
    return OK
