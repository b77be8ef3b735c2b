"""The picture of where a sensor is fixed: both legs, shoe and shin, with the place that is spoken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen

from dashboards.settings import FittingState
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["FittingPicture"]

Shape = tuple[tuple[tuple[float, float], ...], ...]
UNITS = (130.0, 140.0)
"""Size of the drawing of one leg, which points to the right."""

LEG: Shape = (
    ((62, 2),),
    ((62, 40), (54, 60), (56, 92)),
    ((36, 92),),
    ((34, 70), (16, 50), (30, 2)),
)
SHOE: Shape = (
    ((34, 86),),
    ((34, 98), (26, 104), (27, 120)),
    ((112, 120),),
    ((118, 108), (100, 106), (90, 103)),
    ((76, 99), (68, 92), (58, 84)),
    ((50, 90), (42, 90), (34, 86)),
)
SOLE = QRectF(25, 120, 90, 7)
STRAP = QRectF(33.5, 66, 23, 12)
SENSORS = {
    "shoe": (QPointF(78, 95), 26.0, QRectF(-9, -5, 18, 8)),
    "shin": (QPointF(47, 72), 0.0, QRectF(-6, -9, 12, 18)),
}
"""Centre, turn in degrees and outline of the sensor in each place."""


class FittingPicture(Panel[FittingState]):
    """Two legs as the runner sees them, left on the left."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(420, 320)

    def show_state(self, state: FittingState) -> None:
        """Draw `state`, and tell screen readers what it shows."""
        self.setAccessibleName(f"Where to fix a sensor: {state.place}")
        self.setAccessibleDescription(state.how)
        super().show_state(state)

    def paint(self, painter: QPainter, state: FittingState) -> None:
        """Draw title, legs and the words below."""
        fonts, pad = load_theme().font, load_theme().space.pad_px
        width = self.width() - 2 * pad
        title = QRectF(pad, pad / 2, width, 32)
        draw_text(painter, title, state.place.capitalize(), fonts.title_px, colour("text"), strong=True)
        area = QRectF(pad, 40, width, self.height() - 40 - 44)
        half = area.width() / 2
        for number, side in enumerate(("left", "right")):
            box = QRectF(area.left() + number * half, area.top(), half, area.height() - 20)
            self._leg(painter, box, side, state)
            scale = min(box.width() / UNITS[0], box.height() / UNITS[1])
            words = QRectF(box.left(), box.center().y() + scale * UNITS[1] / 2 - 4, half, 20)
            ink = colour("text_soft")
            draw_text(painter, words, side, fonts.caption_px, ink, align=Qt.AlignmentFlag.AlignCenter)
        how = QRectF(pad, self.height() - 40, width, 32)
        draw_text(painter, how, state.how, fonts.caption_px, colour("text"))

    def _leg(self, painter: QPainter, box: QRectF, side: str, state: FittingState) -> None:
        scale = min(box.width() / UNITS[0], box.height() / UNITS[1])
        painter.save()
        painter.translate(box.center())
        painter.scale(-scale if side == "left" else scale, scale)
        painter.translate(-UNITS[0] / 2, -UNITS[1] / 2)
        painter.setPen(QPen(colour("text_faint"), 1.2))
        painter.setBrush(colour("raised"))
        painter.drawPath(_path(LEG))
        painter.setBrush(colour("line"))
        painter.drawPath(_path(SHOE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("text_faint"))
        painter.drawRoundedRect(SOLE, 3, 3)
        for spot, (centre, turn_deg, outline) in SENSORS.items():
            self._sensor(painter, f"{side} {spot}", (centre, turn_deg, outline), state)
        painter.restore()

    @staticmethod
    def _sensor(
        painter: QPainter, place: str, where: tuple[QPointF, float, QRectF], state: FittingState
    ) -> None:
        """Draw a sensor: filled where it is meant or bound, else dashed."""
        centre, turn_deg, outline = where
        meant, taken = place == state.place, place in state.taken
        if place.endswith("shin") and (meant or taken):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("text_faint"))
            painter.drawRect(STRAP)
        painter.save()
        painter.translate(centre)
        painter.rotate(turn_deg)
        ink = colour("good" if taken else "accent" if meant else "text_faint")
        style = Qt.PenStyle.SolidLine if meant or taken else Qt.PenStyle.DashLine
        painter.setPen(QPen(ink, 1.5, style))
        painter.setBrush(ink if meant or taken else colour("panel"))
        painter.drawRoundedRect(outline, 2, 2)
        if meant:
            painter.setPen(QPen(colour("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(outline.center(), 17, 17)
        painter.restore()


def _path(parts: Shape) -> QPainterPath:
    """Join lines (one point) and curves (three points); the first point is the begin."""
    path = QPainterPath()
    for number, points in enumerate(parts):
        places = [QPointF(*point) for point in points]
        if number == 0:
            path.moveTo(places[0])
        elif len(places) == 1:
            path.lineTo(places[0])
        else:
            path.cubicTo(*places)
    path.closeSubpath()
    return path
