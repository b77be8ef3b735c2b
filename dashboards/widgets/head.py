"""The head of a window: whose run, how long, what the runner does, and whether it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt

from dashboards.theme import load_theme
from dashboards.widgets.base import RIGHT, Panel, colour, draw_text, text_width
from dashboards.widgets.icons import control_icon, draw_icon
from imu.sinks.recorder import Durability

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from imu.sinks.recorder import Recording

__all__ = ["Head", "HeadState", "keeping_of"]

PILL_PX = 14
MEGABYTE = 1_000_000
LOW_DISK_BYTES = 500 * MEGABYTE

WORDS = {
    Durability.BUFFERED: ("Recording · buffered", "good"),
    Durability.SAVED: ("Recording · saved", "good"),
    Durability.STOPPED: ("Not recording: the disk refuses", "trouble"),
    Durability.CLOSED: ("Recorded", "text_soft"),
}


class HeadState(msgspec.Struct, frozen=True):
    """What the head shows; ``keeping`` says where the data are kept, in the colour named ``ink``."""

    title: str
    elapsed: str
    activity: str
    keeping: str = ""
    ink: str = "text_soft"


def keeping_of(recording: Recording) -> tuple[str, str]:
    """Return text and colour name for a recording; too little room is said before the disk refuses."""
    free = recording.free_bytes
    words, ink = WORDS[recording.durability]
    going_on = recording.durability in (Durability.BUFFERED, Durability.SAVED)
    if going_on and free is not None and free < LOW_DISK_BYTES:
        state = recording.durability.value
        return f"Disk nearly full: {free / MEGABYTE:.0f} MB left \N{MIDDLE DOT} {state}", "trouble"
    return f"{words} · {recording.path.name}", ink


class Head(Panel[HeadState]):
    """One line without a panel behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(40)

    def paint_background(self, painter: QPainter) -> None:
        """Leave the window's own background."""

    def paint(self, painter: QPainter, state: HeadState) -> None:
        """Draw title, clock, activity and recording."""
        fonts, height = load_theme().font, self.height()
        self._paint_keeping(painter, state)
        elapsed = text_width("8:88:88", fonts.title_px, strong=True)
        activity = text_width("Standing", fonts.title_px)
        left = self.width() / 2 - (elapsed + activity + 16) / 2
        clock = QRectF(left, 0, elapsed, height)
        draw_text(painter, clock, state.elapsed, fonts.title_px, colour("text"), strong=True, align=RIGHT)
        beside = QRectF(left + elapsed + 16, 0, activity + 24, height)
        draw_text(painter, beside, state.activity, fonts.title_px, colour("text_soft"))
        title = QRectF(4, 0, left - 20, height)
        draw_text(painter, title, state.title, fonts.title_px, colour("text"), strong=True)

    def _paint_keeping(self, painter: QPainter, state: HeadState) -> None:
        if not state.keeping:
            return
        fonts, height = load_theme().font, self.height()
        loud = state.ink == "trouble"
        width = min(text_width(state.keeping, fonts.body_px, strong=loud), self.width() * 0.36)
        left = self.width() - 4.0 - width
        if loud:  # what may cost the recording must not look like the file's name
            left -= PILL_PX
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(state.ink))
            pill = QRectF(left - 28, 4, width + 28 + PILL_PX, height - 8)
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        words = QRectF(left, 0, width, height)
        ink = colour("window" if loud else "text_soft")
        draw_text(painter, words, state.keeping, fonts.body_px, ink, strong=loud)
        dot = colour("window" if loud else state.ink)
        draw_icon(painter, control_icon("record"), QPointF(left - 14, height / 2), 6, dot)
