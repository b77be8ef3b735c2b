from __future__ import annotations

import datetime as dt

from dashboards.plancards import plan_cards, plan_notes
from dashboards.states import DASH, Tone
from imu.coach import RUNS, SEE_PT, CoachedRun, LegResult, LogEntry, Progress, Week, week_of
from imu.runners import AnklePoint, PlanView

DAY = dt.date(2026, 5, 20)
MONDAY = dt.date(2026, 5, 18)
EMPTY = PlanView("Ada", MONDAY, None, 0.0, 0.0, week_of((), DAY), [], [], [])


def coached(number: int, ran_s: float, change_percent: float) -> CoachedRun:
    legs = (LegResult("left-shin", 8.0, {"retention": 8.0 * (1 + change_percent / 100)}, {}),)
    return CoachedRun(20260504, number, 900.0, ran_s, 900.0, 900.0, 120.0, 12, legs)


def filled() -> PlanView:
    runs = (coached(1, 900.0, -22.0), coached(2, 450.0, -10.0), coached(2, 300.0, 5.0))
    log = [LogEntry(MONDAY + dt.timedelta(days=day), "plank") for day in range(3)]
    weeks = [
        Week(MONDAY - dt.timedelta(days=7), 2, 4000, 3e4, None, None),
        Week(MONDAY, 1, 6000, 4e4, 50.0, 33.0),
    ]
    ankles = [AnklePoint(DAY, "left", 38.4)]
    return PlanView(
        "Ada", MONDAY, Progress(runs, (1,), RUNS[1]), 0.8, 0.0, week_of(log, DAY), weeks, ankles, ["Hi."]
    )


def test_an_empty_plan_says_what_to_do() -> None:
    programme, items, load, ankles = plan_cards(EMPTY)
    assert programme.rows[0].value == "softstrike plan start"
    assert {row.share for row in items.rows} == {0.0}
    assert load.rows[0].label == "Nothing recorded yet"
    assert ankles.rows[0].value == "softstrike ankle-test"


def test_the_programme_shows_what_was_run_and_what_was_kept() -> None:
    card = plan_cards(filled())[0]
    assert card.title == "Programme, target 80 % of usual"
    assert [row.value for row in card.rows[:3]] == [
        "done, -22 % against usual",
        "50% run, -10 % against usual",
        DASH,
    ]
    assert [row.tone for row in card.rows[:3]] == [Tone.GOOD, Tone.PLAIN, Tone.STALE]


def test_the_next_run_is_marked() -> None:
    runs = (coached(1, 900.0, -22.0),)
    view = PlanView("Ada", MONDAY, Progress(runs, (1,), RUNS[1]), 0.8, 0.0, [], [], [], [])
    assert [row.value for row in plan_cards(view)[0].rows[1:3]] == ["next", DASH]


def test_weeks_and_exercises_have_their_bars() -> None:
    _, items, load, _ = plan_cards(filled())
    assert [row.share for row in load.rows] == [4000 / 6000, 1.0]
    assert load.rows[1].value == "6,000 steps (+50 %)"
    assert next(row for row in items.rows if row.label.startswith("Plank")).value == "done"


def test_the_last_line_is_about_the_therapist() -> None:
    assert plan_notes(filled(), ["Cues rest."]) == ("Cues rest.", "Hi.", SEE_PT)
