from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtSvg import QSvgRenderer

from dashboards.app import ensure_application
from dashboards.comparing import Stretch
from dashboards.export import export
from dashboards.theme import load_theme, use_theme
from dashboards.windows.compare import CompareWindow
from dashboards.windows.replay import ReplayWindow
from imu.errors import UsageError
from imu.model import Side

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

DATA = Path(__file__).parents[2] / "data"
SESSION = DATA / "two_shoes_simulated.mcap"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTSTRIKE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    del qapp
    ensure_application()


@pytest.fixture
def window(qtbot: QtBot) -> ReplayWindow:
    made = ReplayWindow(SESSION)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    qtbot.waitUntil(lambda: made.runner is not None and not made._growing, timeout=20_000)
    made.player.pause()
    return made


def press(
    qtbot: QtBot, window: ReplayWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None
) -> None:
    qtbot.keyClick(window.runner, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_scrubbing_shows_each_moment_at_once(qtbot: QtBot, window: ReplayWindow) -> None:
    timeline = window.runner.transport_bar.timeline
    for share in (0.25, 0.75, 0.5):
        at = QPoint(round(10 + share * (timeline.width() - 20)), 30)
        qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=at)
        window._bridge.poll()
        state = window.runner.view.state()
        assert window.player.position_s == pytest.approx(share * window.player.duration_s, abs=0.3)
        assert all(len(leg.steps) > 5 for leg in state.legs)


def test_keys_go_through_the_flags_in_both_directions(qtbot: QtBot, window: ReplayWindow) -> None:
    visited = []
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_N)
        visited.append(window.player.position_s)
        window.runner.refresh()
    assert visited == sorted(set(visited))
    press(qtbot, window, Qt.Key.Key_B)
    assert window.player.position_s == visited[-2]


def test_keys_change_speed_and_go_to_the_ends(qtbot: QtBot, window: ReplayWindow) -> None:
    press(qtbot, window, Qt.Key.Key_Up)
    assert window.player.speed == 2.0
    for _ in range(20):
        press(qtbot, window, Qt.Key.Key_Down)
    assert window.player.speed == 0.25
    press(qtbot, window, Qt.Key.Key_End)
    assert window.player.position_s == window.player.duration_s
    press(qtbot, window, Qt.Key.Key_Home)
    assert window.player.position_s == 0.0


def test_the_theme_reaches_the_ground_and_the_signs(qtbot: QtBot, window: ReplayWindow) -> None:
    before = window.runner.transport_bar.next_button.icon().cacheKey()
    try:
        press(qtbot, window, Qt.Key.Key_D)
        ground = window.grab().toImage().pixelColor(3, window.height() - 3).name()
        assert ground == load_theme().colour.window.lower() == "#edf0f3"
        assert window.runner.transport_bar.next_button.icon().cacheKey() != before
    finally:
        use_theme("dark")


def test_a_loop_is_set_by_keys_and_drawn(qtbot: QtBot, window: ReplayWindow) -> None:
    window.player.seek(20.0)
    press(qtbot, window, Qt.Key.Key_BracketLeft)
    window.player.seek(45.0)
    press(qtbot, window, Qt.Key.Key_BracketRight)
    window.runner.refresh()
    assert window.player.loop_s == (20.0, 45.0)
    assert window.runner.transport_bar.timeline.shown.loop_s == (20.0, 45.0)
    press(qtbot, window, Qt.Key.Key_Backslash)
    assert window.player.loop_s is None


def test_the_loop_is_compared_with_the_rest(qtbot: QtBot, window: ReplayWindow) -> None:
    window.player.set_loop(20.0, 50.0)
    press(qtbot, window, Qt.Key.Key_V)
    compare = window.compare_window
    qtbot.addWidget(compare)
    assert all(curve is not None for curves in compare.curves.values() for curve in curves)
    assert "spm" in compare.figures(Side.LEFT)
    picture = compare.grab().toImage()
    assert picture.width() >= 1000


def test_another_session_is_opened_to_compare_with(qtbot: QtBot, window: ReplayWindow) -> None:
    window.compare_with_file(DATA / "two_shins_simulated.mcap")
    qtbot.waitUntil(lambda: window.compare_window is not None, timeout=20_000)
    qtbot.addWidget(window.compare_window)
    assert window.runner.view.header.sensors[0].sensor == window.player.overview.header.sensors[0].sensor


def test_too_few_strides_are_said(qtbot: QtBot, window: ReplayWindow) -> None:
    overview = window.player.overview
    compare = CompareWindow(Stretch("a", overview, 0, 1), Stretch("<b>", overview, 0, 60))
    qtbot.addWidget(compare)
    assert "too few strides" in compare.figures(Side.LEFT)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".csv"])
def test_what_is_seen_is_exported(tmp_path: Path, window: ReplayWindow, suffix: str) -> None:
    window.player.seek(40.0)
    window._bridge.poll()
    path = tmp_path / f"seen{suffix}"
    window.export_to(path)
    assert str(path) in window.runner.told.text()
    if suffix == ".png":
        assert QImage(str(path)).width() == 2 * window.runner.width()
    elif suffix == ".svg":
        assert QSvgRenderer(str(path)).isValid()
    else:
        contacts_s = pd.read_csv(path)["initial_contact_s"]
        assert len(contacts_s) > 10
        assert contacts_s.max() - contacts_s.min() <= 10.0


def test_an_export_that_fails_is_told(tmp_path: Path, window: ReplayWindow) -> None:
    window.export_to(tmp_path / "missing" / "seen.png")
    assert "missing" in window.runner.told.text()
    with pytest.raises(UsageError, match=r"\.png, \.svg, \.csv"):
        export(tmp_path / "seen.gif", window, window.player.overview, 0, 1)


def drop(window: ReplayWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    move = Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(10, 10), move, data, buttons, keys))


def test_a_dropped_session_takes_the_place_of_the_one_before(qtbot: QtBot, window: ReplayWindow) -> None:
    before = window.runner
    with qtbot.waitSignal(window.shown, timeout=20_000):
        drop(window, DATA / "run_shoe_real.mcap")
    assert window.runner is not before
    assert window.runner.view.sides == (Side.LEFT,)


def test_a_file_that_is_no_session_leaves_what_is_shown(
    qtbot: QtBot, tmp_path: Path, window: ReplayWindow
) -> None:
    before, broken = window.runner, tmp_path / "broken.mcap"
    broken.write_bytes(b"not a session")
    drop(window, tmp_path / "picture.jpg")
    with qtbot.waitSignal(window.opener.failed, timeout=20_000):
        drop(window, broken)
    assert window.runner is before
    assert "broken.mcap" in window.runner.told.text()


def test_without_a_session_the_window_invites_and_tells_what_is_wrong(qtbot: QtBot, tmp_path: Path) -> None:
    made = ReplayWindow()
    qtbot.addWidget(made)
    assert "Drop a session" in made.message.text()
    with qtbot.waitSignal(made.opener.failed, timeout=20_000):
        made.open(tmp_path / "gone.mcap")
    assert "gone.mcap" in made.message.text()
    assert "Drop a session" in made.message.text()


def test_a_session_is_usable_while_it_is_prepared(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imu.store.overview.PROGRESS_EVERY", 200)
    copy = tmp_path / "new.mcap"
    shutil.copy(SESSION, copy)
    made = ReplayWindow()
    qtbot.addWidget(made)
    steps = []
    made.opener.grown.connect(lambda overview, _: steps.append(len(overview.steps)))
    made.open(copy)
    qtbot.waitUntil(lambda: made.player is not None and not made._growing, timeout=20_000)
    assert steps == sorted(steps)
    assert len(steps) > 0
    assert len(made.player.overview.steps) > steps[0]


def test_the_cursors_measure_by_keys_and_by_mouse(qtbot: QtBot, window: ReplayWindow) -> None:
    window.player.seek(40.0)
    window._bridge.poll()
    window.player.resume()
    plain = window.grab().toImage()
    press(qtbot, window, Qt.Key.Key_U)
    assert not window.player.playing
    cursors = window.runner.legs[Side.LEFT].trace.cursors
    assert "Δt 1000.0 ms" in cursors.text.text()
    assert cursors.text.text().count(" g") == 3
    assert window.grab().toImage() != plain
    press(qtbot, window, Qt.Key.Key_K)
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    assert "Δt 1105.0 ms" in cursors.text.text()
    surface = cursors._plot.viewport()
    middle = surface.height() // 2
    qtbot.mousePress(surface, Qt.MouseButton.LeftButton, pos=QPoint(surface.width() - 20, middle))
    near_s = cursors.lines[1].value()
    assert near_s > -1.0
    qtbot.mouseMove(surface, QPoint(surface.width() // 2, middle))
    window.runner.refresh()
    press(qtbot, window, Qt.Key.Key_U)
    assert not cursors.text.isVisible()
    assert not any(line.isVisible() for line in cursors.lines)
