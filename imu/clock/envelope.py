"""Lower envelope of (device time, arrival minus device time): the line of least delay.

A packet can come late but never early, so the true relation of two clocks lies along the *lower* edge of the
points. The edge's slope is the drift, its height the offset plus the least delay, which is constant for one
radio link and cannot be told apart from the offset.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, field

import msgspec

__all__ = ["Envelope", "EnvelopeParams", "Point"]

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
    spread_ns: float = UNKNOWN_SPREAD_NS
    recent: deque[Point] = field(default_factory=lambda: deque(maxlen=RECENT))
    unseen_ns: float = 0.0

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

    def offset_ns(self, device_ns: int) -> int:
        """Height of the line at a device time: host time minus device time, ns."""
        return self.anchor[1] + round(self.slope * (device_ns - self.anchor[0]))

    @property
    def uncertainty_ns(self) -> int:
        """Half-width of the interval that should hold the true height at the latest packet, ns."""
        return round(SPREADS * self.spread_ns + BEYOND * self.unseen_ns) + FLOOR_NS

    def _above(self, point: Point) -> float:
        return point[1] - self.anchor[1] - self.slope * (point[0] - self.anchor[0])

    def _close(self, point: Point) -> None:
        if self.best is not None:
            self.kept.append(self.best)
        del self.kept[: -self.params.buckets]
        self.best = point
        self.bucket_end_ns = point[0] + self.params.bucket_ns
        self._fit()

    def _fit(self) -> None:
        hull = lower_hull(self.kept)
        span_ns = self.kept[-1][0] - self.kept[0][0]
        trust = span_ns**2 / (span_ns**2 + self.params.settle_ns**2)
        limit = self.params.max_slope
        self.slope = min(max(trust * _central_slope(hull, self.kept), -limit), limit)
        # Drawn towards zero the line may cut the hull: rest it on the point that it cuts deepest.
        self.anchor = min(hull, key=lambda p: p[1] - hull[0][1] - self.slope * (p[0] - hull[0][0]))
        self.spread_ns = sorted(self._above(p) for p in self.kept)[len(self.kept) // 2]
        arrivals = [device_ns + delay_ns for device_ns, delay_ns in self.recent]
        self.unseen_ns = unseen_part([self._above(point) for point in self.recent], arrivals)


def unseen_part(delays_ns: list[float], arrivals_ns: list[int]) -> float:
    """Greatest part of the radio's connection interval in which no packet was ready.

    Parameters
    ----------
    delays_ns : list of float
        Delays of packets beyond the least, ns.
    arrivals_ns : list of int
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
    pauses = sorted(b - a for a, b in itertools.pairwise(arrivals_ns) if b - a > BURST_NS)
    if not pauses:
        return 0.0
    usual = sorted(delays_ns)[: -(len(delays_ns) // QUICK) or None]
    widest_ns = max((b - a for a, b in itertools.pairwise(usual)), default=0.0)
    if usual[-1] > BURST_NS and widest_ns < usual[-1] / DENSE:
        return widest_ns
    interval_ns = _common_interval(pauses)
    places = sorted(delay % interval_ns for delay in delays_ns)
    around = [*places, places[0] + interval_ns]
    return max(b - a for a, b in itertools.pairwise(around))


def _common_interval(pauses_ns: list[int]) -> float:
    """Greatest interval of which nearly all pauses between bursts are multiples, else the usual pause."""
    shortest_ns = pauses_ns[len(pauses_ns) // QUICK]
    for parts in range(1, shortest_ns // LEAST_INTERVAL_NS + 1):
        interval_ns = shortest_ns / parts
        off = sum(abs(pause - interval_ns * round(pause / interval_ns)) > LATTICE_NS for pause in pauses_ns)
        if off <= len(pauses_ns) / FEW:
            return interval_ns
    return float(shortest_ns)


def lower_hull(points: list[Point]) -> list[Point]:
    """Lower convex hull of points in order of device time.

    Parameters
    ----------
    points : list of tuple of int
        At least one point, device times increasing.

    Returns
    -------
    list of tuple of int
        The hull's corners in the same order.
    """
    hull: list[Point] = []
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) > (x - ax) * (by - ay):
                break
            hull.pop()
        hull.append((x, y))
    return hull


def _central_slope(hull: list[Point], points: list[Point]) -> float:
    centre = sum(x for x, _ in points) / len(points)
    for (ax, ay), (bx, by) in itertools.pairwise(hull):
        if bx >= centre:
            return (by - ay) / (bx - ax)
    return 0.0
