"""The sensors of a runner: those that are worn, those that are near, and binding one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dashboards.near import NearKind, near_line, near_state, sensors_among
from dashboards.theme import load_theme
from dashboards.widgets.layouts import add_section
from dashboards.widgets.near import NearPanel
from imu.errors import SoftstrikeError
from imu.profiles import builtin_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.finder import Finder
    from dashboards.settings import SettingsView
    from imu.sources.ble.registry import KnownSensor
    from imu.sources.ble.scan import Sighting

__all__ = ["SensorsPane"]


class SensorsPane(QWidget):
    """Binds, moves and forgets sensors.

    Parameters
    ----------
    view : SettingsView
        What is known.
    place : QComboBox
        The place that is spoken of.
    finder : Finder
        Looks for sensors.
    """

    told = Signal(str)
    changed = Signal()

    def __init__(self, view: SettingsView, place: QComboBox, finder: Finder) -> None:
        super().__init__()
        self.view, self.place, self.finder = view, place, finder
        self._near: tuple[Sighting, ...] = ()
        self._serials: dict[str, str] = {}
        self._warned: tuple[str, ...] = ()
        self.worn, self.near = QListWidget(), QListWidget()
        self.state = NearPanel()
        self.name, self.profile = QLineEdit(), QComboBox()
        self.look, self.bind = QPushButton("Look for sensors"), QPushButton("Bind")
        self.move_there, self.forget = QPushButton("Wear it as shown"), QPushButton("Forget")
        self._lay_out()
        self._connect()
        self._show_near(NearKind.IDLE)

    def _lay_out(self) -> None:
        self.name.setPlaceholderText("Choose one above, or type its name")
        self.profile.addItems(sorted(builtin_profiles()))
        for each in (self.worn, self.near):
            each.setWordWrap(True)
            each.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lists = QStackedWidget()
        self.lists.addWidget(self.state)
        self.lists.addWidget(self.near)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(load_theme().space.gap_px)
        add_section(column, "Sensors worn", [self.worn], [self.move_there, self.forget])
        add_section(column, "Sensors near", [self.lists], [self.look], [self.name], [self.profile, self.bind])
        for widget, name in (
            (self.worn, "Sensors worn"),
            (self.near, "Sensors near"),
            (self.name, "Name of the sensor"),
            (self.profile, "Firmware profile"),
        ):
            widget.setAccessibleName(name)

    def _connect(self) -> None:
        self.look.clicked.connect(self._look)
        self.bind.clicked.connect(self._bind)
        self.name.returnPressed.connect(self._bind)
        self.near.currentRowChanged.connect(self._choose)
        self.worn.currentRowChanged.connect(self._follow)
        self.move_there.clicked.connect(
            lambda: self._with_sensor(lambda each: self.view.move(each, self.place.currentText()))
        )
        self.forget.clicked.connect(lambda: self._with_sensor(self.view.forget))
        self.finder.found.connect(self._take)
        self.finder.asked.connect(self._take_serial)
        self.finder.failed.connect(self._fail)

    def refresh(self) -> None:
        """Show what is known now."""
        row = self.worn.currentRow()
        own = self.view.own_sensors
        self.worn.blockSignals(True)
        self.worn.clear()
        self.worn.addItems([self.view.sensor_line(each) for each in own])
        self.worn.setCurrentRow(min(max(row, 0), len(own) - 1))
        self.worn.blockSignals(False)
        for button in (self.move_there, self.forget):
            button.setEnabled(bool(own))
        for number, sighting in enumerate(self._near):
            self.near.item(number).setText(near_line(sighting, self.view.sensors))

    def _show_near(self, kind: NearKind, detail: str = "") -> None:
        self.state.show_state(near_state(kind, detail))
        self.lists.setCurrentWidget(self.near if kind is NearKind.FOUND else self.state)
        busy = kind in (NearKind.SEARCHING, NearKind.ASKING)
        for button in (self.look, self.bind):
            button.setEnabled(not busy)

    def _look(self) -> None:
        self._show_near(NearKind.SEARCHING)
        self.finder.look()

    def _take(self, sightings: list[Sighting]) -> None:
        self._near = sensors_among(sightings, self.view.sensors)
        self.near.clear()
        self.near.addItems([near_line(each, self.view.sensors) for each in self._near])
        self._show_near(NearKind.FOUND if self._near else NearKind.NOBODY)

    def _fail(self, text: str) -> None:
        self._show_near(NearKind.NO_RADIO, text)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._near):
            self.name.setText(self._near[row].name)
            self.profile.setCurrentText(self._near[row].profile)

    def _chosen(self) -> Sighting | None:
        """Return the sensor near that is meant: chosen in the list, and its name not typed over."""
        row = self.near.currentRow()
        if 0 <= row < len(self._near) and self._near[row].name == self.name.text().strip():
            return self._near[row]
        return None

    def _bind(self) -> None:
        chosen = self._chosen()
        if chosen is not None and chosen.host_id not in self._serials:
            self._show_near(NearKind.ASKING)
            self.finder.ask(chosen)
            return
        serial = self._serials.get(chosen.host_id, "") if chosen else ""
        host_id = chosen.host_id if chosen and not serial else ""
        name, place = self.name.text().strip(), self.place.currentText()
        if self._must_warn(name, place, serial, host_id):
            return
        profile = self.profile.currentText()
        if self._try(
            lambda: self.view.bind(name, profile, place, serial=serial, host_id=host_id),
            f"{name} is worn as {place}",
        ):
            self.name.clear()

    def _must_warn(self, name: str, place: str, serial: str, host_id: str) -> bool:
        """Warn once of a sensor that is bound already; pressed again, it is bound here instead."""
        bound = self.view.elsewhere(name, place, serial=serial, host_id=host_id)
        asked = (name, place, serial, host_id, self.view.runner)
        if bound is None or not name or self._warned == asked:
            return False
        self._warned = asked
        self.told.emit(f"{name} is already bound to {bound.owner}: press Bind again to bind it here instead")
        return True

    def _take_serial(self, sighting: Sighting, serial: str) -> None:
        self._serials[sighting.host_id] = serial
        self._show_near(NearKind.FOUND)
        self._bind()

    def _with_sensor(self, change: Callable[[KnownSensor], None]) -> None:
        row = self.worn.currentRow()
        if row < 0:
            self.told.emit("Choose a sensor in the list first")
            return
        self._try(lambda: change(self.view.own_sensors[row]))

    def _follow(self, row: int) -> None:
        if 0 <= row < len(self.view.own_sensors):
            self.place.setCurrentText(self.view.own_sensors[row].place.replace("-", " "))

    def _try(self, change: Callable[[], None], done: str = "") -> bool:
        try:
            change()
        except SoftstrikeError as error:
            self.told.emit(str(error))
            return False
        self.told.emit(done)
        self.changed.emit()
        return True
