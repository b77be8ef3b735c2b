from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.clock.envelope import Envelope, EnvelopeParams, lower_hull

S = 1_000_000_000
PARAMS = EnvelopeParams(bucket_ns=S, buckets=60, settle_ns=S // 10, max_slope=1e-3)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60))
def test_the_hull_is_convex_and_below_every_point(heights: list[int]) -> None:
    points = list(enumerate(heights))
    hull = lower_hull(points)
    assert (hull[0], hull[-1]) == (points[0], points[-1])
    for (ax, ay), (bx, by) in itertools.pairwise(hull):
        assert all((y - ay) * (bx - ax) >= (by - ay) * (x - ax) for x, y in points)


@pytest.mark.parametrize("slope", [-1e-4, 0.0, 1e-4])
def test_late_packets_do_not_move_the_line(slope: float) -> None:
    envelope = Envelope(PARAMS)
    for i in range(600):
        late_ns = 0 if i % 7 == 0 else 30_000_000 + i
        envelope.add(i * S // 10, round(5_000 + slope * i * S / 10) + late_ns)
    assert envelope.slope == pytest.approx(slope, abs=1e-7)
    assert envelope.offset_ns(60 * S) == pytest.approx(5_000 + slope * 60 * S, abs=10_000)


def test_an_earlier_packet_than_thought_possible_lowers_the_line_at_once() -> None:
    envelope = Envelope(PARAMS)
    envelope.add(0, 9_000)
    envelope.add(10, 2_000)
    assert envelope.offset_ns(10) == 2_000


def test_an_impossible_drift_is_limited() -> None:
    envelope = Envelope(PARAMS)
    for i in range(100):
        envelope.add(i * S, i * S // 10)
    assert envelope.slope == PARAMS.max_slope


def test_memory_is_bounded_and_old_points_are_forgotten() -> None:
    envelope = Envelope(PARAMS)
    for i in range(500):
        envelope.add(i * S, -50_000_000 if i < 100 else 0)
    assert len(envelope.kept) == PARAMS.buckets
    assert envelope.offset_ns(500 * S) == 0


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 400)), min_size=1, max_size=120))
def test_hull_that_slides_is_the_hull_of_what_is_kept(moves: list[tuple[int, int]]) -> None:
    envelope = Envelope(EnvelopeParams(bucket_ns=1000, buckets=7, settle_ns=5000, max_slope=0.1))
    device_ns = 0
    for step_ns, delay_ns in moves:
        device_ns += step_ns
        envelope.add(device_ns, delay_ns)
        assert envelope.hull == (lower_hull(envelope.kept) if envelope.kept else [])
