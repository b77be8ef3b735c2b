"""The line in which a note is written while the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from dashboards.theme import load_theme
from dashboards.widgets.base import font

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

__all__ = ["NoteLine"]

LONGEST = 200


class NoteLine(QLineEdit):
    """Lies over the lower edge of the window; Enter keeps the note, Esc gives it up.

    Parameters
    ----------
    parent : QWidget
        The window over which it lies.
    """

    written = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Note: Enter keeps it, Esc gives it up")
        self.setAccessibleName("Note")
        self.setMaxLength(LONGEST)
        self.setFont(font(load_theme().font.title_px))
        self.returnPressed.connect(self._keep)
        self.hide()

    def begin(self) -> None:
        """Show the empty line and take the keys."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(24, parent.height() - 76, parent.width() - 48, 52)
        self.clear()
        self.show()
        self.raise_()
        self.setFocus()

    def _keep(self) -> None:
        text = self.text().strip()
        self._leave()
        if text:
            self.written.emit(text)

    def _leave(self) -> None:
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up on Esc; everything else is text."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)
