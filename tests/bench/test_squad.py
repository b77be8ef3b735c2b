"""A thousand runners through one Mosquitto on loopback, to one board."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from imu.squad import BOARD_USER, Listener, SquadState, now_ms
from imu.squad.host import SquadIdentity
from imu.squad.messages import FlagMessage, StepMessage
from imu.squad.mosquitto import write_files
from tests.brokers import free_port, mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable

RUNNERS, SECONDS = 1000, int(os.environ.get("FLEET_S", "60"))
FLEET = Path(__file__).with_name("fleet.py")
FRAME_S = 1 / 30
"""How often the board's window fetches what came."""

LONGEST_S = 30.0


class Board:
    """What the board's window does with messages, and when each was there."""

    def __init__(self, listener: Listener, squad: str) -> None:
        self.listener = listener
        self.state = SquadState(squad, most_runners=RUNNERS)
        self.took_ms: dict[type, list[int]] = {StepMessage: [], FlagMessage: []}

    def fetch(self) -> None:
        """Take what came."""
        for heard in self.listener.fetch():
            message = self.state.receive(heard.topic, heard.payload, now_ms(), retained=heard.retained)
            if isinstance(message, StepMessage | FlagMessage):
                self.took_ms[type(message)].append(now_ms() - message.t_ms)


def told_ms(kind: str, took_ms: list[int]) -> int:
    """Print how long messages of a kind took, and give the 99th percentile, ms."""
    took_ms.sort()
    p50, p99 = took_ms[len(took_ms) // 2], took_ms[int(0.99 * len(took_ms))]
    print(f"{kind}: {len(took_ms)} on the board; p50 {p50} ms, p99 {p99} ms, most {took_ms[-1]} ms")
    return p99


@pytest.mark.bench
@pytest.mark.usefixtures("own_folders")
@pytest.mark.timeout(200)
def test_a_thousand_runners_reach_one_board(tmp_path: Path, system_program: Callable[[str], str]) -> None:
    """0 flags lost or doubled, 99 % of the steps and of the flags on the board within 250 ms.

    Broker, rights, users and tokens are those of ``softstrike squad mosquitto``, on loopback without TLS.
    Latency is from just before a hub packs and publishes a message to the board's model having taken it.
    """
    squad = SquadIdentity("Club", [f"R{n}" for n in range(RUNNERS)], "127.0.0.1", free_port())
    write_files(squad, tmp_path / "broker")
    settings, invitations = (tmp_path / "broker" / name for name in ("mosquitto.conf", "invitations.txt"))
    command, pause = [sys.executable, str(FLEET), str(invitations), str(SECONDS)], threading.Event()
    with mosquitto(system_program("mosquitto"), settings, squad.port) as broker:
        board = Board(Listener(squad.link(BOARD_USER), "Club"), "Club")
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as fleet:
                assert fleet.stdout is not None
                assert fleet.stdout.readline() == "ready\n"
                broker_s, own_s = sum(psutil.Process(broker.pid).cpu_times()[:2]), time.process_time()
                while fleet.poll() is None:
                    board.fetch()
                    pause.wait(FRAME_S)
                told = fleet.stdout.read()
            late = time.monotonic() + LONGEST_S
            steps, flags, sent, acknowledged = map(int, told.split()[:4])
            while board.state.flags < flags and time.monotonic() < late:
                board.fetch()
                pause.wait(FRAME_S)
            board_s = time.process_time() - own_s
            broker_s = sum(psutil.Process(broker.pid).cpu_times()[:2]) - broker_s
        finally:
            board.listener.close()
    seconds, fleet_s = map(float, told.split()[4:])
    print(f"\n{RUNNERS} runners: {steps} steps, {flags} flags, {sent} messages in {seconds:.0f} s;")
    p99_ms = {kind.__name__: told_ms(kind.__name__, took_ms) for kind, took_ms in board.took_ms.items()}
    shares = (f"{100 * s / seconds:.0f} %" for s in (broker_s, board_s, fleet_s))
    print("of a core took: broker {}, board {}, hubs {}".format(*shares))
    assert sent == acknowledged
    assert board.state.refused.total() == 0
    assert board.state.flags == len(board.took_ms[FlagMessage]) == flags
    assert len(board.took_ms[StepMessage]) == steps
    assert max(p99_ms.values()) < 250
