from __future__ import annotations

import numpy as np
import pytest

from imu.signal import SignalParams
from imu.signal.impact import ImpactMeter

UP = np.array([[0.0, 1.0, 0.0]])


def spike(
    meter: ImpactMeter, rate_hz: float, *, height_g: float, after_s: float, width_s: float
) -> np.ndarray:
    """One g upwards and a bell along "up" and forward."""
    since_s = (np.arange(meter.length) - meter.lead) / rate_hz
    bell = height_g * np.exp(-0.5 * ((since_s - after_s) / (width_s / 2.355)) ** 2)
    return np.stack([0.75 * bell, 1.0 + bell, np.zeros_like(bell)], axis=1)[None]


@pytest.mark.parametrize("rate_hz", [143.0, 200.0, 416.0, 1000.0])
def test_peaks_keep_what_the_filter_keeps(rate_hz: float) -> None:
    meter = ImpactMeter(rate_hz, SignalParams())
    acc = spike(meter, rate_hz, height_g=8.0, after_s=0.025, width_s=0.020)
    impact = meter.measure(acc, np.array([0.0]), UP)
    assert 0.90 * 8.0 < impact.axial_g[0] - 1.0 < 1.02 * 8.0
    assert impact.resultant_g[0] == pytest.approx(
        np.hypot(0.75 * (impact.axial_g[0] - 1.0), impact.axial_g[0])
    )
    assert impact.time_to_peak_ms[0] == pytest.approx(25.0, abs=2.5)


def test_gravity_is_part_of_the_number() -> None:
    meter = ImpactMeter(200.0, SignalParams())
    still = np.broadcast_to(UP, (1, meter.length, 3)).copy()
    impact = meter.measure(still, np.array([0.0]), UP)
    assert impact.resultant_g[0] == pytest.approx(1.0)
    assert impact.axial_g[0] == pytest.approx(1.0)


def test_time_to_peak_counts_from_contact_between_samples() -> None:
    meter = ImpactMeter(200.0, SignalParams())
    acc = spike(meter, 200.0, height_g=8.0, after_s=0.025, width_s=0.020)
    early, late = (meter.measure(acc, np.array([f]), UP).time_to_peak_ms[0] for f in (0.0, 0.8))
    assert early - late == pytest.approx(0.8 * 5.0)


def test_mounting_does_not_change_the_resultant() -> None:
    meter = ImpactMeter(200.0, SignalParams())
    acc = spike(meter, 200.0, height_g=8.0, after_s=0.025, width_s=0.020)
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    turned = meter.measure(acc @ turn.T, np.array([0.0]), UP @ turn.T)
    straight = meter.measure(acc, np.array([0.0]), UP)
    assert turned.resultant_g[0] == pytest.approx(straight.resultant_g[0])
    assert turned.axial_g[0] == pytest.approx(straight.axial_g[0])
