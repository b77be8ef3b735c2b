"""Peak acceleration after contact: resultant and axial, gravity included as measured.

The filter is part of the number: a causal 2nd-order Butterworth low-pass at 60 Hz (or 0.4 of the sampling
rate, if that is lower), started 0.15 s before contact. Clipped samples are never repaired: their peaks are
lower bounds and the step says so.
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

__all__ = ["Impact", "ImpactMeter"]

_SETTLE_S = 0.15
_GROUP_DELAY = 1.41
"""Delay at 0 Hz of a 2nd-order Butterworth low-pass, in units of 1 / (2 pi cut-off)."""


class Impact(NamedTuple):
    """Peaks in g, time to the resultant peak in ms and its column after the contact's sample; shape (m,)."""

    resultant_g: FloatArray
    axial_g: FloatArray
    time_to_peak_ms: FloatArray
    peak: IntArray


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
    """

    def __init__(self, rate_hz: float, params: SignalParams) -> None:
        cutoff_hz = min(params.impact_cutoff_hz, 0.4 * rate_hz)
        self._sos = butter(2, cutoff_hz, fs=rate_hz, output="sos")
        self._zi = sosfilt_zi(self._sos)
        self._rate_hz = rate_hz
        self._delay = _GROUP_DELAY / (2.0 * math.pi * cutoff_hz) * rate_hz
        self.lead = round(_SETTLE_S * rate_hz)
        self._search = math.ceil(params.impact_window_s * rate_hz + self._delay)
        self.length = self.lead + self._search + 2

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
            norm[rows, at], axial.max(axis=1), np.maximum(position, 0.0) / self._rate_hz * MS_PER_S, at
        )
