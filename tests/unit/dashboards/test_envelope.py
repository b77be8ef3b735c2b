from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.envelope import Envelope

NS = 1_000_000_000


def fill(envelope: Envelope, t_s: np.ndarray, value: np.ndarray, sizes: list[int] | None = None) -> None:
    t_ns = np.round(t_s * NS).astype(np.int64)
    cuts = np.cumsum(sizes) if sizes else []
    for times, values in zip(np.split(t_ns, cuts), np.split(value, cuts), strict=True):
        envelope.add(times, values)


@given(sizes=st.lists(st.integers(0, 90), max_size=40), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_any_split_of_the_samples_draws_the_same(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    t_s, value = 3.0 + np.arange(3000) / 200, rng.normal(size=3000)
    whole, split = Envelope(bins=300), Envelope(bins=300)
    fill(whole, t_s, value)
    fill(split, t_s, value, sizes)
    one, other = whole.read(18 * NS), split.read(18 * NS)
    np.testing.assert_array_equal(one.x_s, other.x_s)
    np.testing.assert_array_equal(one.y, other.y)


def test_no_peak_is_lost() -> None:
    envelope = Envelope(window_s=10.0, bins=50)
    t_s = np.arange(10_000) / 1000
    value = np.ones(10_000)
    value[[123, 4567, 9999]] = [9.0, 11.0, 7.0]
    fill(envelope, t_s, value)
    trace = envelope.read(round(t_s[-1] * NS))
    assert sorted(trace.y)[-3:] == [7.0, 9.0, 11.0]
    assert len(trace.y) == 100


def test_old_samples_leave_the_window() -> None:
    envelope = Envelope(window_s=10.0, bins=100)
    fill(envelope, np.array([0.05, 5.05, 12.05]), np.array([1.0, 2.0, 3.0]))
    trace = envelope.read(round(12.05 * NS))
    assert trace.y.tolist() == [2.0, 2.0, 3.0, 3.0]
    assert trace.x_s == pytest.approx([-7.0, -7.0, 0.0, 0.0])
    assert envelope.read(40 * NS).y.size == 0


def test_missing_samples_leave_a_hole() -> None:
    envelope = Envelope(window_s=10.0, bins=500)
    t_s = np.arange(1000) / 100
    keep = (t_s < 4.0) | (t_s > 4.5)
    fill(envelope, t_s[keep], np.ones(keep.sum()))
    trace = envelope.read(10 * NS)
    (hole,) = np.flatnonzero(trace.connect == 0)
    assert trace.x_s[hole] == pytest.approx(-6.0, abs=0.03)
    assert trace.x_s[hole + 1] == pytest.approx(-5.5, abs=0.03)


def test_values_that_are_not_finite_are_left_out() -> None:
    envelope = Envelope()
    fill(envelope, np.array([1.0, 1.001, 1.002]), np.array([np.nan, 2.0, np.inf]))
    assert set(envelope.read(NS).y) <= {2.0}
    assert np.isfinite(envelope.read(NS + NS // 2).y).all()


def test_a_window_without_samples_is_empty() -> None:
    assert Envelope().read(5 * NS).x_s.size == 0
