"""Where sessions lie: files, folders, patterns, and object storage by its address."""

from __future__ import annotations

import contextlib
import glob
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from imu.errors import EnvironmentProblem, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["SESSION", "family", "filesystem", "find_sessions", "is_remote", "local_copy"]

SESSION = ".mcap"
"""Ending of a session file."""

EDITS = ".edits.json"
"""Ending of what people wrote about a session, beside it; see :mod:`imu.store.edits`."""

_BESIDE = ("counts.csv", "bouts.csv")


def is_remote(address: str) -> bool:
    """Whether an address names a protocol, such as ``s3://bucket/folder``."""
    return "://" in address


def filesystem(address: str) -> tuple[Any, str]:
    """Open the storage of an address.

    Returns
    -------
    filesystem : fsspec.AbstractFileSystem
    path : str
        The address without its protocol.

    Raises
    ------
    EnvironmentProblem
        The package for this protocol is not installed.
    UsageError
        There is no such protocol.
    """
    try:
        import fsspec  # noqa: PLC0415 - an extra, and slow to import

        return fsspec.core.url_to_fs(address)  # type: ignore[no-any-return]
    except ImportError as error:
        protocol = address.partition("://")[0]
        extra = "s3" if protocol.startswith("s3") else "archive"
        raise EnvironmentProblem(
            f"{address}: reading {protocol} addresses needs more packages: install softstrike[{extra}] "
            f"({error})"
        ) from error
    except ValueError as error:
        raise UsageError(f"{address}: {error}") from error


def find_sessions(patterns: Iterable[str], ending: str = SESSION) -> list[str]:
    """Addresses of all sessions that files, folders, patterns and storage addresses stand for.

    Parameters
    ----------
    patterns : iterable of str
        Session files, folders (searched through), glob patterns (``**`` goes through folders), or addresses
        of a storage that fsspec knows, such as ``s3://bucket/2026/*.mcap``.
    ending : str
        What the names of the files end in.

    Returns
    -------
    list of str
        In the order of the patterns, sorted inside each, none twice.

    Raises
    ------
    UsageError
        A pattern stands for no session.
    EnvironmentProblem
        The package for a storage is not installed, or the storage cannot be reached.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        addresses = (_remote if is_remote(pattern) else _local)(pattern, ending)
        if not addresses:
            raise UsageError(f"{pattern}: no file {ending} is found there; check the spelling")
        found.update(dict.fromkeys(addresses))
    return list(found)


def _local(pattern: str, ending: str) -> list[str]:
    path = Path(pattern)
    if path.is_dir():
        found = (p for p in path.rglob(f"*{ending}") if not p.name.startswith("."))
        return sorted(str(p) for p in found if not p.name.endswith(EDITS))
    if path.exists():
        return [str(path)] if path.suffix.lower() == ending else []
    # Not Path.glob: it refuses absolute patterns.
    return sorted(name for name in glob.glob(pattern, recursive=True) if name.endswith(ending))  # noqa: PTH207


def _remote(pattern: str, ending: str) -> list[str]:
    storage, path = filesystem(pattern)
    try:
        if glob.has_magic(path):
            names = storage.glob(path)
        elif storage.isdir(path):
            names = storage.find(path)
        else:
            names = [path] if storage.exists(path) else []
    except Exception as error:  # each storage has errors of its own
        raise EnvironmentProblem(f"{pattern} cannot be listed: {error}") from error
    return sorted(str(storage.unstrip_protocol(name)) for name in names if str(name).endswith(ending))


@contextlib.contextmanager
def local_copy(address: str) -> Iterator[Path]:
    """Give the path of a file on this machine; what lies elsewhere is fetched and removed afterwards.

    With a session come its edits; with another file those beside it that belong to it: of the same name but
    for the ending, and the counts of a data set.

    Raises
    ------
    InputError
        The file cannot be fetched.
    """
    if not is_remote(address):
        yield Path(address)
        return
    storage, path = filesystem(address)
    with tempfile.TemporaryDirectory(prefix="softstrike-") as folder:
        place = PurePosixPath(path)
        copy = Path(folder) / place.parent.name / place.name
        copy.parent.mkdir()
        try:
            for name in _with_edits(storage, path) if place.suffix == SESSION else _family(storage, place):
                storage.get_file(name, str(copy.parent / PurePosixPath(name).name))
        except Exception as error:  # each storage has errors of its own
            raise InputError(f"cannot be fetched: {error}", path=address) from error
        yield copy


def family(path: Path) -> list[Path]:
    """Return the files that make one recording: a session alone, or a description and what belongs to it."""
    if path.suffix == SESSION:
        return [path]
    return sorted(other for other in path.parent.iterdir() if _belongs(other.name, path.stem))


def _with_edits(storage: Any, path: str) -> list[str]:
    """Names of a session and, when there is one, of the file of edits beside it."""
    edits = f"{path.removesuffix(SESSION)}{EDITS}"
    return [path, edits] if storage.exists(edits) else [path]


def _family(storage: Any, place: PurePosixPath) -> list[str]:
    names = [str(name) for name in storage.ls(str(place.parent), detail=False)]
    return [name for name in names if _belongs(PurePosixPath(name).name, place.stem)]


def _belongs(name: str, stem: str) -> bool:
    return name.startswith(f"{stem}.") or name in _BESIDE
