"""``softstrike simulate``."""

from __future__ import annotations

import io
from pathlib import Path

from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations

__all__ = ["simulate"]


def simulate(
    *, out: Path, scenario: str = "two_shoes", duration: Duration | None = None, seed: Seed = 1
) -> int:
    """Write a simulated session, as fast as possible.

    Parameters
    ----------
    out : Path
        Session file to write (.mcap); it must not exist.
    scenario : str
        two_shoes, two_shins or demo (shorter).
    duration : float
        Length in s; by default the scenario's own.
    seed : int
        The same seed gives the same session.
    """
    from imu.cli.app import OK
    from imu.cli.paths import check_session_target
    from imu.cli.sessions import play_file, report_lines
    from imu.cli.simulated import simulated_session
    from imu.store import SessionWriter
    from imu.store.files import PRIVATE, new_file

    check_session_target(out)
    session = simulated_session(scenario, seed, duration)
    with new_file(out, mode=PRIVATE) as temporary:
        writer = SessionWriter(temporary, session.header, open_file=lambda path: io.FileIO(path, "w"))
        try:
            for item in session.inputs():
                writer.write(item)
            writer.close()
        finally:
            writer.abandon()
    print("\n".join(report_lines(*play_file(out))))
    print(f"simulated session written to {out}")
    return OK
