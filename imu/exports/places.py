"""Writing a folder so that it appears whole, and never takes away what is there."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu.errors import UsageError
from imu.store.files import sync_folder, told_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Written", "new_folder"]


class Written(msgspec.Struct, frozen=True):
    """What an export wrote.

    Attributes
    ----------
    path : pathlib.Path
        The file or folder.
    samples, steps : int
        How many are in it.
    notes : tuple of str
        What the format cannot hold, or what a reader should know; one plain sentence each.
    """

    path: Path
    samples: int
    steps: int
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def new_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill; its files take their place when the block ends well.

    A new folder appears whole or not at all. In a folder that exists only files of the same names are
    replaced, and only when `overwrite`; nothing else in it is touched.

    Parameters
    ----------
    path : pathlib.Path
        Where the folder shall be.
    overwrite : bool
        Whether files in an existing folder may be replaced.

    Yields
    ------
    pathlib.Path
        An empty folder beside it.

    Raises
    ------
    UsageError
        When `path` is a file or a folder that is not empty and may not be written to.
    EnvironmentProblem
        When the system refuses.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file: this export needs a folder")
    if path.is_dir() and any(path.iterdir()) and not overwrite:
        raise UsageError(
            f"{path} is not empty: choose another folder, or add --overwrite to replace its files"
        )
    temporary = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}.part")
    with told_plainly(path):
        temporary.mkdir()
        try:
            yield temporary
            _publish(temporary, path)
            sync_folder(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _publish(temporary: Path, path: Path) -> None:
    if not path.exists():
        temporary.rename(path)
        return
    for file in sorted(temporary.rglob("*")):
        target = path / file.relative_to(temporary)
        if file.is_dir():
            target.mkdir(exist_ok=True)
        else:
            file.replace(target)
