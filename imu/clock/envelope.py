"""Lower envelope of (device time, arrival minus device time): the line of least delay.

A packet can come late but never early, so the true relation of two clocks lies along the *lower* edge of the
points. The edge's slope is the drift, its height the offset plus the least delay, which is constant for one
radio link and cannot be told apart from the offset.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model.samples import FloatArray, IntArray

__all__ = ["Envelope", "EnvelopeParams", "Lines", "Point"]

SPREADS = 2.0
RECENT = 256
BURST_NS = 3_000_000
"""Packets that come closer together than this came in one burst."""

LEAST_INTERVAL_NS = 7_500_000
"""Shortest connection interval of Bluetooth LE."""

LATTICE_NS = 1_500_000
"""A pause this near to a multiple of the connection interval is one."""

BEYOND = 2.0
"""A line through least delays that wander can lie off by so many times the unseen part of the interval."""

DENSE = 4
"""Delays without a hole as wide as this part of their whole extent: packets were ready at every moment."""

FEW = 50
"""One of so many pauses may be no multiple: stalls end anywhere."""

QUICK = 10
"""One of so many pauses between bursts is shorter than what is taken as the usual one."""

FLOOR_NS = 300_000
UNKNOWN_SPREAD_NS = 50e6
"""Before the first fit nothing is known but that radio links deliver within about this time, ns."""


class Lines(NamedTuple):
    """The line after each of many packets: slope, height at the packet, ns, and uncertainty of some."""

    slopes: FloatArray
    offsets_ns: IntArray
    uncertainty_ns: dict[int, int]


Point = tuple[int, int]
"""Device time and arrival minus device time, both ns."""


class EnvelopeParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`Envelope`.

    Attributes
    ----------
    bucket_ns : int
        Of each stretch of this length only the least delayed packet is kept, ns.
    buckets : int
        Number of stretches kept: memory and window are bounded by it.
    settle_ns : int
        Length of record at which half of the measured drift is believed, ns; shorter records say little.
    max_slope : float
        Greatest rate error taken as real, as a ratio.
    """

    bucket_ns: int
    buckets: int
    settle_ns: int
    max_slope: float


@dataclass(slots=True)
class Envelope:
    """Incremental minimum-delay line through the least delayed packets of a sliding window.

    Parameters
    ----------
    params : EnvelopeParams
        Window and limits.

    Notes
    -----
    The slope is that of the edge of the lower convex hull which spans the mean device time; this edge is the
    line below all points with the least sum of distances to them [1]_. Delay bursts and stalls only lift
    points and so never move the hull. Differences from the paper: the window slides, the minimum of each
    stretch stands for the stretch, and the slope is drawn towards zero while the record is short.

    A packet rate in lockstep with the radio's connection interval makes the least delay itself drift; no
    receiver can tell that from clock drift before one beat is over. It shows in the delays, though: where
    they leave out a part of the connection interval, the line can lie off by as much, and the uncertainty
    says so.

    References
    ----------
    .. [1] Moon, Skelly, Towsley: Estimation and removal of clock skew from network delay measurements.
       IEEE INFOCOM 1999. doi:10.1109/INFCOM.1999.749287
    """

    params: EnvelopeParams
    kept: list[Point] = field(default_factory=list)
    best: Point | None = None
    bucket_end_ns: int = 0
    anchor: Point = (0, 0)
    slope: float = 0.0
    hull: list[Point] = field(default_factory=list)
    recent: deque[Point] = field(default_factory=lambda: deque(maxlen=RECENT))
    fitted: _Fitted | None = None
    doubt_ns: float | None = SPREADS * UNKNOWN_SPREAD_NS

    def add(self, device_ns: int, delay_ns: int) -> None:
        """Take one packet: device time of its last sample and arrival minus that time, ns."""
        point = (device_ns, delay_ns)
        self.recent.append(point)
        if self.best is None:
            self.best = self.anchor = point
            self.bucket_end_ns = device_ns + self.params.bucket_ns
        elif device_ns >= self.bucket_end_ns:
            self._close(point)
        elif self._above(point) < self._above(self.best):
            self.best = point
        if self._above(point) < 0.0:
            self.anchor = point

    def add_many(
        self, device_ns: IntArray, delay_ns: IntArray, *, looks: Sequence[int] = (), earliest_ns: float
    ) -> Lines:
        """Take many packets, with the results of :meth:`add` for each of them.

        Parameters
        ----------
        device_ns, delay_ns : ndarray of int64, shape (m,)
            As for :meth:`add`; device times not falling. At least one packet was added before.
        looks : sequence of int
            Packets after which the uncertainty is wanted.
        earliest_ns : float
            How far below the line a packet may lie; at one that lies lower this stops before it.
        """
        count, at, slopes, offsets = len(device_ns), 0, np.empty(len(device_ns)), np.empty_like(device_ns)
        uncertain: dict[int, int] = {}
        while at < count:
            stop = at + int(np.searchsorted(device_ns[at:], self.bucket_end_ns))
            above = self._above_all(device_ns[at:stop], delay_ns[at:stop])
            stop = at + (int((above < 0.0).argmax()) if (above < 0.0).any() else len(above))
            if stop > at:
                self._keep(device_ns[at:stop], delay_ns[at:stop], above[: stop - at])
                self._lines(device_ns, slice(at, stop), slopes, offsets)
                uncertain.update((k, self.uncertainty_ns) for k in looks if at <= k < stop)
            if stop < count:  # a packet below the line, or the first one of the next stretch
                point = (int(device_ns[stop]), int(delay_ns[stop]))
                if self._above(point) < earliest_ns:
                    count = stop
                    break
                self.add(*point)
                self._lines(device_ns, slice(stop, stop + 1), slopes, offsets)
                uncertain.update((k, self.uncertainty_ns) for k in looks if k == stop)
            at = stop + 1
        return Lines(slopes[:count], offsets[:count], uncertain)

    def _above_all(self, device_ns: IntArray, delay_ns: IntArray) -> FloatArray:
        return np.asarray(delay_ns - self.anchor[1] - self.slope * (device_ns - self.anchor[0]))

    def _keep(self, device_ns: IntArray, delay_ns: IntArray, above_ns: FloatArray) -> None:
        """Take packets of the running stretch that do not move the line."""
        least = int(above_ns.argmin())
        if self.best is None or above_ns[least] < self._above(self.best):
            self.best = (int(device_ns[least]), int(delay_ns[least]))
        self.recent.extend(zip(device_ns[-RECENT:].tolist(), delay_ns[-RECENT:].tolist(), strict=True))

    def _lines(self, device_ns: IntArray, rows: slice, slopes: FloatArray, offsets: IntArray) -> None:
        """Write down slope and height of the line at packets."""
        slopes[rows] = self.slope
        over_ns = np.rint(self.slope * (device_ns[rows] - self.anchor[0]))
        offsets[rows] = self.anchor[1] + over_ns.astype(np.int64)

    def offset_ns(self, device_ns: int) -> int:
        """Height of the line at a device time: host time minus device time, ns."""
        return self.anchor[1] + round(self.slope * (device_ns - self.anchor[0]))

    @property
    def uncertainty_ns(self) -> int:
        """Half-width of the interval that should hold the true height at the latest packet, ns."""
        if self.doubt_ns is None:
            self.doubt_ns = self._doubt()
        return round(self.doubt_ns) + FLOOR_NS

    def _above(self, point: Point) -> float:
        return point[1] - self.anchor[1] - self.slope * (point[0] - self.anchor[0])

    def _close(self, point: Point) -> None:
        if self.best is not None:
            self.kept.append(self.best)
        if len(self.kept) > self.params.buckets:
            del self.kept[0]
            self._drop_corner()
        self.hull = lower_hull(self.kept[-1:], self.hull)
        self.best = point
        self.bucket_end_ns = point[0] + self.params.bucket_ns
        self._fit()

    def _drop_corner(self) -> None:
        """Forget the first corner of the hull: the points from there to the next one make up for it."""
        following = self.hull[1:]
        if following:
            between = itertools.takewhile(lambda kept: kept[0] <= following[0][0], self.kept)
            following = lower_hull(list(between)) + following[1:]
        self.hull = following

    def _fit(self) -> None:
        hull = self.hull
        span_ns = self.kept[-1][0] - self.kept[0][0]
        trust = span_ns**2 / (span_ns**2 + self.params.settle_ns**2)
        limit = self.params.max_slope
        self.slope = min(max(trust * _central_slope(hull, self.kept), -limit), limit)
        # Drawn towards zero the line may cut the hull: rest it on the point that it cuts deepest.
        self.anchor = min(hull, key=lambda p: p[1] - hull[0][1] - self.slope * (p[0] - hull[0][0]))
        self.fitted = _Fitted(self.anchor, self.slope, list(self.recent))
        self.doubt_ns = None

    def _doubt(self) -> float:
        """Uncertainty that the latest fit leaves, beyond the least one, ns; worked out when asked for."""
        if self.fitted is None:
            return SPREADS * UNKNOWN_SPREAD_NS
        (rest_ns, height_ns), slope, recent = self.fitted
        kept, seen = _table(self.kept), _table(recent)
        above, delays = (part[:, 1] - height_ns - slope * (part[:, 0] - rest_ns) for part in (kept, seen))
        spread_ns = float(np.sort(above)[len(above) // 2])
        return SPREADS * spread_ns + BEYOND * unseen_part(delays, seen.sum(axis=1))


class _Fitted(NamedTuple):
    """The line as it was fitted, and the latest packets then."""

    anchor: Point
    slope: float
    recent: list[Point]


def _table(points: Sequence[Point]) -> IntArray:
    """Return points as rows; several times as fast as making an array of the tuples."""
    flat = itertools.chain.from_iterable(points)
    return np.fromiter(flat, np.int64, 2 * len(points)).reshape(-1, 2)


def unseen_part(delays_ns: FloatArray, arrivals_ns: IntArray) -> float:
    """Greatest part of the radio's connection interval in which no packet was ready.

    Parameters
    ----------
    delays_ns : ndarray of float64, shape (n,)
        Delays of packets beyond the least, ns.
    arrivals_ns : ndarray of int64, shape (n,)
        Their arrivals, ns, not falling.

    Returns
    -------
    float
        Its length, ns: the whole interval when all packets wait equally long, little when they wait evenly.

    Notes
    -----
    The interval is the usual time between bursts. Packets that were ready at evenly spread moments of it
    wait evenly long; moments that never occur hide how much earlier a packet could have come.
    """
    pauses = np.diff(arrivals_ns)
    pauses = np.sort(pauses[pauses > BURST_NS])
    if not len(pauses):
        return 0.0
    usual = np.sort(delays_ns)[: -(len(delays_ns) // QUICK) or None]
    widest_ns = float(np.diff(usual).max()) if len(usual) > 1 else 0.0
    if usual[-1] > BURST_NS and widest_ns < usual[-1] / DENSE:
        return widest_ns
    interval_ns = _common_interval(pauses)
    places = np.sort(delays_ns % interval_ns)
    return float(np.diff(places, append=places[0] + interval_ns).max())


def _common_interval(pauses_ns: IntArray) -> float:
    """Greatest interval of which nearly all pauses between bursts are multiples, else the usual pause."""
    shortest_ns = int(pauses_ns[len(pauses_ns) // QUICK])
    for parts in range(1, shortest_ns // LEAST_INTERVAL_NS + 1):
        interval_ns = shortest_ns / parts
        off = np.abs(pauses_ns - interval_ns * np.rint(pauses_ns / interval_ns)) > LATTICE_NS
        if np.count_nonzero(off) <= len(pauses_ns) / FEW:
            return interval_ns
    return float(shortest_ns)


def lower_hull(points: list[Point], before: Sequence[Point] = ()) -> list[Point]:
    """Lower convex hull of points in order of device time.

    Parameters
    ----------
    points : list of tuple of int
        At least one point, device times increasing.
    before : sequence of tuple of int
        Hull of points before them.

    Returns
    -------
    list of tuple of int
        The hull's corners in the same order.
    """
    hull = list(before)
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) > (x - ax) * (by - ay):
                break
            hull.pop()
        hull.append((x, y))
    return hull


def _central_slope(hull: list[Point], points: list[Point]) -> float:
    centre = sum(map(itemgetter(0), points)) / len(points)
    for (ax, ay), (bx, by) in itertools.pairwise(hull):
        if bx >= centre:
            return (by - ay) / (bx - ax)
    return 0.0
