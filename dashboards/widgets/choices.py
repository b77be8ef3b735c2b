"""Limits, look and sound: the fields of the settings that concern no sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSlider, QVBoxLayout, QWidget

from dashboards.limits import LIMITS
from dashboards.theme import load_theme, theme_names
from dashboards.units import UNIT_NAMES
from dashboards.widgets.layouts import add_section, form_of

if TYPE_CHECKING:
    from dashboards.preferences import Preferences

__all__ = ["ChoicesPane"]

PERCENT = 100


class ChoicesPane(QWidget):
    """Tells each change by the name of its setting and the text that a user would type."""

    changed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._showing = False
        self.limits = {key: QLineEdit() for key in LIMITS}
        self.theme, self.units = QComboBox(), QComboBox()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.muted = QCheckBox("Cues begin in silence")
        self.replay_cues = QCheckBox("Cues are heard in a replay too, at 1\N{MULTIPLICATION SIGN}")
        self.theme.addItems(list(theme_names()))
        self.units.addItems(list(UNIT_NAMES))
        self.volume.setRange(0, PERCENT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(load_theme().space.gap_px)
        add_section(column, "Limits")
        column.addLayout(form_of((limit.title, self.limits[key]) for key, limit in LIMITS.items()))
        add_section(column, "Look and sound")
        look = (("Theme", self.theme), ("Accelerations in", self.units), ("Volume of cues", self.volume))
        column.addLayout(form_of(look))
        column.addWidget(self.muted)
        column.addWidget(self.replay_cues)
        column.addStretch(1)
        self._connect()

    def _connect(self) -> None:
        for key, field in self.limits.items():
            limit = LIMITS[key]
            field.setPlaceholderText(f"{limit.usual:g}")
            field.setToolTip(f"{limit.hint.capitalize()}; {limit.low:g} to {limit.high:g} {limit.unit}")
            field.editingFinished.connect(lambda key=key, field=field: self._tell(key, field.text().strip()))
        self.theme.activated.connect(lambda _: self._tell("theme", self.theme.currentText()))
        self.units.activated.connect(lambda _: self._tell("units", self.units.currentText()))
        self.volume.valueChanged.connect(lambda percent: self._tell("volume", f"{percent / PERCENT:g}"))
        self.muted.toggled.connect(lambda on: self._tell("muted", str(on).lower()))
        self.replay_cues.toggled.connect(lambda on: self._tell("replay_cues", str(on).lower()))

    def _tell(self, key: str, text: str) -> None:
        if not self._showing:
            self.changed.emit(key, text)

    def show_values(self, values: Preferences) -> None:
        """Show what is remembered; nothing is told of it."""
        self._showing = True
        for key, field in self.limits.items():
            value = getattr(values, key)
            field.setText("" if value is None else f"{value:g}")
        self.theme.setCurrentText(values.theme)
        self.units.setCurrentText(values.units)
        self.volume.setValue(round(PERCENT * values.volume))
        self.muted.setChecked(values.muted)
        self.replay_cues.setChecked(values.replay_cues)
        self._showing = False
