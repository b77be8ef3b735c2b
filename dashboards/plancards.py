"""What the plan's window shows, as plain values; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dashboards.states import DASH, Tone
from imu.coach import RUNS, SEE_PT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imu.coach import CoachedRun
    from imu.runners import PlanView

__all__ = ["CardRow", "CardState", "plan_cards", "plan_notes"]

WEEKS = 8


class CardRow(msgspec.Struct, frozen=True):
    """One row: what, how much of it (0 to 1, None without a bar), and the same in words."""

    label: str
    value: str
    share: float | None = None
    tone: Tone = Tone.PLAIN


class CardState(msgspec.Struct, frozen=True):
    """A card: a title and its rows."""

    title: str
    rows: tuple[CardRow, ...]


def plan_cards(view: PlanView) -> tuple[CardState, ...]:
    """Make the cards of a plan: programme, exercises, load, ankles.

    Parameters
    ----------
    view : PlanView
        The plan.

    Returns
    -------
    tuple of CardState
        Always four; one with nothing to show says so.
    """
    return (
        CardState(_programme_title(view), tuple(_programme(view))),
        CardState("Exercises and tests this week", tuple(_items(view))),
        CardState("Running steps by week", tuple(_load(view))),
        CardState("Knee-to-wall test", tuple(_ankles(view))),
    )


def plan_notes(view: PlanView, verdict: Sequence[str]) -> tuple[str, ...]:
    """Lines below the cards: what the diary's rules say, habits, and the line about the therapist."""
    return (*verdict, *view.notes, SEE_PT)


def _programme_title(view: PlanView) -> str:
    if view.progress is None:
        return "Programme"
    return f"Programme, target {100 * view.target_share:.0f} % of usual"


def _programme(view: PlanView) -> Iterator[CardRow]:
    if view.progress is None:
        yield CardRow("No programme begun", "softstrike plan start", tone=Tone.STALE)
        return
    following = view.progress.next
    for run in RUNS:
        ran = max((r for r in view.progress.runs if r.number == run.number), key=_adherence, default=None)
        label = f"Run {run.number}: {run.minutes} min, cues {run.on_share:.0%}"
        if ran is None:
            is_next = following is not None and following.number == run.number
            yield CardRow(label, "next" if is_next else DASH, 0.0, Tone.PLAIN if is_next else Tone.STALE)
        else:
            yield CardRow(label, _result(ran), ran.adherence, Tone.GOOD if ran.done else Tone.PLAIN)


def _adherence(run: CoachedRun) -> float:
    return run.adherence


def _result(run: CoachedRun) -> str:
    """Say what was kept without cues at the end, of the leg that lands harder; else how much was run."""
    changes = [change for leg in run.legs if (change := leg.change_percent("retention")) is not None]
    kept = f", {max(changes):+.0f} % against usual" if changes else ""
    return f"{'done' if run.done else f'{run.adherence:.0%} run'}{kept}"


def _items(view: PlanView) -> Iterator[CardRow]:
    for item in view.items:
        done = item.done >= item.planned
        share = min(1.0, item.done / item.planned)
        value = "done" if done else f"{item.done} of {item.planned} days"
        yield CardRow(f"{item.title}: {item.detail}", value, share, Tone.GOOD if done else Tone.PLAIN)


def _load(view: PlanView) -> Iterator[CardRow]:
    weeks = view.weeks[-WEEKS:]
    if not weeks:
        yield CardRow("Nothing recorded yet", DASH, tone=Tone.STALE)
    most = max((week.steps for week in weeks), default=0) or 1
    for week in weeks:
        change = week.steps_change_percent
        against = "" if change is None else f" ({change:+.0f} %)"
        yield CardRow(f"{week.monday:%d %b}", f"{week.steps:,} steps{against}", week.steps / most)


def _ankles(view: PlanView) -> Iterator[CardRow]:
    if not view.ankles:
        yield CardRow("No test yet", "softstrike ankle-test", tone=Tone.STALE)
    for side in ("left", "right"):
        for point in [one for one in view.ankles if one.side == side][-3:]:
            yield CardRow(f"{side.capitalize()}, {point.day:%d %b}", f"{point.mean_deg:.0f} degrees")
