"""Sensors that vanish and come back: in virtual time, so that two minutes pass at once."""

from __future__ import annotations

import asyncio
import gc
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from imu.model import LinkChange, LinkState, Packet
from imu.sources.ble.link import Link
from tests.ble.rig import PLACES, Computed, Rig, compute
from tests.ble.virtual_time import run_virtual

BEFORE_S, AFTER_S = 8.0, 6.0
FIRST_RETRY_S, BACK_S = 0.5, 3.0

QUICK = [(1.0, 1, False), (5.0, 2, True), (30.0, 1, True), (120.0, 2, False)]
ALL = [
    (away_s, feet, cycled)
    for away_s in (1.0, 5.0, 30.0, 120.0)
    for feet in (1, 2)
    for cycled in (False, True)
]


class Outcome(NamedTuple):
    rig: Rig
    computed: Computed
    left_ns: int
    back_ns: int
    lost_samples: list[int]


async def drop_out(away_s: float, feet: int, *, cycled: bool) -> tuple[Rig, int, int]:
    rig = Rig(duration_s=BEFORE_S + away_s + AFTER_S + 5.0)
    await rig.start()
    async with rig.running():
        await rig.until_streaming()
        await asyncio.sleep(BEFORE_S)
        gone = rig.sensors[:feet]
        left_ns = rig._now_ns()
        await asyncio.gather(*(sensor.leave() for sensor in gone))
        await asyncio.sleep(away_s)
        back_ns = rig._now_ns()
        await asyncio.gather(*(sensor.come_back(power_cycled=cycled) for sensor in gone))
        await asyncio.sleep(AFTER_S)
    return rig, left_ns, back_ns


def truly_lost(rig: Rig, number: int, left_ns: int) -> int:
    """Count samples between the last packet complete when the sensor left and the first one after."""
    sensor, taken = rig.sensors[number], rig.motions[number].taken
    left_s = left_ns / 1e9 - sensor._begin_s
    sent = [(first, n) for first, n in taken if (first + n - 1) / rig.rate_hz <= left_s]
    jump = next(b for a, b in pairwise(taken) if b[0] != a[0] + a[1] and (b[0] - 1) / rig.rate_hz > left_s)
    return jump[0] - sum(sent[-1])


def check(away_s: float, feet: int, *, cycled: bool) -> None:
    rig, left_ns, back_ns = run_virtual(drop_out(away_s, feet, cycled=cycled))
    computed = compute(rig)
    period_ns = 1e9 / rig.rate_hz
    for number, place in enumerate(PLACES[:feet]):
        lost = next(c for c in rig.of(LinkChange, place) if c.state is LinkState.LOST)
        retry = next(c for c in rig.of(LinkChange, place) if c.arrival_ns > lost.arrival_ns)
        assert retry.state is LinkState.SEARCHING
        assert (retry.arrival_ns - lost.arrival_ns) / 1e9 <= FIRST_RETRY_S
        first_again = next(p for p in rig.packets(place) if p.arrival_ns >= back_ns)
        assert (first_again.arrival_ns - back_ns) / 1e9 <= BACK_S
        (gap,) = computed.gaps[place]
        missing = truly_lost(rig, number, left_ns)
        assert gap.reason == ("restart" if cycled else "lost")
        assert abs((gap.end_ns - gap.start_ns) / period_ns - missing) <= 1.0
        if not cycled:
            assert abs(gap.lost - missing) <= 1
        inside = [s for s in computed.steps[place] if gap.start_ns <= s.initial_contact_ns < gap.end_ns]
        assert inside == []
        assert computed.ledger[place].duplicates == 0
        assert computed.ledger[place].restarts == cycled
    for place in PLACES[feet:]:
        assert computed.gaps[place] == computed.faults[place] == []
        assert computed.ledger[place].lost == 0
    assert all(_numbered(rig.of(Packet, place)) for place in PLACES)


def _numbered(packets: list[Packet]) -> bool:
    return [packet.seq for packet in packets] == list(range(len(packets)))


@pytest.mark.parametrize(("away_s", "feet", "cycled"), QUICK)
def test_a_sensor_that_was_away_comes_back_by_itself(away_s: float, feet: int, cycled: bool) -> None:
    check(away_s, feet, cycled=cycled)


@pytest.mark.bench
@pytest.mark.parametrize(("away_s", "feet", "cycled"), ALL)
def test_every_drop_out(away_s: float, feet: int, cycled: bool) -> None:
    check(away_s, feet, cycled=cycled)


def test_a_stream_that_falls_silent_is_connected_anew() -> None:
    async def silent() -> Rig:
        rig = Rig()
        await rig.start()
        async with rig.running():
            await rig.until_streaming()
            rig.sensors[0].stalled = True
            await asyncio.sleep(2.5)
            rig.sensors[0].stalled = False
            await asyncio.sleep(4.0)
        return rig

    rig = run_virtual(silent())
    assert any("no samples for 2 s" in text for text in rig.texts("left-shoe"))
    assert rig.of(LinkChange, "left-shoe")[-1].state is LinkState.CONNECTED
    assert compute(rig).ledger["right-shoe"].lost == 0


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files through /proc")
def test_a_hundred_reconnections_leave_nothing_behind() -> None:
    async def many() -> tuple[list[int], list[int], list[int]]:
        rig = Rig(duration_s=900.0, rate_hz=104.0)
        await rig.start()
        tasks, files, links = [], [], []
        async with rig.running():
            await rig.until_streaming()
            for turn in range(101):
                rig.items.clear()
                await rig.sensors[0].drop()
                await rig.until(lambda: bool(rig.packets("left-shoe")))
                await asyncio.sleep(0.2)
                if turn % 50 == 0:
                    gc.collect()
                    tasks.append(len(asyncio.all_tasks()))
                    files.append(open_files())
                    links.append(sum(isinstance(each, Link) for each in gc.get_objects()))
        return tasks, files, links

    tasks, files, links = run_virtual(many())
    assert len(set(tasks)) == len(set(files)) == 1, (tasks, files)
    assert links == [2, 2, 2]


def test_stopping_tells_the_sensors_to_stop_and_leaves_no_task() -> None:
    async def stop() -> tuple[list[bool], list[bool], set[str]]:
        rig = Rig()
        await rig.start()
        async with rig.running():
            await rig.until_streaming()
        streaming = [sensor.streaming for sensor in rig.sensors]
        await asyncio.sleep(0.1)
        left = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]
        return streaming, [sensor.connected for sensor in rig.sensors], left

    streaming, connected, left = run_virtual(stop())
    assert streaming == connected == [False, False]
    assert not [name for name in left if "Supervisor" in name or "Air" in name or "BleSource" in name]
