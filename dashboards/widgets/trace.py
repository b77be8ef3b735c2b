"""The impact trace: the last seconds of one leg, with limit, baseline and the peak of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QLabel, QVBoxLayout, QWidget

from dashboards.leg import limit_text
from dashboards.theme import load_theme
from dashboards.units import shown, ticks_g, unit
from dashboards.widgets.base import colour, font
from dashboards.widgets.cursors import Cursors
from dashboards.widgets.icons import draw_strike
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QStyleOptionGraphicsItem

    from dashboards.envelope import Trace
    from dashboards.states import LegState, StepMark
    from imu.model import Strike

__all__ = ["ImpactTrace"]

MARK_PX = 6.0
HEADROOM = 1.2
KEY_PX = 24
AXIS_PX = 46


class _Peaks(QGraphicsItem):
    """Marks of a fixed size in px at places of the plot; cheaper than a scatter plot made anew."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[tuple[QPointF, Strike]] = []
        self._area = QRectF()

    def set_area(self, area: QRectF) -> None:
        """Set the plot's range."""
        self.prepareGeometryChange()
        self._area = area

    def set_marks(self, marks: list[tuple[QPointF, Strike]]) -> None:
        """Set places, s and g, and landing types."""
        if marks or self._marks:
            self._marks = marks
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the plot's range."""
        return self._area

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Draw the marks, unscaled."""
        to_px = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, strike in self._marks:
            draw_strike(painter, strike, to_px.map(place), MARK_PX)


LINES = {
    "limit": Qt.PenStyle.DashLine,
    "baseline": Qt.PenStyle.DotLine,
    "target": Qt.PenStyle.DashDotLine,
}


def _key_text(leg: LegState, *, named: bool) -> str:
    """Return the key of the lines, each in its colour and pattern, after the name of the sensor."""
    lines = [("text", leg.title)] if named else []
    if leg.baseline_g is not None:
        lines.append(
            ("baseline", f"\N{MIDDLE DOT}\N{MIDDLE DOT}\N{MIDDLE DOT} usual {shown(leg.baseline_g)} {unit()}")
        )
    if leg.target_g is not None:
        dots = "\N{MIDDLE DOT}\N{EN DASH}\N{MIDDLE DOT}"
        lines.append(("target", f"{dots} target {shown(leg.target_g)} {unit()}"))
    if leg.limit is not None:
        lines.append(("limit", f"\N{EN DASH} \N{EN DASH} {limit_text(leg.limit)}"))
    return " &nbsp; ".join(
        f'<span style="color: {colour(name).name()}">{text}</span>' for name, text in lines
    )


class ImpactTrace(QWidget):
    """A plot with a fixed relative time axis; its scale changes only when a peak leaves it.

    Parameters
    ----------
    named : bool
        Say above it which sensor it shows.
    """

    def __init__(self, *, named: bool = False) -> None:
        super().__init__()
        self._named = named
        self._window_s = 0.0
        self._top_g = 0.0
        self._drawn_lines: object = None
        self._plot = self._make_plot()
        self._curve = pg.PlotCurveItem(skipFiniteCheck=True)
        self._peaks = _Peaks()
        self._lines = {name: pg.InfiniteLine(angle=0) for name in LINES}
        for item in (self._curve, self._peaks, *self._lines.values()):
            self._plot.addItem(item)
        self._notice = self._make_label(load_theme().font.title_px, Qt.AlignmentFlag.AlignCenter)
        self._key = self._make_label(load_theme().font.caption_px, Qt.AlignmentFlag.AlignRight)
        self.cursors = Cursors(self._plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        self._plot.setBackground(colour("panel"))
        self._curve.setPen(pg.mkPen(colour("trace"), width=1))
        for name, style in LINES.items():
            self._lines[name].setPen(pg.mkPen(colour(name), width=1, style=style))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(colour("line"))
            axis.setTextPen(colour("text_faint"))
        self._drawn_lines, self._top_g = None, 0.0
        self.cursors.restyle()

    def _make_plot(self) -> pg.PlotWidget:
        plot = pg.PlotWidget()
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.getPlotItem().disableAutoRange()
        plot.showGrid(x=False, y=True, alpha=0.5)
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        left.setWidth(AXIS_PX)
        for axis in (left, bottom):
            axis.setZValue(-1)  # else the grid runs over the marks
            axis.setStyle(tickFont=font(load_theme().font.caption_px), tickLength=0)
        bottom.setStyle(hideOverlappingLabels=False)
        return plot

    def show_window(self, window_s: float) -> None:
        """Set the length of the time axis, s."""
        if window_s == self._window_s:
            return
        self._window_s = window_s
        half_s = window_s / 2
        ends = [(-0.97 * window_s, f"\N{MINUS SIGN}{window_s:g} s"), (-0.035 * window_s, "now")]
        self._plot.getAxis("bottom").setTicks([[*ends, (-half_s, f"\N{MINUS SIGN}{half_s:g} s")]])
        self._plot.setXRange(-window_s, 0.0, padding=0)
        self._top_g = 0.0

    def _make_label(self, size_px: int, align: Qt.AlignmentFlag) -> QLabel:
        label = QLabel(parent=self._plot)
        label.setFont(font(size_px))
        label.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        label.setWordWrap(True)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return label

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the notice over the plot, and the key of the lines above the highest peak."""
        width = max(0, self.width() - 50)
        self._notice.setGeometry(40, 0, width, max(0, self.height() - 30))
        self._key.setGeometry(40, 4, width, KEY_PX)

    def show_leg(self, leg: LegState, trace: Trace, now_ns: int, window_s: float) -> None:
        """Draw the trace of one leg.

        Parameters
        ----------
        leg : LegState
            Steps, limit, scale and notice.
        trace : Trace
            The curve.
        now_ns : int
            Time of the right edge, ns.
        window_s : float
            Length of the time axis, s.
        """
        self.show_window(window_s)
        self._show_scale(leg.top_g)
        self._show_lines(leg)
        self._notice.setText(leg.notice)
        self._notice.setVisible(bool(leg.notice))
        if leg.notice:
            self._curve.clear()
            self._peaks.set_marks([])
            return
        self._curve.setData(trace.x_s, trace.y, connect=trace.connect)
        self._show_peaks((*leg.steps, *leg.early), now_ns)

    def _show_scale(self, top_g: float) -> None:
        if top_g != self._top_g:
            self._top_g = top_g
            self._plot.setYRange(0.0, top_g * HEADROOM, padding=0)
            self._peaks.set_area(QRectF(-self._window_s, 0.0, self._window_s, top_g * HEADROOM))
            self._plot.getAxis("left").setTicks([ticks_g(top_g)])

    def _show_lines(self, leg: LegState) -> None:
        values = {
            "limit": leg.limit.limit_g if leg.limit else None,
            "baseline": leg.baseline_g,
            "target": leg.target_g,
        }
        drawn = (*values.values(), leg.limit)
        if drawn == self._drawn_lines:
            return
        self._drawn_lines = drawn
        for name, value_g in values.items():
            self._lines[name].setVisible(value_g is not None)
            self._lines[name].setValue(value_g or 0.0)
        self._key.setText(_key_text(leg, named=self._named))

    def _show_peaks(self, marks: Iterable[StepMark], now_ns: int) -> None:
        places = [(-(now_ns - mark.peak_ns) / NS_PER_S, mark) for mark in marks]
        self._peaks.set_marks(
            [
                (QPointF(x_s, mark.impact_g), mark.strike)
                for x_s, mark in places
                if mark.impact_g is not None and -self._window_s < x_s <= 0.0
            ]
        )
