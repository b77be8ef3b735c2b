"""``softstrike replay``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["play_in_window", "replay"]


def replay(
    file: Path,
    /,
    *,
    speed: str = "1",
    headless: Annotated[bool, Parameter(negative=())] = False,
    screenshot: Path | None = None,
    out: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Play a recorded session through the same engine that live sensors use.

    Parameters
    ----------
    file : Path
        Session file (.mcap).
    speed : str
        Times the recorded pace, e.g. 0.5 or 8, or max. With --headless the default is max.
    headless : bool
        Open no window; print what was found.
    screenshot : Path
        Write a picture of the window at the end to this PNG file; needs no display.
    out : Path
        Write the steps to this table, .csv or .parquet; with --headless.
    overwrite : bool
        Replace an existing picture or table.
    """
    from imu.cli.sessions import parse_speed
    from imu.errors import UsageError

    pace = parse_speed(speed)
    quiet = headless or screenshot is not None
    if out is not None and not quiet:
        raise UsageError("--out needs --headless")
    if quiet:
        return _headless(file, math.inf if speed == "1" else pace, screenshot, out, overwrite=overwrite)
    play_in_window(file, pace, title=file.name)
    return 0


def play_in_window(file: Path, speed: float, *, title: str) -> None:
    """Play a session in a window until it is closed."""
    from imu.cli.sessions import show_window
    from imu.sources.replay import ReplaySource

    source = ReplaySource(file, speed, hold=True)
    show_window(source, [], flag_times_s=_flag_times_s(file), title=title)


def _headless(file: Path, speed: float, screenshot: Path | None, out: Path | None, *, overwrite: bool) -> int:
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import play_quietly, report_lines, write_picture
    from imu.store import SessionReader, steps_frame, write_steps
    from imu.store.files import new_file

    header, collector = play_quietly(file, speed)
    print("\n".join(report_lines(header, collector)))
    if out is not None:
        write_steps(steps_frame(collector.steps, header.origin_ns), out, overwrite=overwrite)
        print(f"steps written to {out}")
    if screenshot is not None:
        with new_file(screenshot, overwrite=overwrite) as temporary:
            write_picture(header, collector, temporary, title=file.name)
        print(f"picture written to {screenshot}")
    complete = SessionReader(file).complete and not collector.errors
    return OK if complete else PARTLY_USABLE


def _flag_times_s(file: Path) -> Sequence[float]:
    """Return the times of all flags, for the button that jumps to the next one."""
    from imu import analyze
    from imu.store import SessionReader

    origin_ns = SessionReader(file).header.origin_ns
    return [(flag.t_ns - origin_ns) / 1e9 for flag in analyze(file).flags if flag.raised]
