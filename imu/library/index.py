"""The index: what was read of each session, kept so that a list opens at once.

It may be deleted at any time. Nothing is in it that is not in the sessions and in the edits beside them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from imu import __version__
from imu.folders import cache_folder
from imu.library.entries import SessionEntry, Stamp, read_entry, stamp_of
from imu.library.kept import keep
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Index"]


class _Kept(msgspec.Struct):
    stamp: Stamp
    entry: SessionEntry


class _File(msgspec.Struct):
    version: str
    folder: str
    sessions: dict[str, _Kept]


class Index:
    """What is known of the sessions of one folder.

    Parameters
    ----------
    folder : pathlib.Path
        The folder with the sessions.

    Attributes
    ----------
    path : pathlib.Path
        Where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        key = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        self.path = cache_folder() / "library" / f"{key}.json"

    def entries(self, paths: Iterable[Path]) -> list[SessionEntry]:
        """Entry of each session, read anew where the file or its edits changed."""
        kept, found = self._load(), {}
        for path in paths:
            session = path.relative_to(self.folder).with_suffix("").as_posix()
            try:
                stamp = stamp_of(path)
                known = kept.get(session)
                if known is None or known.stamp != stamp:
                    known = _Kept(stamp, read_entry(path, session))
            except FileNotFoundError:
                continue  # deleted by someone else since the folder was listed
            found[session] = known
        if found != kept:
            self._save(found)
        return [known.entry for known in found.values()]

    def forget(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)

    def _load(self) -> dict[str, _Kept]:
        """Read what is kept; a damaged, older or foreign index counts as none."""
        try:
            file = msgspec.json.decode(self.path.read_bytes(), type=_File, dec_hook=_path)
        except (OSError, msgspec.DecodeError):
            return {}
        return file.sessions if (file.version, file.folder) == (__version__, str(self.folder)) else {}

    def _save(self, sessions: dict[str, _Kept]) -> None:
        file = _File(__version__, str(self.folder), sessions)
        keep(self.path, msgspec.json.encode(file, enc_hook=str))


def _path(kind: type[Path], value: str) -> Path:
    return kind(value)


ready(_File)
