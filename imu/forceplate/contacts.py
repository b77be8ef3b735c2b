"""Contacts from vertical force, and the baseline that a drifting plate shows while nobody stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import InputError
from imu.forceplate.params import ForceParams
from imu.forceplate.record import ForceRecord, ForceUnit
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["ForceContacts", "find_contacts", "flight_baseline", "remove_drift"]

TOP_PERCENT = 98.0
ROUNDS = 3
NEAR = 4


class ForceContacts(msgspec.Struct, frozen=True, eq=False):
    """Whole contacts of a record; one that its begin or end cuts off is left out.

    Attributes
    ----------
    initial_contact_s, toe_off_s : ndarray of float64, shape (n,)
        Crossings of the threshold, interpolated between samples, s.
    first, last : ndarray of int64, shape (n,)
        First and last sample above the threshold.
    """

    initial_contact_s: FloatArray
    toe_off_s: FloatArray
    first: IntArray
    last: IntArray

    def __len__(self) -> int:
        return len(self.first)


def find_contacts(record: ForceRecord, params: ForceParams | None = None) -> ForceContacts:
    """Find contacts by a threshold with hysteresis.

    Parameters
    ----------
    record : ForceRecord
        Vertical force with its baseline at zero (see :func:`remove_drift`).
    params : ForceParams, optional
        Threshold and plausible lengths.

    Returns
    -------
    ForceContacts
        Contacts that begin and end inside the record; none when nobody ran on the plate.
    """
    params = params or ForceParams()
    threshold = _threshold(record, params)
    force = record.force
    first, last = _stretches(force >= params.release_share * threshold)
    top = float(np.percentile(force, TOP_PERCENT))
    rows = []
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        above = np.flatnonzero(force[a : b + 1] >= threshold)
        if not len(above) or a == 0 or b == len(force) - 1:
            continue
        rise, fall = a + int(above[0]), a + int(above[-1])
        length_s = (fall - rise + 1) / record.rate_hz
        loaded = force[rise : fall + 1].max() >= max(threshold, params.loaded_share * top)
        if loaded and params.contact_min_s <= length_s <= params.contact_max_s:
            rows.append((rise, fall))
    places = np.array(rows, np.int64).reshape(-1, 2)
    rise, fall = places[:, 0], places[:, 1]
    begin = rise - 1 + _crossing(force[rise - 1], force[rise], threshold)
    end = fall + _crossing(force[fall], force[fall + 1], threshold)
    start_s = record.start_s
    return ForceContacts(start_s + begin / record.rate_hz, start_s + end / record.rate_hz, rise, fall)


def flight_baseline(record: ForceRecord, params: ForceParams | None = None) -> FloatArray:
    """Return the force that the plate shows unloaded, followed through the whole record.

    Flights are first sought near the lowest force around each moment; the median of the middle part of each
    is the baseline there, with straight lines between. With that taken off, flights are sought again.

    Parameters
    ----------
    record : ForceRecord
        Vertical force of running: there must be flights.
    params : ForceParams, optional
        Lengths and shares.

    Returns
    -------
    ndarray of float64, shape (n,)
        In the unit of the record.

    Raises
    ------
    InputError
        There is no flight: nobody ran, or two feet were always on the plate.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d  # noqa: PLC0415 - start-up time

    params = params or ForceParams()
    force = record.force
    reach = 2 * round(params.envelope_s * record.rate_hz) + 1
    baseline = uniform_filter1d(minimum_filter1d(force, reach, mode="nearest"), reach, mode="nearest")
    for _ in range(ROUNDS):
        above = force - baseline
        level = params.flight_level * float(np.percentile(above, TOP_PERCENT))
        first, last = _stretches(above < level)
        lasting = (last - first + 1) / record.rate_hz >= params.flight_min_s
        whole = lasting & (first > 0) & (last < len(force) - 1)
        kept = whole if whole.any() else lasting
        spans = list(zip(first[kept].tolist(), last[kept].tolist(), strict=True))
        if not spans:
            raise InputError("vertical force: holds no flight, so its drift cannot be seen; is this running?")
        middles = [_middle(a, b, params.flight_share) for a, b in spans]
        at = np.array([0.5 * (a + b - 1) for a, b in middles])
        values = np.array([np.median(force[a:b]) for a, b in middles])
        baseline = _through(at, values, len(force))
    return np.asarray(baseline)


def remove_drift(record: ForceRecord, params: ForceParams | None = None) -> ForceRecord:
    """Take the baseline of the flights off.

    Parameters
    ----------
    record : ForceRecord
        Vertical force of running.
    params : ForceParams, optional
        See :func:`flight_baseline`.

    Returns
    -------
    ForceRecord
        The same with its flights at zero.

    Raises
    ------
    InputError
        There is no flight.

    Notes
    -----
    The idea, a baseline from the middle of each flight, is that of dryft (Alcantara 2019, Journal of Open
    Source Software 4(44):1910, doi 10.21105/joss.01910). Different here: flights are found without a
    threshold given beforehand, the median of their middle half is taken, and straight lines join them.
    """
    return msgspec.structs.replace(record, force=record.force - flight_baseline(record, params))


def _through(at: FloatArray, values: FloatArray, count: int) -> FloatArray:
    """Join points by straight lines; outside, the line through the nearest few goes on."""
    places = np.arange(count)
    line = np.interp(places, at, values)
    if len(at) > 1:
        for near, outside in (
            (slice(None, NEAR), places < at[0]),
            (slice(-NEAR, None), places > at[-1]),
        ):
            line[outside] = np.polyval(np.polyfit(at[near], values[near], 1), places[outside])
    return np.asarray(line)


def _threshold(record: ForceRecord, params: ForceParams) -> float:
    """Threshold in the unit of the record."""
    if record.unit is ForceUnit.N:
        return params.threshold_n
    if record.mass_kg is None:
        return params.threshold_bw
    return params.threshold_n / (record.mass_kg * MPS2_PER_G)


def _stretches(inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[IntArray, IntArray]:
    """First and last sample of each stretch that is inside."""
    edges = np.diff(np.concatenate(([0], inside.astype(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1


def _middle(first: int, last: int, share: float) -> tuple[int, int]:
    length = last - first + 1
    cut = int(0.5 * (1.0 - share) * length)
    return first + cut, last + 1 - cut


def _crossing(before: FloatArray, after: FloatArray, level: float) -> FloatArray:
    """Where a line between two samples crosses a level, as a share of the period."""
    return np.asarray((level - before) / (after - before))
