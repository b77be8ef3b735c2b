"""``softstrike live``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter

from imu.cli.coached import RunOptions, prepare
from imu.cli.radio import Radio  # noqa: TC001 - cyclopts reads the annotations
from imu.cli.run_live import run_headless, run_in_window
from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations
from imu.cli.squad_hub import SquadOptions, squad_sinks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.sinks.base import Sink
    from imu.sinks.live import MountingSink
    from imu.sources.base import Source
    from imu.sources.ble.registry import KnownSensor

__all__ = [
    "LiveSession",
    "bound_session",
    "cue_tellers",
    "live",
    "offer_settings",
    "run_bound",
    "simulated_source",
]


class LiveSession(NamedTuple):
    """A session with bound sensors, ready to run."""

    source: Source
    out: Path
    sensors: tuple[KnownSensor, ...]
    mounting: MountingSink


def live(
    *,
    runner: str | None = None,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "two_shoes",
    duration: Duration | None = None,
    seed: Seed = 1,
    headless: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    radio: Radio = "system",
    run: RunOptions | None = None,
    squad: SquadOptions | None = None,
) -> int:
    """Show a runner's sensors live and record them. Each comes back by itself whenever it is lost.

    Begin by standing still for 3 s, then set off with the left foot: after 10 steps you are told whether a
    sensor is loose, upside down, or left and right are swapped.

    Parameters
    ----------
    runner : str
        Whose sensors; not needed while only one runner has any (softstrike sensors).
    simulate : bool
        Use simulated sensors instead; recorded only with --out.
    scenario : str
        Of simulated sensors: two_shoes, two_shins or demo (shorter).
    duration : float
        Stop after this many s; by default it goes on until the window is closed or Ctrl-C.
    seed : int
        Of simulated sensors: the same seed gives the same session.
    headless : bool
        Open no window; show a table on the terminal, or lines where there is none.
    out : Path
        Session file (.mcap), which must not exist; by default a new one in your folder of sessions.
    radio : str
        system, or a transport of bumble such as usb:0 or tcp-client:127.0.0.1:9000.
    """
    if simulate:
        source = prepare(simulated_source(scenario, seed, duration), runner, run)
        more = squad_sinks(squad, source.header)
        if headless:
            return run_headless(source, out, [*more, *cue_tellers()])
        return run_in_window(source, out, more)
    if not headless:
        offer_settings()
    session = bound_session(runner, out, duration, radio)
    session = session._replace(source=prepare(session.source, None, run))
    return run_bound(session, squad_sinks(squad, session.source.header), headless=headless)


def offer_settings() -> None:
    """On the first run, when no sensor is bound, open the settings, where there is a display."""
    from imu.cli.radio import known_sensors
    from imu.cli.screen import show_settings, window_possible

    if not known_sensors() and window_possible():
        _say("No sensor is bound yet: the settings open; close them when runner and sensors are there.")
        show_settings()


def simulated_source(scenario: str, seed: int, duration_s: float | None) -> Source:
    """Return simulated sensors in the place of live ones."""
    from imu.cli.simulated import simulated_session
    from imu.sources.sim import SimulatorSource

    return SimulatorSource(simulated_session(scenario, seed, duration_s, endless=True))


def bound_session(runner: str | None, out: Path | None, duration_s: float | None, radio: str) -> LiveSession:
    """Prepare a session with the bound sensors of a runner.

    Raises
    ------
    UsageError
        No sensor is bound to that runner, or the runner must be named.
    """
    import msgspec

    from imu.cli.paths import new_session_path
    from imu.cli.radio import known_sensors
    from imu.signal.mounting_check import up_settings
    from imu.sinks.live import MountingSink
    from imu.sources.ble import BleSource
    from imu.sources.ble.air import open_stack
    from imu.sources.ble.registry import of_runner
    from imu.sources.headed import HeadedSource
    from imu.sources.timed import TimedSource

    sensors = of_runner(known_sensors(), runner or _remembered_runner())
    source: Source = BleSource(sensors, open_radio=lambda: open_stack(radio))
    if duration_s is not None:
        source = TimedSource(source, duration_s)
    usual = up_settings({each.place: each.up for each in sensors if each.up is not None})
    header = source.header
    source = HeadedSource(source, msgspec.structs.replace(header, config={**header.config, **usual}))
    path = out or new_session_path(sensors[0].runner)
    return LiveSession(source, path, sensors, MountingSink(source.header, _say))


def run_bound(session: LiveSession, more: Sequence[Sink] = (), *, headless: bool) -> int:
    """Run a session of bound sensors and remember how they were mounted."""
    from imu.sinks.live import LinkTeller

    sinks: list[Sink] = [LinkTeller(_say), session.mounting, *more]
    _say(f"{session.source.header.runner}: stand still for 3 s, then set off with the left foot.")
    run = run_headless if headless else run_in_window
    code = run(session.source, session.out, [*sinks, *(cue_tellers() if headless else ())])
    _remember(session)
    return code


def cue_tellers() -> list[Sink]:
    """Sinks that tell cues on the terminal, for a session without a window."""
    from imu.sinks.live import CueTeller

    return [CueTeller(_say)]


def _remembered_runner() -> str | None:
    """Return the runner that was chosen in the settings, if that runner has sensors."""
    from dashboards.preferences import load_preferences
    from imu.cli.radio import known_sensors

    chosen = load_preferences().runner
    return chosen if any(each.runner == chosen for each in known_sensors()) else None


def _remember(session: LiveSession) -> None:
    """Keep how the sensors were mounted, unless something was wrong with it."""
    import msgspec

    from imu.cli.radio import known_sensors
    from imu.folders import sensors_file
    from imu.sources.ble.registry import save_sensors

    report = session.mounting.report
    if report is None or report.findings:
        return
    own = {each.identity: report.up.get(each.place) for each in session.sensors}
    known = known_sensors()
    kept = [msgspec.structs.replace(each, up=own.get(each.identity) or each.up) for each in known]
    if tuple(kept) != known:
        save_sensors(sensors_file(), kept)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
