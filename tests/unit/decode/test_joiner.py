"""Acceleration and angular rate that come apart: joined by time, and never invented."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from imu.chain import SensorChain
from imu.decode import Joiner, JoinerParams
from imu.model import (
    Fault,
    FaultKind,
    LinkChange,
    LinkState,
    Packet,
    Placement,
    RawBatch,
    RawGyro,
    SampleBatch,
    SensorInfo,
    Side,
)
from imu.profiles import find_profile

RATE_HZ = 200.0
PERIOD_NS = 5_000_000
SIZE = 10
CLOCKED = JoinerParams(RATE_HZ, has_clock=True, unit_ns=1, wrap_bits=64)
COUNTED = JoinerParams(RATE_HZ, has_clock=False)


def times_ns(number: int, size: int = SIZE) -> np.ndarray:
    return (number * size + np.arange(size)) * PERIOD_NS


def acc(number: int, shift_ns: int = 0, start_ns: int = 0) -> RawBatch:
    at = times_ns(number) + shift_ns
    rows = np.repeat(at / PERIOD_NS, 3).reshape(-1, 3)
    none = np.zeros(SIZE, bool)
    return RawBatch("s", int(at[-1]) + start_ns, None, int(at[-1]) + start_ns, rows, None, none)


def gyr(number: int, start_ns: int = 0) -> RawGyro:
    at = times_ns(number)
    rows = np.stack([at / 1e9, at / 1e9 * 2, at * 0.0], axis=1)
    return RawGyro("s", int(at[-1]) + start_ns, None, int(at[-1]) + start_ns, rows)


def push(joiner: Joiner, items: list[RawBatch | RawGyro]) -> tuple[list[RawBatch], list[Fault]]:
    out = [each for item in items for each in joiner.push(item)]
    return [x for x in out if isinstance(x, RawBatch)], [x for x in out if isinstance(x, Fault)]


def alternating(numbers: range) -> list[RawBatch | RawGyro]:
    return list(chain.from_iterable((acc(i), gyr(i)) for i in numbers))


@pytest.mark.parametrize("params", [CLOCKED, COUNTED], ids=["clock", "count"])
def test_samples_taken_at_once_are_joined_unchanged(params: JoinerParams) -> None:
    joined, faults = push(Joiner("s", params), alternating(range(20)))
    assert not faults
    assert len(joined) == 20
    for i, batch in enumerate(joined):
        assert batch.gyr_dps is not None
        assert batch.gyr_dps.tolist() == gyr(i).gyr_dps.tolist()
        assert batch.acc_g.tolist() == acc(i).acc_g.tolist()


@pytest.mark.parametrize("rates_first", [False, True])
def test_the_order_of_arrival_does_not_matter(rates_first: bool) -> None:
    """Bursts of 200 ms, in each of which one stream comes wholly before the other."""

    def place(item: RawBatch | RawGyro) -> tuple[int, bool]:
        return item.arrival_ns // 200_000_000, isinstance(item, RawBatch) == rates_first

    joined, faults = push(Joiner("s", CLOCKED), sorted(alternating(range(40)), key=place))
    assert not faults
    assert [batch.counter for batch in joined] == [acc(i).counter for i in range(40)]


def test_samples_taken_between_are_interpolated() -> None:
    shift_ns = PERIOD_NS // 3
    items: list[RawBatch | RawGyro] = [each for i in range(10) for each in (acc(i, shift_ns), gyr(i))]
    joined, faults = push(Joiner("s", CLOCKED), items)
    assert not faults
    assert len(joined) == 9  # the last still waits for what comes after it
    for i, batch in enumerate(joined):
        assert batch.gyr_dps is not None
        assert np.allclose(batch.gyr_dps[:, 0], (times_ns(i) + shift_ns) / 1e9, atol=1e-6)


def test_acceleration_in_a_hole_of_the_other_stream_is_told_and_not_invented() -> None:
    items = [
        x for x in alternating(range(20)) if not (isinstance(x, RawGyro) and x.counter == gyr(7).counter)
    ]
    joined, faults = push(Joiner("s", CLOCKED), items)
    assert [fault.kind for fault in faults] == [FaultKind.UNPAIRED]
    assert [batch.counter for batch in joined] == [acc(i).counter for i in range(20) if i != 7]


def test_acceleration_waits_a_second_for_a_stream_that_died() -> None:
    joiner = Joiner("s", CLOCKED)
    push(joiner, alternating(range(5)))
    joined, faults = push(joiner, [acc(i) for i in range(5, 45)])
    assert not joined
    assert {fault.kind for fault in faults} == {FaultKind.UNPAIRED}
    assert len(faults) == 40 - round(1e9 / (SIZE * PERIOD_NS))
    assert len(joiner.flush()) == 40 - len(faults)
    assert joiner.flush() == []


def test_repeated_and_late_rates_are_dropped_and_counted() -> None:
    joiner = Joiner("s", CLOCKED)
    items = alternating(range(8))
    items[9:9] = [gyr(2), gyr(3)]
    other = gyr(1)
    items[14:14] = [RawGyro("s", 0, None, other.counter, other.gyr_dps + 1.0)]
    joined, faults = push(joiner, items)
    assert [f.kind for f in faults] == [FaultKind.DUPLICATE, FaultKind.DUPLICATE, FaultKind.REORDERED]
    assert len(joined) == 8
    state = joiner.snapshot()
    assert (state.duplicates, state.reordered, state.unpaired) == (2, 1, 0)


def test_repeated_acceleration_passes_for_the_timeline_to_count() -> None:
    joined, faults = push(Joiner("s", CLOCKED), [*alternating(range(6)), acc(4), acc(5)])
    assert not faults
    assert [batch.counter for batch in joined[-2:]] == [acc(4).counter, acc(5).counter]


def test_a_power_cycle_starts_the_clock_anew() -> None:
    joiner = Joiner("s", CLOCKED)
    boot_ns = 10**12
    late = [x for i in range(5) for x in (acc(i, 0, boot_ns), gyr(i, boot_ns))]
    joined, faults = push(joiner, [*late, *alternating(range(5))])
    assert not faults
    assert len(joined) == 10


@pytest.mark.parametrize(("kind", "missing"), [(RawGyro, 7), (RawBatch, 7), (RawGyro, 40)])
def test_counted_streams_find_back_after_one_lost_a_packet(kind: type, missing: int) -> None:
    joiner = Joiner("s", COUNTED)
    items = alternating(range(200))
    lost = [x for x in items if isinstance(x, kind)][missing + 33]
    joined, faults = push(joiner, [x for x in items if x is not lost])
    assert len(faults) <= 2
    assert len(joined) >= 197
    right = [
        batch.gyr_dps is not None and np.array_equal(batch.gyr_dps[:, 0], batch.acc_g[:, 0] * PERIOD_NS / 1e9)
        for batch in joined
    ]
    assert all(right[-60:])
    assert sum(not each for each in right) <= 36


def test_a_silence_aligns_counted_streams_anew() -> None:
    joiner = Joiner("s", COUNTED)
    push(joiner, [*alternating(range(6)), acc(6)])
    pause_ns = 3_000_000_000
    items = [x for i in range(10, 20) for x in (acc(i, 0, pause_ns), gyr(i, pause_ns))]
    joined, faults = push(joiner, items)
    assert [fault.kind for fault in faults] == [FaultKind.UNPAIRED]
    assert len(joined) == 10


def test_only_firmware_that_sends_the_two_apart_needs_joining() -> None:
    assert JoinerParams.from_profile(find_profile("softstrike-reference"), 416.0) is None
    assert JoinerParams.from_profile(find_profile("polar-verity-sense"), 208.0) == JoinerParams(208.0)
    counted = JoinerParams.from_profile(find_profile("mbientlab-metamotion-r"), 200.0)
    assert counted is not None
    assert not counted.has_clock


def chain_of(profile_id: str, *, has_gyro: bool) -> SensorChain:
    rate_hz = 208.0 if profile_id.startswith("polar") else 200.0
    info = SensorInfo("s", Placement.SHANK, Side.LEFT, rate_hz, profile=profile_id, has_gyro=has_gyro)
    return SensorChain(info)


def test_a_sensor_worn_without_gyroscope_ignores_angular_rates() -> None:
    profile = find_profile("polar-verity-sense")
    out = []
    block = chain_of("polar-verity-sense", has_gyro=False)
    for i, vector in enumerate(profile.vector[:-1]):
        if vector.packet in ("acc_delta_mg", "gyr_delta"):
            out += block.push(Packet("s", i, i, "data", bytes.fromhex(vector.hex[0])))
    [batch] = [each for each in out if isinstance(each, SampleBatch)]
    assert batch.gyr_dps is None


def test_what_is_unfinished_when_the_link_is_lost_is_told_then() -> None:
    profile = find_profile("polar-verity-sense")
    block = chain_of("polar-verity-sense", has_gyro=True)
    assert block.push(Packet("s", 0, 0, "data", bytes.fromhex(profile.vector[0].hex[0]))) == []
    [fault] = block.push(LinkChange("s", 1, LinkState.LOST))
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.UNPAIRED
