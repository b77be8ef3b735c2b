"""The sections of a session's report, each made by one small function.

A section is a heading, a template and what the template shows. Another module adds its own by handing
functions of the same kind to :func:`imu.report.session_report`; one with nothing to say returns None.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from imu.config import FlagParams
from imu.report import words
from imu.report.advice import PERSISTS, suggestions
from imu.report.charts import dose_chart, impact_chart
from imu.report.facts import DECIDED, LEAST_SIDE_STEPS, LONG_RUN_S, SessionFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imu.report.facts import SideFacts, Stretch

__all__ = ["SECTIONS", "MakeSection", "Section", "Story"]


class Section(msgspec.Struct, frozen=True):
    """One section of a page.

    Attributes
    ----------
    ident : str
        Its anchor: letters and hyphens.
    title : str
        Its heading.
    template : str
        Name of its Jinja2 template, below ``templates`` of this package or of the package that adds it.
    content : dict
        What the template shows.
    """

    ident: str
    title: str
    template: str
    content: dict[str, Any]


class Story(msgspec.Struct, frozen=True):
    """What a report tells of: a session, and the runner's sessions before it, the latest last."""

    facts: SessionFacts
    earlier: tuple[SessionFacts, ...] = ()


MakeSection = Callable[[Story], Section | None]
"""Makes a section of a story; None when it has nothing to say."""

COMPARED = 5
MOST_FLAGS = 12
SHOWN_STRETCHES = 3
LEAST_RANKED = 2
MUCH_CLIPPED = FlagParams().clipped_share
"""With more clipped steps than this, stretches cannot be ranked by impact."""
HARDEST = 1.2
"""From this multiple of the usual on, the hardest stretch is worth a sentence."""


def summary(story: Story) -> Section:
    """Lead sentences and the few figures that matter most."""
    facts = story.facts
    return Section(
        "summary",
        "In short",
        "summary.html",
        {"lines": list(_sentences(facts)), "tiles": list(_tiles(facts))},
    )


def _sentences(facts: SessionFacts) -> Iterator[str]:
    steps = sum(side.run_steps for side in facts.sides)
    if not steps:
        yield "No running steps were found in this session, so there is little to report."
        return
    cadence = [side.cadence_spm for side in facts.sides if side.cadence_spm is not None]
    rate = f", at {statistics.fmean(cadence):.0f} steps a minute" if cadence else ""
    feet = "of both feet" if len(facts.sides) > 1 else f"of the {facts.sides[0].side} foot"
    running = words.length(facts.running_s)
    yield f"{running} of running with {words.number(steps)} steps {feet} measured{rate}."
    yield from _impact_sentences(facts)
    told = [side for side in facts.sides if side.decided]
    if told:
        shares = [f"{words.percent(side.share('heel'))} of the {side.side} landings" for side in told]
        yield f"Heel first in {words.joined(shares)}."
    else:
        yield "How the feet landed cannot be told from this sensor."
    yield _flag_sentence(facts)


def _impact_sentences(facts: SessionFacts) -> Iterator[str]:
    """Impact against what is usual: the middle of the run, and its hardest stretch when that stands out."""
    by_basis: dict[str, dict[str, list[str]]] = {}
    for side in facts.sides:
        if side.impact_g is not None and side.baseline is not None:
            said = words.compared(side.impact_g, side.baseline.impact_g)
            told = by_basis.setdefault(words.about_baseline(side.baseline), {})
            told.setdefault(said, []).append(side.side)
    for basis, told in by_basis.items():
        sides = ", ".join(f"{words.joined(names)} {said}" for said, names in told.items())
        yield f"Impact against {basis}: {sides}."
    ratios = list(_ratios(facts))
    if not by_basis or len(ratios) < LEAST_RANKED:
        return
    start_s, ratio = max(ratios, key=lambda row: row[1])
    if ratio > HARDEST:
        yield f"It was highest from {words.clock(start_s)} on: {100 * (ratio - 1):.0f}\u202f% above that."


def _flag_sentence(facts: SessionFacts) -> str:
    count = len(facts.flags)
    if not count:
        return "No flag was raised."
    return (
        f"{count} flags were raised; they are listed below." if count > 1 else "1 flag was raised; see below."
    )


def _tiles(facts: SessionFacts) -> Iterator[dict[str, str]]:
    for side in facts.sides:
        usual = side.baseline
        beside = f"{words.grams(usual.impact_g)} {_basis(side)}" if usual else "no usual value yet"
        yield {"label": f"Impact {side.side}", "value": words.impact_of(side), "note": beside}
    for side in facts.sides:
        if side.decided:
            note = f"{words.number(side.decided)} landings decided"
            yield {
                "label": f"Heel first {side.side}",
                "value": words.percent(side.share("heel")),
                "note": note,
            }
    cadence = [side.cadence_spm for side in facts.sides if side.cadence_spm is not None]
    if cadence:
        yield {"label": "Cadence", "value": words.number(statistics.fmean(cadence)), "note": "steps a minute"}
    contact = [side.contact_time_ms for side in facts.sides if side.contact_time_ms is not None]
    if contact:
        yield {
            "label": "Contact",
            "value": words.number(statistics.fmean(contact)),
            "note": "ms on the ground",
        }


def _basis(side: SideFacts) -> str:
    basis = side.baseline.basis if side.baseline else ""
    return {"profile": "usual", "earlier": "usual", "start": "at the start"}.get(basis, "")


def impact(story: Story) -> Section | None:
    """Impact over time against what is usual."""
    facts = story.facts
    chart = impact_chart(facts.sides)
    if chart is None:
        return None
    measured = [side for side in facts.sides if side.impact_g is not None]
    return Section(
        "impact",
        "Impact over time",
        "impact.html",
        {
            "chart": chart,
            "stretch": "minute" if facts.duration_s >= LONG_RUN_S else "15 seconds",
            "baselines": _bases(measured),
            "without": [words.place_name(s) for s in measured if s.baseline is None],
            "clipped": [
                (words.place_name(s), words.percent(s.clipped_share)) for s in measured if s.clipped_share
            ],
            "difference": _difference(facts),
        },
    )


def _bases(sides: Sequence[SideFacts]) -> list[tuple[str, str]]:
    """Places of the sensors, and what is called usual there; those that share it together."""
    found: dict[str, list[str]] = {}
    for side in sides:
        if side.baseline is not None:
            found.setdefault(words.about_baseline(side.baseline), []).append(words.place_name(side))
    return [(words.joined(places), basis) for basis, places in found.items()]


def _difference(facts: SessionFacts) -> str:
    """Left against right, once there are enough steps of each; shown, not judged."""
    by_side = {side.side: side for side in facts.sides if side.impact_g and side.impacts >= LEAST_SIDE_STEPS}
    left, right = by_side.get("left"), by_side.get("right")
    if left is None or right is None or left.placement != right.placement:
        return ""
    if left.impact_g is None or right.impact_g is None:
        return ""
    index = 200.0 * (left.impact_g - right.impact_g) / (left.impact_g + right.impact_g)
    if abs(index) < 100 * words.ABOUT_USUAL:
        return "Left and right differ by less than 5\u202f%."
    return f"The {'left' if index > 0 else 'right'} side was {abs(index):.0f}\u202f% higher than the other."


def landing(story: Story) -> Section | None:
    """Shares of the landing types, left and right."""
    facts = story.facts
    told = [side for side in facts.sides if side.decided]
    if not told:
        return None
    rows = [
        {
            "side": side.side,
            "parts": [
                {
                    "kind": kind.value,
                    "share": side.share(kind.value),
                    "text": words.percent(side.share(kind.value)),
                }
                for kind in DECIDED
            ],
            "decided": words.number(side.decided),
            "unsure": words.number(side.landings["unsure"]),
        }
        for side in told
    ]
    return Section("landing", "How the feet landed", "landing.html", {"rows": rows})


def minutes(story: Story) -> Section | None:
    """Return the softest and the hardest stretches of the run."""
    facts = story.facts
    ranked = sorted(_ratios(facts), key=lambda row: row[1])
    if len(ranked) < LEAST_RANKED or any(side.clipped_share > MUCH_CLIPPED for side in facts.sides):
        return None
    shown = min(SHOWN_STRETCHES, len(ranked) // 2)
    long_run = facts.duration_s >= LONG_RUN_S
    return Section(
        "minutes",
        "Best and worst minutes" if long_run else "Best and worst stretches",
        "minutes.html",
        {
            "sides": [side.side for side in facts.sides],
            "against": "usual" if any(side.baseline for side in facts.sides) else "middle",
            "best": [_stretch_row(facts, start_s, ratio) for start_s, ratio in ranked[:shown]],
            "worst": [_stretch_row(facts, start_s, ratio) for start_s, ratio in reversed(ranked[-shown:])],
        },
    )


def _ratios(facts: SessionFacts) -> Iterator[tuple[float, float]]:
    """Start of each stretch and its impact against what is usual, or against the session's own middle."""
    found: dict[float, list[float]] = {}
    for side in facts.sides:
        middle_g = side.baseline.impact_g if side.baseline else side.impact_g
        for part in side.stretches:
            usual_g = part.usual_g or middle_g
            if part.impact_g is not None and usual_g:
                found.setdefault(part.start_s, []).append(part.impact_g / usual_g)
    most = max(map(len, found.values()), default=0)
    yield from (
        (start_s, statistics.fmean(ratios)) for start_s, ratios in found.items() if len(ratios) == most
    )


def _stretch_row(facts: SessionFacts, start_s: float, ratio: float) -> dict[str, Any]:
    parts: list[Stretch | None] = [
        next((part for part in side.stretches if part.start_s == start_s), None) for side in facts.sides
    ]
    known = [part for part in parts if part is not None]
    cadence = [part.cadence_spm for part in known if part.cadence_spm is not None]
    heel = [part.heel_share for part in known if part.heel_share is not None]
    return {
        "when": f"{words.clock(start_s)}\u2013{words.clock(known[0].end_s)}",
        "ratio": f"{100 * ratio:.0f}\u202f%",
        "impacts": [words.grams(part.impact_g if part else None) for part in parts],
        "cadence": words.number(statistics.fmean(cadence)) if cadence else words.UNKNOWN,
        "heel": words.percent(statistics.fmean(heel)) if heel else words.UNKNOWN,
    }


def dose(story: Story) -> Section | None:
    """How many impacts of which size."""
    facts = story.facts
    chart = dose_chart(facts.sides)
    if chart is None:
        return None
    rows = [
        {
            "place": words.place_name(side),
            "impacts": words.number(side.impacts),
            "sum": words.number(side.impact_sum_g),
            "unmeasured": words.number(side.run_steps - side.impacts),
            "walked": words.number(side.walk_steps),
        }
        for side in facts.sides
    ]
    return Section("dose", "Dose", "dose.html", {"chart": chart, "rows": rows})


def changes(story: Story) -> Section | None:
    """Compare with the runner's last sessions."""
    facts = story.facts
    past = story.earlier[-COMPARED:]
    if not past:
        return None
    rows = list(_changes(facts, past))
    other = [text for text in (_other("shoe", facts, past), _other("surface", facts, past)) if text]
    return Section(
        "changes",
        "Since the last sessions",
        "changes.html",
        {"rows": rows, "count": len(past), "other": other},
    )


def _changes(facts: SessionFacts, past: Sequence[SessionFacts]) -> Iterator[dict[str, str]]:
    minutes_before = [one.running_s for one in past]
    yield _change("Running time", facts.running_s, minutes_before, words.length)
    for side in facts.sides:
        before = [same for one in past if (same := one.of_place(side.place)) is not None]
        for title, pick, show, compare in _COMPARISONS:
            value, values = pick(side), [known for same in before if (known := pick(same)) is not None]
            if value is not None and values:
                yield _change(f"{title} {side.side}", value, values, show, compare)


def _change(
    title: str,
    value: float,
    before: Sequence[float],
    show: Callable[[float], str],
    compare: Callable[[float, float], str] = words.compared,
) -> dict[str, str]:
    usual = statistics.median(before)
    said = compare(value, usual)
    return {"title": title, "now": show(value), "before": show(usual), "said": said}


_COMPARISONS: tuple[
    tuple[
        str,
        Callable[[SideFacts], float | None],
        Callable[[float], str],
        Callable[[float, float], str],
    ],
    ...,
] = (
    ("Impact", lambda side: side.impact_g, words.grams, words.compared),
    ("Heel first", lambda side: side.share("heel"), words.percent, words.points),
    ("Cadence", lambda side: side.cadence_spm, lambda value: f"{value:.0f}\u202f/min", words.compared),
    ("Contact time", lambda side: side.contact_time_ms, lambda value: f"{value:.0f}\u202fms", words.compared),
)


def _other(name: str, facts: SessionFacts, past: Sequence[SessionFacts]) -> str:
    """Name a thing that differs from the sessions before, because impact depends on it."""
    before = {getattr(one, name) for one in past} - {""}
    now = getattr(facts, name)
    return f"another {name}" if now and before and before != {now} else ""


def flags(story: Story) -> Section | None:
    """List the flags that rose."""
    facts = story.facts
    if not facts.flags:
        return None
    rows = [{"when": words.clock(flag.time_s), "text": words.clean(flag.text, 200)} for flag in facts.flags]
    return Section(
        "flags", "Flags", "flags.html", {"rows": rows[:MOST_FLAGS], "more": len(rows) - MOST_FLAGS}
    )


def quality(story: Story) -> Section:
    """Tell what the numbers rest on."""
    facts = story.facts
    rows = [
        {
            "sensor": words.clean(one.sensor),
            "coverage": words.percent(one.coverage, 1),
            "rate": words.number(one.rate_hz),
            "range": "unknown" if one.range_g is None else f"±{one.range_g:g}\u202fg",
            "lost": words.number(one.lost_samples),
            "gaps": words.number(one.gaps),
            "clipped": words.number(one.clipped_samples),
            "notes": words.clean(one.notes, 300),
        }
        for one in facts.quality
    ]
    return Section(
        "quality", "What these numbers rest on", "quality.html", {"rows": rows, "complete": facts.complete}
    )


def advice(story: Story) -> Section:
    """Suggest what to try, with sources and limits."""
    facts = story.facts
    return Section(
        "advice", "What to try", "advice.html", {"advice": list(suggestions(facts)), "persists": PERSISTS}
    )


SECTIONS: tuple[MakeSection, ...] = (
    summary, impact, landing, minutes, dose, changes, flags, advice, quality,
)  # fmt: skip
"""The sections of a session's report, in order."""
