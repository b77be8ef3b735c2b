from __future__ import annotations

import numpy as np
import pytest

from imu.model import Placement
from imu.signal import SignalParams
from imu.signal.activity import REACH_S, running_evidence

RATE_HZ = 200.0


def stride(size_g: float) -> np.ndarray:
    reach = round(REACH_S * RATE_HZ)
    since_s = np.arange(-reach, reach + 1) / RATE_HZ
    up = 1.0 + size_g * np.sin(2 * np.pi * since_s / 0.35)
    return np.stack([0.5 * (up - 1.0), up, np.zeros_like(up)], axis=1)[None]


def evidence(size_g: float, period_s: float, placement: Placement = Placement.SHANK) -> float:
    return float(
        running_evidence(stride(size_g), np.array([period_s]), RATE_HZ, placement, SignalParams())[0]
    )


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
def test_violent_and_quick_is_running_gentle_and_slow_is_walking(placement: Placement) -> None:
    assert evidence(3.0, 0.7, placement) > 0.0
    assert evidence(0.2, 1.15, placement) < 0.0


def test_pace_alone_decides_nothing() -> None:
    assert evidence(0.2, 0.7) < 0.0


def test_a_shoe_must_move_more_than_a_shank_to_count_as_running() -> None:
    assert evidence(1.3, 0.9, Placement.SHOE) < evidence(1.3, 0.9, Placement.SHANK)


def test_no_single_clue_outweighs_the_rest_without_bound() -> None:
    assert evidence(1000.0, 0.7) == pytest.approx(evidence(100.0, 0.7))


def test_rows_are_judged_one_by_one() -> None:
    rows = np.concatenate([stride(3.0), stride(0.2)])
    both = running_evidence(rows, np.array([0.7, 1.15]), RATE_HZ, Placement.SHANK, SignalParams())
    assert both.tolist() == [evidence(3.0, 0.7), evidence(0.2, 1.15)]
