"""A card of the plan: a title, and rows with a bar for what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt

from dashboards.plancards import CardState
from dashboards.states import Tone
from dashboards.theme import load_theme
from dashboards.widgets.base import LEFT, RIGHT, Panel, colour, draw_text, tone_colour

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from dashboards.plancards import CardRow

__all__ = ["Card"]

HEAD_PX, ROW_PX, BAR_PX = 40, 40, 4


class Card(Panel[CardState]):
    """Draws a card; high enough for its rows."""

    def show_state(self, state: CardState) -> None:
        """Draw `state`, and tell screen readers what it says."""
        self.setMinimumHeight(HEAD_PX + ROW_PX * len(state.rows) + load_theme().space.pad_px)
        self.setAccessibleName(state.title)
        self.setAccessibleDescription("; ".join(f"{row.label}: {row.value}" for row in state.rows))
        super().show_state(state)

    def paint(self, painter: QPainter, state: CardState) -> None:
        """Draw title and rows."""
        pad_px, fonts = load_theme().space.pad_px, load_theme().font
        width = self.width() - 2 * pad_px
        head = QRectF(pad_px, 4, width, HEAD_PX)
        draw_text(painter, head, state.title, fonts.title_px, colour("text"), strong=True)
        for number, row in enumerate(state.rows):
            self._row(painter, QRectF(pad_px, HEAD_PX + ROW_PX * number, width, ROW_PX), row)

    def _row(self, painter: QPainter, rect: QRectF, row: CardRow) -> None:
        size_px, ink = load_theme().font.body_px, tone_colour(row.tone)
        words = rect.adjusted(0, 0, 0, -2 * BAR_PX)
        draw_text(painter, words.adjusted(0, 0, -0.4 * rect.width(), 0), row.label, size_px, ink, align=LEFT)
        draw_text(painter, words.adjusted(0.6 * rect.width(), 0, 0, 0), row.value, size_px, ink, align=RIGHT)
        if row.share is None:
            return
        bar = QRectF(rect.left(), rect.bottom() - 2 * BAR_PX, rect.width(), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("line"))
        painter.drawRect(bar)
        painter.setBrush(colour("good" if row.tone is Tone.GOOD else "accent"))
        painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * row.share, BAR_PX))
