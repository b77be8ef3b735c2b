"""The coach's board, offscreen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import Qt

from dashboards.app import ensure_application
from dashboards.boardview import Order
from dashboards.states import Tone
from dashboards.windows.board import BoardWindow
from imu.cli.screen import _as_cue
from imu.model import CueKind, Rule, Side
from imu.squad import ConnectionState, Heard
from imu.squad.messages import kind_of, pack
from tests.unit.squad.conftest import FLAG, NOW_MS, STATUS, STEP, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from imu.squad.messages import Message


class Said:
    """Stands for a listener: says what the test tells it to."""

    def __init__(self) -> None:
        self.state = ConnectionState(connected=True, text="connected")
        self.waiting: list[Heard] = []

    def say(self, runner: str, *messages: Message) -> None:
        for message in messages:
            self.waiting.append(
                Heard(f"softstrike/v1/Club/{runner}/{kind_of(message)}", pack(message), False)
            )

    def fetch(self) -> list[Heard]:
        heard, self.waiting = self.waiting, []
        return heard


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def sounds() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def board(qtbot: QtBot, said: Said, sounds: list[tuple[str, str]]) -> Iterator[BoardWindow]:
    ensure_application()
    window = BoardWindow(
        "Club",
        said,
        on_flag=lambda card, flag: sounds.append((card.runner, flag.text)),
        clock_ms=lambda: NOW_MS,
    )
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()


@pytest.fixture
def names(board: BoardWindow) -> Callable[[], list[str]]:
    return lambda: [card.shown.runner for card in board.cards if card.shown is not None]


def test_an_empty_board_says_that_nobody_is_here(board: BoardWindow) -> None:
    board.refresh()
    assert board.cards == []
    assert board.head.shown is not None
    assert board.head.shown.counts == "0 of 0 here, 0 to look at"


def test_a_card_per_runner_those_in_need_first(
    board: BoardWindow, said: Said, names: Callable[[], list[str]]
) -> None:
    for runner in ("Ada", "Ben", "Cleo"):
        said.say(runner, STATUS, SUMMARY, STEP)
    said.say("Cleo", FLAG)
    board.refresh()
    assert names() == ["Cleo", "Ada", "Ben"]
    first = board.cards[0].shown
    assert first is not None
    assert (first.tone, first.text, first.legs[0].impact) == (Tone.IMPACT, "left: higher", "7.5")
    board.grab()


@pytest.mark.parametrize("count", [1, 7, 60])
def test_all_cards_fit_the_window(board: BoardWindow, said: Said, count: int) -> None:
    for number in range(count):
        said.say(f"R{number:02}", STATUS, SUMMARY)
    board.refresh()
    ensure_application().processEvents()  # Qt lays out when it is idle
    assert len(board.cards) == count
    rects = [card.geometry() for card in board.cards]
    assert all(board.rect().contains(rect) for rect in rects)
    assert not any(a.intersects(b) for k, a in enumerate(rects) for b in rects[k + 1 :])


def test_one_click_shows_a_runners_steps_and_another_hides_them(
    qtbot: QtBot, board: BoardWindow, said: Said
) -> None:
    said.say("Ada", STATUS, SUMMARY, STEP)
    board.refresh()
    qtbot.mouseClick(board.cards[0], Qt.MouseButton.LeftButton)
    assert board.selected == "Ada"
    assert board.trace.isVisible()
    assert board.trace.shown is not None
    assert len(board.trace.shown.legs[0][1]) == 1
    board.grab()
    qtbot.mouseClick(board.cards[0], Qt.MouseButton.LeftButton)
    assert not board.trace.isVisible()


def test_only_the_chosen_runner_sounds_and_each_flag_once(
    qtbot: QtBot, board: BoardWindow, said: Said, sounds: list[tuple[str, str]]
) -> None:
    for runner in ("Ada", "Ben"):
        said.say(runner, STATUS)
    board.refresh()
    qtbot.keyClick(board, Qt.Key.Key_Right)
    qtbot.keyClick(board, Qt.Key.Key_S)
    assert board.sounding == {"Ada"}
    for runner in ("Ada", "Ben"):
        said.say(runner, FLAG)
    board.refresh()
    board.refresh()
    assert sounds == [("Ada", "left: higher")]


def test_the_order_is_changed_by_a_key(
    qtbot: QtBot, board: BoardWindow, said: Said, names: Callable[[], list[str]]
) -> None:
    said.say("Ada", STATUS, SUMMARY)
    said.say("Zoe", STATUS, msgspec.structs.replace(SUMMARY, impact_g={"left-shin": 9.0}), FLAG)
    board.refresh()
    orders = []
    for _ in Order:
        orders.append((board.order, names()))
        qtbot.keyClick(board, Qt.Key.Key_O)
    assert orders == [
        (Order.NEED, ["Zoe", "Ada"]),
        (Order.NAME, ["Ada", "Zoe"]),
        (Order.IMPACT, ["Zoe", "Ada"]),
    ]


def test_a_lost_broker_and_refused_messages_are_told(board: BoardWindow, said: Said) -> None:
    said.state = ConnectionState(text="the broker is not reached; trying again")
    said.waiting.append(Heard("softstrike/v1/Club/Ada/flag", b"\xff", False))
    board.refresh()
    head = board.head.shown
    assert head is not None
    assert (head.trouble, head.broker) == (True, "the broker is not reached; trying again")
    assert head.refused == "1 message refused"


def test_a_flag_sounds_like_the_cue_of_its_leg_and_trouble_like_nothing(
    board: BoardWindow, said: Said
) -> None:
    said.say("Ada", STATUS)
    board.refresh()
    (card,) = board.state.cards(NOW_MS)
    cue = _as_cue(card, FLAG)
    assert cue is not None
    assert (cue.kind, cue.side, cue.value, cue.target) == (CueKind.SOFTER, Side.LEFT, 9.0, 8.0)
    assert _as_cue(card, msgspec.structs.replace(FLAG, rule=Rule.SENSOR_TROUBLE)) is None
    assert _as_cue(card, msgspec.structs.replace(FLAG, sensor="unknown")) is None
