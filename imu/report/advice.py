"""What a report suggests: each piece with why it is said, where it is from, and what it cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.report.words import against, joined, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.report.facts import SessionFacts, SideFacts

__all__ = ["PERSISTS", "Advice", "Source", "advice_for"]

PERSISTS = (
    "This report is for wellness, not medicine. If something hurts and it persists, see your physical "
    "therapist, and take this page along."
)

HIGHER = 1.2
HEEL_SHARE = 0.7
LEAST_DECIDED = 20


class Source(msgspec.Struct, frozen=True):
    """Where a statement is from."""

    label: str
    url: str


class Advice(msgspec.Struct, frozen=True):
    """One suggestion.

    Attributes
    ----------
    title, text : str
        What to try and why it is said.
    limit : str
        What it rests on and what is not known.
    sources : tuple of Source
        Where that is from.
    """

    title: str
    text: str
    limit: str
    sources: tuple[Source, ...]


_DOI = "https://doi.org/"
STEP_RATE = Source("Heiderscheit 2011", f"{_DOI}10.1249/MSS.0b013e3181ebedf4")
SOFTER = Source("Bowser 2018", f"{_DOI}10.1249/MSS.0000000000001710")
STRIKE = Source("Anderson 2020", f"{_DOI}10.1007/s40279-019-01238-y")
STRIKE_LOAD = Source("Meta-analysis, PMC7734358", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7734358/")
LOAD_FIRST = Source("Esculier 2018", f"{_DOI}10.1136/bjsports-2016-096988")
EVIDENCE = Source("Doyle 2022", f"{_DOI}10.2519/jospt.2022.10585")


def advice_for(facts: SessionFacts) -> Iterator[Advice]:
    """Yield what fits a session, the most fitting first."""
    higher = [side for side in facts.sides if _is_higher(side)]
    if higher:
        yield _softer(higher)
    heel = [
        side
        for side in facts.sides
        if side.decided >= LEAST_DECIDED and (side.share("heel") or 0) >= HEEL_SHARE
    ]
    if heel:
        yield _heel(heel)
    yield Advice(
        "Begin and end gently",
        "Always warm up before a run and cool down after it: some minutes of walking and easy running.",
        "A habit that costs little. A shoe or shin sensor sees the pace and the impact of these minutes, not "
        "how ready your muscles are.",
        (),
    )
    yield Advice(
        "Change the amount slowly",
        "How much you run matters at least as much as how you land: raise it little by little.",
        "In 69 runners with pain around the kneecap, advice on load alone did as well as added exercises or "
        "gait retraining, after 8 and 20 weeks.",
        (LOAD_FIRST,),
    )


def _is_higher(side: SideFacts) -> bool:
    if side.impact_g is None or side.baseline is None:
        return False
    return side.impact_g > HIGHER * side.baseline.impact_g or (side.excessive_share or 0.0) > HIGHER - 1.0


def _is_heel_first(side: SideFacts) -> bool:
    return side.decided >= LEAST_DECIDED and (side.share("heel") or 0.0) >= HEEL_SHARE


def _softer(sides: list[SideFacts]) -> Advice:
    told = []
    for side in sides:
        if side.impact_g is not None and side.baseline is not None and side.impact_g > side.baseline.impact_g:
            told.append(f"{side.side} {against(side.impact_g, side.baseline.impact_g)} usual")
        else:
            told.append(f"{side.side} above the limit in {percent(side.excessive_share)} of the steps")
    return Advice(
        "Softer, quieter, a little quicker",
        f"Impact was {joined(told)}. Try to land so that you hear less of it, or take slightly quicker steps "
        "(about 5\u202f% more a minute) at the same pace.",
        "Step rates 5 to 10\u202f% higher lowered what the knee absorbs in 45 runners; with feedback on "
        "impact, 19 runners were still softer a year later. Speed, slope and surface change impact too: "
        "compare like with like. What it does for one runner cannot be told.",
        (STEP_RATE, SOFTER),
    )


def _heel(sides: list[SideFacts]) -> Advice:
    shares = joined([f"{percent(side.share('heel'))} of the {side.side} landings" for side in sides])
    return Advice(
        "Landing nearer the mid-foot, slowly",
        f"The heel came first in {shares}. Landing nearer the mid-foot moves load from the knee to the calf "
        "and the Achilles tendon: if you want to try it, do so in short parts of easy runs, and stop when "
        "calf, Achilles tendon or foot complain. Softer and quicker steps are the gentler way to begin.",
        "Many soft-landing runners stay on the heel. Whether changing the landing keeps a knee well has not "
        "been shown by prospective studies, and running costs more effort at first.",
        (STRIKE_LOAD, STRIKE, EVIDENCE),
    )
