"""How the search for sensors stands: a sign, a headline and what to do, in place of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from dashboards.near import NearKind, NearState
from dashboards.states import BannerKind
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text, font
from dashboards.widgets.icons import banner_icon, draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["NearPanel"]

SIGNS = {
    NearKind.NOBODY: (BannerKind.WAITING, "text_soft"),
    NearKind.NO_RADIO: (BannerKind.SENSOR_TROUBLE, "trouble"),
}
SIGN_PX = 10


class NearPanel(Panel[NearState]):
    """Draws a state of the search."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(112)

    def show_state(self, state: NearState) -> None:
        """Draw `state`, and tell screen readers what it says."""
        self.setAccessibleName(state.headline)
        self.setAccessibleDescription(state.detail)
        super().show_state(state)

    def paint(self, painter: QPainter, state: NearState) -> None:
        """Draw sign, headline, and the words below over as many lines as they need."""
        fonts, pad_px = load_theme().font, load_theme().space.pad_px
        kind, ink = SIGNS.get(state.kind, (BannerKind.WAITING, "accent"))
        draw_icon(painter, banner_icon(kind), QPointF(pad_px + SIGN_PX, 28), SIGN_PX, colour(ink))
        left = pad_px + 3.2 * SIGN_PX
        width = self.width() - left - pad_px
        draw_text(
            painter, QRectF(left, 14, width, 28), state.headline, fonts.title_px, colour("text"), strong=True
        )
        painter.setFont(font(fonts.body_px))
        painter.setPen(colour("text_soft"))
        words = QRectF(left, 46, width, self.height() - 50)
        painter.drawText(words, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, state.detail)
