"""What every source must do; a new source is one more subclass."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from abc import ABC, abstractmethod
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

from imu.model import Input, LinkChange, LinkState, Packet, SessionHeader, Tick
from imu.sinks.recorder import Recorder
from imu.sources.ble import BleSource
from imu.sources.replay import ReplaySource
from imu.sources.sim import SimulatorSource, ready_session
from imu.sources.timed import TimedSource
from tests.ble.rig import Rig, known_sensor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from imu.sources.base import Source
    from imu.sources.ble.air import Stack


async def collect(source: Source, limit: int) -> list[Any]:
    """Gather inputs until the source ends, or the first ones."""
    items: list[Any] = []
    async with contextlib.aclosing(source.inputs()) as inputs:  # type: ignore[type-var]
        async for item in inputs:
            items.append(item)
            if len(items) == limit:
                break
    return items


class SourceContract(ABC):
    @abstractmethod
    def make(self, path: Path, header: SessionHeader) -> Source: ...

    def test_its_header_is_there_before_the_first_input(self, tmp_path: Path, header: SessionHeader) -> None:
        assert isinstance(self.make(tmp_path, header).header, SessionHeader)

    def test_it_yields_inputs_of_its_sensors_in_order(self, tmp_path: Path, header: SessionHeader) -> None:
        source = self.make(tmp_path, header)
        items = asyncio.run(collect(source, 1000))
        named = {sensor.sensor for sensor in source.header.sensors}
        assert items
        assert all(isinstance(item, get_args(Input)) for item in items)
        assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(items))
        assert {item.sensor for item in items if isinstance(item, Packet | LinkChange)} <= named

    def test_packets_of_a_sensor_are_numbered_from_zero(self, tmp_path: Path, header: SessionHeader) -> None:
        items = asyncio.run(collect(self.make(tmp_path, header), 1000))
        for sensor in {p.sensor for p in items if isinstance(p, Packet)}:
            numbers = [p.seq for p in items if isinstance(p, Packet) and p.sensor == sensor]
            assert numbers == list(range(len(numbers)))

    def test_it_can_be_closed_early(self, tmp_path: Path, header: SessionHeader) -> None:
        assert len(asyncio.run(collect(self.make(tmp_path, header), 1))) == 1


class TestReplay(SourceContract):
    def make(self, path: Path, header: SessionHeader) -> Source:
        recorder = Recorder(path / "session.mcap", header)
        recorder.put(LinkChange("left", 0, LinkState.CONNECTED))
        for number in range(20):
            recorder.put(Packet("left", number, number * 10_000_000, "data", b"\x01"))
        recorder.put(Tick(1_000_000_000))
        recorder.close()
        return ReplaySource(path / "session.mcap", speed=math.inf)


class TestSimulator(SourceContract):
    def make(self, path: Path, header: SessionHeader) -> Source:  # noqa: ARG002 - it makes its own header
        return SimulatorSource(ready_session("demo", duration_s=5.0), math.inf)


class TestBle(SourceContract):
    """Two virtual shoes in real time, for a moment."""

    def make(self, path: Path, header: SessionHeader) -> Source:  # noqa: ARG002 - it makes its own header
        return TimedSource(BleSource([known_sensor(0), known_sensor(1)], open_radio=virtual_radio), 1.5)


@contextlib.asynccontextmanager
async def virtual_radio() -> AsyncIterator[Stack]:
    rig = Rig(duration_s=20.0, now_ns=time.monotonic_ns)
    await rig.start()
    assert rig.stack is not None
    yield rig.stack
