"""The flag banner: what is to be said now, readable from three metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from dashboards.states import BannerKind, BannerState
from dashboards.theme import load_theme
from dashboards.widgets.base import RIGHT, Panel, colour, draw_text, text_width
from dashboards.widgets.icons import banner_icon, draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter

__all__ = ["FlagBanner"]

HIGH_PX, LOW_PX = 104, 88

FLAG_COLOURS = {
    BannerKind.HEEL_STRIKE: "heel",
    BannerKind.EXCESSIVE_IMPACT: "impact",
    BannerKind.SENSOR_TROUBLE: "trouble",
    BannerKind.RETURNING: "trouble",
    BannerKind.ENGINE_TROUBLE: "trouble",
}


class FlagBanner(Panel[BannerState]):
    """A calm strip while all is good, a filled one in the flag's colour when a flag is up."""

    def __init__(self) -> None:
        super().__init__()
        self.set_low(False)

    def set_low(self, low: bool) -> None:
        """Take less height."""
        self.setFixedHeight(LOW_PX if low else HIGH_PX)

    def paint(self, painter: QPainter, state: BannerState) -> None:
        """Draw sign, headline, reason, and how long it has been so."""
        loud = FLAG_COLOURS.get(state.kind)
        if loud:
            self._fill(painter, colour(loud))
        accent = (
            colour("window") if loud else colour("good" if state.kind is BannerKind.GOOD else "text_soft")
        )
        ink = colour("window") if loud else colour("text")
        soft = colour("window") if loud else colour("text_soft")
        middle = self.height() / 2
        draw_icon(painter, banner_icon(state.kind), QPointF(56, middle), 24, accent)
        right = self._paint_time(painter, state, ink, soft)
        fonts = load_theme().font
        width = right - 112
        title = QRectF(104, middle - 42, width, 50)
        draw_text(painter, title, state.headline, fonts.headline_px, ink, strong=True)
        draw_text(painter, QRectF(105, middle + 12, width, 24), state.detail, fonts.body_px, soft)

    def _fill(self, painter: QPainter, ink: QColor) -> None:
        radius_px = load_theme().space.radius_px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(QRectF(self.rect()), radius_px, radius_px)

    def _paint_time(self, painter: QPainter, state: BannerState, ink: QColor, soft: QColor) -> float:
        """Draw the right-hand side; return where it begins."""
        fonts, pad_px = load_theme().font, load_theme().space.pad_px
        also = f"also: {' · '.join(state.others)}" if state.others else ""
        width = max(
            text_width("for 88 min 88 s", fonts.lead_px, strong=True) if state.lasting else 0.0,
            text_width(also, fonts.body_px),
        )
        left = self.width() - pad_px - 4 - width
        middle = self.height() / 2
        draw_text(
            painter,
            QRectF(left, middle - 40, width, 44),
            state.lasting,
            fonts.lead_px,
            ink,
            strong=True,
            align=RIGHT,
        )
        draw_text(painter, QRectF(left, middle + 12, width, 24), also, fonts.body_px, soft, align=RIGHT)
        return left - pad_px
