from __future__ import annotations

import numpy as np
import pytest

from imu.signal.windows import odd, parabola, prominent, smooth


@pytest.mark.parametrize(("length", "expected"), [(0.2, 3), (3.9, 5), (5.0, 5), (6.2, 7)])
def test_odd_is_odd_and_not_too_small(length: float, expected: int) -> None:
    assert odd(length) == expected


def test_smoothing_keeps_a_constant_and_the_place_of_a_peak() -> None:
    rows = np.vstack([np.full(41, 2.5), np.exp(-0.5 * ((np.arange(41) - 20) / 3.0) ** 2)])
    smoothed = smooth(rows, 7)
    np.testing.assert_allclose(smoothed[0], 2.5, rtol=1e-12)
    assert smoothed[1].argmax() == 20
    assert smoothed[1].max() < 1.0


@pytest.mark.parametrize("shift", [-0.4, 0.0, 0.3])
def test_parabola_finds_the_vertex_between_samples(shift: float) -> None:
    rows = -((np.arange(9.0) - 4.0 - shift) ** 2)[None, :]
    assert parabola(rows, np.array([4]))[0] == pytest.approx(shift, abs=1e-12)


def test_parabola_does_not_move_off_the_end_or_a_plateau() -> None:
    rows = np.array([[3.0, 2.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    assert parabola(rows, np.array([0, 1])).tolist() == [0.0, 0.0]


def test_prominent_prefers_what_stands_out_to_what_is_high() -> None:
    at = np.arange(120.0)
    row = 3.0 * np.exp(-0.5 * ((at - 30) / 60.0) ** 2) + np.exp(-0.5 * ((at - 80) / 3.0) ** 2)
    place, found = prominent(row[None, :], np.ones((1, 120)), 25)
    assert found[0]
    assert abs(place[0] - 80) <= 1


def test_prominent_takes_nothing_where_the_weight_is_zero() -> None:
    row = np.exp(-0.5 * ((np.arange(60.0) - 20) / 3.0) ** 2)[None, :]
    weight = np.where(np.arange(60) > 40, 1.0, 0.0)[None, :]
    assert not prominent(row, weight, 20)[1][0]
