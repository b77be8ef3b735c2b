"""The runner's other sessions: those before a session, and all of them for trends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.errors import InputError
from imu.report.facts import SessionFacts, moment_of, session_facts
from imu.store import SessionReader

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from imu.batch import SessionData

__all__ = ["EARLIER", "earlier_sessions", "sessions_of"]

EARLIER = 5
"""Sessions before this one that it is compared with."""


def earlier_sessions(session: SessionData, folder: Path) -> list[SessionFacts]:
    """Facts of the runner's latest sessions before `session`, the latest last.

    Parameters
    ----------
    session : SessionData
        The session; without a runner's name or a date nothing can be said to be earlier.
    folder : pathlib.Path
        Where to look for session files, not in folders below.

    Returns
    -------
    list of SessionFacts
        At most :data:`EARLIER`; files that cannot be used are passed over.
    """
    begun, runner = moment_of(session.header.started_utc), session.header.runner
    if begun is None or not runner:
        return []
    dated = [entry for entry in _dated(folder, runner) if entry[0] < begun and entry[1] != session.path]
    return _facts([path for _, path in sorted(dated)[-EARLIER:]])


def sessions_of(runner: str, folder: Path) -> list[SessionFacts]:
    """Facts of a runner's dated sessions in a folder, in order of time; ``""`` stands for every runner."""
    return _facts([path for _, path in sorted(_dated(folder, runner))])


def _dated(folder: Path, runner: str) -> list[tuple[datetime, Path]]:
    """Begin and file of each session of a runner; only headers are read."""
    found = []
    for path in folder.glob("*.mcap"):
        try:
            header = SessionReader(path).header
        except InputError:
            continue
        begun = moment_of(header.started_utc)
        if begun is not None and (not runner or header.runner == runner):
            found.append((begun, path))
    return found


def _facts(paths: list[Path]) -> list[SessionFacts]:
    from imu.batch import load  # noqa: PLC0415 - start-up time

    facts: list[SessionFacts] = []
    for path in paths:
        try:
            facts.append(session_facts(load(path), facts[-EARLIER:]))
        except InputError:
            continue
    return facts
