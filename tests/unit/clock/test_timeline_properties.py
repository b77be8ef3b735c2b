from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imu.model import SampleBatch

SHAPES = st.sampled_from(
    [
        {},
        {"marks": "first"},
        {"seq_bits": 8},
        {"seq_counts": "samples"},
        {"wrap_bits": 16},
        {"wrap_bits": 8, "unit_ns": 1_000_000},
        {"n": 1, "rate_hz": 100.0, "unit_ns": 1_000_000, "seq_bits": None},
        {"source": "count"},
    ]
)
LIGHT = settings(max_examples=40, deadline=None)


def impair(seed: int, loss: float, twice: float, late: float, count: int = 200) -> list[int]:
    """Numbers of frames in the order in which a bad radio delivers them."""
    rng = np.random.default_rng(seed)
    order: list[tuple[float, int]] = []
    for number in range(count):
        if number and rng.random() < loss:
            continue
        place = number + (rng.integers(1, 4) + 0.5 if number and rng.random() < late else 0.0)
        order.append((place, number))
        if rng.random() < twice:
            order.append((place + rng.integers(0, 3) + 0.25, number))
    return [number for _, number in sorted(order)]


def expect(numbers: list[int]) -> tuple[list[int], int, int]:
    """Frames that get through in order, duplicates and late ones."""
    taken: list[int] = []
    duplicates = late = 0
    for number in numbers:
        if number in taken:
            duplicates += 1
        elif taken and number < taken[-1]:
            late += 1
        else:
            taken.append(number)
    return taken, duplicates, late


def deliver(sensor: Any, numbers: list[int]) -> list[Any]:
    newest, frames = 0, []
    for number in numbers:
        newest = max(newest, number)
        frames.append(sensor.frame(number, sensor.last_ns(newest) + 5e6))
    return frames


@LIGHT
@given(
    shape=SHAPES,
    seed=st.integers(0, 2**32),
    shares=st.tuples(st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0, 0.1)),
    start=st.integers(0, 2**32),
)
def test_the_account_is_exact_and_time_rises(
    sensor: Any,
    feed: Any,
    *,
    shape: dict[str, Any],
    seed: int,
    shares: tuple[float, float, float],
    start: int,
) -> None:
    sensor = sensor.but(**shape, seq0=start, device0_ns=start * 1000)
    numbers = impair(seed, *shares)
    taken, duplicates, reordered = expect(numbers)
    timeline = sensor.timeline()
    out = feed(timeline, deliver(sensor, numbers))
    ledger = timeline.ledger()
    n = sensor.n
    assert out.values == [number * n + k for number in taken for k in range(n)]
    assert (ledger.duplicates, ledger.reordered, ledger.restarts) == (duplicates, reordered, 0)
    assert ledger.lost == (taken[-1] + 1 - len(taken)) * n
    assert ledger.samples == len(taken) * n
    assert ledger.packets == len(numbers)
    assert sum(g.lost for g in out.gaps) == ledger.lost
    assert out.rises()


@LIGHT
@given(shape=SHAPES, seed=st.integers(0, 2**32), cut=st.integers(0, 200), drift_ppm=st.floats(-100, 100))
def test_a_restored_timeline_goes_on_as_if_nothing_had_been(
    sensor: Any, feed: Any, *, shape: dict[str, Any], seed: int, cut: int, drift_ppm: float
) -> None:
    sensor = sensor.but(**shape, drift_ppm=drift_ppm)
    frames = deliver(sensor, impair(seed, 0.05, 0.05, 0.05))
    whole = sensor.timeline()
    items = [feed(whole, [frame]).items for frame in frames]
    first, second = sensor.timeline(), sensor.timeline()
    feed(first, frames[:cut])
    second.restore(first.snapshot())
    feed(first, frames[cut : cut + 5])  # two timelines share nothing
    rest = feed(second, frames[cut:]).items
    expected = [item for group in items[cut:] for item in group]
    assert list(map(told, rest)) == list(map(told, expected))
    assert second.ledger() == whole.ledger()
    assert second.clock() == whole.clock()


@LIGHT
@given(shape=SHAPES, seed=st.integers(0, 2**32), data=st.data())
def test_whatever_the_counters_say_time_never_runs_backwards(
    sensor: Any, feed: Any, *, shape: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    sensor = sensor.but(**shape)
    rng = np.random.default_rng(seed)
    jumps = data.draw(st.lists(st.integers(0, 2**33), min_size=1, max_size=6))
    arrival_ns, frames = 1e10, []
    for jump in jumps:
        changed = sensor.but(seq0=jump % 70_000, device0_ns=jump * 1000)
        for number in range(int(rng.integers(1, 30))):
            arrival_ns += rng.integers(0, 2) * rng.exponential(5e7)
            frames.append(changed.frame(number, arrival_ns))
    out = feed(sensor.timeline(), frames)
    assert out.rises()
    assert len(out.batches) + len([f for f in out.faults if f.kind != "time_backwards"]) == len(frames)


def told(item: Any) -> Any:
    if isinstance(item, SampleBatch):
        return (item.index0, item.t_ns.tobytes(), item.acc_g.tobytes())
    return item
