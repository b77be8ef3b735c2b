"""``softstrike demo``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["RECORDINGS", "demo"]

_REAL = "run_shoe_real.mcap"
_SIMULATED = "two_shoes_simulated.mcap"
RECORDINGS = (_REAL, _SIMULATED)
"""Recordings that the demo needs."""

_TITLE = "A real run with one shoe sensor"


def demo(
    *,
    out: Path = Path("demo-output"),
    headless: Annotated[bool, Parameter(negative=())] = False,
    speed: str = "1",
) -> int:
    """Play a real recorded run on the live dashboard.

    Without a display it plays the run as fast as possible, writes pictures of the dashboard, the steps and a
    short report, and says where.

    Parameters
    ----------
    out : Path
        Folder for the results without a display. It is the demo's own: what is there of it is replaced.
    headless : bool
        Work as without a display.
    speed : str
        Times the recorded pace in the window, or max.
    """
    from imu.cli.paths import shipped_recording
    from imu.cli.screen import window_possible
    from imu.cli.sessions import parse_speed

    pace, recording = parse_speed(speed), shipped_recording(_REAL)
    if headless or not window_possible():
        return _without_display(recording, out)
    from imu.cli.replay import play_in_window

    play_in_window(recording, pace, title=_TITLE)
    return 0


def _without_display(recording: Path, out: Path) -> int:
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import shipped_recording
    from imu.cli.screen import need_pictures, write_picture
    from imu.cli.sessions import play_file, report_lines
    from imu.errors import EnvironmentProblem, UsageError
    from imu.store import steps_frame, write_steps

    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file: --out names the demo's folder")
    out.mkdir(parents=True, exist_ok=True)
    header, collector = play_file(recording)
    write_steps(steps_frame(collector.steps, header.origin_ns), out / "steps.csv", overwrite=True)
    lines = [_TITLE, "", *report_lines(header, collector), "", header.note, "", _HONEST]
    (out / "report.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    print(f"\nsteps:   {out / 'steps.csv'}\nreport:  {out / 'report.txt'}")
    try:
        need_pictures()
    except EnvironmentProblem as problem:
        print(f"softstrike: no picture: {problem}", file=sys.stderr)
        return PARTLY_USABLE
    write_picture(header, collector, out / "dashboard.png", title=_TITLE)
    print(f"picture: {out / 'dashboard.png'} (the real run)")
    header, collector = play_file(shipped_recording(_SIMULATED))
    write_picture(header, collector, out / "dashboard_two_shoes.png", title="Simulated: two shoe sensors")
    print(f"picture: {out / 'dashboard_two_shoes.png'} (two shoes, SIMULATED)")
    return OK


_HONEST = (
    "Impact is acceleration in g, not force. These numbers describe how you land; they are no diagnosis. "
    "If symptoms persist, see your physical therapist."
)
