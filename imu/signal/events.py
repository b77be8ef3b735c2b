"""Initial contact and toe-off to a fraction of a sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from imu.signal.windows import odd, parabola, prominent, smooth
from imu.units import MS_PER_S

if TYPE_CHECKING:
    from imu.model.samples import FloatArray, IntArray
    from imu.signal.params import ContactLag, SignalParams, ToeOffRule

__all__ = ["CONTACT_REACH_S", "initial_contact", "toe_off"]

CONTACT_REACH_S = 0.12
"""Half-width of the window around a candidate in which its contact is timed, s."""

_PEAK_S, _RISE_S, _CENTROID_S = 0.05, 0.06, 0.05
_TOE_OFF_SMOOTH_S, _TOE_OFF_REACH_S = 0.025, 0.12


def initial_contact(
    square: FloatArray, rate_hz: float, after: IntArray, lag: ContactLag, params: SignalParams
) -> FloatArray:
    """Time of initial contact from the jerk energy around a candidate.

    Three marks of the burst are timed: its rise through 50 % and 70 % of the peak and its centroid. The
    constant lag of each is taken off, and their median is the contact: one mark led astray by a bump of the
    late swing does no harm.

    Parameters
    ----------
    square : ndarray, shape (m, 2 * reach + 1)
        Squared change of acceleration, (g/s)², centred on the candidates; element k lies half a sample
        before sample k.
    rate_hz : float
        Its rate.
    after : ndarray of int64, shape (m,)
        Samples after each candidate that may be used: a contact that is taken early has no more.
    lag : ContactLag
        Constant lags of the marks.
    params : SignalParams
        Window.

    Returns
    -------
    ndarray, shape (m,)
        Contact relative to the candidate's index, in samples.
    """
    centre = square.shape[1] // 2
    column, last = np.arange(square.shape[1]), centre + after[:, None]
    square = np.where(column <= last, square, 0.0)
    energy = np.sqrt(_gaussian(square, params.mark_sd_s * rate_hz))
    energy[column > last - math.ceil(3.0 * params.mark_sd_s * rate_hz)] = 0.0  # window cut short
    near = max(2, round(_PEAK_S * rate_hz))
    peak = centre - near + energy[:, centre - near :].argmax(axis=1)
    marks = np.stack(
        [
            _rise(energy, peak, 0.5, rate_hz) - lag.half_ms * rate_hz / MS_PER_S,
            _rise(energy, peak, 0.7, rate_hz) - lag.most_ms * rate_hz / MS_PER_S,
            _centroid(square, centre, rate_hz) - lag.centroid_ms * rate_hz / MS_PER_S,
        ]
    )
    return np.asarray(np.median(marks, axis=0) - centre - 0.5)


def _gaussian(rows: FloatArray, sd: float) -> FloatArray:
    """Smooth along the last axis with a Gaussian of `sd` samples; the outer 3 sd are left 0."""
    reach = math.ceil(3.0 * sd)
    weights = [math.exp(-0.5 * (k / sd) ** 2) for k in range(-reach, reach + 1)]
    total = sum(weights)
    inner = rows.shape[1] - 2 * reach
    smooth_rows = np.zeros(rows.shape)
    for k, weight in enumerate(weights):
        smooth_rows[:, reach : reach + inner] += (weight / total) * rows[:, k : k + inner]
    return smooth_rows


def _rise(energy: FloatArray, peak: IntArray, share: float, rate_hz: float) -> FloatArray:
    """Position where the energy last rose through a share of its peak, at most `_RISE_S` before it."""
    rows = np.arange(len(energy))
    back = np.arange(round(_RISE_S * rate_hz) + 1)
    level = share * energy[rows, peak]
    before = energy[rows[:, None], np.maximum(peak[:, None] - back, 0)]
    below = before < level[:, None]
    below[:, -1] = True
    at = np.maximum(peak - below.argmax(axis=1), 0)
    low, high = energy[rows, at], energy[rows, np.minimum(at + 1, energy.shape[1] - 1)]
    span = np.where(high > low, high - low, 1.0)
    return np.asarray(at + np.clip((level - low) / span, 0.0, 1.0))


def _centroid(square: FloatArray, centre: int, rate_hz: float) -> FloatArray:
    reach = max(2, round(_CENTROID_S * rate_hz))
    part = square[:, centre - reach :]
    position = np.arange(centre - reach, square.shape[1], dtype=np.float64)
    return np.asarray((part * position).sum(axis=1) / np.maximum(part.sum(axis=1), 1e-12))


def toe_off(
    signal: FloatArray,
    contact: FloatArray,
    period: FloatArray,
    *,
    latest: FloatArray,
    rate_hz: float,
    rule: ToeOffRule,
) -> FloatArray:
    """Time of toe-off.

    Parameters
    ----------
    signal : ndarray, shape (m, n)
        The rule's signal from each contact's sample on.
    contact : ndarray, shape (m,)
        Initial contact relative to the first column, samples.
    period : ndarray, shape (m,)
        Stride time, samples.
    latest : ndarray, shape (m,)
        Share of the stride after which nothing is looked for.
    rate_hz : float
        Rate of `signal`.
    rule : ToeOffRule
        What to look for and where.

    Returns
    -------
    ndarray, shape (m,)
        Toe-off relative to the first column in samples; NaN where none stands out.
    """
    rows = rule.sign * smooth(signal, odd(_TOE_OFF_SMOOTH_S * rate_hz))
    phase = (np.arange(signal.shape[1]) - contact[:, None]) / period[:, None]
    usual = np.exp(-0.5 * ((phase - rule.usual) / rule.spread) ** 2)
    last = np.minimum(latest, rule.last)[:, None]
    weight = np.where((phase >= rule.first) & (phase <= last), usual, 0.0)
    at, found = prominent(rows, weight, round(_TOE_OFF_REACH_S * rate_hz))
    position = at + parabola(rows, at) - rule.lag_ms * rate_hz / MS_PER_S
    return np.where(found, position, np.nan)
