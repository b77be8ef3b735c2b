"""The exercise plan of the article: what, how often, how much; and how it is logged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from imu.coach.load import monday_of
from imu.errors import UsageError
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANKLE_TEST", "EXERCISES", "Exercise", "LogEntry", "WeekItem", "exercise_named", "week_of"]

ANKLE_TEST = "ankle-test"


class Exercise(NamedTuple):
    """An exercise.

    Attributes
    ----------
    name, title, how : str
        Short name, name in full, and how it is done.
    advice : str
        Key of the advice that it belongs to, see :data:`imu.coach.advice.ADVICE`.
    sets, reps : int
        How much; of holds, `reps` holds of `hold_s`.
    hold_s : float
        How long each is held, s; 0 for a movement that is counted.
    each_side : bool
        Done on either side.
    days_a_week : int
        How often.
    """

    name: str
    title: str
    how: str
    advice: str
    sets: int
    reps: int
    hold_s: float
    each_side: bool
    days_a_week: int

    @property
    def amount(self) -> str:
        """How much, in words."""
        times = f"{self.sets} x {self.reps}" if self.reps > 1 or not self.hold_s else f"{self.sets} x"
        held = f" {'hold ' if self.reps <= 1 else 'holds of '}{self.hold_s:.0f} s" if self.hold_s else ""
        return f"{times}{held}{' each side' if self.each_side else ''}"


EXERCISES = (
    Exercise(
        "calf-stretch",
        "Calf stretch",
        "Hands on the wall, back leg straight, heel down.",
        "ankle",
        3,
        1,
        30.0,
        each_side=True,
        days_a_week=5,
    ),
    Exercise(
        "soleus-stretch",
        "Soleus stretch",
        "The same with the back knee bent, heel down.",
        "ankle",
        3,
        1,
        30.0,
        each_side=True,
        days_a_week=5,
    ),
    Exercise(
        "bridging",
        "Bridging",
        "On your back, feet flat, lift the hips and lower them slowly.",
        "hip",
        3,
        12,
        0.0,
        each_side=False,
        days_a_week=3,
    ),
    Exercise(
        "clamshells",
        "Clamshells",
        "On your side, knees bent, feet together, open the upper knee.",
        "hip",
        3,
        12,
        0.0,
        each_side=True,
        days_a_week=3,
    ),
    Exercise(
        "prone-hip-extension",
        "Prone hip extension",
        "On your front, lift one straight leg without arching the back.",
        "hip",
        3,
        12,
        0.0,
        each_side=True,
        days_a_week=3,
    ),
    Exercise(
        "plank",
        "Plank",
        "On forearms and toes, body straight.",
        "core",
        3,
        1,
        30.0,
        each_side=False,
        days_a_week=3,
    ),
    Exercise(
        "side-plank",
        "Side plank",
        "On one forearm, hips lifted, body straight.",
        "core",
        3,
        1,
        20.0,
        each_side=True,
        days_a_week=3,
    ),
)
"""Amounts are a common beginning, not a prescription: the physical therapist fits them to the person."""


class LogEntry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something done.

    Attributes
    ----------
    day : datetime.date
        When.
    what : str
        Name of an exercise, or ``"ankle-test"``, ``"ice"``, ``"taping"``.
    sets, reps : int
        How much.
    held_s : float
        Time held in all, s.
    side : Side or None
        Which side; None for both.
    angles_deg : tuple of float
        Of an ankle test: the tries.
    counted_by : str
        ``"hand"``, ``"timer"`` or the sensor that counted.
    session : str
        The session it belongs to, where it belongs to one.
    note : str
        Free text.
    """

    day: dt.date
    what: str
    sets: int = 1
    reps: int = 0
    held_s: float = 0.0
    side: Side | None = None
    angles_deg: tuple[float, ...] = ()
    counted_by: str = "hand"
    session: str = ""
    note: str = ""


class WeekItem(NamedTuple):
    """An item of a week's plan: what, how often it is planned, on how many days it was done."""

    name: str
    title: str
    detail: str
    planned: int
    done: int


def exercise_named(name: str) -> Exercise:
    """Find an exercise.

    Raises
    ------
    UsageError
        There is none of that name; says which there are.
    """
    for exercise in EXERCISES:
        if exercise.name == name:
            return exercise
    names = ", ".join(exercise.name for exercise in EXERCISES)
    raise UsageError(f"there is no exercise {name!r}: choose one of {names}")


def week_of(log: Iterable[LogEntry], day: dt.date) -> list[WeekItem]:
    """Exercises and tests of the week of a day, with what was done of each."""
    first = monday_of(day)
    days: dict[str, set[dt.date]] = {}
    for entry in log:
        if first <= entry.day < first + dt.timedelta(days=7):
            days.setdefault(entry.what, set()).add(entry.day)
    items = [WeekItem(e.name, e.title, e.amount, e.days_a_week, len(days.get(e.name, ()))) for e in EXERCISES]
    test = len(days.get(ANKLE_TEST, ()))
    return [*items, WeekItem(ANKLE_TEST, "Knee-to-wall test", "3 tries each side", 1, test)]
