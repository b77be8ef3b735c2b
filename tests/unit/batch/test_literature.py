from __future__ import annotations

import numpy as np
import pytest

from imu.batch.literature import (
    ENGINES,
    LANDING_RULES,
    Signals,
    aubol,
    axial,
    fadillioglu,
    falbriard,
    fixed_threshold,
    foot_flat,
    mercer,
    purcell,
    sign_of_rate,
    signals_of,
    sinclair,
)
from imu.model import Placement, Strike
from tests.laws import streams

RATE_HZ = 400.0
PEAKS_S = np.array([0.6, 1.3, 2.0, 2.7])


def signal(height_g: float, pitch_dps: np.ndarray | None = None) -> Signals:
    """Axial acceleration: 1 g, and a dip through zero 50 ms before each peak; forward is half of it."""
    time_s = np.arange(round(3.3 * RATE_HZ)) / RATE_HZ
    found = np.ones_like(time_s)
    for peak_s in PEAKS_S:
        found += height_g * np.exp(-0.5 * ((time_s - peak_s) / 0.007) ** 2)
        found -= 2.5 * np.exp(-0.5 * ((time_s - peak_s + 0.05) / 0.012) ** 2)
    return Signals(found, 0.5 * found, np.abs(found), pitch_dps, RATE_HZ)


def swings(*, dip_dps: float) -> np.ndarray:
    """Rate of a leg that swings forward 150 ms before each peak and turns back at it."""
    time_s = np.arange(round(3.3 * RATE_HZ)) / RATE_HZ
    rate = np.zeros_like(time_s)
    for peak_s in PEAKS_S:
        rate += 500.0 * np.exp(-0.5 * ((time_s - peak_s + 0.15) / 0.05) ** 2)
        rate -= dip_dps * np.exp(-0.5 * ((time_s - peak_s) / 0.02) ** 2)
    return rate


def test_fixed_threshold_finds_the_peaks_and_nothing_below_it() -> None:
    np.testing.assert_allclose(fixed_threshold(signal(7.0)) / RATE_HZ, PEAKS_S, atol=0.003)
    assert len(fixed_threshold(signal(1.5))) == 0


def test_fixed_threshold_takes_the_higher_of_two_peaks_within_its_hold_off() -> None:
    two = signal(7.0)
    two.axial_g[round(1.1 * RATE_HZ)] = 5.0
    assert len(fixed_threshold(two)) == len(PEAKS_S)


@pytest.mark.parametrize("engine", [mercer, sinclair, aubol])
def test_onset_lies_shortly_before_each_peak(engine: object) -> None:
    before_s = PEAKS_S - engine(signal(7.0)) / RATE_HZ  # type: ignore[operator]
    assert ((before_s > 0.005) & (before_s < 0.08)).all()


def test_forward_extremum_lies_at_the_peak() -> None:
    np.testing.assert_allclose(purcell(signal(7.0)) / RATE_HZ, PEAKS_S, atol=0.003)


@pytest.mark.parametrize(("engine", "lag_s"), [(falbriard, 0.0), (fadillioglu, -0.04)])
def test_rules_of_the_gyroscope_find_the_turn_after_each_swing(engine: object, lag_s: float) -> None:
    found_s = engine(signal(7.0, swings(dip_dps=300.0))) / RATE_HZ  # type: ignore[operator]
    wanted_s = PEAKS_S[: len(found_s)] + lag_s
    assert len(found_s) >= 3
    np.testing.assert_allclose(found_s, wanted_s, atol=0.02)


def test_no_peak_no_contact() -> None:
    flat = Signals(np.ones(1000), np.zeros(1000), np.ones(1000), np.zeros(1000), RATE_HZ)
    for engine in ENGINES.values():
        assert len(engine.find(flat)) == 0


def test_a_rule_is_shown_only_for_sensors_it_was_made_for() -> None:
    assert not ENGINES["Falbriard 2018"].fits(Placement.SHOE, has_gyro=False)
    assert not ENGINES["Mercer 2003"].fits(Placement.SHOE, has_gyro=True)
    assert ENGINES["Fadillioglu 2020"].fits(Placement.SHANK, has_gyro=True)


def test_every_rule_names_its_paper() -> None:
    for name, engine in ENGINES.items():
        assert name.rpartition(" ")[2] in f"{engine.find.__doc__} 375 ms"
    assert all("doi" in str(rule.__doc__) for rule in LANDING_RULES.values())


def foot(before_flat_deg: float) -> Signals:
    """Turn by an angle within 60 ms of sample 100 and stay flat."""
    rate = np.zeros(400)
    rate[100:124] = -before_flat_deg / 0.06
    return Signals(np.ones(400), np.zeros(400), np.ones(400), rate, RATE_HZ)


@pytest.mark.parametrize(
    ("angle_deg", "kind"), [(15.0, Strike.HEEL), (3.0, Strike.MIDFOOT), (-8.0, Strike.FOREFOOT)]
)
def test_foot_flat_measures_the_angle(angle_deg: float, kind: Strike) -> None:
    assert foot_flat(foot(angle_deg), 100) is kind


def test_a_foot_that_is_never_flat_is_undecided() -> None:
    turning = Signals(np.ones(400), np.zeros(400), np.ones(400), np.full(400, 200.0), RATE_HZ)
    assert foot_flat(turning, 100) is Strike.UNSURE


def test_sign_of_rate_always_decides() -> None:
    assert sign_of_rate(foot(15.0), 100) is Strike.HEEL
    assert sign_of_rate(foot(-8.0), 100) is Strike.FOREFOOT


def test_without_a_gyroscope_landing_is_not_measured() -> None:
    for rule in LANDING_RULES.values():
        assert rule(signal(7.0), 100) is Strike.UNMEASURABLE


def test_segment_axes_do_not_depend_on_the_mounting() -> None:
    batch = streams.gait(streams.worn(Placement.SHANK, has_gyro=True), 1)
    turn = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    one = signals_of(batch.acc_g, batch.gyr_dps, 200.0)
    other = signals_of(batch.acc_g @ turn, batch.gyr_dps @ turn, 200.0)
    np.testing.assert_allclose(other.axial_g, one.axial_g, atol=1e-9)
    np.testing.assert_allclose(other.pitch_dps, one.pitch_dps, atol=1e-6)


def test_axial_is_along_the_mean() -> None:
    acc = np.array([[0.0, -1.0, 0.0], [0.0, -3.0, 1.0], [0.0, -2.0, -1.0]])
    assert axial(acc).tolist() == [1.0, 3.0, 2.0]
