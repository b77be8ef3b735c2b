"""A page for the physical therapist: what the runner wrote, how much was run, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.coach import SEE_PT
from imu.report import words
from imu.report.page import page
from imu.report.sections import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imu.coach import DiaryEntry, LegResult, LogEntry, Verdict
    from imu.runners import PlanView

__all__ = ["therapist_report"]

SHOWN_WEEKS = 12
TEMPLATE = "table.html"
DASH = "\u2013"


def therapist_report(
    view: PlanView, diary: Iterable[DiaryEntry], log: Iterable[LogEntry], verdict: Verdict
) -> str:
    """Write the page.

    Parameters
    ----------
    view : PlanView
        The plan, with load, programme and ankle tests.
    diary : iterable of DiaryEntry
        The pain diary.
    log : iterable of LogEntry
        Exercises done.
    verdict : Verdict
        What the diary's rules say.

    Returns
    -------
    str
        One HTML page.
    """
    sections = [
        _diary(sorted(diary, key=lambda entry: entry.day), verdict),
        _load(view),
        _programme(view),
        _exercises(list(log)),
        _ankles(view),
    ]
    return page(
        f"{words.clean(view.runner)}: diary, load and changes",
        kind="For the physical therapist",
        about=[("Runner", words.clean(view.runner)), ("Until", str(view.monday))],
        note="",
        sections=[section for section in sections if section is not None],
    )


def _table(
    ident: str, title: str, lines: Iterable[str], columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> Section:
    content = {"lines": list(lines), "label": title, "columns": columns, "rows": list(rows)}
    return Section(ident, title, TEMPLATE, content)


def _diary(entries: Sequence[DiaryEntry], verdict: Verdict) -> Section:
    lines = ["Scores from 0 (none) to 10 (worst), as the runner wrote them."]
    if verdict.reasons:
        lines.append(f"Cues rest by the fixed rules of the diary: {'; '.join(verdict.reasons)}.")
    lines.append(SEE_PT if entries else f"Nothing was written. {SEE_PT}")
    columns = ("Day", "Where", "During", "After", "Next morning", "Stiff", "Also", "Note")
    return _table("diary", "Pain diary", lines, columns, map(_entry, entries))


def _entry(entry: DiaryEntry) -> list[str]:
    scores = (entry.during, entry.after, entry.next_morning)
    also = [sign.value for sign in entry.signs] + (["seen by PT or doctor"] if entry.seen_by_pt else [])
    return [
        str(entry.day),
        DASH if entry.seen_by_pt else entry.place,
        *(DASH if score is None else str(score) for score in scores),
        "yes" if entry.stiff else "",
        ", ".join(also),
        words.clean(entry.note, words.NOTE_LENGTH),
    ]


def _load(view: PlanView) -> Section | None:
    if not view.weeks:
        return None
    lines = [
        "Running steps of both feet and the sum of their impacts.",
        "The change is against the mean of up to four weeks before.",
    ]
    columns = ("Week from", "Runs", "Steps", "Change", "Impact sum, g", "Change")
    rows = [
        (
            str(week.monday),
            str(week.runs),
            str(week.steps),
            _change(week.steps_change_percent),
            f"{week.impact_sum_g:.0f}",
            _change(week.impact_change_percent),
        )
        for week in view.weeks[-SHOWN_WEEKS:]
    ]
    return _table("load", "Load by week", lines, columns, rows)


def _programme(view: PlanView) -> Section | None:
    if view.progress is None or not view.progress.runs:
        return None
    share = f"{100 * view.target_share:.0f}\u202f%"
    lines = [f"Eight runs with fewer and fewer cues; the target was {share} of the usual impact."]
    columns = ("Run", "Running time", "Cues", "Without cues, against usual")
    rows = [
        (str(run.number), words.length(run.ran_s), str(run.cues), ", ".join(_kept(run.legs)) or DASH)
        for run in view.progress.runs
    ]
    return _table("programme", "Retraining", lines, columns, rows)


def _kept(legs: Iterable[LegResult]) -> Iterator[str]:
    for leg in legs:
        change = leg.change_percent("retention")
        if change is not None:
            yield f"{leg.sensor} {_change(change)}"


def _exercises(log: Sequence[LogEntry]) -> Section | None:
    if not log:
        return None
    days: dict[str, set[str]] = {}
    for entry in log:
        days.setdefault(entry.what, set()).add(str(entry.day))
    rows = [(what, str(len(done)), max(done)) for what, done in sorted(days.items())]
    return _table("exercises", "Exercises and other things done", [], ("What", "Days", "Last"), rows)


def _ankles(view: PlanView) -> Section | None:
    if not view.ankles:
        return None
    lines = [
        "Tilt of the shin at the deepest lunge against standing. Changes of 5 degrees or less are not sure."
    ]
    rows = [(str(one.day), one.side, f"{one.mean_deg:.0f}") for one in view.ankles]
    return _table("ankles", "Knee-to-wall test", lines, ("Day", "Side", "Mean of three, degrees"), rows)


def _change(percent: float | None) -> str:
    return DASH if percent is None else f"{percent:+.0f}\u202f%"
