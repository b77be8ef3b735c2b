"""The coach's board: a card per runner of a squad, live."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from dashboards.boardview import Order, card_states, head_state, ordered, trace_state
from dashboards.keys import BOARD_KEYS
from dashboards.theme import load_theme, next_theme, use_theme
from dashboards.widgets.boardcard import BoardCard, BoardLine, RunnerTrace
from dashboards.widgets.style import style_sheet
from imu.squad import SquadState, now_ms

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from PySide6.QtGui import QCloseEvent

    from imu.squad import Card, ConnectionState, Heard
    from imu.squad.messages import FlagMessage

    class Hears(Protocol):
        """Where messages come from; :class:`imu.squad.Listener` is one."""

        state: ConnectionState

        def fetch(self) -> list[Heard]:
            """Return what came since the last call."""


__all__ = ["BoardWindow"]

FRAMES_PER_S = 30
CARD_SHAPE = 1.5


class BoardWindow(QWidget):
    """The board.

    Parameters
    ----------
    squad : str
        The squad.
    listener : Hears
        Where messages come from.
    on_flag : callable, optional
        Called with card and flag when a flag rises for a runner whose sound is on.
    clock_ms : callable
        Wall clock, ms since 1970.

    Attributes
    ----------
    state : SquadState
        What is known.
    order, selected, sounding
        How the cards are sorted, the chosen runner, and the runners whose flags sound.
    """

    closed = Signal()

    def __init__(
        self,
        squad: str,
        listener: Hears,
        *,
        on_flag: Callable[[Card, FlagMessage], None] | None = None,
        clock_ms: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self.state = SquadState(squad)
        self.order = Order.NEED
        self.selected: str | None = None
        self.sounding: set[str] = set()
        self.frames = 0
        self._squad, self._listener = squad, listener
        self._on_flag, self._clock_ms = on_flag, clock_ms
        self._told: set[tuple[str, str, int]] = set()
        self.head, self.trace = BoardLine(), RunnerTrace()
        self.cards: list[BoardCard] = []
        self._grid = QGridLayout()
        self._laid_out = (0, 0)
        layout = QVBoxLayout(self)
        layout.addWidget(self.head)
        layout.addLayout(self._grid, 1)
        layout.addWidget(self.trace)
        self.trace.hide()
        self._restyle()
        self.setWindowTitle(f"softstrike squad {squad}")
        self._shortcuts()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(1000 // FRAMES_PER_S)

    def refresh(self) -> None:
        """Take what came and show it."""
        now = self._clock_ms()
        for heard in self._listener.fetch():
            self.state.receive(heard.topic, heard.payload, now, retained=heard.retained)
        cards = ordered(self.state.cards(now), self.order)
        connection = self._listener.state
        self.head.show_state(
            head_state(
                self._squad,
                cards,
                broker=connection.text,
                connected=connection.connected,
                refused=self.state.refused.total(),
                order=self.order,
            )
        )
        states = card_states(cards, sounding=self.sounding, selected=self.selected)
        self._lay_out(len(states))
        for panel, state in zip(self.cards, states, strict=True):
            panel.show_state(state)
        for card in cards:
            if card.runner == self.selected:
                self.trace.show_state(trace_state(card))
            for flag in card.flags:
                self._sound(card, flag)
        self.frames += 1

    def choose(self, runner: str | None) -> None:
        """Show a runner's steps below the cards; the same one again, or None, hides them."""
        self.selected = None if runner == self.selected else runner
        self.trace.setVisible(self.selected is not None)
        self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the board was closed."""
        self._timer.stop()
        self.closed.emit()
        event.accept()

    def _sound(self, card: Card, flag: FlagMessage) -> None:
        """Tell a flag once, if this runner's sound is on."""
        told = (card.runner, flag.session, flag.number)
        if told in self._told:
            return
        self._told.add(told)
        if card.runner in self.sounding and self._on_flag is not None:
            self._on_flag(card, flag)

    def _lay_out(self, count: int) -> None:
        """Have as many cards as runners, in a grid that fits the window."""
        columns = self._columns(count)
        if (count, columns) == self._laid_out:
            return
        self._laid_out = (count, columns)
        while len(self.cards) < count:
            card = BoardCard()
            card.chosen.connect(self.choose)
            self.cards.append(card)
        for card in self.cards:
            self._grid.removeWidget(card)
        for card in self.cards[count:]:
            card.deleteLater()
        del self.cards[count:]
        for place, card in enumerate(self.cards):
            self._grid.addWidget(card, *divmod(place, columns))
        rows = math.ceil(count / columns)
        for line in range(max(self._grid.rowCount(), self._grid.columnCount())):
            self._grid.setRowStretch(line, int(line < rows))
            self._grid.setColumnStretch(line, int(line < columns))

    def _columns(self, count: int) -> int:
        """Columns that make cards of a good shape."""
        return max(1, min(count or 1, round(math.sqrt(count * self.width() / self.height() / CARD_SHAPE))))

    def resizeEvent(self, _event: object) -> None:
        """Lay out anew: another shape of window takes another grid."""
        self._lay_out(len(self.cards))

    def _shortcuts(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            "order": self._next_order,
            "sound": self._toggle_sound,
            "theme": self._next_theme,
            "full_screen": self._full_screen,
            "next_runner": lambda: self._step(1),
            "last_runner": lambda: self._step(-1),
        }
        for name, action in actions.items():
            for keys in BOARD_KEYS[name].keys:
                QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _next_order(self) -> None:
        orders = list(Order)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.refresh()

    def _toggle_sound(self) -> None:
        """Sound on or off for the chosen runner."""
        if self.selected is not None:
            self.sounding ^= {self.selected}
            self.refresh()

    def _step(self, by: int) -> None:
        names = [panel.shown.runner for panel in self.cards if panel.shown is not None]
        if names:
            at = names.index(self.selected) + by if self.selected in names else 0
            self.selected = None
            self.choose(names[at % len(names)])

    def _next_theme(self) -> None:
        use_theme(next_theme())
        self._restyle()

    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _restyle(self) -> None:
        space = load_theme().space
        self.setStyleSheet(style_sheet("BoardWindow"))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(space.gap_px, space.gap_px, space.gap_px, space.gap_px)
            layout.setSpacing(space.gap_px)
        self._grid.setSpacing(space.gap_px)
        self.update()
