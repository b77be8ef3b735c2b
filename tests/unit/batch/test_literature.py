from __future__ import annotations

import numpy as np
import pytest

from imu.batch.literature import ENGINES, axial, fixed_threshold, mercer, sinclair

RATE_HZ = 400.0
PEAKS_S = np.array([0.6, 1.3, 2.0, 2.7])


def signal(height_g: float) -> np.ndarray:
    """Axial acceleration: 1 g, and a dip through zero 30 ms before each peak."""
    time_s = np.arange(round(3.3 * RATE_HZ)) / RATE_HZ
    found = np.ones_like(time_s)
    for peak_s in PEAKS_S:
        found += height_g * np.exp(-0.5 * ((time_s - peak_s) / 0.007) ** 2)
        found -= 2.5 * np.exp(-0.5 * ((time_s - peak_s + 0.05) / 0.012) ** 2)
    return found


def test_fixed_threshold_finds_the_peaks_and_nothing_below_it() -> None:
    np.testing.assert_allclose(fixed_threshold(signal(7.0), RATE_HZ) / RATE_HZ, PEAKS_S, atol=0.003)
    assert len(fixed_threshold(signal(1.5), RATE_HZ)) == 0


def test_fixed_threshold_takes_the_higher_of_two_peaks_within_its_hold_off() -> None:
    two = signal(7.0)
    two[round(1.1 * RATE_HZ)] = 5.0
    assert len(fixed_threshold(two, RATE_HZ)) == len(PEAKS_S)


@pytest.mark.parametrize("engine", [mercer, sinclair])
def test_onset_lies_shortly_before_each_peak(engine: object) -> None:
    before_s = PEAKS_S - engine(signal(7.0), RATE_HZ) / RATE_HZ  # type: ignore[operator]
    assert ((before_s > 0.005) & (before_s < 0.08)).all()


def test_no_peak_no_contact() -> None:
    for engine, _ in ENGINES.values():
        assert len(engine(np.ones(1000), RATE_HZ)) == 0


def test_axial_is_along_the_mean() -> None:
    acc = np.array([[0.0, -1.0, 0.0], [0.0, -3.0, 1.0], [0.0, -2.0, -1.0]])
    assert axial(acc).tolist() == [1.0, 3.0, 2.0]
