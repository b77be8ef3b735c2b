"""What the commands about a runner share: whom they speak of, what day it is, and sentences about runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter, validators

from imu.errors import UsageError

if TYPE_CHECKING:
    from imu.coach import DiaryEntry, LogEntry

__all__ = ["Score", "Share", "runner_named", "shown_verdict", "taken_back", "today"]

Entry = TypeVar("Entry", "LogEntry", "DiaryEntry")

Score = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=10))]
"""Option: a score from 0 to 10."""

Share = Annotated[float, Parameter(validator=validators.Number(gte=50, lte=95))]
"""Option: a target in percent of what is usual."""


def today() -> dt.date:
    """Today, where the runner is."""
    return dt.datetime.now().astimezone().date()


def taken_back(kind: type[Entry], runner: str | None) -> Entry:
    """Take out of a runner's journal what was written last of a kind, and return it."""
    from imu.runners import journal_of

    return journal_of(runner_named(runner)).take_back(kind)


def runner_named(name: str | None) -> str:
    """Return the runner meant: the one named, else the only one.

    Raises
    ------
    UsageError
        None was named and there is not exactly one.
    """
    from imu.runners import find_runner, list_runners

    if name is not None:
        return find_runner(name).name
    known = list_runners()
    if len(known) == 1:
        return known[0].name
    if not known:
        raise UsageError("there is no runner yet: add one with `softstrike runner add NAME`")
    raise UsageError(f"say which runner with --runner: {', '.join(one.name for one in known)}")


def shown_verdict(runner: str) -> list[str]:
    """Say what the diary's rules say, a line each; nothing when they say nothing."""
    from imu.coach import assess
    from imu.runners import journal_of

    verdict = assess(journal_of(runner).diary, today())
    lines = []
    if verdict.cues_rest:
        lines.append("Cues rest: run easy or not at all until it has gone.")
    if verdict.see_pt:
        lines.append("See your physical therapist before the next run.")
    return [*lines, *(f"  {reason}" for reason in verdict.reasons)]
