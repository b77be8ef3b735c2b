"""Stopping: a recording is sealed, a window closes, and both count as a good end."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imu.store import SessionReader

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "from imu.cli import main; main()"
WINDOW = """
import signal
from imu.cli.screen import show_window
from imu.cli.simulated import simulated_source
from imu.sinks.recorder import Recorder
source = simulated_source("demo", 1, None, 1.0, endless=True)
recorder = Recorder("w.mcap", source.header)
show_window(source, [recorder], recording=lambda: (print("shown", flush=True), recorder.status)[1])
print(recorder.status.durability)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_recording_that_is_stopped_is_sealed(wish: signal.Signals, tmp_path: Path) -> None:
    words = ["record", "--simulate", "--out", "r.mcap"]
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "Ctrl-C" in process.stderr.readline()
        process.send_signal(wish)
        assert process.wait(60) == 0
    reader = SessionReader(tmp_path / "r.mcap")
    assert reader.complete
    assert reader.header.started_utc
    assert [path.name for path in tmp_path.iterdir()] == ["r.mcap"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_closes_a_live_window_and_seals_its_recording(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WINDOW],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "shown\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert out.endswith("closed\n")
    assert SessionReader(tmp_path / "w.mcap").complete
