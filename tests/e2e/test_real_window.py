"""A real window on a real X server, driven by key strokes from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.programs import limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@pytest.fixture
def display(system_program: Callable[[str], str]) -> Iterator[str]:
    """Run an X server of its own, on a display that it chooses itself."""
    reading, writing = os.pipe()
    xvfb = system_program("Xvfb")
    arguments = [xvfb, "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(arguments, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            with limited(server, PATIENCE_S), os.fdopen(reading) as pipe:
                number = pipe.readline().strip()
            assert number, "the X server did not start"
            yield f":{number}"
        finally:
            server.kill()


def until(answer: Callable[[], str], what: str) -> str:
    """Ask until there is an answer."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        told = answer()
        if told:
            return told
        time.sleep(0.1)
    return pytest.fail(f"{what} did not come")


def test_a_session_is_replayed_by_keys_and_closed(
    display: str, tmp_path: Path, system_program: Callable[[str], str]
) -> None:
    xdotool = system_program("xdotool")
    place = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "SOFTSTRIKE_CACHE_DIR": str(tmp_path / "cache")}
    settings = {**os.environ, **place, "SOFTSTRIKE_CONFIG_DIR": str(tmp_path / "config")}

    def tool(*arguments: str) -> str:
        done = subprocess.run(
            [xdotool, *arguments],
            env=settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    def shot() -> str:
        code = (
            "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
            "print(app.primaryScreen().grabWindow(0).toImage().pixelColor(4, 4).name())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=settings,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    command = [
        sys.executable,
        "-c",
        "from imu.cli import main; main()",
        "replay",
        str(ROOT / "data" / "run_shoe_real.mcap"),
    ]
    program = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
    try:
        found = until(lambda: tool("search", "--onlyvisible", "--name", "run_shoe_real.mcap"), "the window")
        tool("windowmove", found.split()[0], "0", "0")
        tool("windowfocus", found.split()[0])
        dark = until(shot, "a picture")
        tool("key", "d")
        until(lambda: shot() if shot() != dark else "", "the light theme")
        for key in ("c", "c", "space", "n", "End", "Home", "w", "h", "h"):
            tool("key", key)
        assert program.poll() is None
        program.terminate()
        told = program.communicate(timeout=PATIENCE_S)[1]
    finally:
        program.kill()
    assert program.returncode == 0
    assert "Traceback" not in told
