"""A recording process dies at any moment: what it had taken in is there, but for the last 100 ms at most."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imu.store import SessionReader, seal

if TYPE_CHECKING:
    from pathlib import Path

CHILD = """
import os, sys
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sinks.recorder import Recorder

header = SessionHeader((
    SensorInfo("left", Placement.SHOE, Side.LEFT, 200.0),
    SensorInfo("right", Placement.SHOE, Side.RIGHT, 200.0),
))
recorder = Recorder(sys.argv[1], header)
for n in range(1_000_000):
    t_ns = n * 5_000_000
    if n % 200 == 0:
        recorder.put(Tick(t_ns))
    for sensor in ("left", "right"):
        recorder.put(Packet(sensor, n, t_ns, "data", n.to_bytes(4, "little") * 5))
    os.write(1, n.to_bytes(4, "little"))
"""
LOSS_NS = 100_000_000


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.mcap"
    moment = random.Random(seed).randrange(3000)  # noqa: S311 - a seeded test, no secret
    with subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read(4 * moment + 4)
        child.kill()
        told = child.stdout.read()
    last = moment + len(told) // 4

    reader = SessionReader(path)
    assert (reader.lost_bytes, reader.complete) == (0, False)
    expected, packets = (
        {"left": 0, "right": 0},
        [item for item in reader.inputs() if hasattr(item, "payload")],
    )
    for packet in packets:
        assert packet.seq == expected[packet.sensor]
        assert packet.payload == packet.seq.to_bytes(4, "little") * 5
        expected[packet.sensor] += 1
    assert min(expected.values()) * 5_000_000 >= last * 5_000_000 - LOSS_NS

    before = list(reader.inputs())
    seal(path)
    assert list(SessionReader(path).inputs()) == before
