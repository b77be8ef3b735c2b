"""The table of windows is complete, and each of them opens."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from synthetic_feed import Run

from dashboards.app import ensure_application
from dashboards.comparing import Stretch
from dashboards.librarymodel import LibraryView
from dashboards.register import WINDOWS, make_window
from dashboards.settings import SettingsView
from dashboards.viewmodel import RunnerView
from imu.cli.paths import shipped_recording
from imu.errors import UsageError
from imu.library import Library
from imu.runners import RunnerProfile, add_runner, plan_view
from imu.squad import ConnectionState
from imu.store.overview import build_overview

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

FOLDER = Path(__file__).parents[2] / "dashboards" / "windows"


class Nobody:
    """A listener to whom nothing comes."""

    state = ConnectionState(connected=True)

    def fetch(self) -> list[object]:
        return []


def comparison() -> tuple[object, ...]:
    overview = build_overview(shipped_recording("run_shoe_real.mcap"))
    return Stretch("one", overview, 5.0, 20.0), Stretch("other", overview, 20.0, 40.0)


def plan() -> tuple[object, ...]:
    add_runner(RunnerProfile("Ada"))
    return (plan_view("Ada", date(2026, 1, 5)),)


PARTS: dict[str, Callable[[], tuple[object, ...]]] = {
    "runner": lambda: (RunnerView(Run().header()),),
    "replay": tuple,
    "compare": comparison,
    "settings": lambda: (SettingsView(),),
    "library": lambda: (LibraryView(Library()),),
    "plan": plan,
    "board": lambda: ("squad", Nobody()),
}


@pytest.fixture(autouse=True)
def application(qapp: object, own_folders: Path) -> None:
    del qapp, own_folders
    ensure_application()


@pytest.mark.parametrize("name", WINDOWS)
def test_every_window_of_the_table_opens(qtbot: QtBot, name: str) -> None:
    window = make_window(name, *PARTS[name]())
    qtbot.addWidget(window)
    window.show()
    assert (window.width(), window.height()) >= (1024, 700)
    assert window.windowTitle()
    assert not window.grab().isNull()


def test_no_window_stands_outside_the_table() -> None:
    classes = {
        node.name
        for path in FOLDER.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Window")
    }
    assert classes == {entry.name for entry in WINDOWS.values()}


def test_an_unknown_window_is_told() -> None:
    with pytest.raises(UsageError, match="no window 'nothing'"):
        make_window("nothing")


def test_an_empty_platform_counts_as_unset() -> None:
    """Qt aborts the process on it, so a process of its own asks."""
    code = "from dashboards.app import ensure_application; print(ensure_application().platformName())"
    unset = {"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **unset},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.strip() == "offscreen", done.stderr
