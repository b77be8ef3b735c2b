"""Peak acceleration after contact: resultant and axial, gravity included as measured.

The filter is part of the number: a causal 2nd-order Butterworth low-pass at 60 Hz (or 0.4 of the sampling
rate, if that is lower), started 0.15 s before contact. Clipped samples are never repaired: their peaks are
lower bounds and the step says so. The window of 65 ms holds the impact of every landing type (the
median peaks of all recordings of the accuracy page lie within 40 ms) and leaves time to tell it within 80 ms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi

from imu.signal.windows import parabola
from imu.units import MS_PER_S

if TYPE_CHECKING:
    from imu.model.samples import FloatArray, IntArray
    from imu.signal.params import SignalParams

__all__ = ["Impact", "ImpactMeter", "impact_cutoff_hz"]

_SETTLE_S = 0.15
_RISE_S = 0.06
_GROUP_DELAY = 1.41
"""Delay at 0 Hz of a 2nd-order Butterworth low-pass, in units of 1 / (2 pi cut-off)."""


def impact_cutoff_hz(rate_hz: float, params: SignalParams) -> float:
    """Cut-off of the impact's low-pass at a sampling rate, Hz."""
    return min(params.impact_cutoff_hz, 0.4 * rate_hz)


class Impact(NamedTuple):
    """Peaks, g, time to the resultant one, ms, its column after the contact's sample, slope; shape (m,)."""

    resultant_g: FloatArray
    axial_g: FloatArray
    time_to_peak_ms: FloatArray
    peak: IntArray
    slope_gps: FloatArray


class ImpactMeter:
    """Measures the impact in windows of the sensor's full rate.

    Parameters
    ----------
    rate_hz : float
        Sampling rate.
    params : SignalParams
        Window and cut-off.

    Attributes
    ----------
    lead : int
        Samples of the window that lie before the contact's own sample.
    length : int
        Samples of the window.
    after : int
        Samples after the contact's own one that must be there.
    """

    def __init__(self, rate_hz: float, params: SignalParams) -> None:
        cutoff_hz = impact_cutoff_hz(rate_hz, params)
        self._sos = butter(2, cutoff_hz, fs=rate_hz, output="sos")
        self._zi = sosfilt_zi(self._sos)
        self._rate_hz = rate_hz
        self._delay = _GROUP_DELAY / (2.0 * math.pi * cutoff_hz) * rate_hz
        self.lead = round(_SETTLE_S * rate_hz)
        self._rise = max(2, round(_RISE_S * rate_hz))
        self._search = math.floor(params.impact_window_s * rate_hz + self._delay)
        self.after = self._search + 1
        self.length = self.lead + self.after + 1

    def measure(self, acc: FloatArray, fraction: FloatArray, up: FloatArray) -> Impact:
        """Measure the impact of each step.

        Parameters
        ----------
        acc : ndarray, shape (m, length, 3)
            Acceleration in g; sample `lead` is the last one before or at contact.
        fraction : ndarray, shape (m,)
            Contact after sample `lead`, in samples.
        up : ndarray, shape (m, 3)
            Direction of the segment's long axis in sensor axes.

        Returns
        -------
        Impact
        """
        axes = np.ascontiguousarray(acc.transpose(0, 2, 1))
        zi = self._zi[:, None, None, :] * axes[None, :, :, :1]
        smooth, _ = sosfilt(self._sos, axes, axis=-1, zi=zi)
        part = smooth[:, :, self.lead + 1 :]
        norm = np.sqrt(part[:, 0] ** 2 + part[:, 1] ** 2 + part[:, 2] ** 2)
        axial = part[:, 0] * up[:, :1] + part[:, 1] * up[:, 1:2] + part[:, 2] * up[:, 2:3]
        at = norm[:, :-1].argmax(axis=1)
        position = at + 1 + parabola(norm, at) - fraction - self._delay
        rows = np.arange(len(norm))
        return Impact(
            norm[rows, at],
            axial.max(axis=1),
            np.maximum(position, 0.0) / self._rate_hz * MS_PER_S,
            at,
            self._slope(smooth, at + self.lead + 1),
        )

    def _slope(self, smooth: FloatArray, peak: IntArray) -> FloatArray:
        """Mean slope of the resultant from 20 % to 80 % of its last rise to the peak, g/s."""
        norm = np.sqrt(smooth[:, 0] ** 2 + smooth[:, 1] ** 2 + smooth[:, 2] ** 2)
        rows = np.arange(len(norm))
        back = np.maximum(peak[:, None] - np.arange(self._rise + 1), 0)
        before = norm[rows[:, None], back]
        foot, top = before.min(axis=1), norm[rows, peak]
        foot_at = before.argmin(axis=1)
        low, high = (_crossed(before, foot_at, foot + share * (top - foot)) for share in (0.2, 0.8))
        return np.asarray(0.6 * (top - foot) / np.maximum(low - high, 0.5) * self._rate_hz)


def _crossed(before: FloatArray, foot_at: IntArray, level: FloatArray) -> FloatArray:
    """Return how many samples before the peak the resultant last rose through a level, interpolated."""
    rows = np.arange(len(before))
    below = before < level[:, None]
    below[rows, foot_at] = True
    at = np.maximum(below.argmax(axis=1), 1)
    low, high = before[rows, at], before[rows, at - 1]
    return np.asarray(at - np.clip((level - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0))
