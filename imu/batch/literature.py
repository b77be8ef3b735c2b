"""Rules of the literature, to show our own figures beside.

They are our own re-implementations from the published descriptions, run offline with advantages that a live
detector does not have: filters without delay, and the segment's axes taken from the whole recording. None of
them tells walking from running. Where the description is not the paper's own it is that of the comparison of
Kiernan et al. 2023, doi 10.3390/s23115022.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from imu.model import Placement, Strike

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.model.samples import FloatArray, IntArray

__all__ = [
    "ENGINES",
    "LANDING_RULES",
    "Engine",
    "Signals",
    "aubol",
    "axial",
    "fadillioglu",
    "falbriard",
    "fixed_threshold",
    "foot_flat",
    "mercer",
    "purcell",
    "sign_of_rate",
    "signals_of",
    "sinclair",
]

THRESHOLD_G = 3.0
HOLD_OFF_S = 0.375
MERCER_HZ, MERCER_REACH_S = 15.0, 0.15
SINCLAIR_HZ, SINCLAIR_POSITIVE_S, SINCLAIR_REACH_S = 60.0, 0.020, 0.15
AUBOL_HZ, AUBOL_JERK_S, AUBOL_REACH_S = 70.0, 0.15, 0.075
PURCELL_REACH_S = 0.05
FADILLIOGLU_HZ, FADILLIOGLU_DPS, FADILLIOGLU_APART_S = 15.0, 250.0, 0.33
FALBRIARD_HZ, FALBRIARD_CUT_HZ, FALBRIARD_APART_S = 30.0, 5.0, 0.45
FALBRIARD_PROMINENCE = 0.15
FLAT_FIRST_S, FLAT_LAST_S, FLAT_WINDOW_S, FLAT_DPS = 0.0, 0.175, 0.05, 60.0
SIGN_FIRST_S, SIGN_LAST_S = 0.005, 0.040
HEEL_ABOVE_DEG, FOREFOOT_BELOW_DEG = 8.0, -1.6
SWING_BEFORE_S = (0.06, 0.16)
HIGHEST_CUTOFF = 0.45


@dataclass(frozen=True)
class Signals:
    """Signals of a whole recording in segment axes, as the rules take them; arrays of shape (n,).

    Attributes
    ----------
    axial_g : ndarray
        Along the segment.
    forward_g : ndarray
        Along the direction in which the rest varies most; which way is forward is not known.
    resultant_g : ndarray
        Norm.
    pitch_dps : ndarray or None
        Rate about the mediolateral axis, positive = toes up or shank forward.
    rate_hz : float
        Sampling rate.
    """

    axial_g: FloatArray
    forward_g: FloatArray
    resultant_g: FloatArray
    pitch_dps: FloatArray | None
    rate_hz: float


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


def signals_of(acc_g: FloatArray, gyr_dps: FloatArray | None, rate_hz: float) -> Signals:
    """Turn samples in sensor axes into signals in segment axes, from the whole recording.

    Parameters
    ----------
    acc_g, gyr_dps : ndarray, shape (n, 3)
        Samples; the rate may be None.
    rate_hz : float
        Sampling rate.

    Returns
    -------
    Signals
        The mediolateral axis is the one about which the sensor turns most; before an impact the leg swings
        forward, which gives its sign.
    """
    mean = acc_g.mean(axis=0)
    up = mean / np.linalg.norm(mean)
    across = acc_g - np.outer(acc_g @ up, up)
    resultant = np.linalg.norm(acc_g, axis=1)
    pitch = None if gyr_dps is None else _toes_up(_along_most(gyr_dps), resultant, rate_hz)
    return Signals(acc_g @ up, _along_most(across), resultant, pitch, rate_hz)


def _toes_up(pitch_dps: FloatArray, resultant_g: FloatArray, rate_hz: float) -> FloatArray:
    before = [round(s * rate_hz) for s in SWING_BEFORE_S]
    impacts = [int(k) for k in _peaks(resultant_g, rate_hz) if k > before[1]]
    stretches = [pitch_dps[k - before[1] : k - before[0]] for k in impacts]
    swings = np.concatenate(stretches) if stretches else np.zeros(1)
    return -pitch_dps if float(swings.mean()) < 0.0 else pitch_dps


def _along_most(vectors: FloatArray) -> FloatArray:
    """Component along the direction in which vectors vary most."""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred.T @ centred)
    return np.asarray(centred @ axes[0])


def fixed_threshold(signals: Signals) -> IntArray:
    """Find axial peaks above 3 g with nothing higher in the next 375 ms.

    The rule of a field study with live feedback (bio-protocol 8966187).

    Parameters
    ----------
    signals : Signals
        The recording.

    Returns
    -------
    ndarray of int64
        Samples of the peaks.
    """
    return _peaks(signals.axial_g, signals.rate_hz)


def _peaks(signal: FloatArray, rate_hz: float) -> IntArray:
    hold = round(HOLD_OFF_S * rate_hz)
    peaks: list[int] = []
    at = 0
    while at < len(signal):
        ahead = signal[at + 1 : at + 1 + hold]
        if signal[at] > THRESHOLD_G and not (ahead > signal[at]).any():
            peaks.append(at)
            at += hold
        at += 1
    return np.array(peaks, np.int64)


def mercer(signals: Signals) -> IntArray:
    """Find the minimum of the 15 Hz axial acceleration just before each main peak.

    Mercer et al. 2003, doi 10.1249/01.MSS.0000048837.81430.E7, as in Kiernan 2023; main peaks by
    :func:`fixed_threshold`, filter of 4th order without delay.

    Parameters
    ----------
    signals : Signals
        The recording.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    smooth = _low_pass(signals.axial_g, MERCER_HZ, signals.rate_hz)
    found: list[int] = []
    for peak in fixed_threshold(signals).tolist():
        first = max(1, peak - round(MERCER_REACH_S * signals.rate_hz))
        minima = _minima(smooth, first, peak)
        if minima:
            found.append(minima[-1])
    return np.array(found, np.int64)


def sinclair(signals: Signals) -> IntArray:
    """Walk back from each main peak to the rise through zero that 20 ms of positive signal follow.

    Sinclair et al. 2013, "Determination of gait events using an externally mounted shank accelerometer",
    J Appl Biomech, as in Kiernan 2023; main peaks by :func:`fixed_threshold`, filter of 4th order
    without delay at 60 Hz (0.45 of the sampling rate, if that is lower).

    Parameters
    ----------
    signals : Signals
        The recording.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    rate_hz = signals.rate_hz
    smooth = _low_pass(signals.axial_g, SINCLAIR_HZ, rate_hz)
    positive = max(1, round(SINCLAIR_POSITIVE_S * rate_hz))
    found: list[int] = []
    for peak in fixed_threshold(signals).tolist():
        first = max(1, peak - round(SINCLAIR_REACH_S * rate_hz))
        rises = [
            k
            for k in range(first, peak + 1)
            if smooth[k - 1] <= 0.0 < smooth[k] and (smooth[k : k + positive] > 0.0).all()
        ]
        if rises:
            found.append(rises[-1])
    return np.array(found, np.int64)


def aubol(signals: Signals) -> IntArray:
    """Find the minimum of the resultant before its steepest rise to each main peak.

    Aubol and Milner 2020, as in Kiernan 2023: resultant low-passed at 70 Hz without delay, steepest rise
    within 150 ms before the peak, minimum at most 75 ms earlier. Different here: no check of how far the peak
    stands out; main peaks as in :func:`fixed_threshold`, of the resultant.

    Parameters
    ----------
    signals : Signals
        The recording.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    rate_hz = signals.rate_hz
    smooth = _low_pass(signals.resultant_g, AUBOL_HZ, rate_hz)
    found: list[int] = []
    for peak in _peaks(smooth, rate_hz).tolist():
        first = max(1, peak - round(AUBOL_JERK_S * rate_hz))
        if first >= peak:
            continue
        steepest = first + int(np.diff(smooth[first : peak + 1]).argmax())
        minima = _minima(smooth, max(1, steepest - round(AUBOL_REACH_S * rate_hz)), steepest + 1)
        if minima:
            found.append(minima[-1])
    return np.array(found, np.int64)


def purcell(signals: Signals) -> IntArray:
    """Find the extremum of the forward acceleration nearest to each peak of the resultant.

    Purcell et al. 2006, as in Kiernan 2023, which takes the minimum. Different here: which way is forward is
    not known, so the greater of both extrema within 50 ms counts.

    Parameters
    ----------
    signals : Signals
        The recording.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    reach = round(PURCELL_REACH_S * signals.rate_hz)
    found: list[int] = []
    for peak in _peaks(signals.resultant_g, signals.rate_hz).tolist():
        first = max(0, peak - reach)
        found.append(first + int(np.abs(signals.forward_g[first : peak + reach + 1]).argmax()))
    return np.array(found, np.int64)


def fadillioglu(signals: Signals) -> IntArray:
    """Find the first turn to backward rotation of the shank after each mid-swing.

    Fadillioglu et al. 2020, Gait & Posture 81:102-108, as in Kiernan 2023: rate low-passed at 15 Hz without
    delay, mid-swing peaks above 250 degrees per second and at least 0.33 s apart.

    Parameters
    ----------
    signals : Signals
        The recording, with angular rate.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    if signals.pitch_dps is None:
        return np.empty(0, np.int64)
    smooth = _low_pass(signals.pitch_dps, FADILLIOGLU_HZ, signals.rate_hz)
    swings, _ = find_peaks(
        smooth, height=FADILLIOGLU_DPS, distance=max(1, round(FADILLIOGLU_APART_S * signals.rate_hz))
    )
    negative = np.flatnonzero((smooth[:-1] >= 0.0) & (smooth[1:] < 0.0)) + 1
    after = negative[np.searchsorted(negative, swings[swings < (negative[-1] if len(negative) else -1)])]
    return np.unique(after).astype(np.int64)


def falbriard(signals: Signals) -> IntArray:
    """Find the minimum of the foot's pitch rate in the first half of each cycle from mid-swing to mid-swing.

    Falbriard et al. 2018, doi 10.3389/fphys.2018.00610. Different here: cycles are cut at the maxima of the
    rate low-passed at 5 Hz, at least 0.45 s apart; the first minimum that stands out by 15 % of the cycle's
    range is taken, as half a cycle can reach into toe-off; no correction by speed.

    Parameters
    ----------
    signals : Signals
        The recording, with angular rate.

    Returns
    -------
    ndarray of int64
        Samples of initial contact.
    """
    if signals.pitch_dps is None:
        return np.empty(0, np.int64)
    rate_hz = signals.rate_hz
    slow = _low_pass(signals.pitch_dps, FALBRIARD_CUT_HZ, rate_hz)
    smooth = _low_pass(signals.pitch_dps, FALBRIARD_HZ, rate_hz)
    cuts, _ = find_peaks(slow, height=0.0, distance=max(1, round(FALBRIARD_APART_S * rate_hz)))
    return np.array([a + _first_minimum(smooth[a:b]) for a, b in pairwise(cuts)], np.int64)


def _first_minimum(cycle_dps: FloatArray) -> int:
    half = cycle_dps[: len(cycle_dps) // 2]
    minima, _ = find_peaks(-half, prominence=FALBRIARD_PROMINENCE * float(np.ptp(cycle_dps)))
    return int(minima[0]) if len(minima) else int(half.argmin())


def foot_flat(signals: Signals, contact: int) -> Strike:
    """Tell the landing type from the angle between contact and foot-flat.

    Shiang et al. 2016, doi 10.1155/2016/4759626, with the borders of Altman and Davis 2012,
    doi 10.1016/j.gaitpost.2011.09.104; undecided when the foot never turns slower than 60 degrees per second.

    Parameters
    ----------
    signals : Signals
        The recording of a shoe, with angular rate.
    contact : int
        Sample of initial contact.

    Returns
    -------
    Strike
    """
    if signals.pitch_dps is None:
        return Strike.UNMEASURABLE
    rate_hz, window = signals.rate_hz, max(2, round(FLAT_WINDOW_S * signals.rate_hz))
    stretch = _stretch(signals.pitch_dps, contact, FLAT_FIRST_S, FLAT_LAST_S, rate_hz)
    if len(stretch) < window:
        return Strike.UNSURE
    means = np.convolve(np.abs(stretch), np.full(window, 1.0 / window), mode="valid")
    flat = int(means.argmin())
    if means[flat] > FLAT_DPS:
        return Strike.UNSURE
    angle_deg = -float(np.trapezoid(stretch[: flat + window // 2 + 1])) / rate_hz
    if angle_deg > HEEL_ABOVE_DEG:
        return Strike.HEEL
    return Strike.FOREFOOT if angle_deg < FOREFOOT_BELOW_DEG else Strike.MIDFOOT


def sign_of_rate(signals: Signals, contact: int) -> Strike:
    """Tell the landing type from which way the foot turns just after contact: toes down means heel first.

    van Werkhoven et al. 2019, doi 10.3390/sports7080184: heel or not heel by the sign of the pitch rate.
    Different here: its mean from 5 to 40 ms after contact; "not heel" is given as forefoot.

    Parameters
    ----------
    signals : Signals
        The recording of a shoe, with angular rate.
    contact : int
        Sample of initial contact.

    Returns
    -------
    Strike
    """
    if signals.pitch_dps is None:
        return Strike.UNMEASURABLE
    stretch = _stretch(signals.pitch_dps, contact, SIGN_FIRST_S, SIGN_LAST_S, signals.rate_hz)
    if not len(stretch):
        return Strike.UNSURE
    return Strike.HEEL if float(stretch.mean()) < 0.0 else Strike.FOREFOOT


def _stretch(signal: FloatArray, contact: int, first_s: float, last_s: float, rate_hz: float) -> FloatArray:
    """Return the samples from one time after contact to another."""
    return signal[contact + round(first_s * rate_hz) : contact + round(last_s * rate_hz) + 1]


def _minima(signal: FloatArray, first: int, last: int) -> list[int]:
    stop = min(last, len(signal) - 1)
    return [k for k in range(first, stop) if signal[k - 1] >= signal[k] < signal[k + 1]]


def _low_pass(signal: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """4th order without delay: a 2nd-order Butterworth low-pass, forwards and backwards."""
    sos = butter(2, min(cutoff_hz, HIGHEST_CUTOFF * rate_hz), fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, signal))


@dataclass(frozen=True)
class Engine:
    """A rule for initial contact, where its sensor may be worn and whether it needs a gyroscope."""

    find: Callable[[Signals], IntArray]
    placements: tuple[Placement, ...]
    needs_gyro: bool = False

    def fits(self, placement: Placement, *, has_gyro: bool) -> bool:
        """Tell whether a sensor is of the kind that the rule was made for."""
        return placement in self.placements and (has_gyro or not self.needs_gyro)


_SHANK, _SHOE = Placement.SHANK, Placement.SHOE
ENGINES: dict[str, Engine] = {
    "fixed 3 g, 375 ms": Engine(fixed_threshold, (_SHANK, _SHOE)),
    "Mercer 2003": Engine(mercer, (_SHANK,)),
    "Purcell 2006": Engine(purcell, (_SHANK,)),
    "Sinclair 2013": Engine(sinclair, (_SHANK,)),
    "Falbriard 2018": Engine(falbriard, (_SHOE,), needs_gyro=True),
    "Aubol 2020": Engine(aubol, (_SHANK,)),
    "Fadillioglu 2020": Engine(fadillioglu, (_SHANK,), needs_gyro=True),
}
"""Rules for initial contact by the name under which they are shown."""

LANDING_RULES: dict[str, Callable[[Signals, int], Strike]] = {
    "Shiang 2016": foot_flat,
    "van Werkhoven 2019": sign_of_rate,
}
"""Rules for the landing type of a shoe with a gyroscope; contacts are ours."""
