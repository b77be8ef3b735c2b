"""``softstrike live``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.sinks.recorder import Recorder
    from imu.sources.sim import SimulatorSource

__all__ = ["live", "run_simulated"]

_LONGEST_S = 3.0 * 3600.0
_TOLD_EVERY_S = 5.0


def live(
    *,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "demo",
    duration: float | None = None,
    seed: int = 1,
    headless: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
) -> int:
    """Show sensors live. For now only simulated ones, in real time through the live engine.

    Parameters
    ----------
    simulate : bool
        Use simulated sensors.
    scenario : str
        demo, two_shoes or two_shins.
    duration : float
        Stop after this many s; by default it goes on until the window is closed or Ctrl-C.
    seed : int
        The same seed gives the same session.
    headless : bool
        Open no window; tell the state every few seconds.
    out : Path
        Record to this session file (.mcap); it must not exist.
    """
    return run_simulated("live", simulate, scenario, duration, seed, headless=headless, out=out)


def run_simulated(
    command: str,
    simulate: bool,
    scenario: str,
    duration: float | None,
    seed: int,
    *,
    headless: bool,
    out: Path | None,
) -> int:
    """Run simulated sensors in real time through the live engine, recorder first."""
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import Collector, report_lines, show_window
    from imu.errors import UsageError
    from imu.sinks.recorder import Recorder
    from imu.sources.sim import SimulatorSource, ready_session

    if not simulate:
        raise UsageError(
            f"{command}: sensors over Bluetooth are not part of this version yet; "
            f"softstrike {command} --simulate runs simulated sensors through the same engine"
        )
    source = SimulatorSource(ready_session(scenario, seed=seed, duration_s=duration or _LONGEST_S))
    recorder = None if out is None else Recorder(out, source.header)
    if not headless:
        status = None if recorder is None else lambda: recorder.status
        show_window(source, [recorder] if recorder else [], recording=status, title=f"softstrike {command}")
        return OK
    collector = Collector()
    _until_stopped(source, recorder, collector)
    print("\n".join(report_lines(source.header, collector)))
    if recorder is not None:
        print(f"recorded to {', '.join(map(str, recorder.paths))}")
    lost = recorder is not None and recorder.status.lost_items > 0
    return PARTLY_USABLE if collector.errors or lost else OK


def _until_stopped(source: SimulatorSource, recorder: Recorder | None, collector: Any) -> None:
    """Run the engine until the source ends, Ctrl-C or a request to end; the file is sealed in any case."""
    from imu.cli.sessions import chain_maker, report_lines
    from imu.engine import Engine

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sinks = [collector] if recorder is None else [recorder, collector]
    engine = Engine(source, chain_maker(source.header), sinks)
    engine.start()
    try:
        while not engine.join(_TOLD_EVERY_S):
            print(" | ".join(report_lines(source.header, collector)[:2]), file=sys.stderr)
    except KeyboardInterrupt:
        engine.stop()
        engine.join()
