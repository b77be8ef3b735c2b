"""The window of the settings: runner, sensors and where to fix them, limit, theme and volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from dashboards.preferences import remember
from dashboards.register import WINDOWS
from dashboards.settings import PLACES, SettingsView, next_command
from dashboards.theme import load_theme, theme_in_use, theme_names, use_theme
from dashboards.widgets.base import font
from dashboards.widgets.fitting import FittingPicture
from dashboards.widgets.style import style_sheet
from imu.errors import SoftstrikeError
from imu.profiles import builtin_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.windows.sound import Sound

__all__ = ["SettingsOpener", "SettingsWindow"]

ROW_PX = 40
PERCENT = 100


class SettingsWindow(QWidget):
    """Shows what is remembered and changes it at once; nothing has to be confirmed.

    Parameters
    ----------
    view : SettingsView
        What is shown.
    """

    theme_chosen = Signal(str)
    volume_chosen = Signal(float)
    mute_chosen = Signal(bool)

    def __init__(self, view: SettingsView) -> None:
        super().__init__()
        self.view = view
        self._showing = False
        self.setWindowTitle("Settings \N{EN DASH} softstrike")
        self.runner, self.new_runner = QComboBox(), QLineEdit()
        self.sensors = QListWidget()
        self.name, self.profile, self.place = QLineEdit(), QComboBox(), QComboBox()
        self.limit, self.theme = QLineEdit(), QComboBox()
        self.volume, self.muted = QSlider(Qt.Orientation.Horizontal), QCheckBox("Cues begin in silence")
        self.picture, self.next, self.told = FittingPicture(), QLabel(), QLabel()
        self.add, self.bind = QPushButton("Add"), QPushButton("Bind")
        self.move_there, self.forget = QPushButton("Wear it as shown"), QPushButton("Forget")
        self._fill()
        self._lay_out()
        self._connect()
        self._restyle()
        self.refresh()

    def _fill(self) -> None:
        self.new_runner.setPlaceholderText("Name of a new runner")
        self.name.setPlaceholderText("Name that the sensor advertises")
        self.limit.setPlaceholderText("built in")
        self.profile.addItems(sorted(builtin_profiles()))
        self.place.addItems(list(PLACES))
        self.theme.addItems(list(theme_names()))
        self.volume.setRange(0, PERCENT)
        for widget, name in (
            (self.runner, "Runner"),
            (self.new_runner, "New runner"),
            (self.sensors, "Sensors"),
            (self.name, "Name of the sensor"),
            (self.profile, "Firmware profile"),
            (self.place, "Place"),
            (self.limit, "General impact limit, g"),
            (self.theme, "Theme"),
            (self.volume, "Volume"),
        ):
            widget.setAccessibleName(name)

    def _lay_out(self) -> None:
        space = load_theme().space
        page = QGridLayout(self)
        page.setContentsMargins(space.pad_px, space.pad_px, space.pad_px, space.pad_px)
        page.setHorizontalSpacing(2 * space.pad_px)
        page.setVerticalSpacing(space.gap_px)
        page.addWidget(self.next, 0, 0, 1, 2)
        left = QVBoxLayout()
        left.setSpacing(space.gap_px)
        _section(left, "Runner", [self.runner], [self.new_runner, self.add])
        _section(left, "Sensors", [self.sensors], [self.move_there, self.forget])
        _section(left, "Bind a sensor", [self.name], [self.profile, self.bind])
        right = QVBoxLayout()
        right.setSpacing(space.gap_px)
        _section(right, "Where to fix it", [self.place], [self.picture])
        right.setStretch(right.count() - 1, 1)
        _section(right, "Impact, look and sound")
        right.addLayout(self._form())
        page.addLayout(left, 1, 0)
        page.addLayout(right, 1, 1)
        page.addWidget(self.told, 2, 0, 1, 2)
        page.setColumnStretch(0, 1)
        page.setColumnStretch(1, 1)
        page.setRowStretch(1, 1)
        for kind in (QComboBox, QLineEdit, QPushButton, QSlider):
            for field in self.findChildren(kind):
                field.setFixedHeight(ROW_PX)
        self.told.setWordWrap(True)

    def _form(self) -> QGridLayout:
        """Labels on the left, fields on the right."""
        form = QGridLayout()
        form.setSpacing(load_theme().space.gap_px)
        rows = (
            ("General impact limit at the shin, g", self.limit),
            ("Theme", self.theme),
            ("Volume", self.volume),
        )
        for number, (words, field) in enumerate(rows):
            label = QLabel(words)
            label.setBuddy(field)
            form.addWidget(label, number, 0)
            form.addWidget(field, number, 1)
        form.addWidget(self.muted, len(rows), 1)
        form.setColumnStretch(1, 1)
        return form

    def _connect(self) -> None:
        self.runner.activated.connect(
            lambda _: self._try(lambda: self.view.change("runner", self.runner.currentText()))
        )
        self.add.clicked.connect(self._add_runner)
        self.new_runner.returnPressed.connect(self._add_runner)
        self.bind.clicked.connect(self._bind)
        self.name.returnPressed.connect(self._bind)
        self.move_there.clicked.connect(
            lambda: self._with_sensor(lambda each: self.view.move(each, self.place.currentText()))
        )
        self.forget.clicked.connect(lambda: self._with_sensor(self.view.forget))
        self.sensors.currentRowChanged.connect(self._follow_sensor)
        self.place.currentTextChanged.connect(self._show_place)
        self.limit.editingFinished.connect(self._take_limit)
        self.theme.activated.connect(lambda _: self._take_theme(self.theme.currentText()))
        self.volume.valueChanged.connect(self._take_volume)
        self.muted.toggled.connect(self._take_mute)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.close)

    def refresh(self) -> None:
        """Show what is remembered now."""
        self._showing = True
        view, row = self.view, self.sensors.currentRow()
        self.runner.clear()
        self.runner.addItems(["", *view.names])
        self.runner.setCurrentText(view.runner)
        self.sensors.clear()
        self.sensors.addItems([view.sensor_line(each) for each in view.own_sensors])
        self.sensors.setCurrentRow(min(max(row, 0), self.sensors.count() - 1))
        limit_g = view.preferences.impact_limit_g
        self.limit.setText("" if limit_g is None else f"{limit_g:g}")
        self.theme.setCurrentText(view.preferences.theme)
        self.volume.setValue(round(PERCENT * view.preferences.volume))
        self.muted.setChecked(view.preferences.muted)
        for button in (self.move_there, self.forget):
            button.setEnabled(bool(view.own_sensors))
        self.next.setText(next_command(view.steps))
        self._showing = False
        self._show_place(self.place.currentText())

    def _try(self, change: Callable[[], None], done: str = "") -> bool:
        """Make a change, and tell in a sentence when it cannot be."""
        try:
            change()
        except SoftstrikeError as error:
            self.told.setText(str(error))
            return False
        self.told.setText(done)
        self.refresh()
        return True

    def _add_runner(self) -> None:
        name = self.new_runner.text()
        if self._try(lambda: self.view.add_runner(name), f"{name.strip()} is added"):
            self.new_runner.clear()

    def _bind(self) -> None:
        name, place = self.name.text(), self.place.currentText()
        done = f"{name.strip()} is worn as {place}"
        if self._try(lambda: self.view.bind(name, self.profile.currentText(), place), done):
            self.name.clear()

    def _with_sensor(self, change: Callable[..., None]) -> None:
        row = self.sensors.currentRow()
        if row < 0:
            self.told.setText("Choose a sensor in the list first")
            return
        sensor = self.view.own_sensors[row]
        self._try(lambda: change(sensor))

    def _follow_sensor(self, row: int) -> None:
        if not self._showing and 0 <= row < len(self.view.own_sensors):
            self.place.setCurrentText(self.view.own_sensors[row].place.replace("-", " "))

    def _show_place(self, place: str) -> None:
        self.picture.show_state(self.view.fitting(place))

    def _take_limit(self) -> None:
        if not self._showing:
            self._try(lambda: self.view.change("impact_limit_g", self.limit.text().strip()))

    def _take_theme(self, name: str) -> None:
        use_theme(name)
        self._restyle()
        self.theme_chosen.emit(name)
        self._try(lambda: self.view.change("theme", name))

    def _take_volume(self, percent: int) -> None:
        if not self._showing:
            self.volume_chosen.emit(percent / PERCENT)
            self._try(lambda: self.view.change("volume", f"{percent / PERCENT:g}"))

    def _take_mute(self, muted: bool) -> None:
        if not self._showing:
            self.mute_chosen.emit(muted)
            self._try(lambda: self.view.change("muted", str(muted).lower()))

    def _restyle(self) -> None:
        fonts = load_theme().font
        self.setStyleSheet(style_sheet("SettingsWindow"))
        self.next.setFont(font(fonts.title_px, strong=True))
        self.picture.update()


class Listener(Protocol):
    """What a window must offer whose settings are changed while it is open."""

    sound: Sound | None

    def show_theme(self, name: str) -> None:
        """Take on another theme."""

    def tell(self, text: str) -> None:
        """Say something for a few seconds."""


class SettingsOpener:
    """Opens the settings over another window, which follows them at once.

    Parameters
    ----------
    owner : Listener
        The window.
    """

    def __init__(self, owner: Listener) -> None:
        self._owner = owner
        self.window: SettingsWindow | None = None

    def show(self) -> None:
        """Open the settings, with theme and volume as they are now; a file that cannot be used is told."""
        owner, sound = self._owner, self._owner.sound
        heard = {} if sound is None else {"volume": round(sound.volume, 3), "muted": sound.muted}
        try:
            remember(theme=theme_in_use(), **heard)
            window = SettingsWindow(SettingsView())
            window.resize(*WINDOWS["settings"].size_px)
        except SoftstrikeError as error:
            owner.tell(str(error))
            return
        window.theme_chosen.connect(owner.show_theme)
        if sound is not None:
            window.volume_chosen.connect(sound.set_volume)
            window.mute_chosen.connect(sound.set_muted)
        self.window = window
        window.show()

    def close(self) -> None:
        """Close the settings with their window."""
        if self.window is not None:
            self.window.close()


def _section(column: QVBoxLayout, title: str, *rows: list[QWidget]) -> None:
    """Add a heading and rows of widgets below it."""
    heading = QLabel(title)
    heading.setFont(font(load_theme().font.title_px, strong=True))
    column.addWidget(heading)
    for row in rows:
        column.addLayout(_row(row))


def _row(widgets: list[QWidget]) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(load_theme().space.gap_px)
    for number, widget in enumerate(widgets):
        made.addWidget(widget, 1 if number == 0 else 0)
    return made
