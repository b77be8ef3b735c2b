"""The timeline: the whole session with its impacts and flags; a click or a drag goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour
from dashboards.widgets.icons import control_icon, draw_icon
from imu.model import Phase, Rule, Side

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from dashboards.lanes import Lanes, Span

__all__ = ["Timeline", "TimelineState"]

EDGE_PX = 10.0
PLAIN_PX, LANES_PX = 36, 76
RULE_COLOURS = {Rule.HEEL_STRIKE: "heel", Rule.EXCESSIVE_IMPACT: "impact", Rule.SENSOR_TROUBLE: "trouble"}
FLAG_PX = 5


class TimelineState(msgspec.Struct, frozen=True):
    """Position and length of a session, the times of its flags and the loop, s."""

    position_s: float
    duration_s: float
    flag_times_s: tuple[float, ...] = ()
    loop_s: tuple[float, float] | None = None


class Timeline(Panel[TimelineState]):
    """A line with ticks where flags were raised or, when the whole session is known, its impacts as well.

    Parameters
    ----------
    lanes : Lanes, optional
        The whole session: left leg above the middle, right leg below, flags along the upper edge, phases
        along the lower one.
    """

    sought = Signal(float)

    def __init__(self, lanes: Lanes | None = None) -> None:
        super().__init__()
        self._lanes = lanes
        self._picture: QPixmap | None = None
        self._drawn_for: object = None
        self.setFixedHeight(LANES_PX if lanes else PLAIN_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Timeline")

    def show_lanes(self, lanes: Lanes) -> None:
        """Draw another session, or more of this one."""
        self._lanes, self._picture = lanes, None
        self.update()

    def paint(self, painter: QPainter, state: TimelineState) -> None:
        """Draw the session, the loop and where the replay is."""
        x = self._x(state.position_s, state.duration_s)
        if self._lanes is None:
            self._paint_line(painter, state, x)
            return
        painter.drawPixmap(0, 0, self._lanes_picture(self._lanes))
        if state.loop_s is not None:
            begin, end = (self._x(time_s, state.duration_s) for time_s in state.loop_s)
            ground = QColor(colour("accent"))
            ground.setAlpha(60)
            painter.fillRect(QRectF(begin, 0, end - begin, self.height()), ground)
            painter.setPen(QPen(colour("accent"), 2))
            for edge in (begin, end):
                painter.drawLine(QLineF(edge, 2, edge, self.height() - 2))
        painter.setPen(QPen(colour("text"), 2))
        painter.drawLine(QLineF(x, 2, x, self.height() - 2))
        draw_icon(painter, control_icon("record"), QPointF(x, self.height() / 2), 6, colour("text"))

    def _x(self, time_s: float, duration_s: float) -> float:
        share = min(max(time_s / duration_s, 0.0), 1.0) if duration_s > 0 else 0.0
        return EDGE_PX + share * (self.width() - 2 * EDGE_PX)

    def _paint_line(self, painter: QPainter, state: TimelineState, x: float) -> None:
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        for name, end in (("raised", self.width() - EDGE_PX), ("accent", x)):
            painter.setBrush(colour(name))
            painter.drawRoundedRect(QRectF(EDGE_PX, middle - 3, end - EDGE_PX, 6), 3, 3)
        painter.setPen(QPen(colour("impact"), 2))
        for time_s in state.flag_times_s:
            tick = self._x(time_s, state.duration_s)
            painter.drawLine(QLineF(tick, middle - 12, tick, middle - 6))
        draw_icon(painter, control_icon("record"), QPointF(x, middle), 10, colour("text"))

    def _lanes_picture(self, lanes: Lanes) -> QPixmap:
        """Draw the session once for each size and theme; after that it is only copied."""
        drawn_for = (self.size(), self.devicePixelRatioF(), load_theme())
        if self._picture is None or drawn_for != self._drawn_for:
            self._drawn_for = drawn_for
            picture = QPixmap(self.size() * self.devicePixelRatioF())
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            self._paint_impacts(painter, lanes)
            self._paint_spans(painter, lanes)
            painter.end()
            self._picture = picture
        return self._picture

    def _paint_impacts(self, painter: QPainter, lanes: Lanes) -> None:
        columns = max(1, int(self.width() - 2 * EDGE_PX))
        middle, reach = self.height() / 2, self.height() / 2 - FLAG_PX - 5
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(QLineF(EDGE_PX, middle, EDGE_PX + columns, middle))
        painter.setPen(QPen(colour("trace"), 1))
        for side, way in ((Side.LEFT, -1.0), (Side.RIGHT, 1.0)):
            share = np.minimum(lanes.columns(side, columns) / lanes.top_g, 1.0)
            lines = [
                QLineF(EDGE_PX + column + 0.5, middle, EDGE_PX + column + 0.5, middle + way * reach * height)
                for column, height in enumerate(share.tolist())
                if height == height  # noqa: PLR0124 - not a number where there was no step
            ]
            painter.drawLines(lines)

    def _paint_spans(self, painter: QPainter, lanes: Lanes) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for rule, name in RULE_COLOURS.items():
            for span in lanes.flags:
                if span.what == rule.value:
                    self._fill(painter, span, lanes.duration_s, 1.0, name)
        for span in lanes.phases:
            name = "accent" if span.what == Phase.RUN else "text_faint"
            self._fill(painter, span, lanes.duration_s, self.height() - 4.0, name)
        painter.setPen(QPen(colour("text"), 1))
        for mark_s in lanes.marks_s:
            x = self._x(mark_s, lanes.duration_s)
            painter.drawLine(QLineF(x, self.height() - 14, x, self.height() - 5))

    def _fill(self, painter: QPainter, span: Span, duration_s: float, y: float, name: str) -> None:
        begin, end = self._x(span.begin_s, duration_s), self._x(span.end_s, duration_s)
        painter.fillRect(QRectF(begin, y, max(2.0, end - begin), FLAG_PX - 2), colour(name))

    def _seek_to(self, event: QMouseEvent) -> None:
        if self.shown is not None:
            share = (event.position().x() - EDGE_PX) / max(1.0, self.width() - 2 * EDGE_PX)
            self.sought.emit(min(max(share, 0.0), 1.0) * self.shown.duration_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the mouse is."""
        self._seek_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub: with an overview each moment is there at once."""
        if self._lanes is not None:
            self._seek_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to where a drag ends."""
        self._seek_to(event)
