"""Walking told from running, step by step.

Cadence alone cannot tell them apart: fast walkers step as often as slow joggers. Three things do together:
how much the leg's acceleration varies over a stride, how much of the time after contact the foot is still,
and the stride time. Each gives evidence in units in which 1 is one typical spread, limited so that no single
one decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.signal.energy import sliding_sum
from imu.signal.windows import odd

if TYPE_CHECKING:
    from imu.model import Placement
    from imu.model.samples import FloatArray
    from imu.signal.params import SignalParams

__all__ = ["REACH_S", "running_evidence"]

REACH_S = 0.36
"""Half-width of the window around a contact that :func:`running_evidence` looks at, s."""

_SMOOTH_S, _STILL_SMOOTH_S = 0.08, 0.05
_STILL_FIRST_S, _STILL_G = 0.06, 0.3
_STD_SPREAD, _QUIET_SPREAD, _PERIOD_SPREAD, _LIMIT = 0.14, 0.10, 0.05, 3.0


def running_evidence(
    acc: FloatArray, period_s: FloatArray, rate_hz: float, placement: Placement, params: SignalParams
) -> FloatArray:
    """Evidence for running, positive, or walking, negative.

    Parameters
    ----------
    acc : ndarray, shape (m, n, 3)
        Acceleration in g, ±`REACH_S` around each contact.
    period_s : ndarray, shape (m,)
        Stride time, s.
    rate_hz : float
        Rate of `acc`.
    placement : Placement
        The shoe moves more than the shank.
    params : SignalParams
        Borders.

    Returns
    -------
    ndarray, shape (m,)
    """
    axes = [np.ascontiguousarray(acc[:, :, k]) for k in range(3)]
    width = odd(_SMOOTH_S * rate_hz)
    slow = [sliding_sum(a, width) / width for a in axes]
    variance = sum(((s - s.mean(axis=1, keepdims=True)) ** 2).mean(axis=1) for s in slow)
    norm = np.sqrt(axes[0] ** 2 + axes[1] ** 2 + axes[2] ** 2)
    width = odd(_STILL_SMOOTH_S * rate_hz)
    first = acc.shape[1] // 2 + round(_STILL_FIRST_S * rate_hz)
    still = np.abs(sliding_sum(norm[:, first:], width) / width - 1.0) < _STILL_G
    intensity = 0.5 * np.log(variance / params.run_std_g(placement) ** 2) / _STD_SPREAD
    quiet = (params.run_quiet - still.mean(axis=1)) / _QUIET_SPREAD
    pace = -np.log(period_s / params.run_period_s) / _PERIOD_SPREAD
    parts = (np.clip(part, -_LIMIT, _LIMIT) for part in (intensity, quiet, pace))
    return np.asarray(sum(parts))
