"""The transport bar of a replay: play, scrub, speed, next flag."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from dashboards.theme import load_theme
from dashboards.viewmodel import clock_text
from dashboards.widgets.base import Panel, colour, font, text_width
from dashboards.widgets.icons import control_icon, draw_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent

    from imu.sources.base import Control


__all__ = ["SPEEDS", "Timeline", "TimelineState", "TransportBar"]

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, math.inf)
SKIP_S = 5.0
LEAD_S = 2.0
ICON_PX = 18


class TimelineState(msgspec.Struct, frozen=True):
    """Position and length of a session and the times of its flags, s."""

    position_s: float
    duration_s: float
    flag_times_s: tuple[float, ...] = ()


class Timeline(Panel[TimelineState]):
    """The whole session as a line: a click or a drag goes there, ticks stand where flags were raised."""

    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(36)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Timeline")

    def paint(self, painter: QPainter, state: TimelineState) -> None:
        """Draw line, flags and handle."""
        middle, left, width = self.height() / 2, 10.0, self.width() - 20.0
        share = _share(state.position_s, state.duration_s)
        painter.setPen(Qt.PenStyle.NoPen)
        for name, length in (("raised", width), ("accent", width * share)):
            painter.setBrush(colour(name))
            painter.drawRoundedRect(QRectF(left, middle - 3, length, 6), 3, 3)
        painter.setPen(QPen(colour("impact"), 2))
        for time_s in state.flag_times_s:
            x = left + width * _share(time_s, state.duration_s)
            painter.drawLine(QLineF(x, middle - 12, x, middle - 6))
        draw_icon(painter, control_icon("record"), QPointF(left + width * share, middle), 10, colour("text"))

    def _seek_to(self, event: QMouseEvent) -> None:
        if self.shown is not None:
            share = (event.position().x() - 10.0) / max(1.0, self.width() - 20.0)
            self.sought.emit(min(max(share, 0.0), 1.0) * self.shown.duration_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the mouse is."""
        self._seek_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to where a drag ends; on the way there nothing is computed in vain."""
        self._seek_to(event)


class TransportBar(QWidget):
    """Controls of a replay.

    Parameters
    ----------
    transport : Control
        What is controlled.
    flag_times_s : sequence of float
        Times of flags that are known already, s since the session's begin.
    """

    def __init__(self, transport: Control, flag_times_s: Sequence[float] = ()) -> None:
        super().__init__()
        self._transport = transport
        self._known_s = set(flag_times_s)
        self._times_s: tuple[float, ...] = tuple(sorted(self._known_s))
        self._looks_playing: bool | None = None
        self.play_button = self._make_button("play", "Play or pause (space)")
        self.play_button.clicked.connect(self.toggle)
        self.next_button = self._make_button("next", "Go to the next flag (N)", "Next flag")
        self.next_button.clicked.connect(self.next_flag)
        self.clock = QLabel("00:00 / 00:00")
        self.clock.setFont(font(load_theme().font.body_px))
        self.clock.setMinimumWidth(math.ceil(text_width("8:88:88 / 8:88:88", load_theme().font.body_px)))
        self.timeline = Timeline()
        self.timeline.sought.connect(self.seek)
        self.speed = self._make_speed()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(load_theme().space.gap_px)
        layout.addWidget(self.play_button)
        layout.addWidget(self.clock)
        layout.addWidget(self.timeline, 1)
        layout.addWidget(self.speed)
        layout.addWidget(self.next_button)
        self.refresh(())

    def _make_button(self, icon: str, tip: str, text: str = "") -> QPushButton:
        button = QPushButton(_qicon(icon), text)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedHeight(36)
        return button

    def _make_speed(self) -> QComboBox:
        box = QComboBox()
        for speed in SPEEDS:
            box.addItem(_speed_text(speed), speed)
        box.setCurrentIndex(
            min(range(len(SPEEDS)), key=lambda place: _distance(SPEEDS[place], self._transport.speed))
        )
        box.setToolTip("Speed of the replay")
        box.setAccessibleName("Speed of the replay")
        box.setFixedHeight(36)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.activated.connect(self._choose_speed)
        return box

    def _choose_speed(self, place: int) -> None:
        self._transport.set_speed(SPEEDS[place])

    def refresh(self, seen_s: Sequence[float]) -> None:
        """Show where the replay is.

        Parameters
        ----------
        seen_s : sequence of float
            Times of the flags raised so far, s; they join those known from the beginning.
        """
        self._times_s = tuple(sorted(self._known_s.union(seen_s)))
        position_s, duration_s = self._transport.position_s, self._transport.duration_s
        self.clock.setText(f"{clock_text(position_s)} / {clock_text(duration_s)}")
        self.timeline.show_state(TimelineState(position_s, duration_s, self._times_s))
        self.next_button.setEnabled(self._next_flag_s() is not None)
        playing = self._transport.playing
        if playing != self._looks_playing:
            self._looks_playing = playing
            self.play_button.setIcon(_qicon("pause" if playing else "play"))

    def toggle(self) -> None:
        """Play or pause."""
        if self._transport.playing:
            self._transport.pause()
        else:
            self._transport.resume()

    def seek(self, position_s: float) -> None:
        """Go to a time, s since the session's begin."""
        self._transport.seek(min(max(0.0, position_s), self._transport.duration_s))

    def skip(self, direction: int) -> None:
        """Go a few seconds forward (1) or back (-1)."""
        self.seek(self._transport.position_s + direction * SKIP_S)

    def next_flag(self) -> None:
        """Go to shortly before the next flag, so that one sees how it came."""
        time_s = self._next_flag_s()
        if time_s is not None:
            self.seek(time_s - LEAD_S)

    def _next_flag_s(self) -> float | None:
        behind_s = self._transport.position_s + LEAD_S + 0.5
        return next((time_s for time_s in self._times_s if time_s > behind_s), None)


def _share(time_s: float, duration_s: float) -> float:
    return min(max(time_s / duration_s, 0.0), 1.0) if duration_s > 0 else 0.0


def _qicon(name: str) -> QIcon:
    """Draw a control's sign at twice its size, for sharp screens."""
    pixmap = QPixmap(2 * ICON_PX, 2 * ICON_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_icon(painter, control_icon(name), QPointF(ICON_PX, ICON_PX), ICON_PX * 0.85, colour("text"))
    painter.end()
    return QIcon(pixmap)


def _speed_text(speed: float) -> str:
    return "max speed" if math.isinf(speed) else f"{speed:g}\N{MULTIPLICATION SIGN} speed"


def _distance(one: float, other: float) -> float:
    """Return by how many doublings two speeds differ."""
    return 0.0 if one == other else abs(math.log2(one) - math.log2(other))
