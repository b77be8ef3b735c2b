"""Walking told from running, step by step.

Cadence alone cannot tell them apart: fast walkers step as often as slow joggers. What a leg does after
contact can: a walker's foot and shank rest for most of the next 0.36 s, so that the *median* of the
resultant in it is close to 1 g however hard the contact was; a runner's never rest, and 1 g does not carry
a body that is about to fly. What the median has above 1 g counts twice: in g, and as a share of how much the
acceleration varies, which is the same for a soft and for a hard runner. How much the acceleration varies over
a stride and the stride time add to it. Each gives evidence in units in which 1 is one typical spread, limited
so that neither of the lesser two alone can overrule a clear median.

Who hops or jumps in place flies as well, but without a swing: the leg falls freely with the body, and the
sensor feels almost nothing. A runner's swinging leg is pulled all the while: in the recordings of the
accuracy page it feels less than 0.4 g for at most 2 % of the time. That overrules all else.
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

__all__ = ["REACH_S", "decide", "running_evidence"]

REACH_S = 0.36
"""Half-width of the window around a contact that :func:`running_evidence` looks at, s."""

_SMOOTH_S, _LOAD_SMOOTH_S = 0.08, 0.05
_STD_SPREAD, _PERIOD_SPREAD, _LOAD_SPREAD = 0.20, 0.07, 0.06
_SHARE_SPREAD = 0.08
_LESSER, _PACE_LIMIT, _LIMIT = 1.5, 3.0, 4.0
_CHANGE, _FIRST = 3.0, 1.5
_LEAST_G = 1e-3
_FALLING_G, _FALLING_SHARE, _FALLING_SPREAD, _OVERRULES = 0.4, 0.08, 0.01, 15.0


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
    width = odd(_LOAD_SMOOTH_S * rate_hz)
    felt = sliding_sum(norm, width) / width
    load = np.median(felt[:, acc.shape[1] // 2 :], axis=1)
    falling = (felt < _FALLING_G).mean(axis=1)
    intensity = 0.5 * np.log(variance / params.run_std_g(placement) ** 2) / _STD_SPREAD
    pace = -np.log(period_s / params.run_period_s) / _PERIOD_SPREAD
    absolute = np.log(np.maximum(load, _LEAST_G) / params.run_load_g) / _LOAD_SPREAD
    relative = ((load - 1.0) / np.sqrt(variance) - params.run_load_share) / _SHARE_SPREAD
    lasting = 0.5 * (np.clip(absolute, -_LIMIT, _LIMIT) + np.clip(relative, -_LIMIT, _LIMIT))
    hopping = np.clip((falling - _FALLING_SHARE) / _FALLING_SPREAD, 0.0, _OVERRULES)
    return np.asarray(
        lasting - hopping + np.clip(intensity, -_LESSER, _LESSER) + np.clip(pace, -_PACE_LIMIT, _PACE_LIMIT)
    )


def decide(evidence: list[float], before: float, *, same_rhythm: bool) -> list[bool]:
    """Tell running from walking for steps that follow each other and are known together.

    Parameters
    ----------
    evidence : list of float
        Result of :func:`running_evidence` for each.
    before : float
        Evidence of the steps before; 0 for a new bout.
    same_rhythm : bool
        Whether the first step came in the rhythm of those before: then they are likely of one kind.

    Returns
    -------
    list of bool
        The most likely sequence in which every change of activity costs some evidence.
    """
    first = before if same_rhythm else max(-_FIRST, min(_FIRST, before))
    walk, run = -0.5 * first, 0.5 * first
    came_from: list[tuple[bool, bool]] = []
    for value in evidence:
        to_walk, to_run = run - _CHANGE > walk, not walk - _CHANGE > run
        came_from.append((to_walk, to_run))
        walk, run = max(walk, run - _CHANGE) - 0.5 * value, max(run, walk - _CHANGE) + 0.5 * value
    ran = [run > walk]
    for to_walk, to_run in reversed(came_from[1:]):
        ran.append(to_run if ran[-1] else to_walk)
    return ran[::-1]
