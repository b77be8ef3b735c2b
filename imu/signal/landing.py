"""Landing type from a shoe's gyroscope by integration to foot-flat.

The foot's pitch at contact, seen from the moment when it lies flat, is the integral of the pitch rate
between the two. Flat on the ground is the zero, so slopes cancel and no drift enters (Shiang 2016,
doi:10.1155/2016/4759626; Falbriard 2020, doi:10.3389/fbioe.2020.00065). The borders are those of
Altman & Davis 2012, doi:10.1016/j.gaitpost.2011.09.104, with a band on both sides in which the step is
called unsure. Differences from the papers: foot-flat is the stillest 50 ms after contact, not a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.model import Strike
from imu.signal.energy import sliding_sum
from imu.signal.windows import odd

if TYPE_CHECKING:
    from imu.model.samples import FloatArray, IntArray
    from imu.signal.params import SignalParams

__all__ = [
    "FLAT_REACH_S",
    "classify",
    "drop_onset",
    "early_rate",
    "landing_reach_s",
    "rebound_rate",
    "strike_angle",
]

_CLEARLY = 2.0
_DROP_REACH_S = 0.04
FLAT_REACH_S = 0.22
"""Length of the window after contact that :func:`strike_angle` needs, s."""


def landing_reach_s(params: SignalParams) -> float:
    """Time after contact by which the landing type is known, s."""
    return (
        max(params.flat_last_s + 0.5 * params.flat_window_s, params.rebound_last_s, params.landing_s) + 0.005
    )


def strike_angle(
    rate_dps: FloatArray, contact: FloatArray, rate_hz: float, params: SignalParams
) -> FloatArray:
    """Foot pitch at contact against foot-flat.

    Parameters
    ----------
    rate_dps : ndarray, shape (m, n)
        Pitch rate, positive lifts the toes, from each contact's sample on.
    contact : ndarray, shape (m,)
        Initial contact relative to the first column, samples.
    rate_hz : float
        Rate of `rate_dps`.
    params : SignalParams
        Where foot-flat is sought.

    Returns
    -------
    ndarray, shape (m,)
        Degrees, positive = heel lower than toes; NaN when the foot is never flat.
    """
    width = odd(params.flat_window_s * rate_hz)
    activity = sliding_sum(np.abs(rate_dps), width) / width
    centre = np.arange(activity.shape[1]) + width // 2
    since = (centre - contact[:, None]) / rate_hz
    allowed = (since >= params.flat_first_s) & (since <= params.flat_last_s)
    activity = np.where(allowed, activity, np.inf)
    best = activity.argmin(axis=1)
    rows = np.arange(len(rate_dps))
    angle = -_integral(rate_dps, contact, best + width // 2) / rate_hz
    return np.where(activity[rows, best] <= params.flat_rate_dps, angle, np.nan)


def drop_onset(rate_dps: FloatArray, contact: FloatArray, rate_hz: float, params: SignalParams) -> FloatArray:
    """Where the foot is to be looked at from: contact, or the begin of a fast drop of the toes before it.

    After a heel has landed the toes drop within 30 to 40 ms, at 400 degrees per second and more: a contact
    that is timed a little late, as where samples of the impact are missing or clipped, costs half of the
    angle. So fast a drop does not begin before the heel is down: contact is no later than half of its rise.

    Parameters
    ----------
    rate_dps, contact, rate_hz, params
        As of :func:`strike_angle`.

    Returns
    -------
    ndarray, shape (m,)
        Relative to the first column, samples.
    """
    since = (np.arange(rate_dps.shape[1]) - contact[:, None]) / rate_hz
    near = np.where(np.abs(since) <= _DROP_REACH_S, rate_dps, np.inf)
    rows, at = np.arange(len(rate_dps)), near.argmin(axis=1)
    half = 0.5 * near[rows, at]
    slow = (near > half[:, None]) & (np.arange(rate_dps.shape[1]) < at[:, None])
    last = rate_dps.shape[1] - 1 - slow[:, ::-1].argmax(axis=1)
    last = np.minimum(last, rate_dps.shape[1] - 2)
    before, after = rate_dps[rows, last], rate_dps[rows, last + 1]
    span = np.where(after < before, after - before, -1.0)
    onset = last + np.clip((half - before) / span, 0.0, 1.0)
    fast = (half < -_CLEARLY * params.toes_drop_dps) & np.isfinite(near[rows, last])
    return np.where(fast, np.minimum(contact, onset), contact)


def _integral(rate: FloatArray, start: FloatArray, stop: IntArray) -> FloatArray:
    """Trapezoid from a fractional sample to a whole one, in units of rate times samples."""
    rows = np.arange(len(rate))
    whole = np.floor(start).astype(np.int64)
    part = start - whole
    steps = 0.5 * (rate[:, 1:] + rate[:, :-1])
    k = np.arange(steps.shape[1])
    inside = (k >= whole[:, None]) & (k < stop[:, None])
    total = np.where(inside, steps, 0.0).sum(axis=1)
    first = rate[rows, whole]
    slope = rate[rows, whole + 1] - first
    return np.asarray(total - part * (first + 0.5 * part * slope))


def rebound_rate(
    rate_dps: FloatArray, contact: FloatArray, rate_hz: float, params: SignalParams
) -> FloatArray:
    """Return the greatest pitch rate shortly after contact, dps, shape (m,): positive if the heel drops."""
    since = (np.arange(rate_dps.shape[1]) - contact[:, None]) / rate_hz
    allowed = (since >= params.rebound_first_s) & (since <= params.rebound_last_s)
    return np.asarray(np.where(allowed, rate_dps, -np.inf).max(axis=1))


def early_rate(rate_dps: FloatArray, contact: FloatArray, rate_hz: float, params: SignalParams) -> FloatArray:
    """Return the mean pitch rate just after contact, dps, shape (m,): negative if the toes drop."""
    since = (np.arange(rate_dps.shape[1]) - contact[:, None]) / rate_hz
    allowed = (since >= params.early_first_s) & (since <= params.early_last_s)
    return np.asarray(np.where(allowed, rate_dps, 0.0).sum(axis=1) / np.maximum(allowed.sum(axis=1), 1))


def classify(angle_deg: float | None, rebound_dps: float, early_dps: float, params: SignalParams) -> Strike:
    """Landing type of one step.

    Near a border, and when the foot was never flat, the direction in which the foot turns just after contact
    decides (van Werkhoven 2019, doi:10.3390/sports7080184): toes that drop fast follow a heel, a heel that
    drops was not the first to land, and a foot that does not turn came down flat. Differences from the paper:
    its border is 0 deg/s, here slow turns stay unsure; a large angle without any drop of the toes is not
    believed.

    Parameters
    ----------
    angle_deg : float or None
        Strike angle; None means that the foot was never flat.
    rebound_dps, early_dps : float
        Results of :func:`rebound_rate` and :func:`early_rate`.
    params : SignalParams
        Borders.
    """
    heel_drops, toes_drop = rebound_dps > params.rebound_dps, early_dps < -params.toes_drop_dps
    heel_first = early_dps < -_CLEARLY * params.toes_drop_dps or (toes_drop and not heel_drops)
    if angle_deg is None:
        not_heel = Strike.FOREFOOT if heel_drops and early_dps > params.rebound_dps else Strike.UNSURE
        return Strike.HEEL if heel_first else not_heel
    if abs(angle_deg - params.heel_above_deg) < params.unsure_deg:
        not_heel = Strike.MIDFOOT if heel_drops and not toes_drop else Strike.UNSURE
        return Strike.HEEL if heel_first else not_heel
    if angle_deg > params.heel_above_deg:
        return Strike.HEEL if early_dps < 0.0 else Strike.UNSURE
    near = abs(angle_deg - params.forefoot_below_deg) < params.unsure_deg
    forefoot = heel_drops if near else angle_deg < params.forefoot_below_deg
    return Strike.FOREFOOT if forefoot else Strike.MIDFOOT
