"""The settings, without a display."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from synthetic_feed import header

from dashboards.app import ensure_application
from dashboards.finder import Finder
from dashboards.near import NearKind
from dashboards.preferences import Preferences, load_preferences, preferences_file, save_preferences
from dashboards.settings import PLACES, SettingsView
from dashboards.theme import theme_in_use, use_theme
from dashboards.units import use_units
from dashboards.viewmodel import RunnerView
from dashboards.widgets.fitting import FittingPicture
from dashboards.windows.runner import RunnerWindow
from dashboards.windows.settings import SettingsWindow
from imu.cli.screen import show_window
from imu.cli.simulated import simulated_session
from imu.errors import EnvironmentProblem
from imu.folders import sensors_file
from imu.model import Side
from imu.sources.ble.air import Stack, stack_of
from imu.sources.ble.registry import load_sensors
from imu.sources.ble.scan import Sighting
from imu.sources.sim import SimulatorSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication, QPushButton
    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> Iterator[None]:
    del qapp
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(tmp_path / "config"))
    ensure_application()
    yield
    use_theme("dark")


class QuietSound:
    """Sound without a device."""

    def __init__(self) -> None:
        self.volume, self.muted, self.words = 0.6, False, "no sound device"

    def set_volume(self, volume: float) -> None:
        self.volume = volume

    def set_muted(self, muted: bool) -> None:
        self.muted = muted

    def toggle_mute(self) -> None:
        self.muted = not self.muted


@pytest.fixture
def window(qtbot: QtBot) -> SettingsWindow:
    made = SettingsWindow(SettingsView())
    qtbot.addWidget(made)
    return made


def test_the_first_run_is_done_by_keyboard(qtbot: QtBot, window: SettingsWindow) -> None:
    assert window.next.text().startswith("Next: say who runs")
    assert not window.sensors.forget.isEnabled()
    qtbot.keyClicks(window.new_runner, "Ada")
    qtbot.keyClick(window.new_runner, Qt.Key.Key_Return)
    assert window.runner.currentText() == "Ada"
    qtbot.keyClicks(window.sensors.name, "Sensor 1")
    window.place.setCurrentText("right shin")
    window.sensors.profile.setCurrentText("softstrike-reference")
    qtbot.keyClick(window.sensors.name, Qt.Key.Key_Return)
    assert window.told.text() == "Sensor 1 is worn as right shin"
    assert window.next.text() == "All is ready: softstrike live"
    (sensor,) = load_sensors(sensors_file())
    assert (sensor.name, sensor.place, sensor.profile) == ("Sensor 1", "right-shin", "softstrike-reference")
    qtbot.mouseClick(window.sensors.forget, Qt.MouseButton.LeftButton)
    assert load_sensors(sensors_file()) == ()


def test_a_limit_is_kept_and_one_that_cannot_be_is_told(qtbot: QtBot, window: SettingsWindow) -> None:
    qtbot.keyClicks(window.choices.limits["impact_limit_g"], "7.5")
    qtbot.keyClick(window.choices.limits["impact_limit_g"], Qt.Key.Key_Return)
    assert load_preferences().impact_limit_g == 7.5
    window.choices.limits["impact_limit_g"].setText("900")
    window.choices.limits["impact_limit_g"].editingFinished.emit()
    assert "1 to 50 g" in window.told.text()
    assert load_preferences().impact_limit_g == 7.5


def test_no_two_places_look_alike(qtbot: QtBot) -> None:
    view, picture = SettingsView(), FittingPicture()
    qtbot.addWidget(picture)
    picture.resize(560, 400)
    seen: list[QImage] = []
    for place in PLACES:
        picture.show_state(view.fitting(place))
        seen.append(picture.grab().toImage())
        assert place in picture.accessibleName()
    assert all(one != other for at, one in enumerate(seen) for other in seen[:at])


def test_the_key_opens_the_settings_and_the_window_follows(qtbot: QtBot) -> None:
    save_preferences(Preferences(volume=0.2))
    sound = QuietSound()
    runner = RunnerWindow(RunnerView(header()), sound=sound)
    qtbot.addWidget(runner)
    with qtbot.waitActive(runner):
        runner.show()
        runner.activateWindow()
    qtbot.keyClick(runner, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    opened = runner.settings.window
    assert opened is not None
    assert opened.choices.volume.value() == 60, "as it is heard now"
    opened.choices.theme.setCurrentText("light")
    opened.choices.theme.activated.emit(opened.choices.theme.currentIndex())
    opened.choices.volume.setValue(35)
    opened.choices.muted.setChecked(True)
    assert (theme_in_use(), sound.volume, sound.muted) == ("light", 0.35, True)
    assert load_preferences() == Preferences(theme="light", volume=0.35, muted=True)
    runner.close()
    assert not opened.isVisible()


def test_a_file_that_cannot_be_used_is_told_in_the_window(qtbot: QtBot) -> None:
    preferences_file().parent.mkdir()
    preferences_file().write_text("volume = 9")
    runner = RunnerWindow(RunnerView(header()))
    qtbot.addWidget(runner)
    runner.settings.show()
    assert runner.settings.window is None
    assert "dashboard.toml" in runner.told.text()
    assert "volume" in runner.told.text()


def test_theme_and_volume_are_there_again_in_the_next_run(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # this process keeps its own
    save_preferences(Preferences(theme="light", volume=0.2))
    found: list[tuple[str, float]] = []

    def change() -> None:
        # Windows that other tests closed may still be among them.
        windows = [each for each in qapp.topLevelWidgets() if isinstance(each, RunnerWindow)]
        window = next((each for each in windows if each.isVisible()), None)
        if window is None:
            QTimer.singleShot(200, change)
            return
        if window.sound is not None:
            found.append((theme_in_use(), window.sound.volume))
        for name in ("theme", "louder", "mute"):
            window.actions_by_name[name]()
        qapp.quit()

    QTimer.singleShot(200, change)
    show_window(SimulatorSource(simulated_session("demo", 1, 20.0)), [])
    assert found == [("light", 0.2)]
    assert load_preferences() == Preferences(theme="contrast", volume=0.3, muted=True)


class Near(Finder):
    """A search that hears what the test says, in this thread."""

    def __init__(self, heard: list[Sighting], serial: str = "0002") -> None:
        super().__init__()
        self.heard, self.serial, self.asks = heard, serial, 0

    def look(self) -> None:
        self.found.emit(self.heard)

    def ask(self, sighting: Sighting) -> None:
        self.asks += 1
        self.asked.emit(sighting, self.serial)


def press(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def near_window(qtbot: QtBot, finder: Finder) -> SettingsWindow:
    view = SettingsView()
    view.add_runner("Ada")
    window = SettingsWindow(view, finder)
    qtbot.addWidget(window)
    return window


SEEN = Sighting("softstrike 2", "F0:01", -52, "softstrike-reference", 91)


def test_a_sensor_that_is_near_is_bound_with_its_serial_number(qtbot: QtBot) -> None:
    window = near_window(qtbot, Near([Sighting("a phone", "F0:09", -30), SEEN]))
    press(qtbot, window.sensors.look)
    assert [window.sensors.near.item(row).text() for row in range(window.sensors.near.count())] == [
        "softstrike 2  ·  -52 dBm  ·  battery 91 %"
    ]
    window.sensors.near.setCurrentRow(0)
    window.place.setCurrentText("right shoe")
    press(qtbot, window.sensors.bind)
    (sensor,) = load_sensors(sensors_file())
    assert (sensor.serial, sensor.place, sensor.host_id) == ("0002", "right-shoe", "")


def test_a_sensor_of_somebody_else_is_taken_over_at_the_second_press_only(qtbot: QtBot) -> None:
    finder = Near([SEEN])
    window = near_window(qtbot, finder)
    window.view.bind("softstrike 2", "softstrike-reference", "left shoe", serial="0002")
    window.view.add_runner("Ben")
    press(qtbot, window.sensors.look)
    assert "already bound to Ada (left shoe)" in window.sensors.near.item(0).text()
    window.sensors.near.setCurrentRow(0)
    press(qtbot, window.sensors.bind)
    assert "already bound to Ada (left shoe): press Bind again" in window.told.text()
    assert [each.runner for each in load_sensors(sensors_file())] == ["Ada"]
    press(qtbot, window.sensors.bind)
    assert [each.owner for each in load_sensors(sensors_file())] == ["Ben (left shoe)"]
    assert finder.asks == 1, "the serial number is not asked for twice"


def test_a_computer_without_radio_is_told_and_the_window_lives(qtbot: QtBot) -> None:
    @contextlib.asynccontextmanager
    async def no_radio() -> AsyncIterator[Stack]:
        raise EnvironmentProblem("no Bluetooth adapter was found: plug one in")
        yield

    window = near_window(qtbot, Finder(no_radio))
    press(qtbot, window.sensors.look)
    assert not window.sensors.look.isEnabled()
    qtbot.waitUntil(window.sensors.look.isEnabled, timeout=20_000)
    shown = window.sensors.state.shown
    assert shown is not None
    assert shown.kind is NearKind.NO_RADIO
    assert "No Bluetooth adapter was found" in shown.detail


def test_closing_the_window_ends_a_search_that_would_never_end(qtbot: QtBot) -> None:
    begun = threading.Event()

    @contextlib.asynccontextmanager
    async def silent_radio() -> AsyncIterator[Stack]:
        begun.set()
        await asyncio.Event().wait()
        yield stack_of()

    finder = Finder(silent_radio)
    window = near_window(qtbot, finder)
    press(qtbot, window.sensors.look)
    assert begun.wait(20.0)
    window.close()
    assert not finder.busy


def test_a_change_of_units_reaches_the_window_below(qtbot: QtBot) -> None:
    runner = RunnerWindow(RunnerView(header()))
    qtbot.addWidget(runner)
    runner.settings.show()
    opened = runner.settings.window
    assert opened is not None
    try:
        opened.choices.units.setCurrentText("m/s2")
        opened.choices.units.activated.emit(1)
        assert runner.figures[Side.LEFT].shown.tiles[-1].unit == "m/s²"
        assert load_preferences().units == "m/s2"
    finally:
        use_units("g")
    runner.close()
