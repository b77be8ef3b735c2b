"""What all widgets share: the panel that draws a state, and the theme's colours and fonts as Qt values."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from dashboards.states import Tone
from dashboards.theme import load_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

__all__ = ["LEFT", "RIGHT", "Panel", "colour", "draw_text", "font", "text_width", "tone_colour"]

State = TypeVar("State")

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@functools.cache
def _qcolour(text: str) -> QColor:
    return QColor(text)


def colour(name: str) -> QColor:
    """Return a colour of the theme in use by its name.

    Raises
    ------
    AttributeError
        When the theme has no such colour.
    """
    return _qcolour(getattr(load_theme().colour, name))


def tone_colour(tone: Tone) -> QColor:
    """Return the colour in which a tone is written."""
    return colour({Tone.PLAIN: "text", Tone.STALE: "text_faint"}.get(tone, tone.value))


@functools.cache
def font(size_px: int, *, strong: bool = False) -> QFont:
    """Return the theme's font with figures of one width, so that changing numbers do not move."""
    made = QFont(load_theme().font.family)
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def text_width(text: str, size_px: int, *, strong: bool = False) -> float:
    """Return the width of a text, px."""
    return QFontMetricsF(font(size_px, strong=strong)).horizontalAdvance(text)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    size_px: int,
    ink: QColor,
    *,
    strong: bool = False,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """Draw one line of text; what does not fit ends in an ellipsis."""
    made = font(size_px, strong=strong)
    painter.setFont(made)
    painter.setPen(ink)
    shown = QFontMetricsF(made).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 1.0)
    painter.drawText(rect, align | Qt.TextFlag.TextSingleLine, shown)


class Panel(QWidget, Generic[State]):
    """A rounded panel that draws one state and repaints only when the state changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: State | None = None

    @property
    def shown(self) -> State | None:
        """The state that is drawn; None before the first."""
        return self._shown

    def show_state(self, state: State) -> None:
        """Draw `state` at the next repaint."""
        if state != self._shown:
            self._shown = state
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw background and state."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_background(painter)
        if self._shown is not None:
            self.paint(painter, self._shown)
        painter.end()

    def paint_background(self, painter: QPainter) -> None:
        """Fill the panel."""
        radius_px = load_theme().space.radius_px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()), radius_px, radius_px)

    def paint(self, painter: QPainter, state: State) -> None:
        """Draw the state; the panel's background is there already."""
        raise NotImplementedError
