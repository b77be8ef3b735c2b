"""Running a live session: recording, table or window, and what is told meanwhile."""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from imu.cli.sessions import Collector
    from imu.engine import Engine
    from imu.sinks.base import Sink
    from imu.sinks.recorder import Recorder, Recording
    from imu.sources.base import Source

__all__ = ["begin_recording", "prepare_replay", "run_headless", "run_in_window"]

_TOLD_EVERY_S = 5.0
_SHOWN_EVERY_S = 0.25
_PATIENCE_S = 60.0


def run_headless(source: Source, out: Path | None, sinks: Sequence[Sink] = ()) -> int:
    """Run a session until it ends, Ctrl-C or a request to end; the file is sealed in any case."""
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.sessions import Collector, chain_maker, report_lines
    from imu.engine import Engine

    collector, recorder = Collector(), begin_recording(source, out)
    kept = [] if recorder is None else [recorder]
    engine = Engine(source, chain_maker(source.header), [*kept, collector, *sinks])
    # A handler, not KeyboardInterrupt: Python 3.11 takes a thread for ended once `join` is interrupted, and
    # the file would stay unsealed. SIGINT is set too since shells ignore it for what runs in the background.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: engine.stop())
    engine.start()
    print("running; Ctrl-C stops it", file=sys.stderr, flush=True)
    _show_until_over(engine, source, collector)
    print("\n".join(report_lines(source.header, collector)))
    recorded_well = _tell_recording(recorder)
    return PARTLY_USABLE if collector.errors or not recorded_well else OK


def run_in_window(
    source: Source, out: Path | None, sinks: Sequence[Sink] = (), *, title: str = "softstrike live"
) -> int:
    """Run a session in the dashboard until its window is closed."""
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.screen import need_window, show_window

    need_window()
    recorder = begin_recording(source, out)
    kept = [] if recorder is None else [recorder]
    status: Callable[[], Recording] | None = None if recorder is None else lambda: recorder.status
    show_window(source, [*kept, *sinks], recording=status, title=title)
    return OK if _tell_recording(recorder) else PARTLY_USABLE


def begin_recording(source: Source, out: Path | None) -> Recorder | None:
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
    prepare_replay(recorder.paths)
    return status.lost_items == 0


def prepare_replay(paths: Iterable[Path], patience_s: float = _PATIENCE_S) -> bool:
    """Make the overview with which a replay opens at once; what is not done in time, the first replay does.

    Parameters
    ----------
    paths : iterable of Path
        Recorded files.
    patience_s : float
        Longest wait, s; Ctrl-C ends it sooner.

    Returns
    -------
    bool
        Whether all are prepared.
    """
    from imu.errors import SoftstrikeError
    from imu.store.overview import open_overview

    end_s, skipped = time.monotonic() + patience_s, threading.Event()
    before = {wish: signal.signal(wish, lambda *_: skipped.set()) for wish in (signal.SIGINT, signal.SIGTERM)}
    print("preparing the replay; Ctrl-C leaves it for later", file=sys.stderr, flush=True)
    try:
        for path in paths:
            open_overview(path, progress=lambda *_: time.monotonic() < end_s and not skipped.is_set())
    except SoftstrikeError:  # an empty session, or it took too long: nothing is lost
        return False
    finally:
        for wish, handler in before.items():
            signal.signal(wish, handler)
    return True


def _show_until_over(engine: Engine, source: Source, collector: Collector) -> None:
    """Show the state: a table that renews itself on a terminal, else a line every few seconds."""
    from imu.cli.sessions import report_lines

    if not sys.stdout.isatty():
        while not engine.join(_TOLD_EVERY_S):
            print(" | ".join(report_lines(source.header, collector)[:2]), file=sys.stderr)
        return
    from rich.live import Live

    from imu.cli.live_table import live_table

    began_s = time.monotonic()
    with Live(live_table(source.header, collector, 0.0), auto_refresh=False, redirect_stderr=True) as shown:
        while not engine.join(_SHOWN_EVERY_S):
            shown.update(live_table(source.header, collector, time.monotonic() - began_s), refresh=True)
