"""Landing types where the truth is known exactly: the simulator, whose runners land as they are told."""

from __future__ import annotations

import numpy as np
import pytest

from imu.model import Activity, Placement, Strike
from imu.signal import StepDetector
from tests.laws import streams
from tests.unit.signal.simulated import run


@pytest.mark.parametrize("angle_deg", [20.0, 14.0, -3.0, -8.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_heel_or_not_is_right_and_hardly_ever_open(angle_deg: float, seed: int) -> None:
    sensor, batch, _ = run(Placement.SHOE, angle_deg, seed=seed)
    steps = [
        step
        for step in streams.steps_in(streams.run(StepDetector(sensor), [batch]))
        if step.activity is Activity.RUN
    ][:-1]
    decided = [step.strike for step in steps if step.strike is not Strike.UNSURE]
    right = [(strike is Strike.HEEL) == (angle_deg > 0.0) for strike in decided]
    assert len(steps) > 20
    assert len(decided) >= 0.95 * len(steps)
    assert np.mean(right) >= 0.98


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
@pytest.mark.parametrize("angle_deg", [14.0, -5.0])
def test_contacts_of_heel_and_forefoot_strikers_are_hardly_biased(
    placement: Placement, angle_deg: float
) -> None:
    sensor, batch, truth = run(placement, angle_deg)
    found = np.array(
        [s.initial_contact_ns for s in streams.steps_in(streams.run(StepDetector(sensor), [batch]))]
    )
    true = np.asarray(truth.initial_contact_s) * 1e9
    nearest = true[np.abs(true[None, :] - found[:, None]).argmin(axis=1)]
    assert abs(np.median(found - nearest)) <= 20e6
    assert np.std(found[3:-1] - nearest[3:-1]) <= 8e6
