"""A runner's weeks on one page: impact and landing from session to session, and the load by week."""

from __future__ import annotations

import datetime as dt
import statistics
from typing import TYPE_CHECKING, Any

import msgspec

from imu.coach import SessionLoad, weekly
from imu.errors import UsageError
from imu.report import words
from imu.report.advice import PERSISTS, suggested
from imu.report.charts import week_chart, weeks_of_impact_chart
from imu.report.page import page
from imu.report.sections import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imu.report.facts import SessionFacts, SideFacts

__all__ = ["Place", "Point", "trends_report"]

LEAST_SESSIONS = 2
HALF = 2
SHOWN_WEEKS = 12
DAYS = 7


class Point(msgspec.Struct, frozen=True):
    """One session of one sensor: day, and what was measured."""

    started: dt.datetime
    impact_g: float | None
    usual_g: float | None
    heel_share: float | None
    cadence_spm: float | None
    clipped: bool


class Place(msgspec.Struct, frozen=True):
    """All sessions with a sensor worn in one place; only these are compared with each other."""

    name: str
    points: tuple[Point, ...]


def trends_report(sessions: Sequence[SessionFacts], today: dt.date) -> str:
    """Write the trends of a runner.

    Parameters
    ----------
    sessions : sequence of SessionFacts
        Dated sessions of one runner, in order of time.
    today : datetime.date
        Last day: a week that is not over is compared only once it is above the weeks before.

    Returns
    -------
    str
        One HTML page.

    Raises
    ------
    UsageError
        Fewer than two sessions with running and a date, or sessions of more than one runner.
    """
    ran = [one for one in sessions if one.started is not None and one.running_s > 0]
    runners = sorted({one.runner for one in ran})
    if len(runners) > 1:
        raise UsageError(f"these sessions are of {len(runners)} runners: say which with --runner")
    if len(ran) < LEAST_SESSIONS:
        raise UsageError(f"trends need {LEAST_SESSIONS} sessions with running and a date, found {len(ran)}")
    places = _places(ran)
    weeks = weekly([_load(one) for one in ran], max(today, _day(ran[-1])))[-SHOWN_WEEKS:]
    made = [_summary(ran, places), _impact(places), _landing(places), _load_section(weeks, ran), _advice()]
    about = [
        ("Runner", words.clean(runners[0])),
        ("From", words.day(_started(ran[0]))),
        ("To", words.day(_started(ran[-1]))),
    ]
    return page(
        "Trends",
        kind="Trends",
        about=[(name, value) for name, value in about if value],
        note="",
        sections=[section for section in made if section is not None],
    )


def _started(facts: SessionFacts) -> dt.datetime:
    if facts.started is None:
        raise UsageError(f"{words.session_title(facts)} has no date")
    return facts.started


def _day(facts: SessionFacts) -> dt.date:
    return _started(facts).date()


def _load(facts: SessionFacts) -> SessionLoad:
    """Sum up as :func:`imu.coach.session_load` does: each leg's fuller sensor, a missing leg as the other."""
    best: dict[str, SideFacts] = {}
    for side in sorted(facts.sides, key=lambda one: one.run_steps):
        if side.run_steps:
            best[side.side] = side
    both = 2 / len(best)
    placements = " and ".join(sorted({side.placement for side in best.values()}))
    steps = round(both * sum(side.run_steps for side in best.values()))
    return SessionLoad(
        _day(facts), steps, both * sum(side.impact_sum_g for side in best.values()), placements
    )


def _places(ran: Sequence[SessionFacts]) -> list[Place]:
    found: dict[str, list[Point]] = {}
    for facts in ran:
        for side in facts.sides:
            if side.run_steps:
                point = Point(
                    _started(facts),
                    side.impact_g,
                    None
                    if side.baseline is None or side.baseline.basis == "start"
                    else side.baseline.impact_g,
                    side.share("heel"),
                    side.cadence_spm,
                    side.clipped_share > words.CLIPPED_SHARE,
                )
                found.setdefault(words.place_name(side), []).append(point)
    return [Place(name, tuple(points)) for name, points in sorted(found.items())]


def _summary(ran: Sequence[SessionFacts], places: Sequence[Place]) -> Section:
    days = (_day(ran[-1]) - _day(ran[0])).days
    running = words.length(sum(one.running_s for one in ran))
    lines = [f"{len(ran)} sessions in {words.span(days)}, {running} of running."]
    for place in places:
        known = [point.impact_g for point in place.points if point.impact_g is not None]
        if len(known) >= 2 * HALF:
            early, late = (
                statistics.median(known[: len(known) // 2]),
                statistics.median(known[len(known) // 2 :]),
            )
            lines.append(
                f"Impact {place.name}: the later half was {words.against(late, early)} the earlier one."
            )
    tiles = []
    for place in places:
        known = [point.impact_g for point in place.points if point.impact_g is not None]
        if known:
            note = f"last session; middle {words.grams(statistics.median(known))}"
            tiles.append({"label": f"Impact {place.name}", "value": words.grams(known[-1]), "note": note})
    return Section("summary", "In short", "summary.html", {"lines": lines, "tiles": tiles})


def _impact(places: Sequence[Place]) -> Section | None:
    chart = weeks_of_impact_chart(places)
    if chart is None:
        return None
    caption = (
        "Each dot is the median of a session, hollow when many steps went beyond the sensor's range; the "
        "dashed line is what was usual then. Speed, slope, shoe and surface change impact too."
    )
    return Section(
        "impact", "Impact from session to session", "figure.html", {"chart": chart, "caption": caption}
    )


def _landing(places: Sequence[Place]) -> Section | None:
    rows = [row for place in places for row in _landing_rows(place)]
    return Section("landing", "How the feet landed", "trend_table.html", {"rows": rows}) if rows else None


def _landing_rows(place: Place) -> Iterator[dict[str, Any]]:
    shares = [point.heel_share for point in place.points if point.heel_share is not None]
    cadence = [point.cadence_spm for point in place.points if point.cadence_spm is not None]
    if shares:
        cells = (shares[0], statistics.median(shares), shares[-1])
        yield {"title": f"Heel first, {place.name}", "cells": [words.percent(share) for share in cells]}
    if cadence:
        cells = (cadence[0], statistics.median(cadence), cadence[-1])
        yield {"title": f"Steps a minute, {place.name}", "cells": [words.number(value) for value in cells]}


def _load_section(weeks: Sequence[Any], ran: Sequence[SessionFacts]) -> Section:
    rows = [
        {
            "monday": f"{week.monday.day} {words.month(week.monday)}",
            "runs": words.number(week.runs),
            "time": words.length(
                sum(one.running_s for one in ran if 0 <= (_day(one) - week.monday).days < DAYS)
            ),
            "steps": words.number(week.steps),
            "sum": words.number(week.impact_sum_g),
            "change": words.UNKNOWN
            if week.steps_change_percent is None
            else f"{week.steps_change_percent:+.0f}\u202f%",
        }
        for week in reversed(weeks)
    ]
    return Section("load", "Load by week", "load.html", {"chart": week_chart(weeks), "rows": rows})


def _advice() -> Section:
    return Section(
        "advice",
        "What to try",
        "advice.html",
        {"advice": [suggested("load"), suggested("warm-up")], "persists": PERSISTS},
    )
