"""The comparison: mean stride of each leg for two stretches, with spread and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dashboards.comparing import stride_curve
from dashboards.register import WINDOWS
from dashboards.states import DASH
from dashboards.theme import load_theme
from dashboards.units import shown, ticks_g, unit
from dashboards.widgets.base import colour, font
from dashboards.widgets.style import style_sheet
from imu.model import Side

if TYPE_CHECKING:
    from dashboards.comparing import Stretch, StrideCurve

__all__ = ["CompareWindow"]

COLOURS = ("trace", "heel")
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
MARKS = ("\N{EM DASH}\N{EM DASH}", "\N{EN DASH} \N{EN DASH}")
BAND_ALPHA = 60


class CompareWindow(QWidget):
    """Two stretches on top of each other.

    Parameters
    ----------
    one, other : Stretch
        What is compared; the first is drawn with a full line, the second with a dashed one.
    """

    def __init__(self, one: Stretch, other: Stretch) -> None:
        super().__init__()
        self.setWindowTitle("softstrike: comparison")
        self.setStyleSheet(style_sheet("CompareWindow"))
        stretches = (one, other)
        self.curves = {
            side: [stride_curve(part, side) for part in stretches] for side in (Side.LEFT, Side.RIGHT)
        }
        sides = [side for side, curves in self.curves.items() if any(curves)] or [Side.LEFT]
        top_g = max(
            (float((c.mean_g + c.sd_g).max()) for curves in self.curves.values() for c in curves if c),
            default=1.0,
        )
        page, space = QVBoxLayout(self), load_theme().space
        page.setContentsMargins(space.pad_px, space.pad_px, space.pad_px, space.pad_px)
        page.setSpacing(space.gap_px)
        page.addWidget(self._label(self._names(stretches), load_theme().font.title_px))
        row = QHBoxLayout()
        row.setSpacing(space.gap_px)
        page.addLayout(row, 1)
        for side in sides:
            column = QVBoxLayout()
            column.addWidget(self._label(f"<b>{side.value.capitalize()} leg</b>", load_theme().font.lead_px))
            column.addWidget(self._plot(self.curves[side], top_g * 1.1), 1)
            column.addWidget(self._label(self.figures(side), load_theme().font.body_px))
            row.addLayout(column, 1)
        about = "Norm of the acceleration from one contact to the next of the same foot: mean ± SD."
        page.addWidget(self._label(about, load_theme().font.caption_px))
        for key in ("Esc", "V"):
            QShortcut(QKeySequence(key), self).activated.connect(self.close)
        self.resize(*WINDOWS["compare"].size_px)

    @staticmethod
    def _label(text: str, size_px: int) -> QLabel:
        label = QLabel(text)
        label.setFont(font(size_px))
        label.setTextFormat(Qt.TextFormat.RichText)
        return label

    @staticmethod
    def _names(stretches: tuple[Stretch, ...]) -> str:
        return " &nbsp; ".join(
            f'<span style="color: {colour(name).name()}">{mark} {_escaped(part.name)}</span>'
            for part, name, mark in zip(stretches, COLOURS, MARKS, strict=True)
        )

    @staticmethod
    def _plot(curves: list[StrideCurve | None], top_g: float) -> pg.PlotWidget:
        plot = pg.PlotWidget(background=colour("panel"))
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setXRange(0.0, 100.0, padding=0.01)
        plot.setYRange(0.0, top_g, padding=0)
        plot.showGrid(x=False, y=True, alpha=0.4)
        plot.setLabel("bottom", "stride, %")
        plot.setLabel("left", f"acceleration, {unit()}")
        plot.getAxis("left").setTicks([ticks_g(top_g)])
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(colour("line"))
            axis.setTextPen(colour("text_soft"))
            axis.setStyle(tickFont=font(load_theme().font.caption_px))
        for curve, name, style in zip(curves, COLOURS, STYLES, strict=True):
            if curve is not None:
                ground = QColor(colour(name))
                ground.setAlpha(BAND_ALPHA)
                edges = [pg.PlotCurveItem(curve.percent, curve.mean_g + way * curve.sd_g) for way in (-1, 1)]
                plot.addItem(pg.FillBetweenItem(*edges, brush=ground))
                plot.plot(curve.percent, curve.mean_g, pen=pg.mkPen(colour(name), width=2, style=style))
        return plot

    def figures(self, side: Side) -> str:
        """Return the figures of both stretches for one leg, as a table in rich text."""
        rows = [("", "strides", "impact", "contact", "cadence")]
        for curve, mark in zip(self.curves[side], MARKS, strict=True):
            if curve is None:
                rows.append((mark, "too few strides", "", "", ""))
            else:
                cells = (
                    DASH if curve.impact_g is None else f"{shown(curve.impact_g, 1)} {unit()}",
                    _number(curve.contact_ms, 0, "ms"),
                    _number(curve.cadence_spm, 0, "spm"),
                )
                rows.append((mark, str(curve.strides), *cells))
        lines = ("".join(f'<td style="padding-right: 24px">{cell}</td>' for cell in row) for row in rows)
        return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _number(value: float | None, decimals: int, unit: str) -> str:
    return DASH if value is None else f"{value:.{decimals}f} {unit}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
