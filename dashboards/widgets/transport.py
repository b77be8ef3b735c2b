"""The transport bar of a replay: play, scrub, speed, next flag."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from dashboards.player import Player
from dashboards.theme import load_theme
from dashboards.viewmodel import clock_text
from dashboards.widgets.base import colour, font, text_width
from dashboards.widgets.icons import control_icon, draw_icon
from dashboards.widgets.timeline import Timeline, TimelineState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.lanes import Lanes
    from imu.sources.base import Control


__all__ = ["SPEEDS", "TransportBar"]

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, math.inf)
LEAD_S = 2.0
ICON_PX = 18


class TransportBar(QWidget):
    """Controls of a replay.

    Parameters
    ----------
    transport : Control
        What is controlled.
    flag_times_s : sequence of float
        Times of flags that are known already, s since the session's begin.
    lanes : Lanes, optional
        The whole session, for the timeline.
    """

    def __init__(
        self, transport: Control, flag_times_s: Sequence[float] = (), lanes: Lanes | None = None
    ) -> None:
        super().__init__()
        self._transport = transport
        self._known_s = set(flag_times_s)
        self._times_s: tuple[float, ...] = tuple(sorted(self._known_s))
        self._looks_playing: bool | None = None
        self._loop_begin_s: float | None = None
        self.play_button = self._make_button("play", "Play or pause (space)")
        self.play_button.clicked.connect(self.toggle)
        self.next_button = self._make_button("next", "Go to the next flag (N)", "Next flag")
        self.next_button.clicked.connect(self.next_flag)
        self.clock = QLabel("00:00 / 00:00")
        self.clock.setFont(font(load_theme().font.body_px))
        self.clock.setMinimumWidth(math.ceil(text_width("8:88:88 / 8:88:88", load_theme().font.body_px)))
        self.timeline = Timeline(lanes)
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
        for widget in (self.play_button, self.clock, self.speed, self.next_button):
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignVCenter)
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
        self.timeline.show_state(TimelineState(position_s, duration_s, self._times_s, self.loop_s))
        self.next_button.setEnabled(self._next_flag_s() is not None)
        playing = self._transport.playing
        if playing != self._looks_playing:
            self._looks_playing = playing
            self.play_button.setIcon(_qicon("pause" if playing else "play"))

    def restyle(self) -> None:
        """Draw the signs of the buttons in the colours of the theme in use."""
        self.next_button.setIcon(_qicon("next"))
        self._looks_playing = None

    def show_session(self, lanes: Lanes, flag_times_s: Sequence[float]) -> None:
        """Draw another session, or more of this one."""
        self._known_s = set(flag_times_s)
        self.timeline.show_lanes(lanes)

    def toggle(self) -> None:
        """Play or pause."""
        if self._transport.playing:
            self._transport.pause()
        else:
            self._transport.resume()

    def seek(self, position_s: float) -> None:
        """Go to a time, s since the session's begin."""
        self._transport.seek(min(max(0.0, position_s), self._transport.duration_s))

    def skip(self, by_s: float) -> None:
        """Go some seconds on, or back when it is negative."""
        self.seek(self._transport.position_s + by_s)

    def next_flag(self) -> None:
        """Go to shortly before the next flag, so that one sees how it came."""
        time_s = self._next_flag_s()
        if time_s is not None:
            self.seek(time_s - LEAD_S)

    def last_flag(self) -> None:
        """Go to shortly before the flag before this moment."""
        before_s = self._transport.position_s - 0.5
        for time_s in reversed(self._times_s):
            if time_s - LEAD_S < before_s:
                self.seek(time_s - LEAD_S)
                return

    def change_speed(self, by: int) -> None:
        """Take the next greater speed (1) or the next smaller one (-1)."""
        place = min(max(self.speed.currentIndex() + by, 0), len(SPEEDS) - 1)
        self.speed.setCurrentIndex(place)
        self._choose_speed(place)

    @property
    def loop_s(self) -> tuple[float, float] | None:
        """The stretch that is played again and again, s."""
        return self._transport.loop_s if isinstance(self._transport, Player) else None

    def begin_loop(self) -> None:
        """Let the loop begin here; what was its end stays."""
        self._loop_begin_s = self._transport.position_s
        self._set_loop(self._loop_begin_s, self.loop_s[1] if self.loop_s else None)

    def end_loop(self) -> None:
        """Let the loop end here; without a beginning it begins with the session."""
        begin_s = self.loop_s[0] if self.loop_s else self._loop_begin_s or 0.0
        self._set_loop(begin_s, self._transport.position_s)

    def drop_loop(self) -> None:
        """Play on without a loop."""
        self._loop_begin_s = None
        self._set_loop(None)

    def _set_loop(self, begin_s: float | None, end_s: float | None = None) -> None:
        if isinstance(self._transport, Player):
            self._transport.set_loop(begin_s, end_s)

    def _next_flag_s(self) -> float | None:
        behind_s = self._transport.position_s + LEAD_S + 0.5
        return next((time_s for time_s in self._times_s if time_s > behind_s), None)


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
