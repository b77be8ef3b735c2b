"""The dial: how the foot lands, as an angle between forefoot and heel, else as a share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from dashboards.states import DASH, DialState
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["DIAL_PX", "LandingDial", "place_of"]

DIAL_PX = 140
ARC_PX = 104
HEEL_DEG, FOREFOOT_DEG = 8.0, -1.6
"""Limits between the landing types; see ``docs/frames-and-signs.rst``."""

LOW_DEG, HIGH_DEG = -15.0, 30.0
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


def place_of(angle_deg: float) -> float:
    """Return where an angle stands on the dial, from 0 (far forefoot) to 1 (far heel)."""
    return min(max((angle_deg - LOW_DEG) / (HIGH_DEG - LOW_DEG), 0.0), 1.0)


class LandingDial(Panel[DialState]):
    """A half circle with one field per landing type and a needle."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(DIAL_PX)
        self.setAccessibleName("Landing dial")

    def paint(self, painter: QPainter, state: DialState) -> None:
        """Draw fields, needle and the figure."""
        box = QRectF((self.width() - ARC_PX) / 2, 8, ARC_PX, ARC_PX)
        for name, begin, end in _fields(state):
            pen = QPen(colour(name), 9)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            span = -180.0 * (end - begin)
            if span < -1.0:  # a degree stays free between two fields
                painter.drawArc(box, round(16 * (180.0 - 180.0 * begin)), round(16 * (span + 1.0)))
        if state.angle_deg is not None:
            self._paint_needle(painter, box, place_of(state.angle_deg), stale=state.stale)
        self._paint_figure(painter, state)

    @staticmethod
    def _paint_needle(painter: QPainter, box: QRectF, place: float, *, stale: bool) -> None:
        angle, radius, centre = math.pi * (1.0 - place), box.width() / 2, box.center()
        toward = QPointF(math.cos(angle), -math.sin(angle))
        painter.setPen(QPen(colour("text_faint" if stale else "text"), 3))
        # Across the arc, where it covers no figure.
        painter.drawLine(QLineF(centre + toward * (radius - 11), centre + toward * (radius + 6)))

    def _paint_figure(self, painter: QPainter, state: DialState) -> None:
        fonts, middle = load_theme().font, 8 + ARC_PX / 2
        ink = colour("text_faint" if state.stale else "text")
        if state.angle_deg is not None:
            figure, caption = f"{state.angle_deg:+.0f}°".replace("-", "\N{MINUS SIGN}"), "strike angle"
        elif state.heel_share is not None:
            figure, caption = f"{100 * state.heel_share:.0f}\N{NO-BREAK SPACE}%", "heel strikes"
        else:
            figure, caption = DASH, "landing"
        value = QRectF(0, middle - 30, self.width(), 34)
        draw_text(painter, value, figure, fonts.lead_px, ink, strong=True, align=CENTRE)
        for place, text in enumerate((caption, state.note)):
            row = QRectF(4, middle + 4 + 16 * place, self.width() - 8, 18)
            faint = colour("text_faint" if place else "text_soft")
            draw_text(painter, row, text, fonts.caption_px, faint, align=CENTRE)


def _fields(state: DialState) -> tuple[tuple[str, float, float], ...]:
    """Colour, begin and end of each field, from forefoot to heel."""
    if state.angle_deg is not None:
        low, high = place_of(FOREFOOT_DEG), place_of(HEEL_DEG)
        return (("forefoot", 0.0, low), ("midfoot", low, high), ("heel", high, 1.0))
    if state.heel_share is None:
        return (("line", 0.0, 1.0),)
    return (("line", 0.0, 1.0 - state.heel_share), ("heel", 1.0 - state.heel_share, 1.0))
