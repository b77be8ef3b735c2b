"""Big figures: a row of values in one panel, of one size, that never move."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QRectF, Qt

from dashboards.states import TileState, Tone
from dashboards.theme import load_theme
from dashboards.widgets.base import Panel, colour, draw_text, text_width, tone_colour
from imu.model import Side

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

__all__ = ["Figures", "FiguresState"]

CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
WIDEST = "88.8"
PROBE_PX = 100
LARGEST_SHARE = 0.47
BOUND_SHARE = 0.4
BADGE_PX, SLIM_BADGE_PX = 72, 48
ROOMY_PX = 130.0


class FiguresState(msgspec.Struct, frozen=True):
    """Figures from left to right and, for a leg, its name such as ``"left shin"``."""

    tiles: tuple[TileState, ...]
    name: str = ""


class Figures(Panel[FiguresState]):
    """A row of figures; the widest possible value, not the present one, sets their size.

    Parameters
    ----------
    number : int
        Number of figures.
    side : Side, optional
        Leg of which they speak: a big letter stands at the outer end, so that the two legs mirror each other.
    """

    def __init__(self, number: int, side: Side | None = None) -> None:
        super().__init__()
        self._number = number
        self._side = side
        self.setMinimumHeight(132)

    def show_row(self, tiles: tuple[TileState, ...], name: str = "") -> None:
        """Draw `tiles` at the next repaint."""
        self.show_state(FiguresState(tiles, name))

    def paint(self, painter: QPainter, state: FiguresState) -> None:
        """Draw the leg's letter and all figures."""
        cells = self._cells()
        probe = text_width(WIDEST, PROBE_PX, strong=True) + PROBE_PX * BOUND_SHARE
        size_px = math.floor(min(self.height() * LARGEST_SHARE, PROBE_PX * cells[0].width() / probe))
        if self._side is not None:
            self._paint_badge(painter, self._side, state.name, size_px)
        for tile, cell in zip(state.tiles, cells, strict=True):
            self._paint_tile(painter, tile, cell, size_px)

    def _cells(self) -> list[QRectF]:
        """Return equal cells in what the leg's letter leaves."""
        pad_px = load_theme().space.pad_px / 2
        area = QRectF(self.rect()).adjusted(pad_px, 0, -pad_px, 0)
        if self._side is Side.LEFT:
            area.setLeft(area.left() + self._badge_px)
        elif self._side is Side.RIGHT:
            area.setRight(area.right() - self._badge_px)
        width = area.width() / self._number
        return [QRectF(area.left() + place * width, 0, width, self.height()) for place in range(self._number)]

    @property
    def _badge_px(self) -> int:
        """Width of the leg's letter: less where the panel is narrow."""
        return BADGE_PX if self.width() > self._number * ROOMY_PX + BADGE_PX else SLIM_BADGE_PX

    def _paint_badge(self, painter: QPainter, side: Side, name: str, size_px: int) -> None:
        badge_px = self._badge_px
        left, height = 0 if side is Side.LEFT else self.width() - badge_px, self.height()
        letter = QRectF(left, height * 0.22, badge_px, height * 0.54)
        draw_text(
            painter, letter, side.value[0].upper(), size_px, colour("accent"), strong=True, align=CENTRE
        )
        note = QRectF(left, height * 0.80, badge_px, 20)
        shown = name if badge_px == BADGE_PX else name.rpartition(" ")[2]
        draw_text(painter, note, shown, load_theme().font.caption_px, colour("text_soft"), align=CENTRE)

    def _paint_tile(self, painter: QPainter, tile: TileState, cell: QRectF, size_px: int) -> None:
        fonts, height = load_theme().font, self.height()
        head = f"{tile.caption}, {tile.unit}" if tile.unit else tile.caption
        caption = QRectF(cell.left(), height * 0.08, cell.width(), 22)
        head_px = fonts.body_px if cell.width() >= ROOMY_PX else fonts.caption_px
        draw_text(painter, caption, head, head_px, colour("text_soft"), align=CENTRE)
        self._paint_value(
            painter, tile, QRectF(cell.left(), height * 0.22, cell.width(), height * 0.54), size_px
        )
        note = QRectF(cell.left(), height * 0.80, cell.width(), 20)
        ink = tone_colour(tile.tone) if tile.tone in (Tone.IMPACT, Tone.HEEL) else colour("text_faint")
        draw_text(painter, note, tile.note, fonts.caption_px, ink, align=CENTRE)

    @staticmethod
    def _paint_value(painter: QPainter, tile: TileState, cell: QRectF, size_px: int) -> None:
        """Draw the figure in the middle; a bound stands before it and does not move it."""
        ink = tone_colour(tile.tone)
        draw_text(painter, cell, tile.value, size_px, ink, strong=True, align=CENTRE)
        if tile.bound:
            bound_px = round(size_px * BOUND_SHARE)
            right = cell.center().x() - text_width(tile.value, size_px, strong=True) / 2 - 3
            before = QRectF(cell.left(), cell.top(), right - cell.left(), cell.height())
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            draw_text(painter, before, tile.bound, bound_px, ink, strong=True, align=align)
