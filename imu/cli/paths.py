"""Where files are read from and written to."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from itertools import count
from pathlib import Path

from imu.errors import EnvironmentProblem, UsageError

__all__ = ["check_session_target", "check_target", "new_session_path", "shipped_recording"]

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_recording(name: str) -> Path:
    """Return the path of a recording of the ``data`` folder: in an installed wheel, or beside the code.

    Raises
    ------
    EnvironmentProblem
        When the installation does not carry it.
    """
    for folder in (_PACKAGE / "_data", _PACKAGE.parent / "data"):
        if (folder / name).is_file():
            return folder / name
    raise EnvironmentProblem(f"{name}: this installation lacks its recordings; install softstrike again")


def check_target(path: Path, endings: tuple[str, ...], *, overwrite: bool) -> None:
    """Look at a file to be written before the work begins; writing it checks again.

    Raises
    ------
    UsageError
        Another ending, or a file that is there and may not be replaced.
    """
    if path.suffix.lower() not in endings:
        raise UsageError(f"{path}: end the name of the file to write in {' or '.join(endings)}")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already: choose another name, or add --overwrite to replace it")


def check_session_target(path: Path) -> None:
    """Look at a session file to be recorded before the work begins; recordings are never replaced.

    Raises
    ------
    UsageError
        An ending other than ``.mcap``, under which the file would not be found again as a session.
    """
    check_target(path, (".mcap",), overwrite=True)


def new_session_path(runner: str, when: datetime | None = None) -> Path:
    """Name a new session file in the folder of sessions, which is made; e.g. ``2026-05-03_1830_anna.mcap``.

    Parameters
    ----------
    runner : str
        Any text; what a file's name cannot hold is left out.
    when : datetime, optional
        Local time of the begin; now when left out.
    """
    from imu.folders import sessions_folder
    from imu.store.files import told_plainly

    folder = sessions_folder()
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
    plain = unicodedata.normalize("NFKD", runner).encode("ascii", "ignore").decode()
    who = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:40]
    began = (when or datetime.now().astimezone()).strftime("%Y-%m-%d_%H%M")
    stem = f"{began}_{who}" if who else began
    names = (f"{stem}.mcap" if number == 1 else f"{stem}_{number}.mcap" for number in count(1))
    return next(folder / name for name in names if not (folder / name).exists())
