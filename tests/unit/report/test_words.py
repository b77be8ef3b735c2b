"""Names made safe to show, and numbers in words."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.report import words


@given(st.text(), st.integers(2, 80))
def test_cleaned_text_is_short_and_holds_nothing_invisible(text: str, limit: int) -> None:
    shown = words.clean(text, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë \u202egnol\u202c", "Zoë gnol"),
        ("a\x1b[31mb\x07\x00", "a[31mb"),
        ("one\ttwo\nthree", "one two three"),
        ("x" * 10_000, "x" * 63 + "…"),
        ("", ""),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert words.clean(text) == shown


def test_a_note_keeps_its_lines() -> None:
    assert words.clean("left calf\r\ntight\x00", 100, lines=True) == "left calf\ntight"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10.4, "about the same as"),
        (12.0, "20\u202f% higher than"),
        (8.0, "20\u202f% lower than"),
    ],
)
def test_against(value: float, said: str) -> None:
    assert words.against(value, 10.0) == said


def test_times_and_dates() -> None:
    assert words.length(42.4) == "42\u202fs"
    assert words.length(3905) == "1\u202fh 05\u202fmin"
    assert words.clock(3905) == "1:05:05"
    assert words.day(dt.datetime(2026, 11, 24, tzinfo=dt.UTC)) == "24 November 2026"
    assert words.number(12345.6) == "12\u202f346"


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "one day"), (1, "2 days"), (6, "7 days"), (8, "9 days"), (13, "2 weeks"), (48, "7 weeks")],
)
def test_spans_are_said_as_people_say_them(days: int, said: str) -> None:
    assert words.span(days) == said
