"""A recording process dies at any moment: what it had taken in is there, but for the last 100 ms at most."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imu.model import Packet
from imu.store import SessionReader, seal
from tests.faults.effort import tries
from tests.programs import limited

if TYPE_CHECKING:
    from pathlib import Path

SENSORS = 8
SAMPLES = 20  # at 1 kHz, six axes of 16 bits: a packet of 240 bytes every 20 ms from each sensor
ROUND_NS = SAMPLES * 1_000_000
CHILD = f"""
import os, sys
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sinks.recorder import Recorder

names = [f"sensor-{{n}}" for n in range({SENSORS})]
header = SessionHeader(tuple(SensorInfo(n, Placement.SHOE, Side.LEFT, 1000.0) for n in names))
recorder = Recorder(sys.argv[1], header)
for n in range(1_000_000):
    t_ns = n * {ROUND_NS}
    if n % 50 == 0:
        recorder.put(Tick(t_ns))
    for name in names:
        recorder.put(Packet(name, n, t_ns, "data", n.to_bytes(4, "little") * {SAMPLES * 3}))
    os.write(1, n.to_bytes(4, "little"))
"""
LOSS_NS = 100_000_000
TORN_BYTES = 1 << 13
"""A write that is cut in two leaves a part of one block."""


@pytest.mark.parametrize("seed", range(tries(20, 200)))
def test_killed_at_a_random_moment(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.mcap"
    moment = random.Random(seed).randrange(1000)  # noqa: S311 - a seeded test, no secret
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child, limited(child):
        assert child.stdout is not None
        child.stdout.read(4 * moment + 4)
        child.kill()
        told = child.stdout.read()
    last = moment + len(told) // 4

    reader = SessionReader(path)
    assert not reader.complete
    assert reader.lost_bytes < TORN_BYTES
    expected = {f"sensor-{n}": 0 for n in range(SENSORS)}
    packets = [item for item in reader.inputs() if isinstance(item, Packet)]
    for packet in packets:
        assert packet.seq == expected[packet.sensor]
        assert packet.payload == packet.seq.to_bytes(4, "little") * (SAMPLES * 3)
        expected[packet.sensor] += 1
    assert min(expected.values()) * ROUND_NS >= last * ROUND_NS - LOSS_NS

    if reader.lost_bytes == 0:
        before = list(reader.inputs())
        seal(path)
        assert list(SessionReader(path).inputs()) == before
