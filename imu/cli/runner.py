"""``softstrike runner``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.coach import Baseline
    from imu.runners import RunnerProfile

__all__ = ["runner"]

Names = Annotated[list[str], Parameter(negative=())]

runner = App(
    name="runner", help="Who runs: profiles, shoes, and what is usual for each.", help_format="plaintext"
)


@runner.command
def add(
    name: str,
    /,
    *,
    mass_kg: float | None = None,
    leg_length_m: float | None = None,
    shoe: Names | None = None,
    surface: Names | None = None,
    note: str = "",
) -> int:
    """Add a runner: one file that you may edit by hand.

    Parameters
    ----------
    name : str
        Name or nickname.
    mass_kg : float
        Body mass; only what needs it is left out without.
    leg_length_m : float
        Hip to floor.
    shoe : list of str
        Names of the shoes, the usual pair first; may be given more than once.
    surface : list of str
        What is run on, likewise.
    note : str
        Free text.
    """
    from imu.cli.app import OK
    from imu.runners import RunnerProfile, Shoe, add_runner

    shoes = tuple(Shoe(one) for one in shoe or ())
    path = add_runner(RunnerProfile(name, mass_kg, leg_length_m, shoes, tuple(surface or ()), note))
    print(f"{name} added: {path}")
    return OK


@runner.command(name="list")
def list_them() -> int:
    """List the runners."""
    from imu.cli.app import OK
    from imu.runners import list_runners, read_baselines

    known = list_runners()
    for one in known:
        count = len(read_baselines(one.name))
        print(f"{one.name:<24} {count} baselines, shoes: {', '.join(s.name for s in one.shoes) or 'none'}")
    if not known:
        print("no runner yet: add one with `softstrike runner add NAME`")
    return OK


@runner.command
def show(name: str, /) -> int:
    """Show a runner: profile, file and what is usual.

    Parameters
    ----------
    name : str
        The runner.
    """
    from imu.cli.app import OK
    from imu.runners import find_runner, read_baselines, runner_file

    print("\n".join([*_profile_lines(find_runner(name)), f"file       {runner_file(name)}"]))
    for baseline in read_baselines(name):
        print("\n".join(_baseline_lines(baseline)))
    return OK


@runner.command(name="set")
def change(
    name: str,
    /,
    *,
    mass_kg: float | None = None,
    leg_length_m: float | None = None,
    surface: Names | None = None,
    note: str | None = None,
) -> int:
    """Change values of a runner; comments in the file stay.

    Parameters
    ----------
    name : str
        The runner.
    mass_kg : float
        Body mass.
    leg_length_m : float
        Hip to floor.
    surface : list of str
        What is run on, the usual first; replaces what was there.
    note : str
        Free text.
    """
    from imu.cli.app import OK
    from imu.errors import UsageError
    from imu.runners import set_values

    wanted = {"mass_kg": mass_kg, "leg_length_m": leg_length_m, "surfaces": surface, "note": note}
    changes = {key: value for key, value in wanted.items() if value is not None}
    if not changes:
        raise UsageError("runner set: say what to set, e.g. --mass-kg 61.5")
    print("\n".join(_profile_lines(set_values(name, changes))))
    return OK


@runner.command
def shoe(name: str, shoe: str, /, *, since: str = "") -> int:
    """Add a pair of shoes: what is usual is learnt for each pair.

    Parameters
    ----------
    name : str
        The runner.
    shoe : str
        What to call the pair.
    since : str
        First day, e.g. 2026-05-01.
    """
    from imu.cli.app import OK
    from imu.runners import Shoe, add_shoe

    print("\n".join(_profile_lines(add_shoe(name, Shoe(shoe, since)))))
    return OK


@runner.command
def learn(name: str, session: str, /, *, shoe: str | None = None) -> int:
    """Learn what is usual from a recorded easy run: at least 100 running steps a leg.

    Parameters
    ----------
    name : str
        The runner.
    session : str
        An easy run at a comfortable pace: its file, or its name in the library.
    shoe : str
        What was run in; by default as the session says, else the runner's first pair.
    """
    from imu.cli.app import NOTHING_USABLE, OK
    from imu.coach import learn_baselines, measure_id
    from imu.library import Library
    from imu.runners import find_runner, keep_baselines, steps_of_session
    from imu.signal import SignalParams

    profile = find_runner(name)
    entry = Library().find(session)
    usual = profile.shoes[0].name if profile.shoes else ""
    pair = shoe if shoe is not None else entry.shoe or usual
    day = entry.started.date().isoformat() if entry.started else ""
    steps = steps_of_session(entry.path)
    learnt = learn_baselines(
        steps, shoe=pair, measure=measure_id(SignalParams()), learnt=day, session=entry.session
    )
    for missing in learnt.missing:
        print(f"not learnt: {missing}")
    if not learnt.baselines:
        return NOTHING_USABLE
    keep_baselines(name, learnt.baselines)
    for baseline in learnt.baselines:
        print("\n".join(_baseline_lines(baseline)))
    return OK


def _profile_lines(profile: RunnerProfile) -> Iterator[str]:
    yield f"name       {profile.name}"
    if profile.mass_kg is not None:
        yield f"mass       {profile.mass_kg:g} kg"
    if profile.leg_length_m is not None:
        yield f"leg        {profile.leg_length_m:g} m"
    yield f"shoes      {', '.join(one.name for one in profile.shoes) or 'none'}"
    yield f"surfaces   {', '.join(profile.surfaces) or 'none'}"
    if profile.note:
        yield f"note       {profile.note}"


def _baseline_lines(baseline: Baseline) -> Iterator[str]:
    shoe = f" in {baseline.shoe}" if baseline.shoe else ""
    leg = f"{baseline.side} {baseline.placement}{shoe}"
    origin = ", ".join(filter(None, (baseline.measure, baseline.learnt)))
    yield f"usual      {leg}: {baseline.usual_g:.1f} g from {baseline.steps} steps ({origin})"
    for band in baseline.bands:
        yield f"             at {band.least_spm}-{band.below_spm} steps/min: {band.usual_g:.1f} g"
