"""Two measure cursors on a trace, and what is read off at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

from dashboards.theme import load_theme
from dashboards.widgets.base import colour, font

if TYPE_CHECKING:
    from dashboards.measure import CursorState

__all__ = ["Cursors"]

LABEL_PLACE = 0.7
PLACE_PX = (44, 30)


class Cursors(QObject):
    """Draws the cursors on a plot, and tells where the mouse goes on it.

    Parameters
    ----------
    plot : pyqtgraph.PlotWidget
        The plot; its time axis is s before now.
    """

    picked = Signal(float)
    dragged = Signal(float)

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.lines = [
            pg.InfiniteLine(angle=90, label=name, labelOpts={"position": LABEL_PLACE}) for name in "AB"
        ]
        for line in self.lines:
            line.hide()
            plot.addItem(line)
        self.text = QLabel(parent=plot)
        self.text.setObjectName("told")
        self.text.setFont(font(load_theme().font.caption_px))
        self.text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text.move(*PLACE_PX)
        self.text.hide()
        self._shown: CursorState | None = None
        plot.viewport().installEventFilter(self)

    def show_state(self, state: CursorState | None) -> None:
        """Draw the cursors; None hides them."""
        if state == self._shown:
            return
        self._shown = state
        self.text.setVisible(state is not None)
        for number, line in enumerate(self.lines):
            line.setVisible(state is not None)
            if state is not None:
                style = Qt.PenStyle.SolidLine if number == state.chosen else Qt.PenStyle.DashLine
                line.setPen(pg.mkPen(colour("accent"), width=1, style=style))
                line.label.setColor(colour("text"))
                line.setValue(state.x_s[number])
        if state is not None:
            self.text.setText(state.text)
            self.text.adjustSize()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        shown, self._shown = self._shown, None
        self.show_state(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell where the mouse is pressed and dragged; the plot itself has no use for it."""
        kind = event.type()
        if self._shown is None or not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        if kind == QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self._x_s(event))
            return True
        if kind == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self._x_s(event))
            return True
        return super().eventFilter(watched, event)

    def _x_s(self, event: QMouseEvent) -> float:
        """Return the place of the mouse on the time axis, inside of what is seen."""
        box = self._plot.getViewBox()
        at = box.mapSceneToView(self._plot.mapToScene(event.position().toPoint()))
        low_s, high_s = box.viewRange()[0]
        return float(min(max(at.x(), low_s), high_s))
