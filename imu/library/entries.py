"""What a list of sessions shows of each, and what can be asked of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu.errors import InputError
from imu.store import JoinedReader, edited, edits_path, open_session, read_edits
from imu.store.parts import numbered
from imu.units import NS_PER_S

if TYPE_CHECKING:
    import os

__all__ = ["SessionEntry", "Stamp", "Wanted", "length_text", "printable", "read_entry", "stamp_of"]


class SessionEntry(msgspec.Struct, frozen=True):
    """One session of a library.

    Attributes
    ----------
    session : str
        Its place in the folder without the ending: how it is asked for.
    path : pathlib.Path
        The file, or the first one.
    more : tuple of pathlib.Path
        The other files of a session that was recorded into several, since the disk refused the first.
    name : str
        The name given to it; empty without one.
    runner, started_utc, shoe, surface, note, origin : str
        As the header says, or as edited since.
    tags : tuple of str
        Likewise.
    sensors : tuple of str
        Its sensors.
    duration_s : float
        From the first to the last input, s.
    size_bytes : int
        Size of its files.
    complete : bool
        Whether it was closed in order and no byte is damaged.
    lost_bytes : int
        Bytes that cannot be used.
    problem : str
        Why it cannot be read; empty when it can.
    """

    session: str
    path: Path
    more: tuple[Path, ...] = ()
    name: str = ""
    runner: str = ""
    started_utc: str = ""
    shoe: str = ""
    surface: str = ""
    note: str = ""
    origin: str = ""
    tags: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    duration_s: float = 0.0
    size_bytes: int = 0
    complete: bool = False
    lost_bytes: int = 0
    problem: str = ""

    @property
    def title(self) -> str:
        """What to call it: its name, else its place."""
        return self.name or self.session

    @property
    def started(self) -> dt.datetime | None:
        """When it began; None when that is not told or not a time."""
        try:
            return dt.datetime.fromisoformat(self.started_utc)
        except ValueError:
            return None

    @property
    def state(self) -> str:
        """What is amiss with it, in a few words; empty when nothing is."""
        if self.problem or self.complete:
            return self.problem
        if self.more:
            return f"in {1 + len(self.more)} parts, the disk refused in between"
        return f"{self.lost_bytes} bytes damaged" if self.lost_bytes else "cut off"


def length_text(seconds: float) -> str:
    """Length in minutes and seconds, from an hour on with hours."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def printable(text: str) -> str:
    """Text of somebody else's in one line, without signs that control or turn anything."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


class Wanted(msgspec.Struct, frozen=True):
    """What sessions are asked for; an empty field asks for nothing.

    Attributes
    ----------
    runner, shoe, surface : str
        Part of the name, capitals or not.
    tags : tuple of str
        Tags that it has, all of them.
    since, until : datetime.date or None
        First and last day.
    """

    runner: str = ""
    shoe: str = ""
    surface: str = ""
    tags: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None

    def takes(self, entry: SessionEntry) -> bool:
        """Whether a session is one of those asked for."""
        return self._takes_words(entry) and self._takes_day(entry)

    def _takes_words(self, entry: SessionEntry) -> bool:
        has = {tag.casefold() for tag in entry.tags}
        return all(
            getattr(self, field).casefold() in getattr(entry, field).casefold()
            for field in ("runner", "shoe", "surface")
        ) and all(tag.casefold() in has for tag in self.tags)

    def _takes_day(self, entry: SessionEntry) -> bool:
        if self.since is None and self.until is None:
            return True
        if entry.started is None:
            return False
        day = entry.started.date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


Stamp = tuple[int, int, int, int]
"""Size and time of change of a session's files and of its edits: while they stay, so does the rest."""

_OF_HEADER = ("runner", "started_utc", "shoe", "surface", "note", "origin", "tags")


def stamp_of(path: Path) -> Stamp:
    """Stamp of a session.

    Raises
    ------
    OSError
        The file is gone.
    """
    files = [file.stat() for file in (path, *numbered(path))]
    try:
        edits: os.stat_result | None = edits_path(path).stat()
    except FileNotFoundError:
        edits = None
    return (
        sum(file.st_size for file in files),
        max(file.st_mtime_ns for file in files),
        edits.st_size if edits else -1,
        edits.st_mtime_ns if edits else -1,
    )


def read_entry(path: Path, session: str) -> SessionEntry:
    """Read what a list shows; a file that cannot be read says why, and never raises for it."""
    size_bytes = path.stat().st_size
    try:
        reader = open_session(path)
        more = reader.files[1:] if isinstance(reader, JoinedReader) else ()
        span = reader.span_ns()
        edits = read_edits(path)
    except InputError as error:
        problem = str(error).removeprefix(f"{path}: ")
        return SessionEntry(session, path, size_bytes=size_bytes, problem=problem)
    header = edited(reader.header, edits)
    return SessionEntry(
        session=session,
        path=path,
        more=more,
        name=edits.name,
        sensors=tuple(info.sensor for info in header.sensors),
        duration_s=0.0 if span is None else (span[1] - span[0]) / NS_PER_S,
        size_bytes=size_bytes + sum(part.stat().st_size for part in more),
        complete=reader.complete,
        lost_bytes=reader.lost_bytes,
        **{field: getattr(header, field) for field in _OF_HEADER},
    )
