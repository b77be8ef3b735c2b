"""Made-up recordings to time the code on: right in shape, size and rate, not meant to teach anything of gait.

Standing, walking, then running with short stops until the end; every stride has a jittered period, a sagittal
rate built of bumps, gravity turned by its integral and a ringing impact; quantised like a 16-bit sensor.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["CHANNELS", "shoe_record"]

CHANNELS = ("acc_x_g", "acc_y_g", "acc_z_g", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps")

ACC_STEP_G = 16.0 / 32768
GYR_STEP_DPS = 2000.0 / 32768


def _bouts(duration_s: float) -> list[tuple[float, float, bool, float]]:
    bouts = [(0.03 * duration_s, 0.08 * duration_s, False, 56.0)]
    edges = np.linspace(0.08, 1.0, 9) * duration_s
    pace = (82.0, 86.0, 84.0, 88.0)
    for number, (begin_s, end_s) in enumerate(itertools.pairwise(edges)):
        bouts.append((begin_s, end_s - 0.0025 * duration_s, True, pace[number % 4]))
    return bouts


def _strides(duration_s: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    contact_s, period_s, running = [], [], []
    for begin_s, end_s, runs, strides_per_minute in _bouts(duration_s):
        count = int((end_s - begin_s) * strides_per_minute / 60.0) + 8
        period = 60.0 / strides_per_minute * (1.0 + 0.012 * rng.standard_normal(count))
        contact = begin_s + 0.3 + np.concatenate([[0.0], np.cumsum(period[:-1])])
        inside = contact + period < end_s - 0.1
        contact_s.append(contact[inside])
        period_s.append(period[inside])
        running.append(np.full(int(inside.sum()), runs))
    return np.concatenate(contact_s), np.concatenate(period_s), np.concatenate(running)


def _bump(phase: FloatArray, centre: FloatArray | float, width: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((phase - centre) / width) ** 2))


def shoe_record(rate_hz: float, duration_s: float, seed: int = 0) -> pd.DataFrame:
    """Make the recording of one shoe sensor.

    Parameters
    ----------
    rate_hz, duration_s : float
        Sampling rate and length.
    seed : int
        The same seed gives the same recording.

    Returns
    -------
    pandas.DataFrame
        ``time_s`` and the six `CHANNELS`.
    """
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    contact_s, period_s, running = _strides(duration_s, rng)
    stride = np.searchsorted(contact_s, time_s, side="right") - 1
    here = np.clip(stride, 0, None)
    since_s = time_s - contact_s[here]
    active = (stride >= 0) & (since_s < period_s[here])
    phase = np.where(active, since_s / period_s[here], 0.0)
    size = np.where(running[here], 1.0, 0.6) * active
    stance = np.where(running[here], 0.34, 0.62)

    swing = stance + (1.0 - stance) * 0.45
    pitch_dps = size * (
        560 * _bump(phase, swing, 0.12) - 380 * _bump(phase, 0.02, 0.02) - 520 * _bump(phase, stance, 0.07)
    )
    count = np.bincount(here[active], minlength=len(contact_s))
    drift = np.bincount(here[active], weights=pitch_dps[active], minlength=len(contact_s)) / np.maximum(
        count, 1
    )
    pitch_dps -= np.where(active, drift[here], 0.0)
    pitch_rad = np.cumsum(np.deg2rad(pitch_dps)) / rate_hz

    peak_g = 9.0 * (1.0 + 0.15 * rng.standard_normal(len(contact_s))) * np.where(running, 1.0, 0.4)
    ring = np.exp(-since_s.clip(0) / 0.022) * np.sin(2 * np.pi * 22.0 * since_s.clip(0))
    impact_g = np.where(active, 1.35 * peak_g[here] * ring, 0.0)
    up_g = 1.0 + impact_g + size * (1.4 * _bump(phase, stance * 0.55, 0.09) - 0.6 * _bump(phase, swing, 0.2))
    forward_g = 0.9 * size * np.sin(2 * np.pi * phase + 0.3) - 0.45 * impact_g
    cos, sin = np.cos(pitch_rad), np.sin(pitch_rad)

    values = np.empty((len(time_s), 6))
    values[:, 0] = cos * forward_g + sin * up_g
    values[:, 1] = cos * up_g - sin * forward_g
    values[:, 2] = 0.25 * size * np.sin(4 * np.pi * phase) + 0.15 * impact_g
    values[:, 3] = size * 120 * (_bump(phase, 0.06, 0.03) - _bump(phase, 0.14, 0.05))
    values[:, 4] = size * 90 * np.sin(2 * np.pi * phase + 1.0)
    values[:, 5] = pitch_dps
    values[:, :3] += 0.006 * rng.standard_normal((len(time_s), 3))
    values[:, 3:] += 0.5 * rng.standard_normal((len(time_s), 3))
    step = np.array([ACC_STEP_G] * 3 + [GYR_STEP_DPS] * 3)
    values = np.clip(np.round(values / step), -32768, 32767) * step
    return pd.DataFrame({"time_s": time_s, **dict(zip(CHANNELS, values.T, strict=True))})
