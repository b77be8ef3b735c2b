"""Two shoes at 416 Hz in real time over another process: loss, delay, load. `make soak` takes ten minutes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from imu.chain import Chain
from imu.engine import run
from imu.model import Flag, Impact, Packet, Step
from imu.sinks.recorder import Recorder
from imu.sources.ble import BleSource
from imu.sources.ble.air import open_stack
from imu.sources.timed import TimedSource
from tests.ble.rig import PLACES, known_sensor
from tests.e2e.test_live_cli import MAIN, free_port

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = float(os.environ.get("SOFTSTRIKE_SOAK_S", "30"))
RATE_HZ = 416.0


class Stopwatch:
    """Sink that notes how long after the arrival of its packet an output came, and the sequence numbers."""

    def __init__(self) -> None:
        self.arrival_ns = 0
        self.delay_ms: list[float] = []
        self.numbers: dict[str, list[int]] = {place: [] for place in PLACES}

    def put(self, item: Any) -> None:
        if isinstance(item, Packet):
            self.arrival_ns = item.arrival_ns
            if item.channel == "data":
                self.numbers[item.sensor].append(int.from_bytes(item.payload[8:10], "little"))
        elif isinstance(item, Step | Flag | Impact):
            self.delay_ms.append((time.monotonic_ns() - self.arrival_ns) / 1e6)

    def close(self) -> None:
        """Nothing is held open."""


def played(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen([*MAIN, *words], stdout=subprocess.PIPE, text=True)


@pytest.mark.bench
async def test_two_shoes_in_real_time(tmp_path: Path) -> None:
    port = free_port()
    words = [
        "virtual-sensor",
        "softstrike-reference",
        "--serial",
        "s",
        "--transport",
        f"tcp-server:127.0.0.1:{port}",
    ]
    sensors = played(words)
    try:
        assert sensors.stdout is not None
        assert any("ready" in line for line in iter(sensors.stdout.readline, ""))
        known = [
            known_sensor(n, rate_hz=RATE_HZ, serial=f"s-{side}") for n, side in enumerate(("left", "right"))
        ]
        radio = f"tcp-client:127.0.0.1:{port}"
        source = TimedSource(BleSource(known, open_radio=lambda: open_stack(radio)), SECONDS)
        watch, recorder = Stopwatch(), Recorder(tmp_path / "soak.mcap", source.header)
        used, began_s = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        await run(source, lambda: Chain(source.header), [recorder, watch])
        spent = resource.getrusage(resource.RUSAGE_SELF)
    finally:
        sensors.terminate()
        sensors.communicate(timeout=30)
    core = (spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime) / (time.monotonic() - began_s)
    p50, p99 = np.percentile(watch.delay_ms, [50, 99])
    print(
        f"\n{SECONDS:.0f} s, 2 x {RATE_HZ:.0f} Hz x 6 axes: {sum(map(len, watch.numbers.values()))} packets, "
        f"{len(watch.delay_ms)} steps, impacts and flags {p50:.1f} ms (p50) and "
        f"{p99:.1f} ms (p99) after their packet, {100 * core:.0f} % of a core with bumble's host",
        file=sys.stderr,
    )
    for place in PLACES:
        gaps = np.diff(watch.numbers[place]) % 65536
        assert set(gaps.tolist()) == {1}, place
    assert p99 < 50.0
    assert core < 0.25
