"""What the air does to packets is counted exactly, and steps survive it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from imu.model import Fault, FaultKind
from imu.sources.sim import RadioModel
from tests.ble.rig import PLACES, Computed, Rig, compute
from tests.ble.virtual_time import run_virtual


async def streamed(seconds: float, **options: Any) -> Rig:
    rig = Rig(duration_s=seconds + 5.0, **options)
    await rig.start()
    async with rig.running():
        await rig.until_streaming()
        await asyncio.sleep(seconds)
    return rig


def run(seconds: float, **options: Any) -> tuple[Rig, Computed]:
    rig = run_virtual(streamed(seconds, **options))
    return rig, compute(rig)


def numbers(rig: Rig, place: str) -> list[int]:
    """Sequence numbers as the sensor wrote them, in the order of arrival."""
    return [int.from_bytes(packet.payload[8:10], "little") for packet in rig.packets(place)]


def samples(rig: Rig, place: str) -> int:
    return sum(packet.payload[2] for packet in rig.packets(place))


def test_two_shoes_at_416_hz_lose_nothing() -> None:
    rig, computed = run(20.0, rate_hz=416.0)
    for place in PLACES:
        assert numbers(rig, place) == list(range(len(rig.packets(place))))
        assert computed.samples[place] == samples(rig, place) > 19 * 416
        assert computed.ledger[place].lost == 0
        assert computed.faults[place] == computed.gaps[place] == []


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
def test_lost_samples_are_counted_exactly(share: float) -> None:
    rig, computed = run(10.0, radio=RadioModel(loss=share))
    for place in PLACES:
        came = numbers(rig, place)
        missing = came[-1] - came[0] + 1 - len(came)
        per_packet = rig.packets(place)[0].payload[2]
        assert missing > 0
        assert computed.ledger[place].lost == missing * per_packet
        assert computed.samples[place] == samples(rig, place)
        assert computed.ledger[place].duplicates == computed.ledger[place].reordered == 0


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_repeated_packets_are_counted_exactly_and_used_once(share: float) -> None:
    rig, computed = run(10.0, radio=RadioModel(duplicate=share))
    for place in PLACES:
        came = numbers(rig, place)
        repeated = len(came) - len(set(came))
        assert repeated > 0
        assert computed.ledger[place].duplicates == repeated
        assert computed.samples[place] == len(set(came)) * rig.packets(place)[0].payload[2]
        assert computed.ledger[place].lost == 0


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_overtaken_packets_are_counted_exactly(share: float) -> None:
    rig, computed = run(10.0, radio=RadioModel(reorder=share))
    for place in PLACES:
        came, highest, late = numbers(rig, place), -1, 0
        for number in came:
            late += number < highest
            highest = max(highest, number)
        assert late > 0
        assert computed.ledger[place].reordered == late
        assert {fault.kind for fault in computed.faults[place]} == {FaultKind.REORDERED}


def test_stalls_delay_packets_and_lose_none() -> None:
    rig, computed = run(20.0, radio=RadioModel(stall_per_min=30.0, stall_ms=150.0))
    gaps_ms = [
        (b.arrival_ns - a.arrival_ns) / 1e6
        for a, b in zip(rig.packets("left-shoe")[:-1], rig.packets("left-shoe")[1:], strict=True)
    ]
    assert max(gaps_ms) > 150
    assert all(computed.ledger[place].lost == 0 for place in PLACES)


def test_steps_at_five_percent_loss_are_within_one_percent() -> None:
    _, clean = run(60.0)
    _, lossy = run(60.0, radio=RadioModel(loss=0.05))
    count = sum(len(clean.steps[place]) for place in PLACES)
    assert count > 100
    assert abs(sum(len(lossy.steps[place]) for place in PLACES) - count) <= 0.01 * count
    holed = [step for place in PLACES for step in lossy.steps[place] if step.lost_samples]
    assert holed
    assert all(step.lost_samples == 0 for place in PLACES for step in clean.steps[place])


@pytest.mark.parametrize("mtu", [50, 100, 185, 247, 517])
def test_any_mtu_that_carries_a_sample_will_do(mtu: int) -> None:
    rig, computed = run(3.0, mtu=mtu)
    for place in PLACES:
        assert max(len(packet.payload) for packet in rig.packets(place)) <= mtu - 3
        assert computed.faults[place] == computed.gaps[place] == []
        assert computed.samples[place] > 500


def test_packets_that_the_link_cut_are_faults_and_never_samples() -> None:
    rig, computed = run(3.0, mtu=23)
    for place in PLACES:
        assert {len(packet.payload) for packet in rig.packets(place)} == {20}
        assert computed.samples[place] == 0
        data: list[Fault] = computed.faults[place]
        assert len(data) == len(rig.packets(place)) > 100
