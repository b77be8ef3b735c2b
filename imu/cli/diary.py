"""``softstrike diary``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from imu.cli.who import Score  # noqa: TC001 - cyclopts reads the annotations
from imu.coach import Sign, Where
from imu.model import Side  # noqa: TC001

if TYPE_CHECKING:
    from imu.coach import DiaryEntry

__all__ = ["diary"]

diary = App(
    name="diary",
    help="Pain diary, 0 (none) to 10 (worst). If symptoms persist, see your physical therapist.",
    help_format="plaintext",
)

Yes = Annotated[bool, Parameter(negative=())]
COLUMNS = ("day", "where", "side", "during", "after", "next_morning", "stiff", "signs", "seen_by_pt", "note")


@diary.command
def add(
    where: Where = Where.OTHER,
    /,
    *,
    side: Side | None = None,
    during: Score | None = None,
    after: Score | None = None,
    next_morning: Score | None = None,
    stiff: Yes = False,
    sign: Annotated[list[Sign], Parameter(negative=())] | None = None,
    note: str = "",
    day: dt.date | None = None,
    runner: str | None = None,
) -> int:
    """Write an entry, and hear what the diary's rules say.

    Parameters
    ----------
    where : Where
        Where it hurts.
    side : Side
        Which side; both or the middle without.
    during : int
        While running.
    after : int
        After it.
    next_morning : int
        On the morning after.
    stiff : bool
        Stiff on the morning after.
    sign : list of Sign
        Pain at night or at rest, swelling, a joint that locks, a leg that gives way, pain at one spot of
        a bone.
    note : str
        Free text.
    day : date
        Day of the run; today without.
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named, shown_verdict, today
    from imu.coach import SEE_PT, DiaryEntry
    from imu.errors import UsageError
    from imu.runners import journal_of

    told = (during, after, next_morning)
    if all(score is None for score in told) and not stiff and not sign and not note:
        raise UsageError(
            "diary add: say at least one of --during, --after, --next-morning, --stiff, --sign, --note"
        )
    name = runner_named(runner)
    entry = DiaryEntry(day or today(), where, side, *told, stiff, tuple(sign or ()), note=note)
    journal_of(name).add(entry)
    print(_line(entry))
    print("\n".join([*shown_verdict(name), SEE_PT]))
    return OK


@diary.command(name="list")
def list_entries(*, runner: str | None = None) -> int:
    """List the entries and what the rules say now.

    Parameters
    ----------
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named, shown_verdict
    from imu.coach import SEE_PT
    from imu.runners import journal_of

    name = runner_named(runner)
    entries = sorted(journal_of(name).diary, key=lambda entry: entry.day)
    print("\n".join(map(_line, entries)) or "the diary is empty")
    print("\n".join([*shown_verdict(name), SEE_PT]))
    return OK


@diary.command
def seen(*, day: dt.date | None = None, note: str = "", runner: str | None = None) -> int:
    """Note that a physical therapist or doctor has looked at it: earlier entries no longer rest the cues.

    Parameters
    ----------
    day : date
        When; today without.
    note : str
        What was said.
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named, today
    from imu.coach import DiaryEntry
    from imu.runners import journal_of

    entry = DiaryEntry(day or today(), seen_by_pt=True, note=note)
    journal_of(runner_named(runner)).add(entry)
    print(_line(entry))
    return OK


@diary.command
def undo(*, runner: str | None = None) -> int:
    """Take back the entry that was written last.

    Parameters
    ----------
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import taken_back
    from imu.coach import DiaryEntry

    entry = taken_back(DiaryEntry, runner)
    print(f"taken back: {_line(entry)}")
    return OK


@diary.command
def export(*, out: Path, runner: str | None = None, overwrite: Yes = False) -> int:
    """Write a page to take along to the physical therapist: diary, load and changes; or the diary as a table.

    Parameters
    ----------
    out : Path
        Page (.html) or table (.csv) to write.
    runner : str
        Who; the only runner without.
    overwrite : bool
        Replace an existing table.
    """
    from imu.cli.app import OK
    from imu.cli.paths import check_target
    from imu.cli.who import runner_named
    from imu.runners import journal_of
    from imu.store.files import PRIVATE, new_file

    check_target(out, (".html", ".csv"), overwrite=overwrite)
    name = runner_named(runner)
    entries = sorted(journal_of(name).diary, key=lambda entry: entry.day)
    text = _table(entries) if out.suffix.lower() == ".csv" else _page(name, entries)
    with new_file(out, overwrite=overwrite, mode=PRIVATE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"{len(entries)} entries written to {out}")
    return OK


def _page(runner: str, entries: list[DiaryEntry]) -> str:
    from imu.cli.who import today
    from imu.coach import assess
    from imu.report.therapist import therapist_report
    from imu.runners import journal_of, plan_view

    view = plan_view(runner, today())
    return therapist_report(view, entries, journal_of(runner).log, assess(entries, today()))


def _table(entries: list[DiaryEntry]) -> str:
    import csv
    import io

    from imu.store.cells import safe_text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = (getattr(entry, column) for column in COLUMNS)
        writer.writerow([safe_text(_cell(cell)) for cell in cells])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _line(entry: DiaryEntry) -> str:
    if entry.seen_by_pt:
        return f"{entry.day}  seen by the physical therapist or a doctor  {entry.note}".rstrip()
    scores = {"during": entry.during, "after": entry.after, "next morning": entry.next_morning}
    told = [f"{when} {score}" for when, score in scores.items() if score is not None]
    told += ["stiff"] if entry.stiff else []
    told += [sign.value for sign in entry.signs]
    return f"{entry.day}  {entry.place}: {', '.join(told) or 'nothing told'}  {entry.note}".rstrip()
