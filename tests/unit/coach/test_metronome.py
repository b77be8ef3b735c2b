from __future__ import annotations

import numpy as np
import pytest

from imu.coach.metronome import RATE_HZ, beat
from imu.errors import UsageError


@pytest.mark.parametrize("step_rate_spm", [150.0, 171.3, 180.0])
def test_the_ticks_keep_the_step_rate_without_drift(step_rate_spm: float) -> None:
    sound = beat(step_rate_spm, 120.0)
    loud = np.flatnonzero(np.abs(sound) > 3000)
    begins_s = loud[np.flatnonzero(np.diff(loud, prepend=-RATE_HZ) > RATE_HZ // 10)] / RATE_HZ
    number = np.arange(len(begins_s))
    assert len(begins_s) == pytest.approx(2 * step_rate_spm, abs=1)
    assert np.abs(begins_s - number * 60.0 / step_rate_spm).max() < 0.001


def test_the_feet_have_their_own_tones() -> None:
    sound = beat(180.0, 2.0).astype(float)
    first, second = (sound[start : start + 1000] for start in (0, round(RATE_HZ / 3)))
    tones = [int(np.argmax(np.abs(np.fft.rfft(part, RATE_HZ)))) for part in (first, second)]
    assert tones[1] > 1.3 * tones[0]


@pytest.mark.parametrize("step_rate_spm", [0.0, 59.0, 300.0, float("nan")])
def test_a_step_rate_that_nobody_runs_at_is_refused(step_rate_spm: float) -> None:
    with pytest.raises(UsageError, match="60 to 240"):
        beat(step_rate_spm, 1.0)
