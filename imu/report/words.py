"""Numbers and names in plain words, safe to show."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING

from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from imu.report.facts import SessionFacts, SideFacts
    from imu.report.usual import Baseline

__all__ = [
    "about_baseline",
    "against",
    "clean",
    "clock",
    "compared",
    "day",
    "grams",
    "impact_of",
    "joined",
    "length",
    "month",
    "number",
    "percent",
    "place_name",
    "points",
    "session_title",
    "short_day",
    "span",
]

UNKNOWN = "\u2013"
"""What stands where nothing was measured."""

NAME_LENGTH = 64
NOTE_LENGTH = 4_000
DAYS_A_WEEK, LEAST_WEEKS = 7, 2
ABOUT_USUAL = 0.05
"""Differences below this are not worth a word: within what changes from run to run anyway."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def clean(text: str, limit: int = NAME_LENGTH, *, lines: bool = False) -> str:
    """Take control, invisible and direction-turning characters out of a text and shorten it.

    Parameters
    ----------
    text : str
        A name or note, as anybody may have written it.
    limit : int
        Greatest length of the result, characters.
    lines : bool
        Whether line breaks are kept.
    """
    whole = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        letter
        if (lines and letter == "\n") or unicodedata.category(letter) not in _HIDDEN
        else " "
        if letter in "\n\t"
        else ""
        for letter in whole
    ).strip()
    short = len(kept) > limit or len(text) > len(whole) + limit
    return f"{kept[: limit - 1].rstrip()}…" if short else kept


def number(value: float | None, decimals: int = 0) -> str:
    """Show a number with thousands set apart by a thin space; unknown is a dash."""
    return UNKNOWN if value is None else f"{value:,.{decimals}f}".replace(",", "\u202f")


def percent(share: float | None, decimals: int = 0) -> str:
    """Show a share as a percentage."""
    return UNKNOWN if share is None else f"{100 * share:.{decimals}f}\u202f%"


def grams(impact_g: float | None) -> str:
    """Show an impact in g."""
    return UNKNOWN if impact_g is None else f"{impact_g:.1f}\u202fg"


def impact_of(side: SideFacts) -> str:
    """Show the impact of a sensor in g; one that rests on clipped steps is a lower bound and says so."""
    bound = "\u2265\u202f" if side.clipped_share > CLIPPED_SHARE and side.impact_g is not None else ""
    return f"{bound}{grams(side.impact_g)}"


CLIPPED_SHARE = 0.05
"""With more clipped steps than this a median is shown as a lower bound."""


def length(time_s: float) -> str:
    """Show a length of time: ``42 s``, ``3 min 20 s``, ``1 h 05 min``."""
    minutes, seconds = divmod(round(time_s), int(S_PER_MIN))
    hours, left = divmod(minutes, int(S_PER_MIN))
    if hours:
        return f"{hours}\u202fh {left:02d}\u202fmin"
    return f"{minutes}\u202fmin {seconds:02d}\u202fs" if minutes else f"{seconds}\u202fs"


def span(days: int) -> str:
    """Show how long ago something began: ``one day``, ``5 days``, ``6 weeks``."""
    weeks = round((days + 1) / DAYS_A_WEEK)
    if weeks >= LEAST_WEEKS:
        return f"{weeks} weeks"
    return f"{days + 1} days" if days else "one day"


def clock(time_s: float) -> str:
    """Show a moment of the session: ``3:20``, ``1:02:05``."""
    minutes, seconds = divmod(round(time_s), int(S_PER_MIN))
    hours, left = divmod(minutes, int(S_PER_MIN))
    return f"{hours}:{left:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def day(moment: dt.datetime) -> str:
    """Show a date: ``24 November 2026``; the same on every machine."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def month(day_: dt.date) -> str:
    """Show a month in short: ``Nov``."""
    return _MONTHS[day_.month - 1][:3]


def short_day(time_s: float) -> str:
    """Show the day of a moment in s since 1970: ``24 Nov``."""
    moment = dt.datetime.fromtimestamp(time_s, dt.UTC)
    return f"{moment.day} {month(moment)}"


def joined(parts: list[str]) -> str:
    """Join parts as one does in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def session_title(facts: SessionFacts) -> str:
    """Name a session in a heading."""
    return clean(facts.name) or "Session"


def place_name(side: SideFacts) -> str:
    """Where a sensor was worn: ``left shoe``, ``right shin``."""
    return f"{side.side} {'shin' if side.placement == 'shank' else side.placement}"


def compared(value: float, usual: float) -> str:
    """Say how a value compares, where what it is compared with was said before."""
    return against(value, usual).removesuffix(" than").removesuffix(" as") if usual else UNKNOWN


def points(share: float, usual: float) -> str:
    """Say how a share compares, in points of a hundred: a percentage of a percentage is read wrongly."""
    change = 100 * (share - usual)
    if abs(change) < 100 * ABOUT_USUAL:
        return "about the same"
    return f"{abs(change):.0f} points {'higher' if change > 0 else 'lower'}"


def against(value: float, usual: float) -> str:
    """Say how a value compares with what is usual."""
    change = value / usual - 1.0
    if abs(change) < ABOUT_USUAL:
        return "about the same as"
    return f"{100 * abs(change):.0f}\u202f% {'higher' if change > 0 else 'lower'} than"


def about_baseline(baseline: Baseline) -> str:
    """Say what a baseline rests on, so that it fits behind "against"."""
    if baseline.basis == "profile":
        return "your usual at that cadence" if baseline.by_cadence else "your usual"
    if baseline.basis == "earlier":
        return f"your last {baseline.sessions} sessions" if baseline.sessions > 1 else "your last session"
    return "the first steps of this run"
