"""The run bar: phase, asymmetry, dose, lap, cues and delay on one line between figures and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from dashboards.states import RunState, TileState, Tone
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text, text_width, tone_colour
from imu.model import Phase, Side

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["RunBar"]

BAR_PX = 72
PHASE_WORDS = {
    Phase.STANDING: "Standing",
    Phase.WALKING: "Walking",
    Phase.WARM_UP: "Warm-up",
    Phase.RUN: "Run",
    Phase.COOL_DOWN: "Cool-down",
}
PHASE_SHARE = 0.34
FULL_PERCENT = 20.0
LEAST_BALANCE_PX = 30.0
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class RunBar(Panel[RunState]):
    """Everything stands in its own place, whether it is known or not."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(BAR_PX)

    def paint(self, painter: QPainter, state: RunState) -> None:
        """Draw the phases, then the small figures."""
        pad_px = load_theme().space.pad_px
        width = self.width() - 2 * pad_px
        phases = QRectF(pad_px, 0, width * PHASE_SHARE, BAR_PX)
        self._paint_phases(painter, phases, state)
        tiles = (state.lap, state.asymmetry, state.dose, state.cues, state.delay)
        pitch = (width - phases.width() - pad_px) / len(tiles)
        for place, tile in enumerate(tiles):
            cell = QRectF(phases.right() + pad_px + place * pitch, 0, pitch, BAR_PX)
            self._paint_tile(painter, tile, cell)
            if tile is state.asymmetry:
                self._paint_balance(painter, cell, state.asymmetry_percent)
            elif tile is state.cues and state.cue is not None:
                self._paint_cue(painter, cell, state)

    @staticmethod
    def _paint_phases(painter: QPainter, area: QRectF, state: RunState) -> None:
        fonts = load_theme().font
        pitch = area.width() / len(PHASE_WORDS)
        painter.setPen(QPen(colour("line"), 2))
        painter.drawLine(QLineF(area.left() + pitch / 2, 22, area.right() - pitch / 2, 22))
        for place, (phase, word) in enumerate(PHASE_WORDS.items()):
            now = phase is state.phase
            middle = area.left() + (place + 0.5) * pitch
            painter.setPen(QPen(colour("accent" if now else "line"), 2))
            painter.setBrush(colour("accent" if now else "panel"))
            painter.drawEllipse(QPointF(middle, 22), 7 if now else 5, 7 if now else 5)
            cell = QRectF(middle - pitch / 2, 31, pitch, 18)
            ink = colour("text" if now else "text_faint")
            draw_text(painter, cell, word, fonts.caption_px, ink, strong=now, align=CENTRE)
            if now:
                cell.translate(0, 17)
                draw_text(painter, cell, state.phase_for, fonts.caption_px, colour("text_soft"), align=CENTRE)

    @staticmethod
    def _paint_tile(painter: QPainter, tile: TileState, cell: QRectF) -> None:
        fonts = load_theme().font
        width = cell.width() - 8
        caption = QRectF(cell.left(), 7, width, 18)
        draw_text(painter, caption, tile.caption, fonts.caption_px, colour("text_soft"))
        value = QRectF(cell.left(), 24, width, 24)
        draw_text(painter, value, tile.value, fonts.title_px, tone_colour(tile.tone), strong=True)
        if tile.unit:
            value.setLeft(value.left() + text_width("8888", fonts.title_px, strong=True) + 4)
            draw_text(painter, value, tile.unit, fonts.caption_px, colour("text_faint"))
        note = QRectF(cell.left(), 48, width, 18)
        ink = tone_colour(tile.tone) if tile.tone is Tone.TROUBLE else colour("text_faint")
        draw_text(painter, note, tile.note, fonts.caption_px, ink)

    @staticmethod
    def _paint_balance(painter: QPainter, cell: QRectF, percent: float | None) -> None:
        """Draw to which side the impact leans, beside the figure."""
        left, right = cell.left() + 62, cell.right() - 16
        if percent is None or right - left < LEAST_BALANCE_PX:
            return
        middle, y = (left + right) / 2, 36.0
        reach = min(abs(percent) / FULL_PERCENT, 1.0) * (right - left) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(QRectF(left, y - 3, right - left, 6), 3, 3)
        painter.setBrush(colour("accent"))
        painter.drawRect(QRectF(middle - reach if percent > 0 else middle, y - 3, reach, 6))
        painter.setPen(QPen(colour("text_soft"), 1))
        painter.drawLine(QLineF(middle, y - 7, middle, y + 7))

    @staticmethod
    def _paint_cue(painter: QPainter, cell: QRectF, state: RunState) -> None:
        """Fill the cell with the cue while it is fresh; nothing beside it moves."""
        cue, fonts, space = state.cue, load_theme().font, load_theme().space
        if cue is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        painter.drawRoundedRect(cell.adjusted(-8, 6, -8, -6), space.radius_px, space.radius_px)
        sides = {Side.LEFT: "left", Side.RIGHT: "right"}
        ink, width = colour("window"), cell.width() - 20
        top, below = QRectF(cell.left() + 2, 12, width, 26), QRectF(cell.left() + 2, 40, width, 20)
        draw_text(painter, top, f"{cue.kind.value.capitalize()}", fonts.title_px, ink, strong=True)
        draw_text(painter, below, sides.get(cue.side, cue.side.value), fonts.caption_px, ink)
