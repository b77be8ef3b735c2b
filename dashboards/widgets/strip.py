"""The step strip: one mark per step, shape and colour by landing type, height by impact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from dashboards.leg import STRIP_STEPS
from dashboards.states import DASH, LandingShare, LegState
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text
from dashboards.widgets.icons import STRIKE_WORDS, draw_strike

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from dashboards.states import StepMark

__all__ = ["LandingBar", "StepStrip"]

AXIS_PX = 46
MARK_PX = 5.5
ROOMY_PX = 136.0


class StepStrip(Panel[LegState]):
    """The latest steps in fixed places, the newest on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(96)

    def paint(self, painter: QPainter, state: LegState) -> None:
        """Draw ground line, limit and marks."""
        area = QRectF(AXIS_PX, 10, self.width() - AXIS_PX - 8, self.height() - 20)
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(QLineF(area.left(), area.bottom(), area.right(), area.bottom()))
        if state.limit is not None and state.steps:
            y = self._y(area, state.limit.limit_g, state.top_g)
            painter.setPen(QPen(colour("limit"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        if not state.steps:
            fonts = load_theme().font
            draw_text(painter, area, "Each step will stand here.", fonts.body_px, colour("text_faint"))
        pitch = area.width() / STRIP_STEPS
        for place, mark in enumerate(reversed(state.steps)):
            self._paint_mark(painter, mark, area, area.right() - (place + 0.5) * pitch, state.top_g)

    @staticmethod
    def _y(area: QRectF, value_g: float, top_g: float) -> float:
        return area.bottom() - MARK_PX - min(value_g / top_g, 1.0) * (area.height() - 2 * MARK_PX)

    def _paint_mark(self, painter: QPainter, mark: StepMark, area: QRectF, x: float, top_g: float) -> None:
        y = area.bottom() - MARK_PX - 1
        if mark.impact_g is not None:
            y = self._y(area, mark.impact_g, top_g)
            painter.setPen(QPen(colour("limit" if mark.flagged else "line"), 2))
            painter.drawLine(QLineF(x, area.bottom() - 1, x, y + MARK_PX))
        draw_strike(painter, mark.strike, QPointF(x, y), MARK_PX)


class LandingBar(Panel[LandingShare]):
    """Share of each landing type among the latest steps; also the key of the marks."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(34)

    def paint(self, painter: QPainter, state: LandingShare) -> None:
        """Draw mark, word and share of each landing type in its own place."""
        fonts = load_theme().font
        axis_px = AXIS_PX if self.width() > len(state.counts) * ROOMY_PX + AXIS_PX else MARK_PX
        pitch = (self.width() - axis_px) / max(len(state.counts), 1)
        for place, (strike, count) in enumerate(state.counts):
            left = axis_px + place * pitch
            draw_strike(painter, strike, QPointF(left + MARK_PX, self.height() / 2), MARK_PX)
            share = f"{100 * count / state.total:.0f}\N{NO-BREAK SPACE}%" if state.total else DASH
            ink = colour("text" if count else "text_faint")
            rect = QRectF(left + 18, 0, pitch - 22, self.height())
            size_px = fonts.body_px if pitch >= ROOMY_PX else fonts.caption_px
            draw_text(painter, rect, f"{STRIKE_WORDS[strike]} {share}", size_px, ink)
