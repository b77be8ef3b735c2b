"""One unbroken stretch of samples: its histories, its jerk energy and its rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imu.signal.energy import JerkEnergy
from imu.signal.history import History, Marks
from imu.signal.mounting import Still, StillFinder
from imu.signal.rhythm import RhythmTracker

if TYPE_CHECKING:
    from imu.model import SensorInfo
    from imu.model.samples import FloatArray, IntArray
    from imu.signal.measure import Places
    from imu.signal.params import SignalParams
    from imu.signal.regular import Grid
    from imu.signal.rhythm import Contact

__all__ = ["Early", "Segment"]


@dataclass
class Early:
    """Where the first waiting contact lies, when its impact and landing can be told, and how many were."""

    places: Places
    due: tuple[int, ...]
    told: int = 0


class Segment:
    """Histories under absolute indices, and contacts found so far that still wait for samples after them.

    Parameters
    ----------
    sensor : SensorInfo
        Rate of the even grid, placement, and whether there is a gyroscope.
    params : SignalParams
        Parameters of detection.

    Attributes
    ----------
    waiting : list of Contact
        Contacts in order of time.
    acc_g : History
        Acceleration at the full rate, g.
    clipped, lost, torn : Marks
        Samples at the end of the range, samples filled in, and those of them in long holes.
    settled : int
        Detection index up to which samples were needed for the latest step.
    stills : list of Still
        Blocks without movement since the last one that every contact still to come lies after.
    early : Early or None
        The first waiting contact, once it was looked at before its step.
    """

    def __init__(self, sensor: SensorInfo, params: SignalParams) -> None:
        columns = 6 if sensor.has_gyro else 3
        self.clipped, self.lost, self.torn = Marks(), Marks(), Marks()
        self.jerk = JerkEnergy(sensor.rate_hz, columns, params)
        self.rhythm = RhythmTracker(self.jerk, self.torn, params, sensor.placement)
        self.waiting: list[Contact] = []
        self.settled = 0
        self.stills: list[Still] = []
        self._finder = StillFinder(self.jerk)
        self.early: Early | None = None
        self.factor = self.jerk.factor
        self.acc_g = History(np.float64, 3)
        self._t_ns = History(np.int64)

    def push(self, grid: Grid) -> list[Still]:
        """Take more samples of this stretch and return the blocks in it in which nothing moved."""
        self.clipped.append(grid.clipped + self._t_ns.end)
        self.lost.append(grid.lost + self._t_ns.end)
        self.torn.append(grid.torn + self._t_ns.end)
        self._t_ns.append(grid.t_ns)
        self.acc_g.append(grid.acc_g)
        candidates = self.jerk.push(grid.acc_g, grid.gyr_dps)
        self.waiting += self.rhythm.push(candidates)
        return self._look_for_stills()

    def finish(self) -> None:
        """No more samples come: settle what can be settled."""
        candidates = self.jerk.finish()
        self.waiting += self.rhythm.push(candidates)
        self.waiting += self.rhythm.finish()

    def _look_for_stills(self) -> list[Still]:
        found = self._finder.push()
        self.stills += found
        return found

    def standing_before(self, index: int) -> FloatArray | None:
        """Return up in the last block without movement before a detection index, if there is one."""
        return next((still.up for still in reversed(self.stills) if still.at <= index), None)

    def drop_old(self) -> None:
        """Forget what no later step can need."""
        keep = self.rhythm.keep_from(self.jerk.complete)
        if self.waiting:
            keep = min(keep, self.rhythm.keep_from(self.waiting[0].at))
        self.jerk.drop_before(keep)
        while len(self.stills) > 1 and self.stills[1].at <= keep:
            del self.stills[0]
        for kept in (self._t_ns, self.acc_g, self.clipped, self.lost, self.torn):
            kept.drop_before(keep * self.factor)

    def soonest(self) -> int | None:
        """Return the detection index from which on something may have to be told at once, if any."""
        expected = self.rhythm.expected()
        if self.early is None or self.early.told == len(self.early.due):
            return expected
        due = self.early.due[self.early.told]
        return due if expected is None else min(due, expected)

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
