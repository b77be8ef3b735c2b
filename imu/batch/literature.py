"""Simple detectors of initial contact from the literature, to show our own figures beside.

They are our own re-implementations from the published descriptions, run offline with advantages that a live
detector does not have: filters without delay, and the segment's axis taken from the whole recording. None of
them tells walking from running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfiltfilt

from imu.model import Placement

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.model.samples import FloatArray, IntArray

__all__ = ["ENGINES", "axial", "fixed_threshold", "mercer", "sinclair"]

THRESHOLD_G = 3.0
HOLD_OFF_S = 0.375
MERCER_HZ, MERCER_REACH_S = 15.0, 0.15
SINCLAIR_HZ, SINCLAIR_POSITIVE_S, SINCLAIR_REACH_S = 60.0, 0.020, 0.15
HIGHEST_CUTOFF = 0.45


def axial(acc_g: FloatArray) -> FloatArray:
    """Acceleration along the mean direction of specific force over a whole recording, g.

    Parameters
    ----------
    acc_g : ndarray, shape (n, 3)
        Acceleration in sensor axes.

    Returns
    -------
    ndarray, shape (n,)
    """
    mean = acc_g.mean(axis=0)
    return np.asarray(acc_g @ (mean / np.linalg.norm(mean)))


def fixed_threshold(axial_g: FloatArray, rate_hz: float) -> IntArray:
    """Find peaks above 3 g with nothing higher in the next 375 ms.

    The rule of a field study with live feedback (bio-protocol 8966187).

    Parameters
    ----------
    axial_g : ndarray, shape (n,)
        Axial acceleration, g.
    rate_hz : float
        Sampling rate.

    Returns
    -------
    ndarray of int64
        Samples of the peaks.
    """
    hold = round(HOLD_OFF_S * rate_hz)
    peaks: list[int] = []
    at = 0
    while at < len(axial_g):
        ahead = axial_g[at + 1 : at + 1 + hold]
        if axial_g[at] > THRESHOLD_G and not (ahead > axial_g[at]).any():
            peaks.append(at)
            at += hold
        at += 1
    return np.array(peaks, np.int64)


def mercer(axial_g: FloatArray, rate_hz: float) -> IntArray:
    """Find the minimum of the 15 Hz axial acceleration just before each main peak.

    Mercer et al. 2003; main peaks by :func:`fixed_threshold`, filter of 4th order without delay.

    Parameters
    ----------
    axial_g, rate_hz
        As in :func:`fixed_threshold`.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    smooth = _low_pass(axial_g, MERCER_HZ, rate_hz)
    found: list[int] = []
    for peak in fixed_threshold(axial_g, rate_hz).tolist():
        first = max(1, peak - round(MERCER_REACH_S * rate_hz))
        minima = [k for k in range(first, peak) if smooth[k - 1] >= smooth[k] < smooth[k + 1]]
        if minima:
            found.append(minima[-1])
    return np.array(found, np.int64)


def sinclair(axial_g: FloatArray, rate_hz: float) -> IntArray:
    """Walk back from each main peak to the rise through zero that 20 ms of positive signal follow.

    Sinclair et al. 2013; main peaks by :func:`fixed_threshold`, filter of 4th order without delay at 60 Hz
    (0.45 of the sampling rate, if that is lower).

    Parameters
    ----------
    axial_g, rate_hz
        As in :func:`fixed_threshold`.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    smooth = _low_pass(axial_g, SINCLAIR_HZ, rate_hz)
    positive = max(1, round(SINCLAIR_POSITIVE_S * rate_hz))
    found: list[int] = []
    for peak in fixed_threshold(axial_g, rate_hz).tolist():
        first = max(1, peak - round(SINCLAIR_REACH_S * rate_hz))
        rises = [
            k
            for k in range(first, peak + 1)
            if smooth[k - 1] <= 0.0 < smooth[k] and (smooth[k : k + positive] > 0.0).all()
        ]
        if rises:
            found.append(rises[-1])
    return np.array(found, np.int64)


def _low_pass(signal: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """4th order without delay: a 2nd-order Butterworth low-pass, forwards and backwards."""
    sos = butter(2, min(cutoff_hz, HIGHEST_CUTOFF * rate_hz), fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, signal))


ENGINES: dict[str, tuple[Callable[[FloatArray, float], IntArray], tuple[Placement, ...]]] = {
    "fixed 3 g, 375 ms": (fixed_threshold, (Placement.SHANK, Placement.SHOE)),
    "Mercer 2003": (mercer, (Placement.SHANK,)),
    "Sinclair 2013": (sinclair, (Placement.SHANK,)),
}
"""The detectors by the name under which they are shown, and where their sensor may be worn."""
