from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from dashboards.app import ensure_application, render_screenshot
from dashboards.theme import load_theme, theme_names, use_theme
from dashboards.widgets import coach as page
from imu.model import Rule, Side
from tests.gui.synthetic_feed import Run
from tests.gui.test_runner_window import activate, make_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def application(qapp: object) -> Iterator[None]:
    del qapp
    ensure_application()
    yield
    use_theme("dark")


@pytest.mark.parametrize("theme", theme_names())
def test_it_fills_the_banner_in_every_theme(tmp_path: Path, theme: str) -> None:
    use_theme(theme)
    run, path = Run(), tmp_path / "coach.png"
    items = [*run.items(), run.flag(Rule.EXCESSIVE_IMPACT, Side.LEFT, 8.0)]
    render_screenshot(run.header(), items, path, (1280, 720), coach=True)
    picture = QImage(str(path))
    assert picture.pixelColor(640, 22).name() == load_theme().colour.impact.lower()
    assert picture.pixelColor(3, 700).name() == load_theme().colour.window.lower()


def test_what_matters_can_be_read_at_three_metres() -> None:
    assert min(page.HEADLINE_SHARE, page.FIGURE_SHARE) >= 0.075
    assert min(page.WORD_SHARE, page.SMALL_SHARE) >= 0.04


def test_a_key_shows_it_and_takes_it_back(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run())
    activate(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_C)
    assert window.coach_page.isVisible()
    assert not window.figures[Side.LEFT].isVisible()
    qtbot.keyClick(window, Qt.Key.Key_C)
    assert not window.coach_page.isVisible()
    assert window.figures[Side.LEFT].isVisible()


def test_one_leg_and_no_data_can_be_painted(tmp_path: Path) -> None:
    for name, run in (("one", Run(impact_g={Side.RIGHT: 6.0})), ("none", Run(duration_s=0.0))):
        path = tmp_path / f"{name}.png"
        render_screenshot(run.header(), list(run.items()), path, (960, 540), coach=True)
        assert QImage(str(path)).width() == 960


def test_at_twice_the_scale_it_is_as_sharp_as_the_screen(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.path.insert(0, 'tests/gui')\n"
        "from synthetic_feed import Run\n"
        "from dashboards.app import render_screenshot\n"
        "run = Run()\n"
        "render_screenshot(run.header(), list(run.items()), sys.argv[1], (960, 540), coach=True)\n"
    )
    path = tmp_path / "twice.png"
    scaled = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=scaled, cwd=root)
    assert (QImage(str(path)).width(), QImage(str(path)).height()) == (1920, 1080)
