"""The window of one runner: live, demo and replay are the same window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dashboards.theme import load_theme
from dashboards.widgets.banner import FlagBanner
from dashboards.widgets.base import Panel, colour
from dashboards.widgets.chips import SensorChip
from dashboards.widgets.figures import Figures
from dashboards.widgets.head import Head, HeadState, keeping_of
from dashboards.widgets.strip import LandingBar, StepStrip
from dashboards.widgets.trace import ImpactTrace
from dashboards.widgets.transport import TransportBar
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent
    from PySide6.QtWidgets import QBoxLayout

    from dashboards.envelope import Trace
    from dashboards.states import LegState
    from dashboards.viewmodel import RunnerView
    from imu.sinks.recorder import Recording
    from imu.sources.base import Control

__all__ = ["LegPanel", "RunnerWindow"]

LEG_WEIGHT, CADENCE_WEIGHT = 22, 7


class LegPanel(Panel[str]):
    """Trace, step strip and landing shares of one leg."""

    def __init__(self) -> None:
        super().__init__()
        self._trace = ImpactTrace()
        self._strip = StepStrip()
        self._landing = LandingBar()
        layout = QVBoxLayout(self)
        pad_px = load_theme().space.pad_px
        layout.setContentsMargins(pad_px // 2, pad_px // 2, pad_px // 2, pad_px // 2)
        layout.setSpacing(2)
        layout.addWidget(self._trace, 1)
        layout.addWidget(self._strip)
        layout.addWidget(self._landing)

    def show_leg(self, leg: LegState, trace: Trace, now_ns: int) -> None:
        """Draw one leg."""
        self._trace.show_leg(leg, trace, now_ns)
        self._strip.show_state(leg)
        self._landing.show_state(leg.landing)

    def paint(self, painter: object, state: str) -> None:
        """Leave it to the widgets inside."""


class RunnerWindow(QWidget):
    """Everything of one runner.

    Parameters
    ----------
    view : RunnerView
        What is shown.
    transport : Control, optional
        Control of a replay; without one there is no transport bar.
    recording : callable, optional
        Tells the state of the recording; without one nothing is said of it.
    flag_times_s : sequence of float
        Times of flags known beforehand, s since the session's begin.
    title : str
        Title of the window, also its head line when the runner has no name.
    """

    closed = Signal()

    def __init__(
        self,
        view: RunnerView,
        *,
        transport: Control | None = None,
        recording: Callable[[], Recording] | None = None,
        flag_times_s: Sequence[float] = (),
        title: str = "softstrike",
    ) -> None:
        super().__init__()
        self._view = view
        self._recording = recording
        self._title = title
        self.setWindowTitle(title)
        self.setStyleSheet(_style())
        self.head, self.banner = Head(), FlagBanner()
        self.figures = {side: self._make_figures(side) for side in view.sides}
        self.cadence = Figures(1)
        self.legs = {side: LegPanel() for side in view.sides}
        self.chips = [SensorChip() for _ in view.header.sensors]
        self.transport_bar = TransportBar(transport, flag_times_s) if transport else None
        self._lay_out()
        self._bind_keys()
        self.refresh()

    @staticmethod
    def _make_figures(side: Side) -> Figures:
        return Figures(3, side)

    def _lay_out(self) -> None:
        space = load_theme().space
        page = QVBoxLayout(self)
        page.setContentsMargins(space.pad_px, space.pad_px // 2, space.pad_px, space.pad_px)
        page.setSpacing(space.gap_px)
        page.addWidget(self.head)
        page.addWidget(self.banner)
        _add_row(page, self._figure_row(), stretch=3)
        _add_row(page, [(panel, 1) for panel in self.legs.values()], stretch=8)
        for first in range(0, len(self.chips), 2):
            _add_row(page, [(chip, 1) for chip in self.chips[first : first + 2]], stretch=0)
        if self.transport_bar:
            page.addWidget(self.transport_bar)

    def _figure_row(self) -> list[tuple[QWidget, int]]:
        """Mirrored: left leg, cadence, right leg."""
        row: list[tuple[QWidget, int]] = [(figures, LEG_WEIGHT) for figures in self.figures.values()]
        row.insert(1, (self.cadence, CADENCE_WEIGHT))
        return row

    def _bind_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {"F11": self.toggle_full_screen}
        if self.transport_bar:
            bar = self.transport_bar
            keys |= {
                "Space": bar.toggle,
                "Right": lambda: bar.skip(1),
                "Left": lambda: bar.skip(-1),
                "N": bar.next_flag,
            }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(action)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def refresh(self) -> None:
        """Draw what the view model tells now."""
        state, now_ns = self._view.state(), self._view.now_ns
        keeping, ink = keeping_of(self._recording()) if self._recording else ("", "")
        title = state.runner or self._title
        self.head.show_state(HeadState(title, state.elapsed, state.activity, keeping, ink))
        self.banner.show_state(state.banner)
        self.cadence.show_row((state.cadence,))
        for leg in state.legs:
            tiles = (leg.contact, leg.heel, leg.impact)
            self.figures[leg.side].show_row(tiles if leg.side is Side.LEFT else tiles[::-1], leg.title)
            self.legs[leg.side].show_leg(leg, self._view.trace(leg.side), now_ns)
        for chip, chip_state in zip(self.chips, state.chips, strict=True):
            chip.show_state(chip_state)
        if self.transport_bar:
            self.transport_bar.refresh(self._view.flag_times_s)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window closes."""
        self.closed.emit()
        super().closeEvent(event)


def _add_row(page: QBoxLayout, widgets: Sequence[tuple[QWidget, int]], stretch: int) -> None:
    row = QHBoxLayout()
    row.setSpacing(load_theme().space.gap_px)
    for widget, weight in widgets:
        row.addWidget(widget, weight)
    page.addLayout(row, stretch)


def _style() -> str:
    """Style sheet of Qt's own widgets, from the theme."""
    name = {
        key: colour(key).name()
        for key in ("window", "panel", "raised", "line", "text", "text_faint", "accent")
    }
    radius_px = load_theme().space.radius_px
    return f"""
    RunnerWindow {{ background: {name["window"]}; }}
    QLabel {{ color: {name["text"]}; background: transparent; }}
    QPushButton, QComboBox {{
        color: {name["text"]}; background: {name["raised"]}; border: 1px solid {name["line"]};
        border-radius: {radius_px - 2}px; padding: 0 14px;
    }}
    QPushButton:focus, QComboBox:focus {{ border-color: {name["accent"]}; }}
    QPushButton:disabled {{ color: {name["text_faint"]}; background: {name["panel"]}; }}
    QComboBox::drop-down {{ border: none; width: 26px; }}
    QComboBox QAbstractItemView {{ color: {name["text"]}; background: {name["raised"]}; }}
    QToolTip {{ color: {name["text"]}; background: {name["raised"]}; border: 1px solid {name["line"]}; }}
    """
