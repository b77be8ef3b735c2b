"""Stopping: a recording is sealed, a window closes, and both count as a good end."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imu.store import SessionReader
from tests.programs import lines_until

if TYPE_CHECKING:
    from pathlib import Path

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
MAIN = "from imu.cli import main; main()"
WINDOW = """
import itertools
from imu.cli.screen import show_window
from imu.cli.simulated import simulated_session
from imu.sinks.recorder import Recorder
from imu.sources.sim import SimulatorSource

source = SimulatorSource(simulated_session("demo", 1, None, endless=True))
recorder = Recorder("w.mcap", source.header)
frames = itertools.count()

def status():
    if next(frames) == 5:
        print("shown", flush=True)
    return recorder.status

show_window(source, [recorder], recording=status)
print(recorder.status.durability)
"""


def started(program: str, words: list[str], folder: Path) -> subprocess.Popen[str]:
    """Start a program whose standard output and error are one stream."""
    command = [sys.executable, "-c", program, *words]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )


def stopped(process: subprocess.Popen[str], wish: signal.Signals, line: str) -> str:
    """Wait for a line, ask the process to stop and return what it said; it never outlives the test."""
    said: list[str] = []
    try:
        said += lines_until(process, line)
        process.send_signal(wish)
        said.append(process.communicate(timeout=60)[0])
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in "".join(said)
    return "".join(said)


@UNIX
@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_recording_that_is_stopped_is_sealed(wish: signal.Signals, tmp_path: Path) -> None:
    process = started(MAIN, ["record", "--simulate", "--out", "r.mcap"], tmp_path)
    assert "recorded to r.mcap" in stopped(process, wish, "running; Ctrl-C stops it\n")
    reader = SessionReader(tmp_path / "r.mcap")
    assert reader.complete
    assert reader.header.started_utc
    assert [path.name for path in tmp_path.iterdir()] == ["r.mcap"]


@UNIX
@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_closes_a_live_window_and_seals_its_recording(
    wish: signal.Signals, tmp_path: Path
) -> None:
    said = stopped(started(WINDOW, [], tmp_path), wish, "shown\n")
    assert said.endswith("closed\n")
    assert SessionReader(tmp_path / "w.mcap").complete
