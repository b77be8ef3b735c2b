"""``softstrike replay``."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["play_in_window", "replay"]


def replay(
    file: Path | None = None,
    /,
    *,
    speed: str | None = None,
    headless: Annotated[bool, Parameter(negative=())] = False,
    screenshot: Path | None = None,
    out: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Play a recorded session through the same engine that live sensors use.

    Parameters
    ----------
    file : Path
        Session file (.mcap). Without one the window waits for one to be opened or dropped on it.
    speed : str
        Times the recorded pace, e.g. 0.5 or 8, or max. By default 1 in the window, else max.
    headless : bool
        Open no window; print what was found.
    screenshot : Path
        Write a picture of the window at the end to this PNG file; needs no display.
    out : Path
        Write the steps to this table, .csv or .parquet; with --headless or --screenshot.
    overwrite : bool
        Replace an existing picture or table.
    """
    from imu.cli.sessions import parse_speed
    from imu.errors import UsageError

    if headless or screenshot is not None:
        pace = math.inf if speed is None else parse_speed(speed)
        if file is None:
            raise UsageError("replay: name the session file")
        return _headless(file, pace, screenshot, out, overwrite=overwrite)
    if out is not None:
        raise UsageError("--out needs --headless")
    play_in_window(file, 1.0 if speed is None else parse_speed(speed))
    return 0


def play_in_window(file: Path | None, speed: float, *, title: str = "") -> None:
    """Play a session in a window until it is closed; without one the window waits for one."""
    from imu.cli.screen import need_window, show_replay
    from imu.cli.sessions import chain_maker, naming
    from imu.sources.replay import ReplaySource

    need_window()
    if file is not None:  # what is wrong with it is told here, before a window opens
        with naming(file):
            chain_maker(ReplaySource(file).header)
    show_replay(file, speed, title=title)


def _headless(file: Path, speed: float, screenshot: Path | None, out: Path | None, *, overwrite: bool) -> int:
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import check_target
    from imu.cli.screen import need_pictures, write_picture
    from imu.cli.sessions import play_file, report_lines
    from imu.store import open_session, steps_frame, write_steps
    from imu.store.files import new_file

    if out is not None:
        check_target(out, (".csv", ".parquet"), overwrite=overwrite)
    with contextlib.ExitStack() as stack:
        if screenshot is not None:
            need_pictures()
            check_target(screenshot, (".png",), overwrite=overwrite)
            picture = stack.enter_context(new_file(screenshot, overwrite=overwrite))
        header, collector = play_file(file, speed)
        if screenshot is not None:
            write_picture(header, collector, picture, title=file.name)
    print("\n".join(report_lines(header, collector)))
    if screenshot is not None:
        print(f"picture written to {screenshot}")
    if out is not None:
        write_steps(steps_frame(collector.steps, header.origin_ns), out, overwrite=overwrite)
        print(f"steps written to {out}")
    complete = open_session(file).complete and not collector.errors
    return OK if complete else PARTLY_USABLE
