from __future__ import annotations

import datetime as dt

import pytest

from imu.coach import SessionLoad, session_load, weekly
from imu.model import Activity, Placement, Side
from tests.unit.coach.runners import steps

MONDAY = dt.date(2026, 5, 4)


def load(day: int, count: int) -> SessionLoad:
    return SessionLoad(MONDAY + dt.timedelta(days=day), count, 7.0 * count, "shank")


def test_weeks_without_a_run_are_there_and_the_change_is_against_four_weeks_before() -> None:
    weeks = weekly([load(0, 1000), load(2, 1000), load(15, 1500)], MONDAY + dt.timedelta(days=27))
    assert [week.steps for week in weeks] == [2000, 0, 1500, 0]
    assert [week.runs for week in weeks] == [2, 0, 1, 0]
    assert [week.steps_change_percent for week in weeks] == [None, -100.0, 50.0, pytest.approx(-100.0)]
    assert weeks[2].impact_change_percent == pytest.approx(50.0)


def test_nothing_recorded_no_weeks() -> None:
    assert weekly([], MONDAY) == []
    assert weekly([load(0, 0)], MONDAY) == []


def test_the_load_of_both_legs() -> None:
    both = session_load(MONDAY, steps(70.0, lambda *_: 6.0))
    assert (both.steps, both.impact_sum_g) == (200, pytest.approx(1200.0))


def test_a_leg_without_a_sensor_is_taken_as_the_other() -> None:
    made = [step for step in steps(70.0, lambda *_: 6.0) if step.side is Side.LEFT]
    assert session_load(MONDAY, made).steps == 200


def test_two_sensors_on_a_leg_count_once() -> None:
    shoes = list(steps(35.0, lambda *_: 9.0, placement=Placement.SHOE))
    renamed = [
        type(s)(**{f: getattr(s, f) for f in s.__struct_fields__} | {"sensor": f"{s.side}-shoe"})
        for s in shoes
    ]
    found = session_load(MONDAY, [*steps(70.0, lambda *_: 6.0), *renamed])
    assert (found.steps, found.placement) == (200, "shank")


def test_walking_is_no_running_load_and_rejected_steps_add_no_impact() -> None:
    assert session_load(MONDAY, steps(70.0, lambda *_: 6.0, activity=Activity.WALK)).steps == 0
    rejected = session_load(MONDAY, steps(70.0, lambda *_: 6.0, accepted=False))
    assert (rejected.steps, rejected.impact_sum_g) == (200, 0.0)


def test_a_week_that_is_not_over_is_compared_only_once_it_is_above() -> None:
    week = [load(0, 1000), load(7, 600)]
    assert weekly(week, MONDAY + dt.timedelta(days=9))[-1].steps_change_percent is None
    more = weekly([*week, load(9, 900)], MONDAY + dt.timedelta(days=9))[-1]
    assert more.steps_change_percent == pytest.approx(50.0)
