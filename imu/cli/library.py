"""``softstrike sessions``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.library import SessionEntry

__all__ = ["sessions"]

_COLUMNS = ("session", "started", "length", "runner", "shoe", "surface", "tags", "state")

Tags = Annotated[list[str], Parameter(negative=())]

sessions = App(
    name="sessions",
    help="Find, name, check and delete recorded sessions.",
    help_format="plaintext",
)


@sessions.command(name="list")
def list_sessions(
    *,
    runner: str = "",
    shoe: str = "",
    surface: str = "",
    tag: Tags | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    folder: Path | None = None,
) -> int:
    """List sessions, the latest first.

    Parameters
    ----------
    runner : str
        Only sessions with this in the runner's name.
    shoe : str
        Only sessions with this in the shoe's name.
    surface : str
        Only sessions with this in the surface's name.
    tag : list of str
        Only sessions with this tag; may be given more than once.
    since : date
        First day, e.g. 2026-05-01.
    until : date
        Last day.
    folder : Path
        Folder with the sessions; by default the one that sessions are recorded into.
    """
    from imu.cli.app import OK
    from imu.library import Library, Wanted

    library = Library(folder)
    found = library.sessions(Wanted(runner, shoe, surface, tuple(tag or ()), since, until))
    if not found:
        print(f"no sessions in {library.folder}" if library.sessions() == [] else "no session fits")
        return OK
    rows = [_row(entry) for entry in found]
    print("\n".join(_aligned([_COLUMNS, *rows])))
    return OK


@sessions.command
def show(session: str, /, *, folder: Path | None = None) -> int:
    """Show what is known of a session.

    Parameters
    ----------
    session : str
        Its file, its place in the folder, its name, or the beginning of one of these.
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import naming, play_file, report_lines

    entry = _usable(session, folder)
    print("\n".join(_facts(entry)))
    with naming(entry.path):
        print("\n".join(report_lines(*play_file(entry.path))))
    return OK if entry.complete else PARTLY_USABLE


@sessions.command
def window(*, folder: Path | None = None) -> int:
    """Show the sessions in a window, in which they can be found, named, tagged, opened and deleted.

    Parameters
    ----------
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import OK
    from imu.cli.replay import play_in_window
    from imu.cli.screen import choose_session, need_window

    need_window()
    while (path := choose_session(folder)) is not None:
        play_in_window(path, 1.0, title=path.name)
    return OK


@sessions.command
def tag(session: str, tags: Tags, /, *, remove: bool = False, folder: Path | None = None) -> int:
    """Add tags to a session, or take them away.

    Parameters
    ----------
    session : str
        As for show.
    tags : list of str
        Short labels.
    remove : bool
        Take them away.
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import OK
    from imu.library import Library

    entry = _usable(session, folder)
    given = {tag.casefold() for tag in tags}
    others = [old for old in entry.tags if old.casefold() not in given]
    new = tuple(others) if remove else (*others, *dict.fromkeys(tags))
    Library(folder).edit(entry, tags=new)
    print(f"{entry.title}: tags {', '.join(new) or 'none'}")
    return OK


@sessions.command
def note(session: str, text: str, /, *, folder: Path | None = None) -> int:
    """Write the note of a session; it replaces the one before.

    Parameters
    ----------
    session : str
        As for show.
    text : str
        The note; "" for none.
    folder : Path
        Folder with the sessions.
    """
    return _edit(session, folder, note=text)


@sessions.command
def rename(session: str, name: str, /, *, folder: Path | None = None) -> int:
    """Give a session a name to be called by; its file keeps its own.

    Parameters
    ----------
    session : str
        As for show.
    name : str
        The name; "" for none.
    folder : Path
        Folder with the sessions.
    """
    return _edit(session, folder, name=name.strip())


@sessions.command(name="set")
def set_facts(
    session: str,
    /,
    *,
    runner: str | None = None,
    shoe: str | None = None,
    surface: str | None = None,
    folder: Path | None = None,
) -> int:
    """Correct who ran, in what shoes, on what surface.

    Parameters
    ----------
    session : str
        As for show.
    runner : str
        Who ran.
    shoe : str
        In what shoes.
    surface : str
        On what surface.
    folder : Path
        Folder with the sessions.
    """
    from imu.errors import UsageError

    facts = {"runner": runner, "shoe": shoe, "surface": surface}
    changes = {name: value for name, value in facts.items() if value is not None}
    if not changes:
        raise UsageError("sessions set: say what to set with --runner, --shoe or --surface")
    return _edit(session, folder, **changes)


@sessions.command
def delete(
    session: str, /, *, yes: Annotated[bool, Parameter(negative=())] = False, folder: Path | None = None
) -> int:
    """Delete a session and all that was written about it; this cannot be undone.

    Parameters
    ----------
    session : str
        As for show.
    yes : bool
        Do not ask.
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import OK
    from imu.cli.asking import confirmed
    from imu.library import Library, length_text

    library = Library(folder)
    entry = library.find(session)
    length = length_text(entry.duration_s)
    if not yes and not confirmed(f"Delete {entry.title} ({length}, {entry.path})?"):
        print("nothing was deleted")
        return OK
    for path in library.delete(entry):
        print(f"deleted {path}")
    return OK


@sessions.command
def verify(names: list[str] | None = None, /, *, folder: Path | None = None) -> int:
    """Read every byte of sessions and say whether they are sound.

    Parameters
    ----------
    names : list of str
        Sessions, as for show; by default all of the folder.
    folder : Path
        Folder with the sessions.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.library import Library

    library = Library(folder)
    entries = [library.find(name) for name in names] if names else library.sessions()
    codes = [_verify(entry) for entry in entries]
    print(f"{codes.count(OK)} of {len(codes)} sessions are sound")
    if NOTHING_USABLE in codes:
        return NOTHING_USABLE if set(codes) == {NOTHING_USABLE} else PARTLY_USABLE
    return max(codes, default=OK)


def _verify(entry: SessionEntry) -> int:
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.errors import InputError
    from imu.store import open_session

    try:
        reader = open_session(entry.path)
        items = sum(1 for _ in reader.inputs()) + sum(1 for _ in reader.derived())
    except InputError as error:
        print(str(error))
        return NOTHING_USABLE
    if reader.lost_bytes or reader.unreadable:
        print(f"{entry.path}: {reader.lost_bytes} bytes and {reader.unreadable} values cannot be used")
        return PARTLY_USABLE
    open_end = "" if reader.complete else ", not closed in order"
    print(f"{entry.path}: sound, {items} values{open_end}")
    return OK


def _edit(session: str, folder: Path | None, **changes: str) -> int:
    from imu.cli.app import OK
    from imu.library import Library

    entry = _usable(session, folder)
    Library(folder).edit(entry, **changes)
    print(f"{entry.session}: " + ", ".join(f"{name} {value!r}" for name, value in changes.items()))
    return OK


def _usable(session: str, folder: Path | None) -> SessionEntry:
    from imu.errors import SessionFileError
    from imu.library import Library

    entry = Library(folder).find(session)
    if entry.problem:
        raise SessionFileError(entry.problem, path=entry.path)
    return entry


def _row(entry: SessionEntry) -> tuple[str, ...]:
    from imu.library import length_text, printable

    words = (entry.runner, entry.shoe, entry.surface, ", ".join(entry.tags))
    return (
        printable(entry.title),
        f"{entry.started:%Y-%m-%d %H:%M}" if entry.started else "-",
        length_text(entry.duration_s),
        *(printable(text) or "-" for text in words),
        entry.state,
    )


def _facts(entry: SessionEntry) -> Iterable[str]:
    from imu.library import length_text, printable

    yield f"{printable(entry.title)} ({entry.path}, {entry.size_bytes / 1e6:.1f} MB)"
    facts = {
        "began": entry.started_utc,
        "length": length_text(entry.duration_s),
        "runner": entry.runner,
        "shoe": entry.shoe,
        "surface": entry.surface,
        "tags": ", ".join(entry.tags),
        "note": entry.note,
        "origin": entry.origin,
        "sensors": ", ".join(entry.sensors),
        "state": entry.state or "complete",
    }
    for name, value in facts.items():
        if value:
            yield f"  {name:<8} {printable(value)}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
