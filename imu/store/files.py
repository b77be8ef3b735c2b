"""Writing files so that no half-written one is ever seen and none is overwritten unasked."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import sys
from typing import TYPE_CHECKING, Protocol

from imu.errors import EnvironmentProblem, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "PRIVATE",
    "OpenFile",
    "RawFile",
    "content_hash",
    "new_file",
    "open_new",
    "read_small",
    "sync_folder",
    "told_plainly",
    "write_all",
]

HASH_BYTES = 1 << 20
PRIVATE = 0o600
"""Recordings belong to the person who made them."""


class RawFile(Protocol):
    """An unbuffered file; ``write`` may take fewer bytes than given."""

    def write(self, data: memoryview, /) -> int | None:
        """Write bytes and return how many were taken."""

    def fileno(self) -> int:
        """Return the descriptor."""

    def close(self) -> None:
        """Close the file."""


class OpenFile(Protocol):
    """Makes a new file; raises OSError when it cannot, also when there is one already."""

    def __call__(self, path: Path, /) -> RawFile:
        """Open `path` for writing."""


def open_new(path: Path, mode: int = PRIVATE) -> io.FileIO:
    """Open a file that does not exist yet, unbuffered, for writing."""
    return io.FileIO(path, "x", opener=lambda name, flags: os.open(name, flags, mode))


def read_small(path: Path, most_bytes: int, too_long: str) -> bytes | None:
    """Read a file that people may edit; None when there is none.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    most_bytes : int
        Longest file that is read.
    too_long : str
        What is said of a longer one.

    Raises
    ------
    InputError
        It is longer, or the system does not let it be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    if len(data) > most_bytes:
        raise InputError(too_long, path=path)
    return data


def write_all(file: RawFile, data: bytes) -> None:
    """Write every byte, however few the file takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def content_hash(*paths: Path) -> str:
    """SHA-256 of the bytes of files, one after the other, in hexadecimal."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(HASH_BYTES):
                digest.update(block)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists_error(path: Path) -> UsageError:
    """Error for a file that is in the way."""
    return UsageError(f"{path} exists already and is not overwritten: choose another name or move it away")


@contextlib.contextmanager
def new_file(path: Path, *, overwrite: bool = False, mode: int = 0o666) -> Iterator[Path]:
    """Give a temporary name beside `path`; take its place when the block ends well, vanish when not.

    Parameters
    ----------
    path : pathlib.Path
        Where the file shall be.
    overwrite : bool
        Whether it may replace an existing file.
    mode : int
        Rights of the new file, less the process's mask.

    Yields
    ------
    pathlib.Path
        An existing, empty file to write to.

    Raises
    ------
    UsageError
        When the file exists and may not be replaced, or its folder does not.
    EnvironmentProblem
        When the system refuses the file, at the begin or while it is written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of a file")
    if path.exists() and not overwrite:
        raise _exists_error(path)
    temporary = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}.part")
    with told_plainly(path):
        open_new(temporary, mode).close()
        try:
            yield temporary
            _sync_file(temporary)
            if overwrite:
                temporary.replace(path)
            else:
                _publish(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn what the system says when a file cannot be made into one plain sentence."""
    try:
        yield
    except FileExistsError as error:
        raise _exists_error(path) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"{path}: the folder {path.parent} does not exist: create it first") from error
    except OSError as error:
        raise EnvironmentProblem(f"{path} cannot be written: {error.strerror or error}") from error


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _publish(temporary: Path, path: Path) -> None:
    """Rename without replacing; a link is the one way that cannot lose a race with another writer."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise _exists_error(path) from error
    except OSError:  # a file system without links, such as a memory stick's
        if path.exists():
            raise _exists_error(path) from None
        temporary.rename(path)
