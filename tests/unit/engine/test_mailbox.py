from __future__ import annotations

import threading

import numpy as np

from imu.model import (
    Basis,
    Fault,
    FaultKind,
    Flag,
    Gap,
    Impact,
    Ledger,
    LinkState,
    Marker,
    Packet,
    Rule,
    SampleBatch,
    SensorHealth,
    Side,
)
from imu.sinks.base import EngineFault, Rewound
from imu.sinks.mailbox import Mailbox, Stamp

S = 1_000_000_000


def batch(sensor: str, number: int) -> SampleBatch:
    t_ns = number * S // 10 + np.arange(10) * S // 100
    return SampleBatch(sensor, number * 10, t_ns, np.zeros((10, 3)), None, np.zeros(10, dtype=bool))


def test_samples_are_bounded_per_sensor_and_the_drop_is_counted() -> None:
    box = Mailbox(trace_s=5.0)
    for number in range(200):
        box.put(batch("left", number))
        if number < 20:
            box.put(batch("right", number))
    contents = box.drain()
    left = contents.batches["left"]
    assert left[-1].index0 == 1990
    assert 4.5 * S <= left[-1].t_ns[-1] - left[0].t_ns[0] <= 5.2 * S
    assert contents.dropped_samples == 2000 - sum(map(len, left))
    assert len(contents.batches["right"]) == 20


def test_everything_else_is_lossless_and_in_order() -> None:
    box = Mailbox()
    flags = [
        Flag("left", Rule.HEEL_STRIKE, True, i, i, 0.5, 0.4, "share", Basis.GENERAL, "") for i in range(5000)
    ]
    gaps = [Gap("left", i, i, i + 1, 1, "lost") for i in range(5000)]
    health = SensorHealth("left", 0, LinkState.LOST, None, Ledger(), None, None, 3.0)
    others = [health, Marker(1, "lap"), EngineFault("chain", "It failed.")]
    for item in [*flags, *gaps, *others, Packet("left", 0, 0, "data", b"")]:
        box.put(item)
    contents = box.drain()
    assert contents.flags == flags
    assert contents.gaps == gaps
    assert [*contents.health, *contents.markers, *contents.errors] == others


def test_faults_are_bounded_and_counted() -> None:
    box = Mailbox()
    for i in range(1200):
        box.put(Fault("left", i, FaultKind.TOO_SHORT))
    contents = box.drain()
    assert contents.faults[-1].arrival_ns == 1199
    assert (len(contents.faults), contents.dropped_faults) == (1000, 200)


def test_what_was_fetched_is_not_there_twice() -> None:
    box = Mailbox()
    box.put(batch("left", 0))
    box.put(Marker(1, "lap"))
    first = box.drain()
    box.put(Marker(2, "lap"))
    assert [m.arrival_ns for m in first.markers] == [1]
    second = box.drain()
    assert second.batches == {}
    assert [m.arrival_ns for m in second.markers] == [2]


def test_a_rewind_forgets_what_was_not_fetched() -> None:
    box = Mailbox()
    box.put(batch("left", 50))
    box.put(Marker(9, "old"))
    box.put(Rewound(3))
    box.put(Marker(1, "new"))
    contents = box.drain()
    assert (contents.epoch, contents.batches) == (3, {})
    assert [m.kind for m in contents.markers] == ["new"]
    assert box.drain().epoch == 3


def test_two_threads_lose_nothing_between_them() -> None:
    box, count, fetched = Mailbox(), 20_000, 0
    writer = threading.Thread(target=lambda: [box.put(Marker(i, "")) for i in range(count)] and box.close())
    writer.start()
    closed = False
    while not closed:
        contents = box.drain()
        fetched, closed = fetched + len(contents.markers), contents.closed
    writer.join()
    assert fetched == count


def test_impacts_and_flags_are_stamped_with_both_clocks() -> None:
    box = Mailbox(clock_ns=iter(range(1000, 9000, 1000)).__next__)
    box.put(Packet("left", 0, 70, "data", b""))
    box.put(Impact("left", Side.LEFT, 40, 7.0, 6.5, False, 60))
    box.put(Packet("left", 1, 90, "data", b""))
    box.put(Flag("left", Rule.HEEL_STRIKE, True, 80, 1, 0.5, 0.4, "share", Basis.GENERAL, ""))
    assert box.drain().stamps == [Stamp(1000, 70, 40), Stamp(2000, 90, None)]
    assert box.drain().stamps == []
