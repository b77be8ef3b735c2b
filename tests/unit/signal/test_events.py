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


def after(rate_hz: float) -> np.ndarray:
    return np.array([round(0.035 * rate_hz)])


@pytest.mark.parametrize("rate_hz", [100.0, 143.0, 200.0])
def test_contact_moves_with_the_burst_by_fractions_of_a_sample(rate_hz: float) -> None:
    offsets_s = np.linspace(-0.01, 0.01, 9)
    rows = np.vstack([burst(rate_hz, offset) for offset in offsets_s])
    at_s = (
        initial_contact(rows, rate_hz, np.repeat(after(rate_hz), len(rows)), NO_LAG, SignalParams()) / rate_hz
    )
    np.testing.assert_allclose(at_s - offsets_s, np.mean(at_s - offsets_s), atol=0.0025)


def test_equal_lags_are_taken_off_as_they_are() -> None:
    lag = ContactLag(half_ms=10.0, most_ms=10.0, centroid_ms=10.0)
    row = burst(200.0, 0.0)
    moved = initial_contact(row, 200.0, after(200.0), NO_LAG, SignalParams()) - initial_contact(
        row, 200.0, after(200.0), lag, SignalParams()
    )
    assert moved[0] / 200.0 == pytest.approx(0.010)


def test_one_mark_led_astray_does_no_harm() -> None:
    far = ContactLag(half_ms=0.0, most_ms=0.0, centroid_ms=500.0)
    row = burst(200.0, 0.0)
    usual, astray = (
        initial_contact(row, 200.0, after(200.0), lag, SignalParams())[0] for lag in (NO_LAG, far)
    )
    assert abs(usual - astray) / 200.0 < 0.012


PHASE = np.arange(170) / 140.0
"""Part of a stride of 0.7 s at 200 Hz."""


def off(signal: np.ndarray, latest: float = 1.0) -> float:
    one = np.ones(1)
    found = toe_off(signal[None, :], 0.0 * one, 140.0 * one, latest=latest * one, rate_hz=200.0, rule=RULE)
    return float(found[0]) / 200.0


def dip(centre: float) -> np.ndarray:
    return np.asarray(-np.exp(-0.5 * ((PHASE - centre) / 0.03) ** 2))


def test_toe_off_is_the_extremum_less_its_lag() -> None:
    assert off(dip(0.36)) == pytest.approx(0.36 * 0.7 - 0.020, abs=0.002)


def test_toe_off_near_its_usual_place_wins() -> None:
    assert off(dip(0.35) + 1.1 * dip(0.48)) == pytest.approx(0.35 * 0.7 - 0.020, abs=0.003)


def test_toe_off_is_unknown_where_nothing_stands_out() -> None:
    for signal in (np.zeros(170), np.linspace(0.0, 1.0, 170), dip(0.7)):
        assert np.isnan(off(signal))


def test_toe_off_is_not_looked_for_after_the_samples_that_are_waited_for() -> None:
    assert np.isnan(off(dip(0.45), latest=0.40))
