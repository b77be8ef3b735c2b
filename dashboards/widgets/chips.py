"""Sensor chips: link, rate, loss, battery and clock of each sensor on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from dashboards.states import BannerKind, ChipState, Tone
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text, text_width
from dashboards.widgets.icons import banner_icon, draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["SensorChip"]

SIGNS = {Tone.GOOD: BannerKind.GOOD, Tone.TROUBLE: BannerKind.SENSOR_TROUBLE}
NAME_PX = 150


class SensorChip(Panel[ChipState]):
    """One sensor."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(48)

    def paint(self, painter: QPainter, state: ChipState) -> None:
        """Draw sign, name and the figures in fixed columns."""
        fonts = load_theme().font
        sign = banner_icon(SIGNS.get(state.tone, BannerKind.WAITING))
        ink = colour(state.tone.value) if state.tone in SIGNS else colour("text_soft")
        draw_icon(painter, sign, QPointF(24, self.height() / 2), 8, ink)
        name = QRectF(42, 5, NAME_PX - 50, 20)
        draw_text(painter, name, state.name, fonts.caption_px, colour("text"), strong=True)
        draw_text(
            painter, QRectF(42, 24, NAME_PX - 50, 18), state.link.value, fonts.caption_px, colour("text_soft")
        )
        right = self._paint_badges(painter, state)
        fields = (
            ("rate", state.rate),
            ("loss", state.loss),
            ("battery", state.battery),
            ("clock", state.clock),
            ("mounting", state.mounting),
        )
        pitch = min(112.0, (right - NAME_PX) / len(fields))
        for place, (label, value) in enumerate(fields):
            left = NAME_PX + place * pitch
            draw_text(
                painter, QRectF(left, 5, pitch - 6, 20), value, fonts.caption_px, colour("text"), strong=True
            )
            draw_text(painter, QRectF(left, 24, pitch - 6, 18), label, fonts.caption_px, colour("text_faint"))

    def _paint_badges(self, painter: QPainter, state: ChipState) -> float:
        """Draw the badges from the right; return where they begin."""
        fonts, space = load_theme().font, load_theme().space
        right = float(self.width() - space.pad_px)
        for badge in reversed(state.badges):
            width = text_width(badge, fonts.caption_px) + 20
            box = QRectF(right - width, self.height() / 2 - 12, width, 24)
            painter.setPen(colour("trouble"))
            painter.setBrush(colour("panel"))
            painter.drawRoundedRect(box, 12, 12)
            draw_text(painter, box.adjusted(10, 0, -8, 0), badge, fonts.caption_px, colour("trouble"))
            right -= width + 8
        return right
