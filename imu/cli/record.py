"""``softstrike record``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["record"]


def record(
    *,
    out: Path,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "demo",
    duration: float | None = None,
    seed: int = 1,
) -> int:
    """Record sensors without a window. For now only simulated ones, in real time.

    Parameters
    ----------
    out : Path
        Session file to write (.mcap); it must not exist.
    simulate : bool
        Use simulated sensors.
    scenario : str
        demo, two_shoes or two_shins.
    duration : float
        Stop after this many s; by default it goes on until Ctrl-C.
    seed : int
        The same seed gives the same session.
    """
    from imu.cli.live import run_simulated

    return run_simulated("record", simulate, scenario, duration, seed, headless=True, out=out)
