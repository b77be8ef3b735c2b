"""A squad over real sockets: the embedded broker and Mosquitto, honest hubs and attackers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import threading
from typing import TYPE_CHECKING, Any

import aiomqtt
import msgspec
import pytest

from imu.model import Basis, Flag, Placement, Rule, SensorInfo, SessionHeader, Side, Tick
from imu.squad import BOARD_USER, Hub, Link, Listener, SquadState, now_ms
from imu.squad.host import SquadHost, SquadIdentity
from imu.squad.messages import LARGEST_PACKET, pack
from imu.squad.mosquitto import write_files
from tests.brokers import free_port, mosquitto
from tests.unit.squad.conftest import FLAG, STATUS, STEP, own_folders  # noqa: F401 - a fixture that works by itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADER = SessionHeader((SensorInfo("left-shin", Placement.SHANK, Side.LEFT, 200.0),))
LONGEST_S = 60.0


def until(true: Callable[[], bool]) -> None:
    """Wait for other threads; gives up after a minute."""
    pause = threading.Event()
    for _ in range(int(LONGEST_S / 0.05)):
        if true():
            return
        pause.wait(0.05)
    pytest.fail("it did not come to pass within a minute")


def flag(number: int) -> Flag:
    return Flag(
        "left-shin",
        Rule.EXCESSIVE_IMPACT,
        number % 2 == 0,
        number,
        number,
        9.0,
        8.0,
        "g",
        Basis.PERSONAL,
        "higher",
    )


class Board:
    """A listener and what it makes of what it hears."""

    def __init__(self, link: Link) -> None:
        self.listener = Listener(link, "Club")
        self.state = SquadState("Club")

    def flags(self) -> int:
        for heard in self.listener.fetch():
            self.state.receive(heard.topic, heard.payload, now_ms(), retained=heard.retained)
        return self.state.flags


@pytest.fixture(params=[False, True], ids=["open", "tls"])
def host(request: pytest.FixtureRequest) -> Iterator[SquadHost]:
    """Host with the embedded broker: open on this machine, or encrypted as for others."""
    made = SquadHost(SquadIdentity("Club", ["Ada", "Ben"], "127.0.0.1", 0, encrypted=request.param))
    yield made
    made.close()


@pytest.fixture
def identity(tmp_path: Path, system_program: Callable[[str], str]) -> Iterator[SquadIdentity]:
    """Make a squad on Mosquitto with the files that softstrike writes for it."""
    made = SquadIdentity("Club", ["Ada", "Ben B."], "127.0.0.1", free_port(), encrypted=True)
    write_files(made, tmp_path / "broker")
    with mosquitto(system_program("mosquitto"), tmp_path / "broker" / "mosquitto.conf", made.port):
        yield made


@contextlib.contextmanager
def hub(link: Link, folder: Path) -> Iterator[Hub]:
    made = Hub(link, "Club", HEADER, folder / f"{link.user}.sqlite")
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def board(link: Link) -> Iterator[Board]:
    made = Board(link)
    try:
        until(lambda: made.listener.state.connected)
        yield made
    finally:
        made.listener.close()


def attack(
    link: Link, *deeds: tuple[str, bytes, bool], user: str | None = None, token: str | None = None
) -> str:
    """Connect as somebody and publish; say what became of it."""

    async def go() -> None:
        client = aiomqtt.Client(
            link.host,
            link.port,
            username=link.user if user is None else user,
            password=link.token if token is None else token,
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_context=link.context(),
            timeout=4,
        )
        async with client:
            for topic, payload, retain in deeds:
                await client.publish(topic, payload, qos=1, retain=retain)

    try:
        asyncio.run(go())
    except aiomqtt.MqttError as error:
        return str(error)
    return "let through"


def test_flags_reach_the_board_and_the_runner_says_goodbye(host: SquadHost, tmp_path: Path) -> None:
    with board(host.identity.link(BOARD_USER)) as seen:
        with hub(host.identity.link("Ada"), tmp_path) as sender:
            for number in range(20):
                sender.put(flag(number))
            until(lambda: seen.flags() == 20 and sender.waiting == 0)
            assert seen.state.cards(now_ms())[0].online
        until(lambda: seen.flags() == 20 and not seen.state.cards(now_ms())[0].online)
    assert seen.state.refused.total() == 0
    assert host.broker.refused.total() == 0


def test_a_step_stands_in_the_trace_of_its_runner(host: SquadHost) -> None:
    step = msgspec.structs.replace(STEP, t_ms=now_ms())
    with board(host.identity.link(BOARD_USER)) as seen:
        attack(host.identity.link("Ada"), ("softstrike/v1/Club/Ada/step", pack(step), False))
        until(lambda: seen.flags() == 0 and bool(seen.state.cards(now_ms())))
        assert seen.state.cards(now_ms())[0].trace == (step,)


def test_without_the_right_token_nobody_comes_in(host: SquadHost) -> None:
    link = host.identity.link("Ada")
    for user, token in (("Ada", ""), ("Ada", "guess"), ("Ben", link.token), ("Eve", link.token), ("", "")):
        assert "let through" not in attack(link, user=user, token=token)
    assert sum(n for (_, why), n in host.broker.refused.items() if why == "wrong or no token") == 5


def test_a_runner_writes_no_topic_of_another_and_reads_nothing(host: SquadHost) -> None:
    ada = host.identity.link("Ada")
    with board(host.identity.link(BOARD_USER)) as seen, board(ada) as spy:
        attack(
            ada,
            ("softstrike/v1/Club/Ben/flag", pack(FLAG), True),
            ("softstrike/v1/Club/Ada/status", pack(STATUS), True),
        )
        until(lambda: seen.flags() == 0 and bool(seen.state.cards(now_ms())))
        assert [card.runner for card in seen.state.cards(now_ms())] == ["Ada"]
        assert spy.listener.fetch() == []
    assert host.broker.refused["Ada", "not its topic to write"] == 1
    assert host.broker.refused["Ada", "not its topic to read"] == 4  # a kind of message each


def test_what_a_runner_may_send_but_is_no_message_is_counted(host: SquadHost) -> None:
    ada = host.identity.link("Ada")
    old = pack(FLAG)  # of another day, and twice
    with board(host.identity.link(BOARD_USER)) as seen:
        attack(
            ada,
            ("softstrike/v1/Club/Ada/flag", b"\xff\xff", False),
            ("softstrike/v1/Club/Ada/flag", old, False),
        )
        until(lambda: seen.flags() == 0 and seen.state.refused.total() == 2)
        assert dict(seen.state.refused) == {("Ada", "malformed"): 1, ("Ada", "stale"): 1}


def test_a_retained_flag_poisons_no_board_that_comes_later(host: SquadHost) -> None:
    attack(host.identity.link("Ada"), ("softstrike/v1/Club/Ada/flag", pack(FLAG), True))
    with board(host.identity.link(BOARD_USER)) as seen:
        until(lambda: seen.flags() == 0 and seen.state.refused.total() == 1)
        assert dict(seen.state.refused) == {("Ada", "a retained flag"): 1}


def test_an_oversized_packet_ends_the_connection_unread(host: SquadHost) -> None:
    ada = host.identity.link("Ada")
    assert "let through" not in attack(ada, ("softstrike/v1/Club/Ada/flag", bytes(LARGEST_PACKET + 1), False))
    assert host.broker.refused["", "oversized packet"] == 1


def test_a_stranger_who_speaks_no_mqtt_is_sent_away(host: SquadHost) -> None:
    link = host.identity.link("Ada")
    with socket.create_connection((link.host, link.port), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""


def test_what_happens_offline_is_sent_later_and_marked_late(tmp_path: Path) -> None:
    identity = SquadIdentity("Club", ["Ada"], "127.0.0.1", 0)
    clock = [now_ms() - 600_000]
    gone = SquadHost(identity)
    gone.close()
    offline = Hub(identity.link("Ada"), "Club", HEADER, tmp_path / "o.sqlite", clock_ms=lambda: clock[0])
    for number in range(5):
        offline.put(flag(number))
    offline.close()
    assert not offline.state.connected
    host = SquadHost(identity)
    try:
        with board(identity.link(BOARD_USER)) as seen, hub(identity.link("Ada"), tmp_path):
            pass
        with board(identity.link(BOARD_USER)) as seen:
            again = Hub(identity.link("Ada"), "Club", HEADER, tmp_path / "o.sqlite")
            until(lambda: seen.flags() == 5 and again.waiting == 0)
            again.close()
        assert seen.state.cards(now_ms())[0].flags == ()
    finally:
        host.close()


def test_mosquitto_keeps_the_same_rights(identity: SquadIdentity, tmp_path: Path) -> None:
    ada = identity.link("Ada")
    with board(identity.link(BOARD_USER)) as seen, board(ada) as spy:
        with hub(identity.link("Ben B."), tmp_path) as sender:
            sender.put(flag(0))
            until(lambda: seen.flags() == 1)
        attack(
            ada,
            ("softstrike/v1/Club/Ben B./flag", pack(FLAG), False),
            ("softstrike/v1/Club/Ada/status", pack(STATUS), True),
        )
        until(lambda: seen.flags() == 1 and len(seen.state.cards(now_ms())) == 2)
        assert seen.state.refused.total() == 0
        assert spy.listener.fetch() == []
    for user, token in (("Ada", ""), ("Ada", "guess"), ("Ben B.", ada.token)):
        assert "let through" not in attack(ada, user=user, token=token)


def test_a_broker_that_is_killed_and_comes_back_loses_and_doubles_no_flag(
    tmp_path: Path, system_program: Callable[[str], str]
) -> None:
    identity = SquadIdentity("Club", ["Ada"], "127.0.0.1", free_port())
    write_files(identity, tmp_path / "broker")
    settings, sent = tmp_path / "broker" / "mosquitto.conf", 0
    started = functools.partial(mosquitto, system_program("mosquitto"), settings, identity.port)
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(started())
        seen = stack.enter_context(board(identity.link(BOARD_USER)))
        sender = stack.enter_context(hub(identity.link("Ada"), tmp_path))

        def die() -> None:
            first.kill()
            first.wait(LONGEST_S)  # its port is free again

        for first_number, deed in (
            (0, die),
            (10, lambda: stack.enter_context(started())),
            (20, str),
        ):
            until(lambda: first_number != 0 or sender.state.connected)  # noqa: B023 - called at once
            for number in range(first_number, first_number + 4):
                sender.put(flag(number))
                sent += 1
            deed()
        for _ in range(3):
            sender.put(Tick(0))  # the summary repeats the latest flags
        until(lambda: seen.flags() == sent and sender.waiting == 0)
    assert sent == 12


def test_a_hub_with_a_wrong_token_says_so_and_loses_nothing(host: SquadHost, tmp_path: Path) -> None:
    link: Any = host.identity.link("Ada")
    wrong = Link(link.host, link.port, link.tls, "Ada", "guess", link.certificate)
    told: list[str] = []
    sender = Hub(wrong, "Club", HEADER, tmp_path / "o.sqlite", on_state=lambda state: told.append(state.text))
    try:
        sender.put(flag(0))
        until(lambda: host.broker.refused["Ada", "wrong or no token"] >= 3)
        assert sender.waiting == 1
    finally:
        sender.close()
    assert len(told) == 1  # however often it tried
    assert "does not let 'Ada' in" in told[0]
