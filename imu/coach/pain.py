"""The pain diary and its fixed rules: when cues rest and who to ask. Never a diagnosis."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import msgspec

from imu.errors import UsageError
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["DiaryEntry", "Sign", "Verdict", "Where", "assess"]

REST_ABOVE = 3
STOP_FROM = 5
LONG = dt.timedelta(days=14)
WORST = 10


class Where(enum.StrEnum):
    """Where it hurts."""

    KNEE = "knee"
    CALF = "calf"
    ACHILLES = "achilles"
    FOOT = "foot"
    ANKLE = "ankle"
    SHIN = "shin"
    THIGH = "thigh"
    HIP = "hip"
    BACK = "back"
    OTHER = "other"


class Sign(enum.StrEnum):
    """What a physical therapist or doctor should see before the next run."""

    NIGHT = "night"
    SWELLING = "swelling"
    LOCKING = "locking"
    GIVING_WAY = "giving-way"
    BONE = "bone"


_SIGN_WORDS = {
    Sign.NIGHT: "pain at night or at rest",
    Sign.SWELLING: "swelling",
    Sign.LOCKING: "a joint that locks",
    Sign.GIVING_WAY: "a leg that gives way",
    Sign.BONE: "pain at one spot on a bone",
}
_LOWER_LEG = frozenset({Where.CALF, Where.ACHILLES, Where.FOOT})


class DiaryEntry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One entry; scores from 0 (none) to 10 (worst), None where not told.

    Attributes
    ----------
    day : datetime.date
        Day of the run it speaks of.
    where : Where
        Where it hurts.
    side : Side or None
        Which side; None for both or the middle.
    during, after, next_morning : int or None
        While running, after it, on the morning after.
    stiff : bool
        Stiff on the morning after.
    signs : tuple of Sign
        What a physical therapist or doctor should see.
    seen_by_pt : bool
        A physical therapist or doctor has looked at it since: the earlier entries no longer rest the cues.
    note : str
        Free text.
    """

    day: dt.date
    where: Where = Where.OTHER
    side: Side | None = None
    during: int | None = None
    after: int | None = None
    next_morning: int | None = None
    stiff: bool = False
    signs: tuple[Sign, ...] = ()
    seen_by_pt: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("during", "after", "next_morning"):
            score = getattr(self, name)
            if score is not None and not 0 <= score <= WORST:
                raise UsageError(f"{name}: the scale goes from 0 (none) to 10 (worst), not {score}")

    @property
    def worst(self) -> int:
        """Greatest score told."""
        return max((s for s in (self.during, self.after, self.next_morning) if s is not None), default=0)

    @property
    def place(self) -> str:
        """Where, in words."""
        return f"{self.side} {self.where}" if self.side else str(self.where)


class Verdict(msgspec.Struct, frozen=True):
    """What the rules say.

    Attributes
    ----------
    cues_rest : bool
        No cues in the next runs.
    see_pt : bool
        Whether to see the physical therapist now.
    reasons : tuple of str
        Why, in plain words.
    """

    cues_rest: bool
    see_pt: bool
    reasons: tuple[str, ...]


def assess(entries: Iterable[DiaryEntry], today: dt.date) -> Verdict:
    """Hold the diary against the fixed rules.

    Cues rest after a score of 5 or more, above 3 or morning stiffness at calf, Achilles tendon or foot
    (where softer steps move the load to), after any of the signs, and when a score above 3 has been told over
    more than two weeks; until a later entry for the same place is free of all that, or a physical therapist
    has looked at it. All but the rule for calf, Achilles tendon and foot also say to see the physical
    therapist.

    Parameters
    ----------
    entries : iterable of DiaryEntry
        In any order.
    today : datetime.date
        Entries after it are passed over.

    Returns
    -------
    Verdict

    Notes
    -----
    The rules are working rules, drawn from what retraining studies report of calf and Achilles complaints
    (Chan 2018, doi 10.1177/0363546517736277); they were not tested as such.
    """
    known = sorted((entry for entry in entries if entry.day <= today), key=lambda entry: entry.day)
    seen = max((number for number, entry in enumerate(known, 1) if entry.seen_by_pt), default=0)
    by_place: dict[tuple[str, Side | None], list[DiaryEntry]] = {}
    for entry in known[seen:]:
        by_place.setdefault((entry.where, entry.side), []).append(entry)
    rest: list[str] = []
    ask: list[str] = []
    for own in by_place.values():
        rest += _reasons_to_rest(own[-1])
        ask += _reasons_to_ask(own)
    return Verdict(bool(rest or ask), bool(ask), tuple(dict.fromkeys([*rest, *ask])))


def _reasons_to_rest(last: DiaryEntry) -> list[str]:
    reasons = [f"{last.place}: {_SIGN_WORDS[sign]}" for sign in last.signs]
    if last.worst >= STOP_FROM:
        reasons.append(f"{last.place}: {last.worst} of 10")
    elif last.where in _LOWER_LEG and last.worst > REST_ABOVE:
        reasons.append(f"{last.place}: {last.worst} of 10, where softer steps move the load to")
    if last.where in _LOWER_LEG and last.stiff:
        reasons.append(f"{last.place}: stiff on the next morning")
    return reasons


def _reasons_to_ask(own: Sequence[DiaryEntry]) -> list[str]:
    last = own[-1]
    reasons = [f"{last.place}: {_SIGN_WORDS[sign]}" for sign in last.signs]
    if last.worst >= STOP_FROM:
        reasons.append(f"{last.place}: {last.worst} of 10")
    first = last
    for entry in reversed(own):
        if entry.worst <= REST_ABOVE:
            break
        first = entry
    if last.worst > REST_ABOVE and last.day - first.day > LONG:
        reasons.append(f"{last.place}: above {REST_ABOVE} of 10 for more than two weeks")
    return reasons
