"""Load in view: steps and impact sum by week, and the change against the weeks before; no verdict."""

from __future__ import annotations

import datetime as dt
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from imu.model import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.model import Step

__all__ = ["SessionLoad", "Week", "monday_of", "session_load", "weekly"]

WEEKS_BEFORE = 4


class SessionLoad(msgspec.Struct, frozen=True):
    """What a session adds to the load; of the leg that was seen more, doubled for both legs.

    Attributes
    ----------
    day : datetime.date
        Day of the session.
    steps : int
        Running steps of both legs: of a leg without a sensor as many are taken as of the other.
    impact_sum_g : float
        Sum of the impacts of both legs likewise, g; comparable only within one placement.
    placement : str
        Where the sensors were worn.
    """

    day: dt.date
    steps: int
    impact_sum_g: float
    placement: str


class Week(msgspec.Struct, frozen=True):
    """A week from Monday.

    Attributes
    ----------
    monday : datetime.date
        Its first day.
    runs, steps : int
        Sessions with running, and running steps of both legs.
    impact_sum_g : float
        Sum of the impacts, g.
    steps_change_percent, impact_change_percent : float or None
        Against the mean of up to four weeks before; None when nothing was run in them, and while a week that
        is not over lies below.
    """

    monday: dt.date
    runs: int
    steps: int
    impact_sum_g: float
    steps_change_percent: float | None
    impact_change_percent: float | None


def session_load(day: dt.date, steps: Iterable[Step]) -> SessionLoad:
    """Sum up the running steps of a session.

    Parameters
    ----------
    day : datetime.date
        Day of the session.
    steps : iterable of Step
        Its steps. Rejected ones count as steps, not as impacts; where a leg wears two sensors, the one with
        more steps counts.
    """
    counts: dict[str, int] = {}
    sums: dict[str, float] = {}
    legs: dict[str, tuple[str, str]] = {}
    for step in steps:
        if step.activity is Activity.RUN:
            legs[step.sensor] = (step.side, step.placement)
            counts[step.sensor] = counts.get(step.sensor, 0) + 1
            peak_g = step.peak_accel_g if step.accepted and step.peak_accel_g is not None else 0.0
            sums[step.sensor] = sums.get(step.sensor, 0.0) + peak_g
    best = {
        side: max((s for s in legs if legs[s][0] == side), key=counts.__getitem__)
        for side, _ in legs.values()
    }
    both = 2 / len(best) if best else 0
    return SessionLoad(
        day,
        round(both * sum(counts[sensor] for sensor in best.values())),
        both * sum(sums[sensor] for sensor in best.values()),
        " and ".join(sorted({legs[sensor][1] for sensor in best.values()})),
    )


def monday_of(day: dt.date) -> dt.date:
    """First day of the week of a day."""
    return day - dt.timedelta(days=day.weekday())


def weekly(loads: Iterable[SessionLoad], until: dt.date) -> list[Week]:
    """Sum up week by week, from the first session's to that of `until`, weeks without a run included."""
    own = [load for load in loads if load.steps and load.day <= until]
    if not own:
        return []
    monday, weeks = monday_of(min(load.day for load in own)), list[Week]()
    while monday <= until:
        inside = [load for load in own if monday_of(load.day) == monday]
        steps, impact_g = sum(one.steps for one in inside), sum(one.impact_sum_g for one in inside)
        before, over = weeks[-WEEKS_BEFORE:], monday + dt.timedelta(days=6) <= until
        weeks.append(
            Week(
                monday,
                len(inside),
                steps,
                impact_g,
                _change_percent(steps, [week.steps for week in before], over=over),
                _change_percent(impact_g, [week.impact_sum_g for week in before], over=over),
            )
        )
        monday += dt.timedelta(days=7)
    return weeks


def _change_percent(value: float, before: Sequence[float], *, over: bool) -> float | None:
    usual = fmean(before) if before else 0.0
    return 100.0 * (value / usual - 1.0) if usual and (over or value > usual) else None
