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

__all__ = ["Grid", "LastSample", "Regulariser"]


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """Evenly spaced samples; `restart` tells that nothing before belongs to them.

    Attributes
    ----------
    restart : bool
        True when a gap too long to bridge lies before the first sample.
    t_ns : ndarray of int64, shape (n,)
        Time of each sample, ns.
    data : ndarray of float64, shape (n, 3) or (n, 6)
        Acceleration in g and, with a gyroscope, angular rate in degrees per second.
    clipped, lost : ndarray of bool, shape (n,)
        At the end of the range; filled in by interpolation.
    """

    restart: bool
    t_ns: IntArray
    data: FloatArray
    clipped: BoolArray
    lost: BoolArray


@dataclass
class LastSample:
    """The sample before those that come next; None before the first."""

    t_ns: int
    row: FloatArray


class Regulariser(Block[SampleBatch | Gap, Grid, LastSample | None]):
    """Fill short holes by linear interpolation and cut at long ones.

    A :class:`imu.model.Gap` carries no samples and passes unseen: the hole shows in the time stamps.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate.
    bridge_s : float
        Longest hole that is bridged, s.
    """

    def __init__(self, rate_hz: float, bridge_s: float) -> None:
        self._period_ns = NS_PER_S / rate_hz
        self._longest = max(1, round(bridge_s * rate_hz))
        self._state = None

    def push(self, item: SampleBatch | Gap) -> list[Grid]:
        """Take samples and return one grid per unbroken stretch."""
        if isinstance(item, Gap) or not len(item):
            return []
        data = item.acc_g if item.gyr_dps is None else np.hstack((item.acc_g, item.gyr_dps))
        state = self._state
        if state is None:
            steps = np.empty(len(item), np.int64)
            steps[0] = self._longest + 1
            np.rint(np.diff(item.t_ns) / self._period_ns, out=steps[1:], casting="unsafe")
        else:
            steps = np.rint(np.diff(item.t_ns, prepend=state.t_ns) / self._period_ns).astype(np.int64)
        grids = self._grids(item, data, steps)
        self._state = LastSample(int(item.t_ns[-1]), data[-1].copy())
        return grids

    def _grids(self, item: SampleBatch, data: FloatArray, steps: IntArray) -> list[Grid]:
        if steps.max() <= 1:
            return [Grid(False, item.t_ns, data, item.clipped, np.zeros(len(item), np.bool_))]
        cuts = np.flatnonzero(steps > self._longest)
        bounds = [0, *cuts[cuts > 0].tolist(), len(item)]
        return [self._stretch(item, data, steps, a, b) for a, b in pairwise(bounds)]

    def _stretch(self, item: SampleBatch, data: FloatArray, steps: IntArray, a: int, b: int) -> Grid:
        restart = bool(steps[a] > self._longest)
        t_ns, rows, clipped, step = item.t_ns[a:b], data[a:b], item.clipped[a:b], np.maximum(steps[a:b], 1)
        last = self._state
        joined = not restart and last is not None
        if last is not None and joined:
            t_ns, rows = np.concatenate(([last.t_ns], t_ns)), np.vstack((last.row, rows))
            clipped = np.concatenate(([False], clipped))
            position = np.concatenate(([0], np.cumsum(step)))
        else:
            position = np.concatenate(([0], np.cumsum(step[1:])))
        grid = np.arange(1 if joined else 0, position[-1] + 1)
        right = np.searchsorted(position, grid)
        lost = position[right] != grid
        left = np.where(lost, right - 1, right)
        span = np.where(lost, position[right] - position[left], 1)
        share = (grid - position[left]) / span
        times = t_ns[left] + np.rint(share * (t_ns[right] - t_ns[left])).astype(np.int64)
        values = rows[left] + share[:, None] * (rows[right] - rows[left])
        return Grid(restart, times, values, clipped[right] & ~lost, lost)
