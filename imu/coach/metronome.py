"""The beat of a metronome: one tick a step, low for one foot and high for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.errors import UsageError
from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RATE_HZ", "beat"]

RATE_HZ = 44_100
TICK_S = 0.03
TONES_HZ = (660.0, 990.0)
LOUDNESS = 0.6
SLOWEST_SPM, QUICKEST_SPM = 60.0, 240.0


def beat(step_rate_spm: float, duration_s: float) -> NDArray[np.int16]:
    """Make the sound of a metronome.

    Parameters
    ----------
    step_rate_spm : float
        Steps of both feet per minute, 60 to 240.
    duration_s : float
        Length, s.

    Returns
    -------
    ndarray of int16, shape (n,)
        Mono samples at 44.1 kHz; each tick begins at the sample nearest to its time, so that nothing drifts.

    Raises
    ------
    UsageError
        A step rate that nobody runs at.
    """
    if not SLOWEST_SPM <= step_rate_spm <= QUICKEST_SPM:
        span = f"{SLOWEST_SPM:.0f} to {QUICKEST_SPM:.0f} steps/min"
        raise UsageError(f"step rate: must be from {span}, not {step_rate_spm:g}")
    sound = np.zeros(round(duration_s * RATE_HZ), np.int16)
    time_s = np.arange(round(TICK_S * RATE_HZ)) / RATE_HZ
    fading = LOUDNESS * np.iinfo(np.int16).max * np.exp(-time_s / (TICK_S / 5))
    ticks = [np.round(fading * np.sin(2 * np.pi * tone * time_s)).astype(np.int16) for tone in TONES_HZ]
    for number in range(int(duration_s * step_rate_spm / S_PER_MIN) + 1):
        first = round(number * S_PER_MIN / step_rate_spm * RATE_HZ)
        room = len(sound) - first
        if room > 0:
            sound[first : first + len(time_s)] = ticks[number % 2][:room]
    return sound
