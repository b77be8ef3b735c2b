"""A runner on the coach's board: a card, and the larger view of the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPen

from dashboards.boardview import BoardHead, CardState, TraceState
from dashboards.states import BannerKind, Tone
from dashboards.theme import load_theme
from dashboards.widgets.base import RIGHT, Panel, colour, draw_text, text_width, tone_colour
from dashboards.widgets.icons import banner_icon, draw_icon, draw_strike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPainter

    from dashboards.boardview import LegFigure
    from imu.model import Strike

    Mark = tuple[Strike, float | None, bool]

__all__ = ["BoardCard", "BoardLine", "RunnerTrace"]

SIGNS = {
    Tone.GOOD: BannerKind.GOOD,
    Tone.IMPACT: BannerKind.EXCESSIVE_IMPACT,
    Tone.HEEL: BannerKind.HEEL_STRIKE,
    Tone.TROUBLE: BannerKind.SENSOR_TROUBLE,
}
LOUD = (Tone.IMPACT, Tone.HEEL, Tone.TROUBLE)
ROWS = 5
MOST_OF_LIMIT = 1.5
TOP_G = 16.0


class BoardLine(Panel[BoardHead]):
    """The line above the cards: squad, who is here, broker, order."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(52)

    def paint(self, painter: QPainter, state: BoardHead) -> None:
        """Draw the line."""
        fonts, pad_px = load_theme().font, load_theme().space.pad_px
        width, height = self.width() - 2 * pad_px, self.height()
        ink = colour("trouble" if state.trouble else "text_soft")
        draw_text(
            painter,
            QRectF(pad_px, 0, 0.3 * width, height),
            state.title,
            fonts.lead_px,
            colour("text"),
            strong=True,
        )
        middle = QRectF(pad_px + 0.3 * width, 0, 0.3 * width, height)
        draw_text(painter, middle, state.counts, fonts.title_px, colour("text"))
        right = QRectF(pad_px + 0.6 * width, 4, 0.4 * width, height / 2 - 4)
        draw_text(painter, right, state.broker, fonts.caption_px, ink, align=RIGHT)
        below = QRectF(right.left(), height / 2, right.width(), height / 2 - 4)
        told = ", ".join(filter(None, (state.refused, state.order)))
        draw_text(painter, below, told, fonts.caption_px, colour("text_soft"), align=RIGHT)


class BoardCard(Panel[CardState]):
    """One runner; text sizes follow from the card's, so that one and sixty runners are both readable."""

    chosen = Signal(str)

    def paint(self, painter: QPainter, state: CardState) -> None:
        """Draw name, reason, both feet and the small print, in rows of fixed height."""
        pad = max(6.0, 0.04 * self.width())
        row = (self.height() - 2 * pad) / ROWS
        size = max(9, min(int(0.62 * row), int(0.085 * self.width())))
        area = QRectF(pad + 4, pad, self.width() - 2 * pad - 4, row)
        ink = tone_colour(state.tone)
        self._paint_edge(painter, state)
        self._paint_name(painter, state, area, size)
        draw_text(painter, area.translated(0, row), state.text, max(9, int(0.72 * size)), ink)
        for place, leg in enumerate(state.legs[:2]):
            self._paint_leg(painter, leg, area.translated(0, (2 + place) * row), size)
        small = max(9, int(0.66 * size))
        below, told = area.translated(0, 4 * row), f"{state.phase} {state.cadence} spm"
        draw_text(painter, below, told, small, colour("text_soft"))
        rest = below.adjusted(text_width(f"{told}  ", small), 0, 0, 0)
        link = next(
            (link for link in state.links if text_width(link, small) <= rest.width()), state.links[-1]
        )
        draw_text(painter, rest, link, small, colour("text_soft"), align=RIGHT)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Choose this runner."""
        if self.shown is not None:
            self.chosen.emit(self.shown.runner)

    def _paint_edge(self, painter: QPainter, state: CardState) -> None:
        radius = load_theme().space.radius_px
        if state.tone in LOUD:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone_colour(state.tone))
            painter.drawRoundedRect(QRectF(0, 0, 8, self.height()), 4, 4)
        if state.selected:
            painter.setPen(QPen(colour("accent"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), radius, radius)

    @staticmethod
    def _paint_name(painter: QPainter, state: CardState, area: QRectF, size: int) -> None:
        sign = banner_icon(SIGNS.get(state.tone, BannerKind.WAITING))
        draw_icon(
            painter,
            sign,
            QPointF(area.right() - size / 2, area.center().y()),
            size / 2,
            tone_colour(state.tone),
        )
        faint = state.tone is Tone.STALE
        name = f"{state.runner}  \N{EIGHTH NOTE}" if state.sound else state.runner
        ink = colour("text_faint" if faint else "text")
        draw_text(painter, area.adjusted(0, 0, -1.4 * size, 0), name, size, ink, strong=True)

    @staticmethod
    def _paint_leg(painter: QPainter, leg: LegFigure, area: QRectF, size: int) -> None:
        """Letter, impact, a bar that ends at the limit's mark, heel landings."""
        small = max(9, int(0.66 * size))
        draw_text(painter, area, leg.letter, small, colour("text_soft"), strong=True)
        figure = QRectF(area.left() + 0.08 * area.width(), area.top(), 0.26 * area.width(), area.height())
        draw_text(painter, figure, f"{leg.impact} g", size, colour("text"), strong=True)
        thick = min(8.0, 0.45 * area.height())
        track = QRectF(area.left() + 0.36 * area.width(), 0.0, 0.3 * area.width(), thick)
        track.moveTop(area.center().y() - thick / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(track, 4, 4)
        if leg.of_limit is not None:
            share = min(leg.of_limit, MOST_OF_LIMIT) / MOST_OF_LIMIT
            painter.setBrush(colour("impact" if leg.of_limit > 1.0 else "good"))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), share * track.width(), thick), 4, 4)
            at = track.left() + track.width() / MOST_OF_LIMIT
            painter.setPen(QPen(colour("limit"), 2))
            painter.drawLine(QLineF(at, track.top() - thick / 4, at, track.bottom() + thick / 4))
        heel = area.adjusted(track.right() + 4 - area.left(), 0, 0, 0)
        draw_text(painter, heel, leg.heel, small, colour("text_soft"), align=RIGHT)


class RunnerTrace(Panel[TraceState]):
    """The chosen runner's latest steps: a mark per step, shape by landing type, height by impact."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(220)

    def paint(self, painter: QPainter, state: TraceState) -> None:
        """Draw name and one strip per foot."""
        fonts, pad_px = load_theme().font, load_theme().space.pad_px
        head = QRectF(pad_px, 8, self.width() - 2 * pad_px, 30)
        draw_text(painter, head, state.runner, fonts.lead_px, colour("text"), strong=True)
        draw_text(painter, head, state.text, fonts.title_px, tone_colour(state.tone), align=RIGHT)
        height = (self.height() - 48) / max(1, len(state.legs))
        for place, (letter, steps) in enumerate(state.legs):
            strip = QRectF(pad_px, 44 + place * height, self.width() - 2 * pad_px, height - 6)
            self._paint_strip(painter, letter, steps, strip)

    @staticmethod
    def _paint_strip(painter: QPainter, letter: str, steps: Sequence[Mark], area: QRectF) -> None:
        fonts = load_theme().font
        draw_text(painter, area, letter, fonts.title_px, colour("text_soft"), strong=True)
        area = area.adjusted(34, 0, 0, 0)
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(QLineF(area.left(), area.bottom(), area.right(), area.bottom()))
        pitch = 11.0
        for place, (strike, peak_g, excessive) in enumerate(reversed(steps)):
            x = area.right() - (place + 0.5) * pitch
            if x < area.left():
                break
            y = area.bottom() - 6 - min((peak_g or 0.0) / TOP_G, 1.0) * (area.height() - 14)
            painter.setPen(QPen(colour("limit" if excessive else "line"), 2))
            painter.drawLine(QLineF(x, area.bottom() - 1, x, y + 4))
            draw_strike(painter, strike, QPointF(x, y), 4.5)
