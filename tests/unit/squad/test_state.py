from __future__ import annotations

import msgspec
import pytest

from imu.model import Rule
from imu.squad import SquadState
from imu.squad.messages import Message, StatusMessage, kind_of, pack
from imu.squad.state import BURST, MOST_RUNNERS
from tests.unit.squad.conftest import FLAG, NOW_MS, SENSOR, STATUS, STEP, SUMMARY

change = msgspec.structs.replace


class Board:
    """A board that is told messages of runners."""

    def __init__(self) -> None:
        self.state = SquadState("Club")

    def hear(
        self, message: Message, runner: str = "Ada", now_ms: int = NOW_MS, *, retained: bool = False
    ) -> Message | None:
        topic = f"softstrike/v1/Club/{runner}/{kind_of(message)}"
        return self.state.receive(topic, pack(message), now_ms, retained=retained)

    @property
    def refused(self) -> dict[tuple[str, str], int]:
        return dict(self.state.refused)


@pytest.fixture
def board() -> Board:
    made = Board()
    made.hear(STATUS)
    return made


def test_a_card_shows_what_was_said(board: Board) -> None:
    for message in (SUMMARY, STEP, FLAG):
        assert board.hear(message) == message
    (card,) = board.state.cards(NOW_MS + 2000)
    assert (card.runner, card.online, card.seen_s, card.steps) == ("Ada", True, 2.0, 10)
    assert (card.sensors, card.flags, card.trace) == ((SENSOR,), (FLAG,), (STEP,))
    assert (card.attention.rank, card.attention.text) == (5, "left: higher")


def test_a_repeated_flag_counts_once_and_is_seen(board: Board) -> None:
    board.hear(FLAG)
    assert board.hear(FLAG) is None
    assert board.state.flags == 1
    assert board.refused == {("Ada", "a repeated flag"): 1}


def test_a_replayed_flag_of_long_ago_is_refused_by_a_board_that_never_saw_it(board: Board) -> None:
    assert board.hear(FLAG, now_ms=NOW_MS + 61_000) is None
    assert board.refused == {("Ada", "stale"): 1}
    assert board.state.cards(NOW_MS)[0].flags == ()


def test_a_late_flag_counts_but_is_nothing_to_act_on(board: Board) -> None:
    assert board.hear(change(FLAG, late=True), now_ms=NOW_MS + 600_000) is not None
    assert (board.state.flags, board.state.cards(NOW_MS)[0].flags) == (1, ())


def test_a_lowered_flag_goes(board: Board) -> None:
    board.hear(FLAG)
    board.hear(change(FLAG, number=3, raised=False))
    assert board.state.cards(NOW_MS)[0].flags == ()


def test_a_flag_that_was_lost_on_the_way_comes_with_the_summary(board: Board) -> None:
    board.hear(change(SUMMARY, recent=(FLAG,)))
    assert (board.state.flags, board.state.cards(NOW_MS)[0].flags) == (1, (FLAG,))
    assert board.hear(FLAG) is None
    assert board.state.flags == 1


@pytest.mark.parametrize("message", [STEP, FLAG])
def test_a_retained_step_or_flag_is_poison(board: Board, message: Message) -> None:
    assert board.hear(message, retained=True) is None
    assert board.refused == {("Ada", f"a retained {kind_of(message)}"): 1}


def test_a_message_from_the_future_is_refused(board: Board) -> None:
    assert board.hear(change(STATUS, t_ms=NOW_MS + 10**9)) is None
    assert board.hear(change(STEP, t_ms=NOW_MS + 10**9)) is None
    assert board.refused == {("Ada", "from the future"): 2}


def test_a_flood_is_cut_off_and_hurts_no_other(board: Board) -> None:
    taken = sum(board.hear(change(STEP, number=n)) is not None for n in range(10 * BURST))
    assert taken == BURST - 1  # one went to the status
    assert board.refused == {("Ada", "flood"): 10 * BURST - taken}
    assert board.hear(STEP, runner="Ben") == STEP
    assert board.hear(change(STEP, number=10**6), now_ms=NOW_MS + 1000) is not None


def test_made_up_runners_fill_no_memory(board: Board) -> None:
    for number in range(MOST_RUNNERS + 50):
        board.hear(STEP, runner=f"R{number}")
    assert len(board.state.cards(NOW_MS)) == MOST_RUNNERS
    assert sum(n for (_, why), n in board.refused.items() if why == "too many runners") == 51


def test_bytes_that_are_no_message_are_counted(board: Board) -> None:
    assert board.state.receive("softstrike/v1/Club/Ada/flag", b"\xff", NOW_MS) is None
    assert board.state.receive("elsewhere", b"", NOW_MS) is None
    assert board.refused == {("Ada", "malformed"): 1, ("", "foreign topic"): 1}


def test_the_last_will_says_that_the_hub_is_gone_and_keeps_what_was_known(board: Board) -> None:
    board.hear(StatusMessage(0, online=False), retained=True)
    (card,) = board.state.cards(NOW_MS)
    assert (card.online, card.sensors, card.attention.text) == (False, (SENSOR,), "offline")


def test_an_older_status_does_not_replace_a_newer_one(board: Board) -> None:
    board.hear(change(STATUS, t_ms=NOW_MS - 5000, online=False))
    assert board.state.cards(NOW_MS)[0].online


def test_those_who_need_attention_come_first(board: Board) -> None:
    low = change(SENSOR, battery_percent=9.0)
    lossy = change(SENSOR, lost_share=0.3)
    for runner, status in (
        ("Zoe", STATUS),
        ("Low", change(STATUS, sensors=(low,))),
        ("Loss", change(STATUS, sensors=(lossy,))),
        ("Heel", STATUS),
        ("Off", change(STATUS, online=False)),
    ):
        board.hear(status, runner)
    board.hear(change(FLAG, rule=Rule.HEEL_STRIKE, text="heel"), "Heel")
    board.hear(FLAG, "Zoe")
    cards = board.state.cards(NOW_MS)
    assert [card.runner for card in cards] == ["Zoe", "Heel", "Loss", "Low", "Off", "Ada"]
    assert [card.attention.text for card in cards[2:4]] == [
        "left-shin: 30 % of the samples lost",
        "left-shin: battery 9 %",
    ]


def test_a_hub_that_falls_silent_is_named(board: Board) -> None:
    (card,) = board.state.cards(NOW_MS + 11_000)
    assert card.attention.text == "nothing heard for 11 s"
