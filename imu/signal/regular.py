"""From samples with holes to an even grid; what was filled in stays marked as lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from imu.block import Block
from imu.model import Gap, SampleBatch
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray, IntArray

__all__ = ["HOLE_PERIODS", "Grid", "LastSample", "Regulariser"]

HOLE_PERIODS = 1.5
"""Steps of time longer than this many sampling periods are holes."""


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """Evenly spaced samples; `restart` tells that nothing before belongs to them.

    Attributes
    ----------
    restart : bool
        True when a gap too long to bridge lies before the first sample.
    t_ns : ndarray of int64, shape (n,)
        Time of each sample, ns.
    acc_g : ndarray of float64, shape (n, 3)
        Acceleration, g.
    gyr_dps : ndarray of float64, shape (n, 3), or None
        Angular rate, degrees per second.
    clipped, lost, torn : ndarray of int64
        Places of samples at the end of the range, of samples filled in by interpolation, and of those of them
        that lie in a long hole.
    """

    restart: bool
    t_ns: IntArray
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    clipped: IntArray
    lost: IntArray
    torn: IntArray


@dataclass
class LastSample:
    """The sample before those that come next."""

    t_ns: int
    acc_g: FloatArray
    gyr_dps: FloatArray | None


_NONE = np.empty(0, np.int64)


class Regulariser(Block[SampleBatch | Gap, Grid, LastSample | None]):
    """Fill short holes by linear interpolation and cut at long ones.

    A :class:`imu.model.Gap` carries no samples and passes unseen: the hole shows in the time stamps.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate.
    bridge_s : float
        Longest hole that is bridged, s.
    torn_s : float
        Longest hole that is short, s.
    """

    def __init__(self, rate_hz: float, bridge_s: float, torn_s: float) -> None:
        self._period_ns = NS_PER_S / rate_hz
        self._longest = max(1, round(bridge_s * rate_hz))
        self._short = max(2, round(torn_s * rate_hz))
        self._state = None

    def push(self, item: SampleBatch | Gap) -> list[Grid]:
        """Take samples and return one grid per unbroken stretch."""
        if isinstance(item, Gap) or not len(item):
            return []
        last = self._state
        times = item.t_ns if last is None else np.concatenate(([last.t_ns], item.t_ns))
        spans = times[1:] - times[:-1]
        if last is not None and spans.max() < HOLE_PERIODS * self._period_ns:
            clipped = _places(item.clipped)
            grids = [Grid(False, item.t_ns, item.acc_g, item.gyr_dps, clipped, _NONE, _NONE)]
        else:
            steps = np.maximum(np.rint(spans / self._period_ns).astype(np.int64), 1)
            if last is None:
                steps = np.concatenate(([self._longest + 1], steps))
            grids = self._stretches(item, steps)
        gyr = None if item.gyr_dps is None else item.gyr_dps[-1].copy()
        self._state = LastSample(int(item.t_ns[-1]), item.acc_g[-1].copy(), gyr)
        return grids

    def _stretches(self, item: SampleBatch, steps: IntArray) -> list[Grid]:
        cuts = np.flatnonzero(steps > self._longest)
        bounds = [0, *cuts[cuts > 0].tolist(), len(item)]
        return [self._stretch(item, steps, a, b) for a, b in pairwise(bounds)]

    def _stretch(self, item: SampleBatch, steps: IntArray, a: int, b: int) -> Grid:
        last = None if steps[a] > self._longest else self._state
        t_ns, clipped = item.t_ns[a:b], item.clipped[a:b]
        acc, gyr = item.acc_g[a:b], None if item.gyr_dps is None else item.gyr_dps[a:b]
        position = np.cumsum(steps[a:b])
        if last is not None:
            t_ns, acc = np.concatenate(([last.t_ns], t_ns)), np.vstack((last.acc_g, acc))
            gyr = None if gyr is None or last.gyr_dps is None else np.vstack((last.gyr_dps, gyr))
            clipped = np.concatenate(([False], clipped))
            position = np.concatenate(([0], position))
        position -= position[0]
        grid = np.arange(0 if last is None else 1, position[-1] + 1)
        right = np.searchsorted(position, grid)
        lost = position[right] != grid
        left = right - lost
        span = np.where(lost, position[right] - position[left], 1)
        share = (grid - position[left]) / span
        return Grid(
            restart=last is None,
            t_ns=t_ns[left] + np.rint(share * (t_ns[right] - t_ns[left])).astype(np.int64),
            acc_g=_between(acc, left, right, share),
            gyr_dps=None if gyr is None else _between(gyr, left, right, share),
            clipped=_places(clipped[right] & ~lost),
            lost=_places(lost),
            torn=_places(span > self._short),
        )


def _places(marks: BoolArray) -> IntArray:
    return np.flatnonzero(marks) if marks.any() else _NONE


def _between(rows: FloatArray, left: IntArray, right: IntArray, share: FloatArray) -> FloatArray:
    return np.asarray(rows[left] + share[:, None] * (rows[right] - rows[left]))
