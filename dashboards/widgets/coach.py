"""The coach's view: few large things, to be read from three metres away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from dashboards.states import BannerKind, LegState, ViewState
from dashboards.theme import load_theme
from dashboards.units import unit
from dashboards.widgets.banner import FLAG_COLOURS
from dashboards.widgets.base import RIGHT, Panel, colour, draw_text, text_width, tone_colour
from dashboards.widgets.icons import STRIKE_WORDS, banner_icon, draw_icon, draw_strike
from dashboards.widgets.runbar import PHASE_WORDS
from imu.model import Side

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

__all__ = ["CoachPage"]

CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
HEADLINE_SHARE, FIGURE_SHARE, WORD_SHARE, SMALL_SHARE = 0.092, 0.24, 0.06, 0.042
"""Sizes of text as shares of the window's height; at 3 m a share of 0.04 of a laptop's can just be read."""

LEAST_SHARE = 0.03
BANNER_SHARE, FOOT_SHARE = 0.25, 0.11
MIDDLE_SHARE, OUTER_SHARE = 0.2, 0.36
PROBE_PX = 100


class CoachPage(Panel[ViewState]):
    """What is to be said, impact and last landing of each leg, cadence, phase; nothing else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Coach's view")

    def paint_background(self, painter: QPainter) -> None:
        """Fill with the window's ground, so that only what matters stands out."""
        painter.fillRect(self.rect(), colour("window"))

    def paint(self, painter: QPainter, state: ViewState) -> None:
        """Draw banner, legs, cadence and foot line."""
        height, pad_px = self.height(), load_theme().space.pad_px
        banner = QRectF(pad_px, pad_px, self.width() - 2 * pad_px, height * BANNER_SHARE)
        self._paint_banner(painter, banner, state)
        top, bottom = banner.bottom() + pad_px, height * (1 - FOOT_SHARE)
        middle_px = self.width() * MIDDLE_SHARE
        left = QRectF(pad_px, top, (self.width() - middle_px) / 2 - pad_px, bottom - top)
        right = QRectF(left.right() + middle_px, top, left.width(), left.height())
        for leg in state.legs:
            self._paint_leg(painter, left if leg.side is Side.LEFT else right, leg)
        centre = QRectF(left.right(), top, middle_px, bottom - top)
        self._paint_cadence(painter, centre, state)
        self._paint_foot(painter, QRectF(pad_px, bottom, self.width() - 2 * pad_px, height - bottom), state)

    def _px(self, share: float) -> int:
        """Size of a text: the height rules, unless the window is narrow."""
        return max(12, round(min(self.height(), self.width() * 0.62) * share))

    def _fitting(self, share: float, widest: str, width: float) -> int:
        """Size of a text that shall not be cut: the widest possible one fits, so that it never changes."""
        return max(12, min(self._px(share), self._fitted(widest, width)))

    @staticmethod
    def _fitted(text: str, width: float) -> int:
        """Size with which a text just fits."""
        return int(width / max(1.0, text_width(text, PROBE_PX, strong=True)) * PROBE_PX)

    def _paint_banner(self, painter: QPainter, area: QRectF, state: ViewState) -> None:
        banner, radius_px = state.banner, 2 * load_theme().space.radius_px
        loud = FLAG_COLOURS.get(banner.kind)
        ground, ink = ("panel", "text") if loud is None else (loud, "window")
        sign = ink if loud else "good" if banner.kind is BannerKind.GOOD else "text_soft"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(ground))
        painter.drawRoundedRect(area, radius_px, radius_px)
        half = area.height() * 0.26
        draw_icon(
            painter,
            banner_icon(banner.kind),
            QPointF(area.left() + 2 * half, area.center().y()),
            half,
            colour(sign),
        )
        left = area.left() + 4 * half
        width = area.right() - left - half / 2
        title = QRectF(left, area.top() + area.height() * 0.10, width, area.height() * 0.48)
        lasting_px = self._px(WORD_SHARE * 0.8)
        room = text_width("for 88 min 88 s", lasting_px, strong=True) if banner.lasting else 0.0
        draw_text(painter, title, banner.lasting, lasting_px, colour(ink), strong=True, align=RIGHT)
        title.setRight(title.right() - room)
        head_px = max(12, min(self._px(HEADLINE_SHARE), self._fitted(banner.headline, title.width())))
        draw_text(painter, title, banner.headline, head_px, colour(ink), strong=True)
        reason = banner.detail.split(" \N{MIDDLE DOT} ")[0]  # the other leg's figure stands below in large
        below = QRectF(left, area.top() + area.height() * 0.60, width, area.height() * 0.28)
        small_px = max(self._px(LEAST_SHARE), min(self._px(SMALL_SHARE), self._fitted(reason, width)))
        draw_text(painter, below, reason, small_px, colour(ink))

    def _paint_leg(self, painter: QPainter, area: QRectF, leg: LegState) -> None:
        """Draw impact next to the middle, the last landing at the outer edge."""
        outer = area.width() * OUTER_SHARE
        is_left = leg.side is Side.LEFT
        sign = QRectF(area.left() if is_left else area.right() - outer, area.top(), outer, area.height())
        figure = QRectF(
            area.left() + (outer if is_left else 0), area.top(), area.width() - outer, area.height()
        )
        head = QRectF(figure.left(), figure.top(), figure.width(), figure.height() * 0.22)
        draw_text(
            painter,
            head,
            f"{leg.side.value} impact, {leg.impact.unit or unit()}",
            self._px(SMALL_SHARE),
            colour("text_soft"),
            align=CENTRE,
        )
        value = QRectF(figure.left(), head.bottom(), figure.width(), figure.height() * 0.54)
        text = f"{leg.impact.bound}{leg.impact.value}"
        draw_text(
            painter,
            value,
            text,
            self._fitting(FIGURE_SHARE, "≥88.8", value.width() * 0.96),
            tone_colour(leg.impact.tone),
            strong=True,
            align=CENTRE,
        )
        note = QRectF(figure.left(), value.bottom(), figure.width(), figure.height() * 0.20)
        draw_text(
            painter,
            note,
            leg.impact.note,
            self._fitting(SMALL_SHARE, f"88 % above usual 88.8 {unit()}", note.width()),
            colour("text_soft"),
            align=CENTRE,
        )
        if leg.steps:
            strike = leg.steps[-1].strike
            draw_strike(
                painter, strike, QPointF(sign.center().x(), sign.top() + sign.height() * 0.49), self._px(0.08)
            )
            words = STRIKE_WORDS[strike].split()[0]
            word = QRectF(sign.left(), sign.top() + sign.height() * 0.76, sign.width(), sign.height() * 0.20)
            draw_text(
                painter,
                word,
                words,
                self._fitting(WORD_SHARE, "Mid-foot ", word.width()),
                colour("text"),
                strong=True,
                align=CENTRE,
            )

    def _paint_cadence(self, painter: QPainter, area: QRectF, state: ViewState) -> None:
        rows = (
            (0.0, 0.22, "cadence, spm", SMALL_SHARE, "text_soft", False),
            (0.22, 0.54, state.cadence.value, FIGURE_SHARE * 0.55, "text", True),
            (0.76, 0.20, state.activity, WORD_SHARE * 0.8, "text_soft", False),
        )
        for top, share, text, size, ink, strong in rows:
            cell = QRectF(area.left(), area.top() + area.height() * top, area.width(), area.height() * share)
            draw_text(painter, cell, text, self._px(size), colour(ink), strong=strong, align=CENTRE)

    def _paint_foot(self, painter: QPainter, area: QRectF, state: ViewState) -> None:
        run = state.run
        phase = "" if run.phase is None else f"{PHASE_WORDS[run.phase]} {run.phase_for}"
        balance = "" if run.asymmetry_percent is None else f"{run.asymmetry.value} {run.asymmetry.note}"
        left = " \N{MIDDLE DOT} ".join(filter(None, (state.runner, state.elapsed, phase)))
        size_px = self._px(SMALL_SHARE)
        half = area.width() / 2
        draw_text(
            painter, QRectF(area.left(), area.top(), half, area.height()), left, size_px, colour("text")
        )
        if run.cue is not None:
            radius_px = load_theme().space.radius_px
            box = QRectF(area.left() + half, area.top() + 4, half, area.height() - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(box, radius_px, radius_px)
            draw_text(
                painter, box, run.cue.text, self._px(WORD_SHARE), colour("window"), strong=True, align=CENTRE
            )
            return
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        beside = QRectF(area.left() + half, area.top(), half, area.height())
        draw_text(painter, beside, balance, size_px, colour("text_soft"), align=align)
