"""``softstrike record``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations

__all__ = ["record"]


def record(
    *,
    out: Path,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "two_shoes",
    duration: Duration | None = None,
    seed: Seed = 1,
) -> int:
    """Record sensors without a window. For now only simulated ones, in real time.

    Parameters
    ----------
    out : Path
        Session file to write (.mcap); it must not exist.
    simulate : bool
        Use simulated sensors.
    scenario : str
        two_shoes, two_shins or demo (shorter).
    duration : float
        Stop after this many s; by default it goes on until Ctrl-C.
    seed : int
        The same seed gives the same session.
    """
    from imu.cli.live import need_simulation, run_headless
    from imu.cli.simulated import simulated_session
    from imu.sources.sim import SimulatorSource

    need_simulation("record", simulate=simulate)
    return run_headless(SimulatorSource(simulated_session(scenario, seed, duration, endless=True)), out)
