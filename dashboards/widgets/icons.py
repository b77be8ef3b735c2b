"""Icons as paths in the square from -1 to 1: no image files, sharp at every scale."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from dashboards.states import BannerKind
from dashboards.widgets.base import colour
from imu.model import Strike

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QColor

__all__ = [
    "STRIKE_WORDS",
    "banner_icon",
    "control_icon",
    "draw_icon",
    "draw_strike",
    "strike_colour",
    "strike_icon",
]

STRIKE_WORDS = {
    Strike.HEEL: "Heel",
    Strike.MIDFOOT: "Mid-foot",
    Strike.FOREFOOT: "Forefoot",
    Strike.UNSURE: "Unsure",
    Strike.UNMEASURABLE: "Landing type not measurable",
}


def _polygon(points: Sequence[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _ellipse(radius: float, centre: tuple[float, float] = (0.0, 0.0)) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(*centre), radius, radius)
    return path


def _rect(x: float, y: float, width: float, height: float, radius: float = 0.0) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(x, y, width, height), radius, radius)
    return path


def _regular(corners: int, turn_deg: float) -> QPainterPath:
    angles = [math.radians(turn_deg + 360.0 * corner / corners) for corner in range(corners)]
    return _polygon([(math.cos(angle), math.sin(angle)) for angle in angles])


def _joined(*parts: QPainterPath) -> QPainterPath:
    """Lay paths over each other: a path inside another is a hole; curves stay curves."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for part in parts:
        path.addPath(part)
    return path


def _with_bang(shape: QPainterPath, top: float) -> QPainterPath:
    """Cut an exclamation mark out of a shape."""
    return _joined(shape, _rect(-0.11, top, 0.22, 0.62, 0.1), _ellipse(0.14, (0.0, top + 0.86)))


def _tick() -> QPainterPath:
    tick = _polygon([(-0.5, 0.0), (-0.34, -0.16), (-0.13, 0.06), (0.34, -0.41), (0.5, -0.25), (-0.13, 0.38)])
    return _joined(_ellipse(1.0), tick)


def _triangle() -> QPainterPath:
    return _with_bang(_polygon([(0.0, -1.0), (1.1, 0.9), (-1.1, 0.9)]), -0.42)


@functools.cache
def strike_icon(strike: Strike) -> QPainterPath:
    """Return the mark of a landing type: its shape tells it without its colour."""
    if strike is Strike.HEEL:
        return _polygon([(-1.0, -0.8), (1.0, -0.8), (0.0, 0.95)])
    if strike is Strike.FOREFOOT:
        return _polygon([(-1.0, 0.8), (1.0, 0.8), (0.0, -0.95)])
    if strike is Strike.MIDFOOT:
        return _ellipse(0.9)
    if strike is Strike.UNSURE:
        return _joined(_ellipse(0.9), _ellipse(0.55))
    return _rect(-0.9, -0.2, 1.8, 0.4, 0.2)


@functools.cache
def banner_icon(kind: BannerKind) -> QPainterPath:
    """Return the sign of a banner."""
    make: dict[BannerKind, Callable[[], QPainterPath]] = {
        BannerKind.GOOD: _tick,
        BannerKind.EXCESSIVE_IMPACT: lambda: _with_bang(_regular(8, 22.5), -0.58),
        BannerKind.HEEL_STRIKE: lambda: strike_icon(Strike.HEEL),
        BannerKind.SENSOR_TROUBLE: _triangle,
        BannerKind.ENGINE_TROUBLE: _triangle,
        BannerKind.RETURNING: _triangle,
        BannerKind.PAUSED: lambda: control_icon("pause"),
        BannerKind.ENDED: lambda: _rect(-0.75, -0.75, 1.5, 1.5, 0.2),
        BannerKind.READY: lambda: _joined(_ellipse(1.0), _ellipse(0.72), _ellipse(0.34)),
        BannerKind.WAITING: lambda: _joined(*(_ellipse(0.26, (x, 0.0)) for x in (-0.74, 0.0, 0.74))),
    }
    return make[kind]()


@functools.cache
def control_icon(name: str) -> QPainterPath:
    """Return the sign of a control: ``"play"``, ``"pause"``, ``"next"`` or ``"record"``."""
    if name == "play":
        return _polygon([(-0.6, -0.85), (0.9, 0.0), (-0.6, 0.85)])
    if name == "pause":
        return _joined(*(_rect(x, -0.8, 0.5, 1.6, 0.1) for x in (-0.7, 0.2)))
    if name == "next":
        return _joined(_polygon([(-0.9, -0.75), (0.4, 0.0), (-0.9, 0.75)]), _rect(0.5, -0.8, 0.32, 1.6, 0.1))
    return _ellipse(0.8)


def strike_colour(strike: Strike) -> QColor:
    """Return the colour of a landing type."""
    return colour("unsure" if strike is Strike.UNMEASURABLE else strike.value)


def draw_icon(painter: QPainter, icon: QPainterPath, centre: QPointF, size_px: float, ink: QColor) -> None:
    """Draw an icon with a half-width of `size_px`."""
    painter.save()
    painter.translate(centre)
    painter.scale(size_px, size_px)
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(ink)
    painter.drawPath(icon)
    painter.restore()


def draw_strike(painter: QPainter, strike: Strike, centre: QPointF, size_px: float) -> None:
    """Draw the mark of a landing type in its colour."""
    draw_icon(painter, strike_icon(strike), centre, size_px, strike_colour(strike))
