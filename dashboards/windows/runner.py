"""The window of one runner: live, demo and replay are the same window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dashboards.keys import KEYS
from dashboards.theme import load_theme, next_theme, use_theme
from dashboards.widgets.banner import FlagBanner
from dashboards.widgets.base import Panel
from dashboards.widgets.chips import SensorChip
from dashboards.widgets.dial import LandingDial
from dashboards.widgets.figures import Figures
from dashboards.widgets.head import Head, HeadState, keeping_of
from dashboards.widgets.help import HelpOverlay
from dashboards.widgets.note import NoteLine
from dashboards.widgets.runbar import RunBar
from dashboards.widgets.strip import LandingBar, StepStrip
from dashboards.widgets.style import style_sheet
from dashboards.widgets.trace import ImpactTrace
from dashboards.widgets.transport import TransportBar
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent, QResizeEvent
    from PySide6.QtWidgets import QBoxLayout

    from dashboards.envelope import Trace
    from dashboards.states import LegState
    from dashboards.viewmodel import RunnerView
    from imu.sinks.recorder import Recording
    from imu.sources.base import Control

__all__ = ["LegPanel", "RunnerWindow", "TakesMarks"]

LEG_WEIGHT, CADENCE_WEIGHT = 22, 7
LOW_WINDOW_PX = 860


class TakesMarks(Protocol):
    """What a running session must offer for marks, laps, pauses and notes; the engine does."""

    def mark(self, kind: str, text: str = "") -> None:
        """Put a mark into the session."""


class LegPanel(Panel[str]):
    """Trace, step strip, dial and landing shares of one leg.

    Parameters
    ----------
    side : Side
        The dial stands at the leg's outer edge.
    """

    def __init__(self, side: Side) -> None:
        super().__init__()
        self._trace = ImpactTrace()
        self._strip = StepStrip()
        self._landing = LandingBar()
        self.dial = LandingDial()
        layout = QVBoxLayout(self)
        pad_px = load_theme().space.pad_px
        layout.setContentsMargins(pad_px // 2, pad_px // 2, pad_px // 2, pad_px // 2)
        layout.setSpacing(2)
        layout.addWidget(self._trace, 1)
        lower = QHBoxLayout()
        lower.addWidget(self._strip, 1)
        lower.insertWidget(0 if side is Side.LEFT else 1, self.dial)
        layout.addLayout(lower)
        layout.addWidget(self._landing)

    def show_leg(self, leg: LegState, trace: Trace, now_ns: int) -> None:
        """Draw one leg."""
        self._trace.show_leg(leg, trace, now_ns)
        self._strip.show_state(leg)
        self._landing.show_state(leg.landing)
        self.dial.show_state(leg.dial)

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        self._trace.restyle()

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
    session : TakesMarks, optional
        Takes marks, laps, pauses and notes; without one these keys do nothing and are not listed.
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
        session: TakesMarks | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._view = view
        self._recording = recording
        self._title = title
        self.setWindowTitle(title)
        self.setStyleSheet(style_sheet("RunnerWindow"))
        self.head, self.banner = Head(), FlagBanner()
        self.figures = {side: self._make_figures(side) for side in view.sides}
        self.cadence = Figures(1)
        self.run_bar = RunBar()
        self.legs = {side: LegPanel(side) for side in view.sides}
        self.chips = [SensorChip() for _ in view.header.sensors]
        self.transport_bar = TransportBar(transport, flag_times_s) if transport else None
        self._lay_out()
        self.note_line, self.help = NoteLine(self), HelpOverlay(self)
        self.note_line.written.connect(lambda text: self._mark("note", text))
        self.actions_by_name = self._make_actions()
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
        page.addWidget(self.run_bar)
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

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        actions: dict[str, Callable[[], object]] = {
            "theme": lambda: self.show_theme(next_theme()),
            "full_screen": self.toggle_full_screen,
            "help": self.help.toggle,
        }
        if self._session:
            actions |= {
                "mark": lambda: self._mark("mark"),
                "lap": lambda: self._mark("lap"),
                "pause": lambda: self._mark("resume" if self._view.paused else "pause"),
                "note": self.note_line.begin,
            }
        if self.transport_bar:
            bar = self.transport_bar
            actions |= {
                "play": bar.toggle,
                "on": lambda: bar.skip(1),
                "back": lambda: bar.skip(-1),
                "next_flag": bar.next_flag,
            }
        return actions

    def _bind_keys(self) -> None:
        for name, action in self.actions_by_name.items():
            for key in KEYS[name].keys:
                QShortcut(QKeySequence(key), self).activated.connect(action)
        self.help.show_state(tuple(name for name in KEYS if name in self.actions_by_name))

    def _mark(self, kind: str, text: str = "") -> None:
        if self._session:
            self._session.mark(kind, text)

    def show_theme(self, name: str) -> None:
        """Take on another theme."""
        use_theme(name)
        self.setStyleSheet(style_sheet("RunnerWindow"))
        for panel in self.legs.values():
            panel.restyle()
        self.refresh()
        self.update()

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
        self.run_bar.show_state(state.run)
        for leg in state.legs:
            tiles = (leg.contact, leg.heel, leg.impact)
            self.figures[leg.side].show_row(tiles if leg.side is Side.LEFT else tiles[::-1], leg.title)
            self.legs[leg.side].show_leg(leg, self._view.trace(leg.side), now_ns)
        for chip, chip_state in zip(self.chips, state.chips, strict=True):
            chip.show_state(chip_state)
        if self.transport_bar:
            self.transport_bar.refresh(self._view.flag_times_s)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the help over the whole window; where there is little height, the traces get more of it."""
        self.help.setGeometry(self.rect())
        self.banner.set_low(self.height() < LOW_WINDOW_PX)
        super().resizeEvent(event)

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
