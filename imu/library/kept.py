"""What was computed of a session and is kept in the cache: found again by the session's content.

Files are named after the content of the recording and the software's version: a moved or renamed session
finds them, a changed one does not. They may be deleted at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu import __version__
from imu.errors import EnvironmentProblem, UsageError
from imu.folders import cache_folder
from imu.store.files import PRIVATE, content_hash, new_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["forget_kept", "keep", "kept_file"]

FOLDER = "facts"


def kept_file(files: Sequence[Path]) -> Path:
    """Where what was computed of a session is kept, by its files.

    Raises
    ------
    OSError
        The session cannot be read.
    """
    return cache_folder() / FOLDER / f"{content_hash(*files)[:32]}.{__version__}.json"


def keep(file: Path, data: bytes) -> None:
    """Keep something; a cache that cannot be written costs time, nothing else."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with new_file(file, overwrite=True, mode=PRIVATE) as temporary:
            temporary.write_bytes(data)
    except (OSError, EnvironmentProblem, UsageError):
        return


def forget_kept(files: Sequence[Path]) -> None:
    """Delete what is kept of a session, of every version of the software."""
    try:
        own = kept_file(files)
    except OSError:
        return  # nothing can be kept of what cannot be read
    for file in own.parent.glob(f"{own.name.partition('.')[0]}.*"):
        file.unlink(missing_ok=True)
