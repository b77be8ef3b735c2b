from __future__ import annotations

import math

import numpy as np
import pytest

from imu.model import Strike
from imu.signal import SignalParams
from imu.signal.landing import FLAT_REACH_S, classify, drop_onset, early_rate, rebound_rate, strike_angle

PARAMS = SignalParams()
RATE_HZ = 200.0
LENGTH = round(FLAT_REACH_S * RATE_HZ) + 8


def slap(angle_deg: float, contact: float, duration_s: float = 0.04) -> np.ndarray:
    """Pitch rate of a foot that turns by an angle to flat at an even rate after contact."""
    since_s = (np.arange(LENGTH) - contact) / RATE_HZ
    rate = np.where((since_s >= 0) & (since_s < duration_s), -angle_deg / duration_s, 0.0)
    return np.asarray(rate)[None, :]


@pytest.mark.parametrize("angle_deg", [-12.0, 0.0, 4.0, 25.0])
def test_angle_is_the_turn_to_foot_flat(angle_deg: float) -> None:
    assert strike_angle(slap(angle_deg, 3.0), np.array([3.0]), RATE_HZ, PARAMS)[0] == pytest.approx(
        angle_deg, abs=0.1 * abs(angle_deg) + 1e-9
    )


def test_angle_knows_fractions_of_a_sample() -> None:
    rate = np.where(np.arange(LENGTH) < 14, -90.0, 0.0) * np.ones((2, 1))
    rate[:, 25:] = 300.0
    early, late = strike_angle(rate, np.array([3.0, 3.5]), RATE_HZ, PARAMS)
    assert early - late == pytest.approx(90.0 * 0.5 / RATE_HZ)


def test_a_foot_that_never_rests_has_no_angle() -> None:
    rate = np.full((1, LENGTH), -(PARAMS.flat_rate_dps + 1.0))
    assert np.isnan(strike_angle(rate, np.array([3.0]), RATE_HZ, PARAMS)[0])


def test_rebound_looks_just_after_contact_only() -> None:
    rate = np.zeros((1, LENGTH))
    rate[0, 3], rate[0, 3 + round(0.03 * RATE_HZ)], rate[0, 3 + round(0.1 * RATE_HZ)] = 900.0, 80.0, 900.0
    assert rebound_rate(rate, np.array([3.0]), RATE_HZ, PARAMS)[0] == 80.0


@pytest.mark.parametrize(
    ("angle_deg", "rebound_dps", "early_dps", "expected"),
    [
        (15.0, 0.0, -250.0, Strike.HEEL),
        (10.1, 0.0, -150.0, Strike.HEEL),
        (15.0, 0.0, 20.0, Strike.UNSURE),  # no heel-first foot turns its toes up after contact
        (8.0, 0.0, -60.0, Strike.UNSURE),
        (8.0, 0.0, -150.0, Strike.HEEL),
        (8.0, 60.0, -60.0, Strike.MIDFOOT),
        (8.0, 60.0, -150.0, Strike.UNSURE),  # toes and heel drop
        (8.0, 60.0, -250.0, Strike.HEEL),
        (3.0, 0.0, -60.0, Strike.MIDFOOT),
        (-1.6, 0.0, 0.0, Strike.MIDFOOT),  # nothing turns: it came down flat
        (-1.6, 60.0, 30.0, Strike.FOREFOOT),
        (-9.0, 0.0, 100.0, Strike.FOREFOOT),
        (None, 60.0, 30.0, Strike.UNSURE),
        (None, 90.0, 80.0, Strike.FOREFOOT),
        (None, 0.0, -150.0, Strike.HEEL),
        (None, math.nan, math.nan, Strike.UNSURE),
    ],
)
def test_borders(angle_deg: float | None, rebound_dps: float, early_dps: float, expected: Strike) -> None:
    assert classify(angle_deg, rebound_dps, early_dps, PARAMS) is expected


def test_early_rate_is_the_mean_just_after_contact() -> None:
    rate = np.full((1, LENGTH), 900.0)
    first, last = (round(s * RATE_HZ) for s in (PARAMS.early_first_s, PARAMS.early_last_s))
    rate[0, 3 + first : 3 + last + 1] = -200.0
    assert early_rate(rate, np.array([3.0]), RATE_HZ, PARAMS)[0] == pytest.approx(-200.0)


@pytest.mark.parametrize("late_ms", [0.0, 10.0, 20.0])
@pytest.mark.parametrize(("drop_dps", "moves"), [(-700.0, True), (-250.0, False)])
def test_a_late_contact_costs_no_fast_drop_of_the_toes(late_ms: float, drop_dps: float, moves: bool) -> None:
    """The toes drop from 0.1 s on for 30 ms: fast after a heel, slowly while a forefoot comes down."""
    rate_hz = 200.0
    time_s = np.arange(80) / rate_hz
    rate_dps = np.where((time_s >= 0.1) & (time_s < 0.13), drop_dps, 0.0)[None, :]
    contact = np.array([(0.1 + late_ms / 1e3) * rate_hz])
    onset_s = drop_onset(rate_dps, contact, rate_hz, SignalParams()) / rate_hz
    assert onset_s[0] == pytest.approx(0.0975 if moves else contact[0] / rate_hz)
