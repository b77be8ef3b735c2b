"""``softstrike simulate``."""

from __future__ import annotations

import math
from pathlib import Path

__all__ = ["simulate"]


def simulate(*, out: Path, scenario: str = "demo", duration: float | None = None, seed: int = 1) -> int:
    """Write a simulated session, as fast as possible.

    Parameters
    ----------
    out : Path
        Session file to write (.mcap); it must not exist.
    scenario : str
        demo, two_shoes or two_shins.
    duration : float
        Length in s; by default the scenario's own.
    seed : int
        The same seed gives the same session.
    """
    from imu.cli.app import OK
    from imu.cli.sessions import Collector, play, report_lines
    from imu.sinks.recorder import Recorder
    from imu.sources.sim import SimulatorSource, ready_session

    source = SimulatorSource(ready_session(scenario, seed=seed, duration_s=duration), math.inf)
    collector = Collector()
    play(source, [Recorder(out, source.header), collector])
    print("\n".join(report_lines(source.header, collector)))
    print(f"simulated session written to {out}")
    return OK
