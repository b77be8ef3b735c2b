"""What a report suggests: pieces of the coach's advice (:mod:`imu.coach.advice`) and why they are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from imu.coach import SEE_PT, SOURCES, advice
from imu.report.words import against, joined, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.report.facts import SessionFacts, SideFacts

__all__ = ["PERSISTS", "Suggestion", "suggested", "suggestions"]

PERSISTS = f"This report is for wellness, not medicine. {SEE_PT} Take this page along."

HIGHER = 1.2
HEEL_SHARE = 0.7
LEAST_DECIDED = 20

_DOI = re.compile(r"doi (10\.\S+)")
_PMC = re.compile(r"PMC\d+")


class Suggestion(msgspec.Struct, frozen=True):
    """A piece of advice in a report.

    Attributes
    ----------
    title, text : str
        What to try.
    why : str
        What in this session it answers; empty for what always holds.
    measured, not_measured : str
        What softstrike measures of it, and what it cannot.
    sources : tuple of (str, str)
        Where it is from, and a link; empty without one.
    """

    title: str
    text: str
    why: str
    measured: str
    not_measured: str
    sources: tuple[tuple[str, str], ...]


def suggested(key: str, why: str = "") -> Suggestion:
    """Make a suggestion of a piece of advice.

    Parameters
    ----------
    key : str
        As in :data:`imu.coach.ADVICE`.
    why : str
        What in the session it answers.
    """
    one = advice(key)
    sources = tuple((_label(SOURCES[source]), _link(SOURCES[source])) for source in one.sources)
    return Suggestion(one.title, one.text, why, one.measured, one.not_measured, sources)


def suggestions(facts: SessionFacts) -> Iterator[Suggestion]:
    """Yield what fits a session, the most fitting first."""
    higher = [side for side in facts.sides if _is_higher(side)]
    if higher:
        yield suggested("softer", f"Impact was {joined([_how_high(side) for side in higher])}.")
    heel = [side for side in facts.sides if _is_heel_first(side)]
    if heel:
        shares = [f"{percent(side.share('heel'))} of the {side.side} landings" for side in heel]
        yield suggested("landing", f"The heel came first in {joined(shares)}.")
    yield suggested("warm-up")
    yield suggested("load")


def _label(source: str) -> str:
    """Take off the DOI, which the link carries."""
    return source.partition(", doi ")[0]


def _link(source: str) -> str:
    if found := _DOI.search(source):
        return f"https://doi.org/{found[1]}"
    found = _PMC.search(source)
    return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{found[0]}/" if found else ""


def _is_higher(side: SideFacts) -> bool:
    if side.impact_g is None or side.baseline is None:
        return False
    return side.impact_g > HIGHER * side.baseline.impact_g or (side.excessive_share or 0.0) > HIGHER - 1.0


def _how_high(side: SideFacts) -> str:
    if (
        side.impact_g is not None
        and side.baseline is not None
        and side.impact_g > HIGHER * side.baseline.impact_g
    ):
        return f"{side.side} {against(side.impact_g, side.baseline.impact_g)} usual"
    return f"above the limit in {percent(side.excessive_share)} of the judged steps on the {side.side}"


def _is_heel_first(side: SideFacts) -> bool:
    return side.decided >= LEAST_DECIDED and (side.share("heel") or 0.0) >= HEEL_SHARE
