"""The runner's other sessions: those before a session, and all of them for trends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.errors import InputError
from imu.report.facts import SessionFacts, moment_of, session_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from imu.batch import SessionData
    from imu.library import Library

__all__ = ["EARLIER", "earlier_sessions", "sessions_of"]

EARLIER = 5
"""Sessions before this one that it is compared with."""


def earlier_sessions(session: SessionData, library: Library) -> list[SessionFacts]:
    """Facts of the runner's latest sessions before `session`, the latest last.

    Parameters
    ----------
    session : SessionData
        The session; without a runner's name or a date nothing can be said to be earlier.
    library : Library
        Where to look.

    Returns
    -------
    list of SessionFacts
        At most :data:`EARLIER`; files that cannot be used are passed over.
    """
    begun, runner = moment_of(session.header.started_utc), session.header.runner
    if begun is None or not runner:
        return []
    before = [path for moment, path in _dated(library, runner) if moment < begun]
    return _facts(before[-EARLIER:])


def sessions_of(runner: str, library: Library) -> list[SessionFacts]:
    """Facts of all dated sessions of a runner, in order of time; ``""`` stands for every runner."""
    return _facts(path for _, path in _dated(library, runner))


def _dated(library: Library, runner: str) -> list[tuple[datetime, Path]]:
    """Begin and file of each usable session of a runner, in order of time."""
    found = [
        (begun, entry.path)
        for entry in library.sessions()
        if not entry.problem and (begun := moment_of(entry.started_utc)) and runner in {"", entry.runner}
    ]
    return sorted(found)


def _facts(paths: Iterable[Path]) -> list[SessionFacts]:
    from imu.batch import load  # noqa: PLC0415 - start-up time

    facts: list[SessionFacts] = []
    for path in paths:
        try:
            facts.append(session_facts(load(path), facts[-EARLIER:]))
        except InputError:
            continue  # a damaged file is told by `softstrike sessions verify`; the others make the trend
    return facts
