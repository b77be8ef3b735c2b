"""``softstrike plan``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators

from imu.cli.who import Share  # noqa: TC001 - cyclopts reads the annotations
from imu.model import Side  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.runners import PlanView

__all__ = ["plan"]

plan = App(
    name="plan", help="This week's runs, exercises and tests, and what came of them.", help_format="plaintext"
)

Yes = Annotated[bool, Parameter(negative=())]
Count = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=1000))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=0, lte=3600))]


@plan.default
def show(
    *,
    runner: str | None = None,
    day: dt.date | None = None,
    window: Yes = False,
    screenshot: Path | None = None,
    overwrite: Yes = False,
) -> int:
    """Show the week: runs, exercises, tests, load and habits.

    Parameters
    ----------
    runner : str
        Who; the only runner without.
    day : date
        A day of the week to show; today without.
    window : bool
        Show it in a window.
    screenshot : Path
        Write a picture of the window to this PNG file; needs no display.
    overwrite : bool
        Replace an existing picture.
    """
    from imu.cli.app import OK
    from imu.cli.screen import show_any
    from imu.cli.who import runner_named, shown_verdict, today
    from imu.coach import SEE_PT
    from imu.runners import plan_view

    name = runner_named(runner)
    view = plan_view(name, day or today())
    if screenshot is not None:
        return _picture(view, shown_verdict(name), screenshot, overwrite=overwrite)
    if window:
        show_any("plan", view, shown_verdict(name))
        return OK
    print("\n".join([*_lines(view), *shown_verdict(name), SEE_PT]))
    return OK


@plan.command
def start(
    *,
    runner: str | None = None,
    target: Share = 80.0,
    landing: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=2))] = 0,
    yes: Yes = False,
) -> int:
    """Begin a programme of eight runs with fewer and fewer cues.

    Parameters
    ----------
    runner : str
        Who; the only runner without.
    target : float
        Target impact in percent of what is usual, 50 to 95.
    landing : int
        Also cue the landing: 1 on the toes, later 2 on the balls of the feet; 0 does not.
    yes : bool
        Take the notice on calf and Achilles tendon that comes with --landing as read.
    """
    from imu.cli.app import OK
    from imu.cli.asking import confirmed
    from imu.cli.who import runner_named, today
    from imu.coach import RUNS, advice
    from imu.runners import Programme, journal_of

    name = runner_named(runner)
    if landing:
        print(advice("landing").told())
        if not yes and not confirmed("Begin with landing cues?"):
            print("not begun")
            return OK
    journal_of(name).begin(Programme(today(), target / 100.0, landing))
    print(f"{name}: programme begun, target {target:g} % of what is usual")
    for run in RUNS:
        print(
            f"  run {run.number}: {run.minutes} min, cues {run.on_share:.0%} of the time, then 2 min without"
        )
    print(advice("landing" if landing else "softer").told())
    return OK


@plan.command(name="done")
def note_done(
    what: str,
    /,
    *,
    sets: Count = 1,
    reps: Count = 0,
    held: Seconds = 0.0,
    side: Side | None = None,
    seen_in: Path | None = None,
    day: dt.date | None = None,
    note: str = "",
    runner: str | None = None,
) -> int:
    """Note that something was done.

    Parameters
    ----------
    what : str
        An exercise of the plan, ice or taping.
    sets : int
        How many sets.
    reps : int
        Repetitions in a set.
    held : float
        Time held in all, s.
    side : Side
        Which side; both without.
    seen_in : Path
        Recording (.mcap) of a shin sensor: sets and time held are counted in it. Stand still at first and
        between two sets.
    day : date
        When; today without.
    note : str
        Free text.
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named, today
    from imu.coach import LogEntry, exercise_named
    from imu.runners import journal_of

    title = what if what in ("ice", "taping") else exercise_named(what).title
    counted_by = "hand"
    if seen_in is not None:
        counted_by, sets, held = _counted(seen_in)
    entry = LogEntry(day or today(), what, sets, reps, held, side, counted_by=counted_by, note=note)
    journal_of(runner_named(runner)).add(entry)
    print(f"noted: {title}" + (f", {sets} x, held {held:.0f} s" if seen_in is not None else ""))
    return OK


def _counted(path: Path) -> tuple[str, int, float]:
    """Return which shin sensor saw most, how many holds, and the time held in all, s.

    Raises
    ------
    UsageError
        No hold was seen.
    """
    from imu.errors import UsageError
    from imu.model import Placement
    from imu.runners import holds_of

    seen = [(info.sensor, holds) for info, holds in holds_of(path) if info.placement is Placement.SHANK]
    sensor, holds = max(seen, key=lambda one: len(one[1]), default=("", []))
    if not holds:
        raise UsageError(f"{path}: no hold was seen: wear a sensor on the shin and stand still at first")
    return sensor, len(holds), round(sum(hold.held_s for hold in holds), 1)


@plan.command
def undo(*, runner: str | None = None) -> int:
    """Take back what was noted last.

    Parameters
    ----------
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import taken_back
    from imu.coach import LogEntry

    entry = taken_back(LogEntry, runner)
    print(f"taken back: {entry.what} of {entry.day}")
    return OK


@plan.command
def step_rate(
    session: str | None = None,
    /,
    *,
    percent: Annotated[float, Parameter(validator=validators.Number(gte=0, lte=10))] = 5.0,
    runner: str | None = None,
) -> int:
    """Ask for slightly quicker steps: 5 % above the cadence of a recorded run.

    Parameters
    ----------
    session : str
        An easy run: its file, or its name in the library; the latest run without.
    percent : float
        How much quicker, 0 to 10; 0 asks for nothing any more.
    runner : str
        Who; the only runner without.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named
    from imu.coach import advice
    from imu.runners import cadence_of, set_step_rate

    name = runner_named(runner)
    cadence_spm = cadence_of(name, session) if percent else 0.0
    wanted_spm = round(cadence_spm * (1 + percent / 100.0), 1)
    set_step_rate(name, wanted_spm)
    if not percent:
        print(f"{name}: no step rate is asked for")
        return OK
    print(f"{name}: {cadence_spm:.0f} steps/min measured, {wanted_spm:.0f} asked for")
    print(advice("step-rate").told())
    return OK


@plan.command
def metronome(
    *,
    out: Path,
    minutes: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=120))] = 20.0,
    runner: str | None = None,
    overwrite: Yes = False,
) -> int:
    """Write the beat that step-rate asked for as a sound file, to be played while running.

    Parameters
    ----------
    out : Path
        Sound to write (.wav).
    minutes : float
        How long.
    runner : str
        Who; the only runner without.
    overwrite : bool
        Replace an existing sound.
    """
    import wave

    from imu.cli.app import OK
    from imu.cli.paths import check_target
    from imu.cli.who import runner_named
    from imu.coach.metronome import RATE_HZ, beat
    from imu.errors import UsageError
    from imu.runners import journal_of
    from imu.store.files import new_file

    check_target(out, (".wav",), overwrite=overwrite)
    name = runner_named(runner)
    programme = journal_of(name).programme
    if programme is None or not programme.step_rate_spm:
        raise UsageError(f"{name}: no step rate is asked for yet: `softstrike plan step-rate`")
    sound = beat(programme.step_rate_spm, minutes * 60.0)
    with new_file(out, overwrite=overwrite) as temporary, wave.open(str(temporary), "wb") as file:
        file.setparams((1, 2, RATE_HZ, len(sound), "NONE", "not compressed"))
        file.writeframes(sound.astype("<i2").tobytes())
    print(f"{programme.step_rate_spm:.0f} steps/min for {minutes:g} min written to {out}")
    return OK


@plan.command
def charts(*, out: Path, runner: str | None = None, overwrite: Yes = False) -> int:
    """Draw the progress: impact against what is usual, weekly load, ankles.

    Parameters
    ----------
    out : Path
        Picture to write (.png or .svg).
    runner : str
        Who; the only runner without.
    overwrite : bool
        Replace an existing picture.
    """
    from imu.cli.app import OK
    from imu.cli.paths import check_target
    from imu.cli.plan_charts import draw
    from imu.cli.who import runner_named, today
    from imu.runners import plan_view
    from imu.store.files import new_file

    check_target(out, (".png", ".svg"), overwrite=overwrite)
    view = plan_view(runner_named(runner), today())
    with new_file(out, overwrite=overwrite) as temporary:
        draw(view, temporary, out.suffix.lower()[1:])
    print(f"charts written to {out}")
    return OK


@plan.command(name="advice")
def tell_advice(key: str | None = None, /) -> int:
    """Say what is advised, why, what is measured for it and what is not.

    Parameters
    ----------
    key : str
        One piece of advice; all of them without.
    """
    from imu.cli.app import OK
    from imu.coach import ADVICE, advice

    for one in [advice(key)] if key else ADVICE.values():
        print(f"{one.title} ({one.key})\n  {one.told()}")
        print(f"  Measured: {one.measured} Sensor: {one.sensor}\n  Not measured: {one.not_measured}")
    return OK


def _picture(view: PlanView, verdict: list[str], path: Path, *, overwrite: bool) -> int:
    from imu.cli.app import OK
    from imu.cli.paths import check_target
    from imu.cli.screen import need_pictures
    from imu.store.files import new_file

    check_target(path, (".png",), overwrite=overwrite)
    need_pictures()
    from dashboards.windows.plan import render_plan

    with new_file(path, overwrite=overwrite) as temporary:
        render_plan(view, verdict, temporary)
    print(f"picture written to {path}")
    return OK


def _lines(view: PlanView) -> Iterator[str]:
    yield f"{view.runner}, week from {view.monday}"
    yield from _programme_lines(view)
    yield "Exercises and tests"
    for item in view.items:
        mark = "done" if item.done >= item.planned else f"{item.done} of {item.planned}"
        yield f"  {item.title:<22} {item.detail:<28} {mark}"
    yield from _load_lines(view)
    yield from view.notes


def _programme_lines(view: PlanView) -> Iterator[str]:
    progress = view.progress
    if progress is None:
        yield "No programme: begin one with `softstrike plan start`"
        return
    yield f"Programme: {len(progress.done)} of 8 runs done, {progress.adherence:.0%} of the running time"
    for run in progress.runs:
        known = [(leg.sensor, leg.change_percent("retention")) for leg in run.legs]
        changes = [f"{sensor} {change:+.0f} %" for sensor, change in known if change is not None]
        told = f", without cues against usual: {', '.join(changes)}" if changes else ""
        state = "done" if run.done else f"{run.adherence:.0%} run"
        yield f"  run {run.number}: {state}, {run.cues} cues{told}"
    if progress.next is not None:
        following = progress.next
        cued = f"cues {following.on_share:.0%} of the time"
        yield f"  next: run {following.number}, {following.minutes} min, {cued}"


def _load_lines(view: PlanView) -> Iterator[str]:
    if not view.weeks:
        return
    yield "Load"
    for week in view.weeks[-5:]:
        change = week.steps_change_percent
        against = "" if change is None else f", {change:+.0f} % against the weeks before"
        runs = f"{week.runs} run{'' if week.runs == 1 else 's'}"
        amount = f"{runs}, {week.steps} steps, {week.impact_sum_g:.0f} g in all"
        yield f"  {week.monday}  {amount}{against}"
