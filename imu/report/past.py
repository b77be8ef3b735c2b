"""The facts of a session, kept so that they are computed once; and those of the runner's other sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.errors import InputError
from imu.library.kept import keep, kept_file
from imu.report.facts import SessionFacts, moment_of, session_facts
from imu.report.usual import against_earlier
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from imu.library import Library, SessionEntry

__all__ = ["EARLIER", "earlier_sessions", "facts_of", "sessions_of"]

EARLIER = 5
"""Sessions before this one that it is compared with."""

LAYOUT = 2
"""Changes whenever facts change their meaning within a version of the software."""

_UNSAID = {"name": "", "runner": "", "started": None, "shoe": "", "surface": "", "tags": (), "note": ""}


class _Kept(msgspec.Struct):
    layout: int
    facts: SessionFacts


def facts_of(entry: SessionEntry) -> SessionFacts:
    """Facts of a session of the library; computed once, then kept in the cache folder, without any words.

    Parameters
    ----------
    entry : SessionEntry
        The session. Names, tags and notes are those in force now.

    Returns
    -------
    SessionFacts
        Not yet held against earlier sessions, see :func:`imu.report.against_earlier`.

    Raises
    ------
    InputError
        The session cannot be used.
    """
    facts = _kept(entry) or _computed(entry)
    return msgspec.structs.replace(
        facts,
        name=entry.name or entry.path.stem,
        runner=entry.runner,
        started=moment_of(entry.started_utc),
        shoe=entry.shoe,
        surface=entry.surface,
        tags=entry.tags,
        note=entry.note,
    )


def earlier_sessions(entry: SessionEntry, library: Library) -> list[SessionFacts]:
    """Facts of the runner's latest sessions before one, the latest last.

    Parameters
    ----------
    entry : SessionEntry
        The session; without a runner's name or a date nothing can be said to be earlier.
    library : Library
        Where to look.

    Returns
    -------
    list of SessionFacts
        At most :data:`EARLIER`; files that cannot be used are passed over.
    """
    begun = moment_of(entry.started_utc)
    if begun is None or not entry.runner:
        return []
    before = [other for moment, other in _dated(library, entry.runner) if moment < begun]
    return _facts(before[-EARLIER:])


def sessions_of(runner: str, library: Library) -> list[SessionFacts]:
    """Facts of all dated sessions of a runner, in order of time; ``""`` stands for every runner."""
    return _facts(entry for _, entry in _dated(library, runner))


def _dated(library: Library, runner: str) -> list[tuple[datetime, SessionEntry]]:
    """Begin and entry of each usable session of a runner, in order of time."""
    found = [
        (begun, entry)
        for entry in library.sessions()
        if not entry.problem
        and (begun := moment_of(entry.started_utc))
        and runner.casefold() in {"", entry.runner.casefold()}
    ]
    return sorted(found, key=lambda row: (row[0], row[1].session))


def _facts(entries: Iterable[SessionEntry]) -> list[SessionFacts]:
    facts: list[SessionFacts] = []
    for entry in entries:
        try:
            facts.append(against_earlier(facts_of(entry), facts[-EARLIER:]))
        except InputError:
            continue  # a damaged file is told by `softstrike sessions verify`; the others make the trend
    return facts


def _kept(entry: SessionEntry) -> SessionFacts | None:
    """Facts in the cache; damaged or older ones count as none."""
    try:
        kept = msgspec.json.decode(kept_file((entry.path, *entry.more)).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None
    return kept.facts if kept.layout == LAYOUT else None


def _computed(entry: SessionEntry) -> SessionFacts:
    from imu.batch import load  # noqa: PLC0415 - start-up time

    facts = session_facts(load(entry.path))
    unsaid = msgspec.structs.replace(facts, **_UNSAID)
    try:
        keep(kept_file((entry.path, *entry.more)), msgspec.json.encode(_Kept(LAYOUT, unsaid)))
    except OSError:
        return facts  # it was moved away meanwhile
    return facts


ready(_Kept)
