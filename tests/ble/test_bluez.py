"""Unmodified bleak with its stock BlueZ backend: two shoes at once, drop-outs, a power cycle.

In `make test` BlueZ is a stand-in on a private bus (:mod:`tests.ble.bluez_stand_in`). In `make test-bluez`
the same tests run inside a kernel of their own, against the real bluetoothd; then ``SOFTSTRIKE_TEST_BLUEZ``
is ``real``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imu.model import LinkChange, LinkState, Packet
from imu.sources.ble.air import stack_of
from imu.sources.ble.scan import ask_serial, look_around
from tests.ble.rig import PLACES, Rig, compute, known_sensor
from tests.programs import lines_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imu.sources.ble import BleSource

REAL = os.environ.get("SOFTSTRIKE_TEST_BLUEZ") == "real"
PATIENCE_S = 60.0 if REAL else 30.0
RATE_HZ = 104.0 if REAL else 208.0
MAIN = [sys.executable, "-c", "from imu.cli import main; main()"]
STAND_IN = Path(__file__).with_name("bluez_stand_in.py")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="BlueZ is the Bluetooth of Linux")


def started(command: list[str], until: str) -> subprocess.Popen[str]:
    """Start a program and wait until it says that it is ready."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    lines_until(process, until)
    return process


@pytest.fixture(scope="module")
def ending() -> Iterator[Callable[[subprocess.Popen[str]], subprocess.Popen[str]]]:
    """End the programs that a test started, the latest first."""
    running: list[subprocess.Popen[str]] = []

    def keep(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
        running.append(process)
        return process

    yield keep
    for process in reversed(running):
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=10)
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def shoes(
    ending: Callable[[subprocess.Popen[str]], subprocess.Popen[str]],
    system_program: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[subprocess.Popen[str]]:
    """Two virtual shoes that BlueZ sees; lines to their standard input act on them."""
    words = ["virtual-sensor", "softstrike-reference", "--serial", "s"]
    if REAL:
        yield ending(started([*MAIN, *words, "--transport", "vhci"], "ready"))
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"unix:path={tmp_path_factory.mktemp('bus')}/bus"
    daemon = [
        system_program("dbus-daemon"),
        "--session",
        "--nofork",
        "--print-address",
        f"--address={address}",
    ]
    ending(started(daemon, "unix:"))
    process = ending(started([*MAIN, *words, "--transport", f"tcp-server:127.0.0.1:{port}"], "ready"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        ending(started([sys.executable, str(STAND_IN), f"tcp-client:127.0.0.1:{port}"], "ready"))
        yield process


class Bluez(Rig):
    """The same collecting as in the rig, over the system's Bluetooth and in real time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:  # no virtual sensors of its own
        self.process = process
        self.known = [known_sensor(n, rate_hz=RATE_HZ, serial=f"s-{side}") for n, side in enumerate(SIDES)]
        self.items = []
        self.source: BleSource | None = None
        self.stack = stack_of()
        self._now_ns = time.monotonic_ns

    def tell(self, line: str) -> None:
        """Let the virtual sensors do something."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    async def until_again(self, sensor: str, since: int) -> None:
        """Wait until a sensor that was lost streams again."""

        def again() -> bool:
            late = [c.state for c in self.items[since:] if isinstance(c, LinkChange) and c.sensor == sensor]
            lost = LinkState.LOST in late
            fresh = [p for p in self.items[-40:] if isinstance(p, Packet) and p.sensor == sensor]
            return lost and late[-1] is LinkState.CONNECTED and len(fresh) > 5

        await self.until(again, PATIENCE_S)


SIDES = ("left", "right")


async def test_a_scan_finds_both_shoes_and_tells_their_serial_numbers(shoes: subprocess.Popen[str]) -> None:
    assert shoes.poll() is None
    found = {each.name: each for each in await look_around(stack_of(), 3.0)}
    assert set(found) >= {"softstrike left", "softstrike right"}
    assert found["softstrike left"].profile == "softstrike-reference"
    assert await ask_serial(stack_of(), found["softstrike left"].host_id, timeout_s=PATIENCE_S) == "s-left"


async def test_two_shoes_stream_and_one_comes_back_again_and_again(shoes: subprocess.Popen[str]) -> None:
    rig = Bluez(shoes)
    drops = 4
    async with rig.running():
        await rig.until(lambda: {p.sensor for p in rig.of(Packet)} == set(PLACES), PATIENCE_S)
        await asyncio.sleep(1.0)
        for turn in range(drops):
            since = len(rig.items)
            rig.tell("drop left" if turn < drops - 1 else "leave left")
            if turn == drops - 1:
                await asyncio.sleep(1.5)
                rig.tell("cycle left")
            await rig.until_again("left-shoe", since)
            await asyncio.sleep(0.5)
    computed = compute(rig)
    left, right = (computed.ledger[place] for place in PLACES)
    assert right.lost == right.gaps == right.duplicates == right.faults == 0
    assert left.duplicates == left.faults == 0
    assert left.gaps == drops
    assert left.restarts == 1
    assert computed.samples["right-shoe"] > computed.samples["left-shoe"] > RATE_HZ


async def test_after_leaving_the_sensors_are_free_again(shoes: subprocess.Popen[str]) -> None:
    rig = Bluez(shoes)
    for _ in range(2):
        rig.items.clear()
        async with rig.running():
            await rig.until(lambda: {p.sensor for p in rig.of(Packet)} == set(PLACES), PATIENCE_S)
