"""What is found in real recordings beside the project, apart from the figures of the accuracy page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.signal import butter, find_peaks, sosfiltfilt

from imu.batch.recordings import read_recording

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from imu.batch.recordings import Recording

ACC = ["acc_x_g", "acc_y_g", "acc_z_g"]


def recording(path: Path) -> Recording:
    found = read_recording(path)
    assert found is not None
    return found


def scaled(one: Recording, by: float) -> pd.DataFrame:
    """Make the movement stronger or weaker; gravity stays."""
    samples = one.samples.copy()
    acc = samples[ACC].to_numpy()
    samples[ACC] = acc.mean(axis=0) + by * (acc - acc.mean(axis=0))
    return samples


def test_every_swing_of_the_shoe_but_the_last_has_its_contact_in_the_file(shared_data: Path) -> None:
    one = recording(shared_data / "wmf" / "run_first44s.json")
    time_s = np.arange(one.samples["time_s"].iloc[0], one.samples["time_s"].iloc[-1], 0.01)
    rate_dps = np.interp(time_s, one.samples["time_s"], one.samples["gyr_x_dps"])
    slow_dps = sosfiltfilt(butter(2, 5.0, fs=100.0, output="sos"), -rate_dps)
    swing_s = time_s[find_peaks(slow_dps, height=150.0, distance=40)[0]]
    steps = one.steps()
    contact_s = steps.loc[steps["activity"] == "run", "initial_contact_s"].to_numpy(dtype=float)
    assert len(swing_s) == 62
    assert len(contact_s) == 61
    after_s = contact_s - swing_s[:-1]
    assert after_s.min() > 0.05
    assert after_s.max() < 0.3
    assert time_s[-1] - swing_s[-1] < after_s.min()  # the contact of the last swing would come later


def test_lost_and_clipped_samples_leave_hardly_a_landing_open(shared_data: Path) -> None:
    steps = recording(shared_data / "wmf" / "run_first44s.json").steps()
    strikes = steps.loc[steps["activity"] == "run", "strike"].astype(str)
    assert (strikes == "unsure").mean() <= 0.05


@pytest.mark.parametrize("by", [0.5, 0.6, 1.6])
@pytest.mark.parametrize(
    ("name", "activity"), [("trial01_run", "run"), ("trial02_run", "run"), ("trial03_walk", "walk")]
)
def test_soft_and_hard_runners_are_runners(shared_data: Path, name: str, activity: str, by: float) -> None:
    one = recording(shared_data / "marlow17" / f"{name}.json")
    steps = one.steps(scaled(one, by))
    assert (steps["activity"] == activity).mean() >= 0.95
