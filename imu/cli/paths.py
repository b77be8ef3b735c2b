"""Where files are read from and written to."""

from __future__ import annotations

from pathlib import Path

from imu.errors import EnvironmentProblem, UsageError

__all__ = ["check_session_target", "check_target", "shipped_recording"]

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
