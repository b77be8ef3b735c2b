"""What goes wrong with real sensors, done to a recording on purpose; the same seed does the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.model.samples import FloatArray

__all__ = ["DISTURBANCES", "add_noise", "clip", "lose", "resample", "rotate"]

CLIP_G = 8.0
NOISE_G, NOISE_DPS = 0.05, 2.0
LOST_SHARE, SHORTEST_BURST, LONGEST_BURST = 0.05, 5, 10
RATE_HZ, LOW_RATE_HZ = 200.0, 100.0


def rotate(samples: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Mount the sensor in another way: one random rotation of all axes."""
    rng = np.random.default_rng(seed)
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    turn = q * np.sign(np.diag(r))
    turn[:, 0] *= np.sign(np.linalg.det(turn))
    return _each_sensor(samples, lambda values, _: values @ turn.T)


def clip(samples: pd.DataFrame, seed: int = 0) -> pd.DataFrame:  # noqa: ARG001 - all have one shape
    """Cut the acceleration off at 8 g."""
    return _each_sensor(
        samples, lambda values, unit: np.clip(values, -CLIP_G, CLIP_G) if unit == "g" else values
    )


def add_noise(samples: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add white noise of 0.05 g and 2 degrees per second rms to every axis."""
    rng = np.random.default_rng(seed)
    rms = {"g": NOISE_G, "dps": NOISE_DPS}
    return _each_sensor(samples, lambda values, unit: values + rng.normal(0.0, rms[unit], values.shape))


def lose(samples: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Lose 5 % of the samples in bursts of 5 to 10, as when packets are lost."""
    rng = np.random.default_rng(seed)
    kept = np.ones(len(samples), np.bool_)
    while kept.mean() > 1.0 - LOST_SHARE:
        first = int(rng.integers(1, len(samples) - LONGEST_BURST))
        kept[first : first + int(rng.integers(SHORTEST_BURST, LONGEST_BURST + 1))] = False
    return samples[kept].reset_index(drop=True)


def resample(samples: pd.DataFrame, seed: int = 0, rate_hz: float = RATE_HZ) -> pd.DataFrame:  # noqa: ARG001 - all have one shape
    """Bring the recording to another rate by straight lines between samples."""
    time_s = samples[TIME_COLUMN].to_numpy()
    count = int((time_s[-1] - time_s[0]) * rate_hz) + 1
    new_s = np.round(time_s[0] + np.arange(count) / rate_hz, 9)
    columns = [name for name in samples.columns if name != TIME_COLUMN]
    values = {name: np.interp(new_s, time_s, samples[name].to_numpy()) for name in columns}
    return pd.DataFrame({TIME_COLUMN: new_s, **values})


def _each_sensor(samples: pd.DataFrame, change: Callable[[FloatArray, str], FloatArray]) -> pd.DataFrame:
    changed = samples.copy()
    for columns, unit in ((ACC_COLUMNS, "g"), (GYR_COLUMNS, "dps")):
        names = [name for name in columns if name in samples.columns]
        if names:
            changed[names] = change(samples[names].to_numpy(), unit)
    return changed


DISTURBANCES: dict[str, tuple[Callable[[pd.DataFrame, int], pd.DataFrame], int]] = {
    "rotated (1)": (rotate, 1),
    "rotated (2)": (rotate, 2),
    "rotated (3)": (rotate, 3),
    "clipped at 8 g": (clip, 0),
    "5 % lost in bursts": (lose, 4),
    "noise 0.05 g, 2 deg/s": (add_noise, 5),
    "resampled to 200 Hz": (resample, 0),
    "resampled to 100 Hz": (partial(resample, rate_hz=LOW_RATE_HZ), 0),
}
"""Disturbances by the name under which they are shown, each with its seed."""
