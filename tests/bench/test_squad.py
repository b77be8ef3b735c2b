"""A thousand runners through one Mosquitto on loopback, to one board."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from imu.squad import Listener, SquadState, now_ms
from imu.squad.link import Link
from imu.squad.messages import FlagMessage, StepMessage
from imu.squad.state import MOST_RUNNERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RUNNERS, STEPS_PER_S, SECONDS, FLAG_EVERY = 1000, 3, 60, 20
GROUPS = 5
"""Boards: one shows at most as many runners as it can, so the thousand are spread over squads."""

HUBS = """
import sys, time
import paho.mqtt.client as mqtt
from imu.model import Basis, Rule, Side, Strike
from imu.squad import now_ms
from imu.squad.messages import FlagMessage, StepMessage, pack

port, runners, per_s, seconds, flag_every, groups = map(int, sys.argv[1:])
clients = []
for number in range(20):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"hub{number}")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    clients.append(client)
begin, sent, flags = time.monotonic(), 0, 0
for beat in range(seconds * per_s):
    for runner in range(runners):
        due = begin + (beat + runner / runners) / per_s
        pause = due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        topic = f"softstrike/v1/squad{runner % groups}/R{runner}/"
        clients[runner % 20].publish(topic + "step", pack(StepMessage(
            now_ms(), "s", 2 * beat, "left", Side.LEFT, 7.0, False, Strike.HEEL, False)), 1)
        sent += 1
        if (beat + runner) % flag_every == 0:
            flag = FlagMessage(now_ms(), "s", 2 * beat + 1, "left", Rule.HEEL_STRIKE, True,
                1.0, 0.7, "share", Basis.GENERAL, "x")
            clients[runner % 20].publish(topic + "flag", pack(flag), 1)
            flags += 1
time.sleep(2)
print(sent, flags, time.monotonic() - begin - 2, flush=True)
"""


@pytest.fixture
def broker(tmp_path: Path, system_program: Callable[[str], str]) -> Iterator[tuple[int, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {free} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n"
    )
    command = [system_program("mosquitto"), "-c", str(settings)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        yield free, psutil.Process(running.pid)
        running.kill()


@pytest.mark.bench
def test_a_thousand_runners_reach_their_boards(broker: tuple[int, psutil.Process]) -> None:
    """0 flags lost or doubled, 99 % of the messages on the board within 250 ms."""
    assert RUNNERS / GROUPS <= MOST_RUNNERS
    port, process = broker
    link = Link("127.0.0.1", port, tls=False, user="bench")
    boards = [(Listener(link, f"squad{n}"), SquadState(f"squad{n}")) for n in range(GROUPS)]
    pause = threading.Event()
    while not all(listener.state.connected for listener, _ in boards):
        pause.wait(0.05)
    arguments = map(str, (port, RUNNERS, STEPS_PER_S, SECONDS, FLAG_EVERY, GROUPS))
    late_ms: list[int] = []
    steps = 0
    with subprocess.Popen(
        [sys.executable, "-c", HUBS, *arguments], stdout=subprocess.PIPE, text=True
    ) as hubs:
        assert hubs.stdout is not None
        ending = None
        while ending is None or time.monotonic() < ending:
            for listener, state in boards:
                for heard in listener.fetch():
                    now = now_ms()
                    message = state.receive(heard.topic, heard.payload, now)
                    if isinstance(message, StepMessage | FlagMessage):
                        late_ms.append(now - message.t_ms)
                        steps += isinstance(message, StepMessage)
            pause.wait(0.02)
            if ending is None and hubs.poll() is not None:
                ending = time.monotonic() + 2.0
        sent, flags, seconds = hubs.stdout.read().split()
    for listener, _ in boards:
        listener.close()
    late_ms.sort()
    p50, p99 = late_ms[len(late_ms) // 2], late_ms[int(0.99 * len(late_ms))]
    took = sum(state.flags for _, state in boards)
    print(
        f"\n{RUNNERS} runners, {sent} steps, {flags} flags in {float(seconds):.0f} s: {steps}, {took} taken"
    )
    busy = 100 * sum(process.cpu_times()[:2]) / float(seconds)
    print(f"hub to board p50 {p50} ms, p99 {p99} ms; the broker took {busy:.0f} % of a core")
    assert sum(state.refused.total() for _, state in boards) == 0
    assert (steps, took) == (int(sent), int(flags))
    assert p99 < 250
