"""The window of one runner: live, demo and replay are the same window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from dashboards.keys import KEYS
from dashboards.theme import load_theme, use_theme
from dashboards.widgets.banner import FlagBanner
from dashboards.widgets.base import font
from dashboards.widgets.chips import SensorChip
from dashboards.widgets.coach import CoachPage
from dashboards.widgets.figures import Figures
from dashboards.widgets.head import Head, HeadState, keeping_of
from dashboards.widgets.help import HelpOverlay
from dashboards.widgets.leg import LegPanel
from dashboards.widgets.note import NoteLine
from dashboards.widgets.runbar import RunBar
from dashboards.widgets.style import style_sheet
from dashboards.widgets.transport import TransportBar
from dashboards.windows.actions import actions_of
from dashboards.windows.settings import SettingsOpener
from imu.coach import PAUSE_COMMAND
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent, QResizeEvent
    from PySide6.QtWidgets import QBoxLayout

    from dashboards.lanes import Lanes
    from dashboards.viewmodel import RunnerView
    from dashboards.windows.sound import Sound
    from imu.sinks.recorder import Recording
    from imu.sources.base import Control

__all__ = ["RunnerOptions", "RunnerWindow", "TakesMarks"]

LEG_WEIGHT, CADENCE_WEIGHT = 22, 7
LOW_WINDOW_PX = 860
SMALL_WINDOW_PX = 680
"""On a smaller window, a laptop at 200 % for example, run bar and chips make room for what is said first."""

LEAST_PX = (900, 500)
TOLD_FRAMES = 180


class TakesMarks(Protocol):
    """What a running session must offer for marks, laps, pauses and notes; the engine does."""

    def mark(self, kind: str, text: str = "") -> None:
        """Put a mark into the session."""

    def command(self, name: str, value: float) -> None:
        """Put a change of a setting into the session."""


class RunnerOptions(TypedDict, total=False):
    """What :class:`RunnerWindow` takes beside its view."""

    transport: Control | None
    recording: Callable[[], Recording] | None
    flag_times_s: Sequence[float]
    title: str
    session: TakesMarks | None
    lanes: Lanes | None
    more_actions: dict[str, Callable[[], object]] | None
    sound: Sound | None


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
    lanes : Lanes, optional
        The whole session, for the timeline of a replay.
    more_actions : dict of str to callable, optional
        Further actions by their name in :mod:`dashboards.keys`.
    sound : Sound, optional
        What plays cues.
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
        lanes: Lanes | None = None,
        more_actions: dict[str, Callable[[], object]] | None = None,
        sound: Sound | None = None,
    ) -> None:
        super().__init__()
        self.sound = sound
        self.lanes = lanes
        self.session = session
        self.view = view
        self._recording = recording
        self._title = title
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # its own ground, inside a replay too
        self.setStyleSheet(style_sheet("RunnerWindow"))
        self.head, self.banner = Head(), FlagBanner()
        self.figures = {side: self._make_figures(side) for side in view.sides}
        self.cadence = Figures(1)
        self.run_bar = RunBar()
        self.legs = {side: LegPanel(side, view.number_on(side)) for side in view.sides}
        self.chips = [SensorChip() for _ in view.header.sensors]
        self.transport_bar = TransportBar(transport, flag_times_s, lanes) if transport else None
        self._lay_out()
        self.coaching = False
        self.setMinimumSize(*LEAST_PX)
        self.coach_page = CoachPage(self)
        self.coach_page.hide()
        self.told = QLabel(self)
        self.told.setObjectName("told")
        self.told.setFont(font(load_theme().font.body_px))
        self.told.hide()
        self._told_frames = 0
        self.note_line, self.help = NoteLine(self), HelpOverlay(self)
        self.note_line.written.connect(lambda text: self.mark("note", text))
        self.settings = SettingsOpener(self)
        self.actions_by_name = {**actions_of(self), **(more_actions or {})}
        self._bind_keys()
        self.refresh()

    @staticmethod
    def _make_figures(side: Side) -> Figures:
        return Figures(3, side)

    def _lay_out(self) -> None:
        space = load_theme().space
        page = QVBoxLayout(self)
        page.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
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

    def _bind_keys(self) -> None:
        for name, action in self.actions_by_name.items():
            for key in KEYS[name].keys:
                QShortcut(QKeySequence(key), self).activated.connect(action)
        self.help.show_state(tuple(name for name in KEYS if name in self.actions_by_name))

    def mark(self, kind: str, text: str = "") -> None:
        """Put a mark into the session."""
        if self.session:
            self.session.mark(kind, text)

    def pause(self) -> None:
        """Pause the run, or go on; no cues come in between."""
        going_on = self.view.paused
        self.mark("resume" if going_on else "pause")
        if self.session:
            self.session.command(PAUSE_COMMAND, 0.0 if going_on else 1.0)

    def show_session(self, lanes: Lanes, flag_times_s: Sequence[float]) -> None:
        """Show more of the session that is replayed."""
        self.lanes = lanes
        if self.transport_bar:
            self.transport_bar.show_session(lanes, flag_times_s)

    def tell(self, text: str) -> None:
        """Say something for a few seconds, over the lower edge."""
        self.told.setText(text)
        self.told.adjustSize()
        self.told.setGeometry(24, self.height() - 64, min(self.told.width() + 32, self.width() - 48), 44)
        self.told.show()
        self.told.raise_()
        self._told_frames = TOLD_FRAMES

    def show_theme(self, name: str) -> None:
        """Take on another theme."""
        use_theme(name)
        self.setStyleSheet(style_sheet("RunnerWindow"))
        for panel in self.legs.values():
            panel.restyle()
        if self.transport_bar:
            self.transport_bar.restyle()
        self.refresh()
        self.update()

    @property
    def window_s(self) -> float:
        """Length of the time axis, s."""
        return self.view.window_s

    def widen(self) -> None:
        """Take the next longer time axis, after the longest the shortest."""
        self.view.widen()
        self.refresh()

    def toggle_coach(self) -> None:
        """Show few large things, or everything again; the transport stays."""
        self.coaching = showing = not self.coaching
        usual: list[QWidget] = [self.head, self.banner, self.cadence]
        for widget in (*usual, *self.figures.values(), *self.legs.values()):
            widget.setVisible(not showing)
        for widget in self._details:
            widget.setVisible(self._shows_all)
        self.coach_page.setVisible(showing)
        self._place_coach_page()
        self.refresh()

    @property
    def _details(self) -> list[QWidget]:
        return [self.run_bar, *self.chips]

    @property
    def _shows_all(self) -> bool:
        """Whether there is room, or need, for the run bar and the chips."""
        return self.height() >= SMALL_WINDOW_PX and not self.coaching

    def _place_coach_page(self) -> None:
        bottom = self.transport_bar.height() + load_theme().space.pad_px if self.transport_bar else 0
        self.coach_page.setGeometry(self.rect().adjusted(0, 0, 0, -bottom))

    def change_volume(self, by: float) -> None:
        """Make cues louder or less loud."""
        if self.sound:
            self.sound.set_volume(self.sound.volume + by)
            self.tell(self.sound.words.capitalize())

    def toggle_mute(self) -> None:
        """Sound off, or on again."""
        if self.sound:
            self.sound.toggle_mute()
            self.tell(self.sound.words.capitalize())

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        top = self.window()
        if top.isFullScreen():
            top.showNormal()
        else:
            top.showFullScreen()

    def refresh(self) -> None:
        """Draw what the view model tells now."""
        self._told_frames -= 1
        if self._told_frames == 0:
            self.told.hide()
        self.view.sound_words = self.sound.words if self.sound else ""
        state, now_ns = self.view.state(), self.view.now_ns
        if self.coaching:
            self.coach_page.show_state(state)
            if self.transport_bar:
                self.transport_bar.refresh(self.view.flag_times_s)
            return
        keeping, ink = self._keeping()
        title = state.runner or self._title
        self.head.show_state(HeadState(title, state.elapsed, state.activity, keeping, ink))
        self.banner.show_state(state.banner)
        self.cadence.show_row((state.cadence,))
        self.run_bar.show_state(state.run)
        for leg in state.legs:
            tiles = (leg.contact, leg.heel, leg.impact)
            self.figures[leg.side].show_row(tiles if leg.side is Side.LEFT else tiles[::-1], leg.title)
            traces = self.view.trace(leg.side), self.view.more_traces(leg.side)
            self.legs[leg.side].show_leg(leg, traces[0], now_ns, self.view.window_s, traces[1])
        for chip, chip_state in zip(self.chips, state.chips, strict=True):
            chip.show_state(chip_state)
        if self.transport_bar:
            self.transport_bar.refresh(self.view.flag_times_s)

    def _keeping(self) -> tuple[str, str]:
        """Return where the data are."""
        return ("", "") if self._recording is None else keeping_of(self._recording())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the help over the whole window; where there is little height, the traces get more of it."""
        self.help.setGeometry(self.rect())
        self._place_coach_page()
        self.banner.set_low(self.height() < LOW_WINDOW_PX)
        for widget in self._details:
            widget.setVisible(self._shows_all)
        for panel in self.legs.values():
            panel.set_low(self.height() < SMALL_WINDOW_PX)
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window closes."""
        self.settings.close()
        self.closed.emit()
        super().closeEvent(event)


def _add_row(page: QBoxLayout, widgets: Sequence[tuple[QWidget, int]], stretch: int) -> None:
    row = QHBoxLayout()
    row.setSpacing(load_theme().space.gap_px)
    for widget, weight in widgets:
        row.addWidget(widget, weight)
    page.addLayout(row, stretch)
