from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from imu.coach import DiaryEntry, Sign, Where, assess
from imu.errors import UsageError
from imu.model import Side

TODAY = dt.date(2026, 5, 31)


def entry(days_ago: int = 0, **changes: Any) -> DiaryEntry:
    return DiaryEntry(TODAY - dt.timedelta(days=days_ago), **{"where": Where.KNEE, **changes})


def verdict(*entries: DiaryEntry) -> tuple[bool, bool]:
    found = assess(entries, TODAY)
    assert bool(found.reasons) == (found.cues_rest or found.see_pt)
    return found.cues_rest, found.see_pt


@pytest.mark.parametrize(
    ("told", "rest", "see"),
    [
        ({}, False, False),
        ({"during": 3, "after": 2, "next_morning": 0}, False, False),
        ({"during": 4}, False, False),
        ({"after": 5}, True, True),
        ({"where": Where.CALF, "during": 3}, False, False),
        ({"where": Where.CALF, "next_morning": 4}, True, False),
        ({"where": Where.ACHILLES, "stiff": True}, True, False),
        ({"where": Where.KNEE, "stiff": True}, False, False),
        *(({"signs": (sign,)}, True, True) for sign in Sign),
    ],
)
def test_the_rules_on_one_entry(told: dict[str, Any], rest: bool, see: bool) -> None:
    assert verdict(entry(**told)) == (rest, see)


def test_a_later_entry_free_of_it_lets_cues_come_again() -> None:
    sore = entry(5, where=Where.CALF, during=4)
    assert verdict(sore) == (True, False)
    assert verdict(sore, entry(1, where=Where.CALF, during=1)) == (False, False)
    assert verdict(sore, entry(1, where=Where.CALF, side=Side.LEFT, during=1)) == (True, False)


def test_the_order_of_entries_does_not_matter() -> None:
    sore, free = entry(5, where=Where.CALF, during=4), entry(1, where=Where.CALF, during=1)
    assert verdict(free, sore) == (False, False)


@pytest.mark.parametrize(("days", "see"), [((20, 10, 1), True), ((12, 6, 1), False)])
def test_above_three_for_more_than_two_weeks_asks_for_the_therapist(days: tuple[int, ...], see: bool) -> None:
    assert verdict(*(entry(ago, during=4) for ago in days)) == (see, see)


def test_a_good_day_in_between_begins_the_two_weeks_anew() -> None:
    assert verdict(entry(20, during=4), entry(10, during=2), entry(1, during=4)) == (False, False)


def test_silence_does_not_lift_a_sign_but_the_therapist_does() -> None:
    swollen = entry(60, signs=(Sign.SWELLING,))
    assert verdict(swollen) == (True, True)
    assert verdict(swollen, entry(2, seen_by_pt=True)) == (False, False)


def test_what_is_dated_later_does_not_count_yet() -> None:
    assert verdict(entry(-1, after=9)) == (False, False)


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_off_the_scale_is_refused(score: int) -> None:
    with pytest.raises(UsageError, match=f"next_morning.*{score}"):
        entry(next_morning=score)
