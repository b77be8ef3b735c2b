"""``softstrike live``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations

if TYPE_CHECKING:
    from imu.cli.sessions import Collector
    from imu.sinks.base import Sink
    from imu.sinks.recorder import Recorder, Recording
    from imu.sources.base import Source

__all__ = ["live", "need_simulation", "run_headless"]

_TOLD_EVERY_S = 5.0


def live(
    *,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "two_shoes",
    duration: Duration | None = None,
    seed: Seed = 1,
    headless: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
) -> int:
    """Show sensors live. For now only simulated ones, in real time through the live engine.

    Parameters
    ----------
    simulate : bool
        Use simulated sensors.
    scenario : str
        two_shoes, two_shins or demo (shorter).
    duration : float
        Stop after this many s; by default it goes on until the window is closed or Ctrl-C.
    seed : int
        The same seed gives the same session.
    headless : bool
        Open no window; tell the state every few seconds.
    out : Path
        Record to this session file (.mcap); it must not exist.
    """
    from imu.cli.simulated import simulated_session
    from imu.sources.sim import SimulatorSource

    need_simulation("live", simulate=simulate)
    source = SimulatorSource(simulated_session(scenario, seed, duration, endless=True))
    return run_headless(source, out) if headless else _run_in_window(source, out)


def need_simulation(command: str, *, simulate: bool) -> None:
    """Refuse what this version cannot do yet.

    Raises
    ------
    UsageError
        Real sensors are asked for.
    """
    from imu.errors import UsageError

    if not simulate:
        raise UsageError(
            f"{command}: sensors over Bluetooth are not part of this version yet; "
            f"softstrike {command} --simulate runs simulated sensors through the same engine"
        )


def run_headless(source: Source, out: Path | None) -> int:
    """Run a session until it ends, Ctrl-C or a request to end; the file is sealed in any case."""
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import Collector, report_lines

    collector, recorder = Collector(), _recorder(source, out)
    _until_stopped(source, [collector] if recorder is None else [recorder, collector], collector)
    print("\n".join(report_lines(source.header, collector)))
    recorded_well = _tell_recording(recorder)
    return PARTLY_USABLE if collector.errors or not recorded_well else OK


def _run_in_window(source: Source, out: Path | None) -> int:
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.screen import need_window, show_window

    need_window()
    recorder = _recorder(source, out)
    if recorder is None:
        show_window(source, [], title="softstrike live")
        return OK
    kept = recorder

    def status() -> Recording:
        return kept.status

    show_window(source, [kept], recording=status, title="softstrike live")
    return OK if _tell_recording(kept) else PARTLY_USABLE


def _recorder(source: Source, out: Path | None) -> Recorder | None:
    """Begin the recording, or have none; a session that cannot be computed begins no file."""
    from imu.cli.paths import check_session_target
    from imu.cli.sessions import chain_maker
    from imu.sinks.recorder import Recorder

    if out is None:
        return None
    check_session_target(out)
    chain_maker(source.header)
    return Recorder(out, source.header)


def _tell_recording(recorder: Recorder | None) -> bool:
    """Say where the recording is; False when something of it is missing."""
    if recorder is None:
        return True
    status = recorder.status
    print(f"recorded to {', '.join(map(str, recorder.paths))}")
    if status.text:
        print(f"softstrike: {status.text}", file=sys.stderr)
    return status.lost_items == 0


def _until_stopped(source: Source, sinks: list[Sink], collector: Collector) -> None:
    """Run the engine and tell the state every few seconds."""
    from imu.cli.sessions import chain_maker, report_lines
    from imu.engine import Engine

    engine = Engine(source, chain_maker(source.header), sinks)
    # A handler, not KeyboardInterrupt: Python 3.11 takes a thread for ended once `join` is interrupted, and
    # the file would stay unsealed. SIGINT is set too since shells ignore it for what runs in the background.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: engine.stop())
    engine.start()
    print("running; Ctrl-C stops it", file=sys.stderr, flush=True)
    while not engine.join(_TOLD_EVERY_S):
        print(" | ".join(report_lines(source.header, collector)[:2]), file=sys.stderr)
