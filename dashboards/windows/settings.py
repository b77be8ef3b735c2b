"""The window of the settings: runner, sensors and where to fix them, limit, theme and volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dashboards.finder import Finder
from dashboards.preferences import remember
from dashboards.register import WINDOWS
from dashboards.settings import PLACES, SettingsView, next_command
from dashboards.theme import load_theme, theme_in_use, use_theme
from dashboards.units import use_units
from dashboards.widgets.base import font
from dashboards.widgets.choices import ChoicesPane
from dashboards.widgets.fitting import FittingPicture
from dashboards.widgets.layouts import add_section, even_fields
from dashboards.widgets.sensors import SensorsPane
from dashboards.widgets.style import style_sheet
from imu.errors import SoftstrikeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent

    from dashboards.windows.sound import Sound

__all__ = ["SettingsOpener", "SettingsWindow"]


class SettingsWindow(QWidget):
    """Shows what is remembered and changes it at once; nothing has to be confirmed.

    Parameters
    ----------
    view : SettingsView
        What is shown.
    finder : Finder, optional
        Looks for sensors; by default with the system's Bluetooth.
    """

    theme_chosen = Signal(str)
    units_chosen = Signal(str)
    volume_chosen = Signal(float)
    mute_chosen = Signal(bool)

    def __init__(self, view: SettingsView, finder: Finder | None = None) -> None:
        super().__init__()
        self.view = view
        self.finder = finder or Finder(parent=self)
        self.setWindowTitle("Settings \N{EN DASH} softstrike")
        self.runner, self.new_runner, self.place = QComboBox(), QLineEdit(), QComboBox()
        self.picture, self.next, self.told = FittingPicture(), QLabel(), QLabel()
        self.add = QPushButton("Add")
        self.place.addItems(list(PLACES))
        self.sensors = SensorsPane(view, self.place, self.finder)
        self.choices = ChoicesPane()
        self._lay_out()
        self._connect()
        self._restyle()
        self.refresh()

    def _lay_out(self) -> None:
        self.new_runner.setPlaceholderText("Name of a new runner")
        for field, words in ((self.runner, "Runner"), (self.new_runner, "New runner"), (self.place, "Place")):
            field.setAccessibleName(words)
        space = load_theme().space
        page = QGridLayout(self)
        page.setContentsMargins(*4 * (space.pad_px,))
        page.setHorizontalSpacing(2 * space.pad_px)
        page.setVerticalSpacing(space.gap_px)
        page.addWidget(self.next, 0, 0, 1, 3)
        columns = [QVBoxLayout() for _ in range(3)]
        for number, column in enumerate(columns):
            column.setSpacing(space.gap_px)
            page.addLayout(column, 1, number)
            page.setColumnStretch(number, 1)
        add_section(columns[0], "Runner", [self.runner], [self.new_runner, self.add])
        columns[0].addWidget(self.sensors, 1)
        add_section(columns[1], "Where to fix it", [self.place], [self.picture])
        columns[1].setStretch(columns[1].count() - 1, 1)
        columns[2].addWidget(self.choices)
        page.addWidget(self.told, 2, 0, 1, 3)
        page.setRowStretch(1, 1)
        even_fields(self)
        self.told.setWordWrap(True)

    def _connect(self) -> None:
        self.runner.activated.connect(
            lambda _: self._try(lambda: self.view.change("runner", self.runner.currentText()))
        )
        self.add.clicked.connect(self._add_runner)
        self.new_runner.returnPressed.connect(self._add_runner)
        self.place.currentTextChanged.connect(self._show_place)
        self.sensors.told.connect(self.told.setText)
        self.sensors.changed.connect(self.refresh)
        self.choices.changed.connect(self._take_choice)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.close)

    def refresh(self) -> None:
        """Show what is remembered now."""
        view = self.view
        self.runner.clear()
        self.runner.addItems(["", *view.names])
        self.runner.setCurrentText(view.runner)
        self.sensors.refresh()
        self.choices.show_values(view.preferences)
        self.next.setText(next_command(view.steps))
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

    def _show_place(self, place: str) -> None:
        self.picture.show_state(self.view.fitting(place))

    def _take_choice(self, key: str, text: str) -> None:
        """Keep a choice; what is seen and heard follows at once."""
        if not self._try(lambda: self.view.change(key, text)):
            return
        values = self.view.preferences
        if key == "theme":
            use_theme(values.theme)
            self._restyle()
            self.theme_chosen.emit(values.theme)
        elif key == "units":
            use_units(values.units)
            self.units_chosen.emit(values.units)
        elif key == "volume":
            self.volume_chosen.emit(values.volume)
        elif key == "muted":
            self.mute_chosen.emit(values.muted)

    def _restyle(self) -> None:
        fonts = load_theme().font
        self.setStyleSheet(style_sheet("SettingsWindow"))
        self.next.setFont(font(fonts.title_px, strong=True))
        self.picture.update()
        self.sensors.state.update()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the radio go."""
        self.finder.stop()
        super().closeEvent(event)


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
        window.units_chosen.connect(lambda _: owner.show_theme(theme_in_use()))
        if sound is not None:
            window.volume_chosen.connect(sound.set_volume)
            window.mute_chosen.connect(sound.set_muted)
        self.window = window
        window.show()

    def close(self) -> None:
        """Close the settings with their window."""
        if self.window is not None:
            self.window.close()
