from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imu.batch.disturb import DISTURBANCES, add_noise, clip, lose, resample, rotate

ACC, GYR = ["acc_x_g", "acc_y_g", "acc_z_g"], ["gyr_x_dps", "gyr_y_dps", "gyr_z_dps"]


@pytest.fixture
def samples() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    values = np.hstack([rng.normal(0.0, 4.0, (4000, 3)), rng.normal(0.0, 200.0, (4000, 3))])
    table = pd.DataFrame(values, columns=ACC + GYR)
    table.insert(0, "time_s", np.arange(4000) / 150.0)
    return table


def test_a_rotation_keeps_lengths_and_handedness(samples: pd.DataFrame) -> None:
    turned = rotate(samples, 2)
    for names in (ACC, GYR):
        before, after = samples[names].to_numpy(), turned[names].to_numpy()
        np.testing.assert_allclose(np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1))
        assert np.linalg.det(np.linalg.lstsq(before, after)[0]) == pytest.approx(1.0)
    assert not np.allclose(turned[ACC], samples[ACC])


def test_clipping_touches_acceleration_only(samples: pd.DataFrame) -> None:
    clipped = clip(samples)
    assert clipped[ACC].abs().max().max() == 8.0
    pd.testing.assert_frame_equal(clipped[GYR], samples[GYR])


def test_noise_has_the_stated_size(samples: pd.DataFrame) -> None:
    added = add_noise(samples, 5) - samples
    assert added[ACC].to_numpy().std() == pytest.approx(0.05, rel=0.05)
    assert added[GYR].to_numpy().std() == pytest.approx(2.0, rel=0.05)
    assert (added["time_s"] == 0.0).all()


def test_losses_come_in_bursts_and_add_up(samples: pd.DataFrame) -> None:
    left = lose(samples, 4)
    missing = np.rint(np.diff(left["time_s"]) * 150.0).astype(int) - 1
    assert 0.05 <= 1.0 - len(left) / len(samples) < 0.06
    assert missing[missing > 0].min() >= 5


def test_resampling_keeps_the_signal(samples: pd.DataFrame) -> None:
    even = resample(samples)
    np.testing.assert_allclose(np.diff(even["time_s"]), 0.005, atol=1e-9)
    third = samples[:3000:3]  # every fourth new sample falls on one of these
    back = np.interp(third["time_s"], even["time_s"], even["acc_x_g"])
    np.testing.assert_allclose(back, third["acc_x_g"], atol=1e-6)


@pytest.mark.parametrize("name", list(DISTURBANCES))
def test_the_same_seed_does_the_same_and_leaves_its_input_alone(samples: pd.DataFrame, name: str) -> None:
    disturb, seed = DISTURBANCES[name]
    before = samples.copy()
    pd.testing.assert_frame_equal(disturb(samples, seed), disturb(samples, seed))
    pd.testing.assert_frame_equal(samples, before)
