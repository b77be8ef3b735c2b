"""What the plan shows: the same for the command line and the dashboard."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from imu.coach import ANKLE_TEST, Progress, Week, WeekItem, advice, monday_of, week_of
from imu.errors import UsageError
from imu.library import Library
from imu.runners.history import read_history, session_facts
from imu.runners.journal import journal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.coach import LogEntry
    from imu.runners.history import RunnerHistory

__all__ = ["AnklePoint", "PlanView", "cadence_of", "plan_view", "set_step_rate"]


class AnklePoint(msgspec.Struct, frozen=True):
    """Mean of a knee-to-wall test of one side on one day, degrees."""

    day: dt.date
    side: str
    mean_deg: float


class PlanView(msgspec.Struct, frozen=True):
    """All that the plan shows.

    Attributes
    ----------
    runner : str
        Who.
    monday : datetime.date
        First day of the week shown.
    progress : Progress or None
        Where the programme stands; None without one.
    target_share, step_rate_spm : float
        The programme's target and cadence; 0 without.
    items : list of WeekItem
        Exercises and tests of the week.
    weeks : list of Week
        Load by week.
    ankles : list of AnklePoint
        Knee-to-wall tests.
    notes : list of str
        Habits, taping, and what could not be read, in plain words.
    """

    runner: str
    monday: dt.date
    progress: Progress | None
    target_share: float
    step_rate_spm: float
    items: list[WeekItem]
    weeks: list[Week]
    ankles: list[AnklePoint]
    notes: list[str]


def plan_view(runner: str, day: dt.date) -> PlanView:
    """Look at a runner's journal and recorded sessions.

    Parameters
    ----------
    runner : str
        Who.
    day : datetime.date
        A day of the week to show.
    """
    journal, history = journal_of(runner), read_history(runner)
    programme = journal.programme
    return PlanView(
        runner=runner,
        monday=monday_of(day),
        progress=history.progress(programme.number) if programme else None,
        target_share=programme.target_share if programme else 0.0,
        step_rate_spm=programme.step_rate_spm if programme else 0.0,
        items=week_of(journal.log, day),
        weeks=history.weeks(day),
        ankles=_ankles(journal.log),
        notes=list(_notes(history)),
    )


def cadence_of(runner: str, session: str | None) -> float:
    """Median cadence of a recorded run, steps/min.

    Parameters
    ----------
    runner : str
        Who.
    session : str or None
        A session of the library; the runner's latest run without.

    Raises
    ------
    UsageError
        Nobody ran in it, or nothing was recorded yet.
    """
    if session is not None:
        entry = Library().find(session)
        cadences = [session_facts(entry, entry.started.date() if entry.started else dt.date.min).cadence_spm]
    else:
        cadences = [one.cadence_spm for one in read_history(runner).sessions]
    known = [cadence for cadence in cadences if cadence is not None]
    if not known:
        raise UsageError(f"{session or runner}: no recorded run with a cadence: record an easy run first")
    return known[-1]


def set_step_rate(runner: str, step_rate_spm: float) -> None:
    """Let the programme ask for a cadence; 0 asks for none.

    Raises
    ------
    UsageError
        No programme was begun.
    """
    journal = journal_of(runner)
    if journal.programme is None:
        raise UsageError(f"{runner} has no programme: begin one with `softstrike plan start`")
    journal.begin(msgspec.structs.replace(journal.programme, step_rate_spm=step_rate_spm))


def _ankles(log: tuple[LogEntry, ...]) -> list[AnklePoint]:
    tests = [entry for entry in log if entry.what == ANKLE_TEST and entry.angles_deg and entry.side]
    return [
        AnklePoint(entry.day, str(entry.side), sum(entry.angles_deg) / len(entry.angles_deg))
        for entry in sorted(tests, key=lambda entry: entry.day)
    ]


def _notes(history: RunnerHistory) -> Iterator[str]:
    both, known = history.habits()
    if known:
        yield f"Warm-up and cool-down: both in {both} of {known} sessions"
        last = next(one for one in reversed(history.sessions) if one.warm_up is not None)
        missing = [
            name for name, seen in (("warm-up", last.warm_up), ("cool-down", last.cool_down)) if not seen
        ]
        if missing:
            yield f"  the latest session had no {' and no '.join(missing)}. {advice('warm-up').told()}"
    taped = history.taped_against_untaped()
    if taped[True][0]:
        told = [
            f"{count} {'taped' if kind else 'untaped'} sessions" + ("" if g is None else f" {g:.1f} g")
            for kind, (count, g) in taped.items()
        ]
        yield f"Taping: {', '.join(told)}. Other things differed between them too."
    for problem in history.problems:
        yield f"Not used: {problem}"
