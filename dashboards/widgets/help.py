"""The help: all keys that do something in this window, laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from dashboards.keys import KEYS, key_text
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

__all__ = ["HelpOverlay"]

ROW_PX, HEAD_PX, COLUMN_PX, KEYS_PX = 26, 40, 560, 130


class HelpOverlay(Panel[tuple[str, ...]]):
    """Names of the actions that this window has; drawn in columns, one per group.

    Parameters
    ----------
    parent : QWidget
        The window over which it lies.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keys")
        self.hide()

    def toggle(self) -> None:
        """Show or hide."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.setVisible(not self.isVisible())
        self.raise_()

    def mousePressEvent(self, _event: object) -> None:
        """Hide."""
        self.hide()

    def paint_background(self, painter: QPainter) -> None:
        """Dim what lies below."""
        ground = QColor(colour("window"))
        ground.setAlpha(238)
        painter.fillRect(self.rect(), ground)

    def paint(self, painter: QPainter, state: tuple[str, ...]) -> None:
        """Draw the groups beside each other while there is room, else below."""
        fonts, pad_px = load_theme().font, 3 * load_theme().space.pad_px
        title = QRectF(pad_px, pad_px - 16, self.width() - 2 * pad_px, 36)
        draw_text(painter, title, "Keys", fonts.lead_px, colour("text"), strong=True)
        left, top = float(pad_px), float(pad_px + 32)
        y = top
        for group in dict.fromkeys(KEYS[name].group for name in state):
            names = [name for name in state if KEYS[name].group == group]
            if y + HEAD_PX + ROW_PX * len(names) > self.height() - pad_px and y > top:
                left, y = left + COLUMN_PX, top
            head = QRectF(left, y, COLUMN_PX, HEAD_PX)
            draw_text(painter, head, group, fonts.title_px, colour("accent"), strong=True)
            y += HEAD_PX
            for name in names:
                keys = QRectF(left, y, KEYS_PX, ROW_PX)
                draw_text(painter, keys, key_text(name), fonts.body_px, colour("text"), strong=True)
                text = QRectF(left + KEYS_PX, y, COLUMN_PX - KEYS_PX - 16, ROW_PX)
                draw_text(painter, text, KEYS[name].text, fonts.body_px, colour("text_soft"))
                y += ROW_PX
            y += 12
