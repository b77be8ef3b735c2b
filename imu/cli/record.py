"""``softstrike record``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from imu.cli.coached import RunOptions, prepare
from imu.cli.radio import Radio  # noqa: TC001 - cyclopts reads the annotations
from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations

__all__ = ["record"]


def record(
    *,
    runner: str | None = None,
    out: Path | None = None,
    simulate: Annotated[bool, Parameter(negative=())] = False,
    scenario: str = "two_shoes",
    duration: Duration | None = None,
    seed: Seed = 1,
    radio: Radio = "system",
    run: RunOptions | None = None,
) -> int:
    """Record a runner's sensors without a window. Ctrl-C ends and seals the file.

    Parameters
    ----------
    runner : str
        Whose sensors; not needed while only one runner has any (softstrike sensors).
    out : Path
        Session file (.mcap), which must not exist; by default a new one in your folder of sessions.
    simulate : bool
        Use simulated sensors instead.
    scenario : str
        Of simulated sensors: two_shoes, two_shins or demo (shorter).
    duration : float
        Stop after this many s; by default it goes on until Ctrl-C.
    seed : int
        Of simulated sensors: the same seed gives the same session.
    radio : str
        system, or a transport of bumble such as usb:0 or tcp-client:127.0.0.1:9000.
    """
    from imu.cli.live import bound_session, cue_tellers, run_bound, simulated_source
    from imu.cli.paths import new_session_path
    from imu.cli.run_live import run_headless

    if not simulate:
        session = bound_session(runner, out, duration, radio)
        session = session._replace(source=prepare(session.source, None, run))
        return run_bound(session, headless=True)
    source = prepare(simulated_source(scenario, seed, duration), runner, run)
    return run_headless(source, out or new_session_path(source.header.runner), cue_tellers())
