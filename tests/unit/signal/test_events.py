from __future__ import annotations

import numpy as np
import pytest

from imu.signal import ContactLag, SignalParams, ToeOffRule, ToeOffSignal
from imu.signal.events import CONTACT_REACH_S, initial_contact, toe_off

NO_LAG = ContactLag(half_ms=0.0, most_ms=0.0, centroid_ms=0.0)
RULE = ToeOffRule(ToeOffSignal.AXIAL, -1, 0.2, 0.5, 20.0, 0.35, 0.08)


def burst(rate_hz: float, offset_s: float) -> np.ndarray:
    reach = round(CONTACT_REACH_S * rate_hz)
    between_s = (np.arange(-reach, reach + 1) - 0.5) / rate_hz
    return np.asarray(1e4 * np.exp(-0.5 * ((between_s - offset_s) / 0.008) ** 2))[None, :]


@pytest.mark.parametrize("rate_hz", [100.0, 143.0, 200.0])
def test_contact_moves_with_the_burst_by_fractions_of_a_sample(rate_hz: float) -> None:
    offsets_s = np.linspace(-0.02, 0.02, 9)
    rows = np.vstack([burst(rate_hz, offset) for offset in offsets_s])
    at_s = initial_contact(rows, rate_hz, NO_LAG, SignalParams()) / rate_hz
    np.testing.assert_allclose(at_s - offsets_s, np.mean(at_s - offsets_s), atol=0.0025)


def test_equal_lags_are_taken_off_as_they_are() -> None:
    lag = ContactLag(half_ms=10.0, most_ms=10.0, centroid_ms=10.0)
    row = burst(200.0, 0.0)
    moved = initial_contact(row, 200.0, NO_LAG, SignalParams()) - initial_contact(
        row, 200.0, lag, SignalParams()
    )
    assert moved[0] / 200.0 == pytest.approx(0.010)


def test_one_mark_led_astray_does_no_harm() -> None:
    far = ContactLag(half_ms=0.0, most_ms=0.0, centroid_ms=500.0)
    row = burst(200.0, 0.0)
    usual, astray = (initial_contact(row, 200.0, lag, SignalParams())[0] for lag in (NO_LAG, far))
    assert abs(usual - astray) / 200.0 < 0.012


def test_toe_off_is_the_extremum_less_its_lag() -> None:
    phase = np.arange(170) / 200.0 / 0.7
    signal = 1.0 - np.exp(-0.5 * ((phase - 0.36) / 0.03) ** 2)
    off = toe_off(signal[None, :], np.array([0.0]), np.array([140.0]), 200.0, RULE)
    assert off[0] / 200.0 == pytest.approx(0.36 * 0.7 - 0.020, abs=0.002)


def test_toe_off_is_unknown_where_nothing_stands_out() -> None:
    flat = np.zeros((1, 170))
    rising = np.linspace(0.0, 1.0, 170)[None, :]
    for signal in (flat, rising):
        assert np.isnan(toe_off(signal, np.array([0.0]), np.array([140.0]), 200.0, RULE)[0])
