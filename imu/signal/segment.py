"""One unbroken stretch of samples: its histories, its jerk energy and its rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.signal.energy import JerkEnergy
from imu.signal.history import History
from imu.signal.rhythm import RhythmTracker

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray, IntArray
    from imu.signal.params import SignalParams
    from imu.signal.regular import Grid
    from imu.signal.rhythm import Contact

__all__ = ["Segment"]


class Segment:
    """Histories under absolute indices, and contacts found so far that still wait for samples after them.

    Parameters
    ----------
    rate_hz : float
        Sampling rate of the even grid.
    columns : int
        3 with an accelerometer only, 6 with a gyroscope.
    params : SignalParams
        Parameters of detection.

    Attributes
    ----------
    waiting : list of Contact
        Contacts in order of time.
    """

    def __init__(self, rate_hz: float, columns: int, params: SignalParams) -> None:
        self.jerk = JerkEnergy(rate_hz, columns, params)
        self.rhythm = RhythmTracker(self.jerk.rate_hz, params)
        self.waiting: list[Contact] = []
        self.factor = self.jerk.factor
        self._t_ns = History(np.int64)
        self._data = History(np.float64, 3)
        self._marks = History(np.bool_, 2)
        self._lost_before = History(np.int64)
        self._lost = 0

    def push(self, grid: Grid) -> None:
        """Take more samples of this stretch."""
        self._t_ns.append(grid.t_ns)
        self._data.append(grid.data[:, :3])
        self._marks.append(np.column_stack((grid.clipped, grid.lost)))
        lost = self._lost + np.cumsum(grid.lost)
        self._lost_before.append(lost)
        self._lost = int(lost[-1])
        candidates = self.jerk.push(grid)
        self.waiting += self.rhythm.push(candidates, self.jerk.complete, self.jerk)

    def finish(self) -> None:
        """No more samples come: settle what can be settled."""
        candidates = self.jerk.finish()
        self.waiting += self.rhythm.push(candidates, self.jerk.complete, self.jerk)
        self.waiting += self.rhythm.finish()

    def drop_old(self) -> None:
        """Forget what no later step can need."""
        keep = self.rhythm.keep_from(self.jerk.complete)
        if self.waiting:
            keep = min(keep, self.waiting[0].at - round(2.5 * self.jerk.rate_hz))
        keep = max(keep, 0)
        self.jerk.drop_before(keep)
        for history in (self._t_ns, self._data, self._marks, self._lost_before):
            history.drop_before(keep * self.factor)

    def known(self, detection_index: int) -> int:
        """Return the time of the last sample up to a detection index, ns."""
        last = min((detection_index + 1) * self.factor, self._t_ns.end) - 1
        return int(self._t_ns.rows(last, last + 1)[0])

    def position(self, detection: FloatArray) -> FloatArray:
        """Return detection positions as positions on the full-rate grid."""
        return detection * self.factor + 0.5 * (self.factor - 1)

    def times_ns(self, position: FloatArray) -> IntArray:
        """Return the times of full-rate positions, interpolated, ns."""
        whole = np.clip(np.floor(position).astype(np.int64), self._t_ns.start, max(self._t_ns.end - 2, 0))
        first, second = self._t_ns.take(whole), self._t_ns.take(whole + 1)
        return np.asarray(first + np.rint((position - whole) * (second - first)).astype(np.int64))

    def lost_between(self, first: FloatArray, last: FloatArray) -> IntArray:
        """Count lost samples between two full-rate positions."""
        a, b = (self._lost_before.take(np.floor(x).astype(np.int64)) for x in (first, last))
        return np.asarray(b - a)

    def window(self, base: IntArray, before: int, length: int) -> tuple[FloatArray, BoolArray]:
        """Return acceleration, (m, length, 3), and marks (clipped, lost), (m, length, 2), at full rate."""
        indices = base[:, None] + np.arange(-before, length - before)
        return self._data.take(indices), self._marks.take(indices)
