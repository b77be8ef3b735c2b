"""Measure many steps at once: one row of every array per step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imu.model import Activity, Placement, SensorInfo
from imu.signal.events import CONTACT_REACH_S, initial_contact, toe_off
from imu.signal.impact import ImpactMeter
from imu.signal.landing import (
    FLAT_REACH_S,
    drop_onset,
    early_rate,
    landing_reach_s,
    rebound_rate,
    strike_angle,
)
from imu.signal.params import SignalParams, ToeOffSignal
from imu.signal.strike_model import strike_features

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray, IntArray
    from imu.signal.segment import Segment
    from imu.signal.strike_model import StrikeModel

__all__ = ["Contacts", "Impacts", "Landings", "Places", "Rests", "StepMeter", "toe_off_by"]

_LONGEST_S = {Activity.RUN: 0.90, Activity.WALK: 1.90}
_BEFORE_CONTACT = 2
_STAY_CLEAR = 0.01


_QUICK_S, _QUICK_PART, _SLOW_PART = 0.85, 0.56, 0.76


def toe_off_by(period_s: float) -> float:
    """Return the share of the stride by which toe-off is over: a quick stride is a runner's."""
    return _QUICK_PART if period_s < _QUICK_S else _SLOW_PART


@dataclass(frozen=True)
class Contacts:
    """Contacts to be measured together, m of them.

    Attributes
    ----------
    index : ndarray of int64, shape (m,)
        Candidates on the detection grid.
    period : ndarray of float64, shape (m,)
        Stride times in samples of that grid.
    running : ndarray of bool, shape (m,)
        Running or walking.
    up, lateral : ndarray of float64, shape (m, 3)
        Long and mediolateral axis of the segment in sensor axes.
    axial : ndarray of float64, shape (m, 3)
        The long axis as standing has shown it, or else `up`.
    """

    index: IntArray
    period: FloatArray
    running: BoolArray
    up: FloatArray
    lateral: FloatArray
    axial: FloatArray


class Impacts(NamedTuple):
    """What is known once the impact windows have passed: columns of shape (m,), or the values of one contact.

    ``torn``: a long hole lies in or near the impact; ``peak_hidden``: a sample beside the peak is missing.
    """

    contact_ns: Any
    peak_g: Any
    axial_g: Any
    time_to_peak_ms: Any
    slope_gps: Any
    shock_gps: Any
    clipped: Any
    peak_hidden: Any


class Landings(NamedTuple):
    """What is known once the feet have come down; NaN where unknown.

    ``holed``: a sample is missing while the foot comes down; ``modelled``: what the runner's own landing
    model says, None without one.
    """

    angle_deg: Any
    rebound_dps: Any
    early_dps: Any
    holed: Any
    modelled: Any


class Rests(NamedTuple):
    """What is known at the end of the steps; ``torn``: a long hole lies in or near the impact."""

    toe_off_ns: Any
    has_toe_off: Any
    torn: Any
    lost: Any


class Places(NamedTuple):
    """Where contacts lie: on the detection grid, on the full grid, and the full grid's sample before."""

    at: FloatArray
    position: FloatArray
    base: IntArray


class StepMeter:
    """Measures contacts in a segment.

    Parameters
    ----------
    sensor : SensorInfo
        Placement, rate and whether there is a gyroscope.
    params : SignalParams
        Parameters.
    model : StrikeModel, optional
        The runner's own landing model; of use where a gyroscope cannot tell the landing.
    """

    def __init__(self, sensor: SensorInfo, params: SignalParams, model: StrikeModel | None = None) -> None:
        self._by_gyro = sensor.placement is Placement.SHOE and sensor.has_gyro
        self._model = None if self._by_gyro else model
        if self._model is not None:
            self._model.check(sensor)
        self._sensor = sensor
        self._params = params
        self._impact = ImpactMeter(sensor.rate_hz, params)
        self._torn_reach = round(params.torn_reach_s * sensor.rate_hz)
        self._landing = round(params.landing_s * sensor.rate_hz)
        self.tells_landing = self._by_gyro or self._model is not None

    def places(self, segment: Segment, index: IntArray, decided: IntArray) -> Places:
        """Time the contacts of candidates, each with no more samples than it took to decide for it."""
        jerk = segment.jerk
        reach = round(CONTACT_REACH_S * jerk.rate_hz)
        square = jerk.square.windows((index - reach).tolist(), 2 * reach + 1)
        lag = self._params.lag(self._sensor.placement)
        after = np.minimum(decided - index, jerk.after)
        at = index + initial_contact(square, jerk.rate_hz, after, lag, self._params)
        position = segment.position(at)
        return Places(at, position, np.floor(position).astype(np.int64))

    def impact_by(self, segment: Segment, places: Places) -> list[int]:
        """Return the detection indices up to which samples must be there for the impacts."""
        k = segment.factor
        return [-(-(base + self._impact.after + 1) // k) - 1 for base in places.base.tolist()]

    def landing_by(self, segment: Segment, places: Places) -> list[int]:
        """Return the detection indices up to which samples must be there for the landing types."""
        after = landing_reach_s(self._params) * segment.jerk.rate_hz
        return [math.floor(at + after) for at in places.at.tolist()]

    def impacts(self, segment: Segment, contacts: Contacts, places: Places) -> Impacts:
        """Measure impacts."""
        meter, base = self._impact, places.base
        acc = segment.acc_g.windows((base - meter.lead).tolist(), meter.length)
        impact = meter.measure(acc, places.position - base, contacts.axial)
        first, stop = base - _BEFORE_CONTACT, base + meter.after
        peak = base + impact.peak + 1
        return Impacts(
            contact_ns=segment.times_ns(places.position),
            peak_g=impact.resultant_g,
            axial_g=impact.axial_g,
            time_to_peak_ms=impact.time_to_peak_ms,
            slope_gps=impact.slope_gps,
            shock_gps=segment.jerk.energy.take(contacts.index),
            clipped=segment.clipped.count(first, stop) > 0,
            peak_hidden=segment.lost.count(peak - 1, peak + 2) > 0,
        )

    def landings(self, segment: Segment, contacts: Contacts, places: Places) -> Landings:
        """Measure strike angle, deg, and rate just after contact, dps; NaN from a sensor that cannot tell."""
        unknown = np.full(len(places.at), np.nan)
        holed = segment.lost.count(places.base - 1, places.base + self._landing) > 0
        called = np.full(len(places.at), None, np.object_)
        if self._model is not None:
            features = self.landing_features(segment, contacts, places)
            called[:] = [self._model.classify(row) for row in features]
        if not self._by_gyro:
            return Landings(unknown, unknown, unknown, holed, called)
        rows, contact, _ = _from_contact(segment, contacts.index, places.at, FLAT_REACH_S)
        rate = _signal(ToeOffSignal.PITCH_RATE, rows, contacts.up, contacts.lateral)
        rate_hz = segment.jerk.rate_hz
        contact = drop_onset(rate, contact, rate_hz, self._params)
        angle = strike_angle(rate, contact, rate_hz, self._params)
        rebound, early = (f(rate, contact, rate_hz, self._params) for f in (rebound_rate, early_rate))
        whole = np.array(self.landing_by(segment, places)) < segment.jerk.data.end
        angle, rebound, early = (np.where(whole, one, np.nan) for one in (angle, rebound, early))
        return Landings(angle, rebound, early, holed, called)

    def landing_features(self, segment: Segment, contacts: Contacts, places: Places) -> FloatArray:
        """Return the features of a landing model, shape (m, FEATURES)."""
        rows, contact, _ = _from_contact(segment, contacts.index, places.at, FLAT_REACH_S)
        return strike_features(rows[:, :, :3], contact, segment.jerk.rate_hz)

    def rests(self, segment: Segment, contacts: Contacts, places: Places) -> Rests:
        """Measure what is known at the end; the samples around the contacts must be there."""
        at, base = places.at, places.base
        off = self._toe_offs(segment, contacts, at)
        found = np.isfinite(off)
        end, previous = segment.position(np.where(found, off, at)), segment.position(at - contacts.period)
        return Rests(
            toe_off_ns=segment.times_ns(end),
            has_toe_off=found,
            torn=segment.torn.count(base - self._torn_reach, base + self._torn_reach) > 0,
            lost=segment.lost.count(*(np.floor(x).astype(np.int64) + 1 for x in (previous, end))),
        )

    def _toe_offs(self, segment: Segment, contacts: Contacts, at: FloatArray) -> FloatArray:
        """Toe-off on the detection grid; NaN where unknown."""
        result = np.full(len(at), np.nan)
        for kind, of in ((Activity.RUN, contacts.running), (Activity.WALK, ~contacts.running)):
            if not of.any():
                continue
            rule = self._params.toe_off(self._sensor.placement, kind, self._sensor.has_gyro)
            index = contacts.index[of]
            rows, contact, lead = _from_contact(segment, index, at[of], _LONGEST_S[kind])
            signal = _signal(rule.signal, rows, contacts.up[of], contacts.lateral[of])
            period, rate_hz = contacts.period[of], segment.jerk.rate_hz
            latest = np.array([toe_off_by(p / rate_hz) for p in period.tolist()]) - _STAY_CLEAR
            off = toe_off(signal, contact, period, latest=latest, rate_hz=rate_hz, rule=rule)
            result[of] = off + index - lead
        return result


def _from_contact(
    segment: Segment, index: IntArray, at: FloatArray, length_s: float
) -> tuple[FloatArray, FloatArray, int]:
    """Return rows from a little before each candidate, the contact in them, and how much before."""
    rate_hz = segment.jerk.rate_hz
    lead = round(CONTACT_REACH_S * rate_hz)
    rows = segment.jerk.data.windows((index - lead).tolist(), lead + math.ceil(length_s * rate_hz))
    return rows, at - index + lead, lead


def _signal(kind: ToeOffSignal, rows: FloatArray, up: FloatArray, lateral: FloatArray) -> FloatArray:
    """One signal from rows of acceleration and rate, shape (m, n, 3 or 6), and axes, shape (m, 3)."""
    if kind is ToeOffSignal.AXIAL_AND_NORM:
        axial, norm = (_signal(k, rows, up, lateral) for k in (ToeOffSignal.AXIAL, ToeOffSignal.NORM))
        return axial + norm
    if kind is ToeOffSignal.NORM:
        return np.asarray(np.sqrt(rows[:, :, 0] ** 2 + rows[:, :, 1] ** 2 + rows[:, :, 2] ** 2))
    first, axis = (0, up) if kind is ToeOffSignal.AXIAL else (3, lateral)
    parts = [rows[:, :, first + k] * axis[:, k : k + 1] for k in range(3)]
    return np.asarray(parts[0] + parts[1] + parts[2])
