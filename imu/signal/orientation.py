"""The segment's axes found from the run itself: which way is up along it, and which way it pitches.

No pose and no magnetometer: over whole strides the mean specific force points along the leg. A shank turns
mostly about the mediolateral axis while it swings forward; a foot does so while its heel rises over the
toes that stand on the ground (in swing it rolls as well). The sign of that axis follows from the stride:
before contact the leg swings forward (toes up), late in stance it rolls over (toes down).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray

__all__ = ["FEWEST_STRIDES", "PHASES", "AxesTracker", "Learnt", "fore_aft_line", "lateral_axis", "up_axis"]

PHASES = 32
"""Number of evenly spread moments of a stride that the axes are learnt from."""

_SWING = slice(24, 30)
_ROLL_OVER = slice(8, 13)
_FORWARD_SWING = slice(19, 31)
_HEEL_RISE = {True: slice(7, 13), False: slice(12, 19)}
_STANCE = slice(3, 8)
_MEMORY = 12
_SIZE = 24
_TURNED, _TURNED_STRIDES, _SETTLED = math.cos(math.radians(35.0)), 3, 4

FEWEST_STRIDES = 3
"""With fewer strides the axes are not told."""


class Learnt(NamedTuple):
    """A moment at which the axes became known, or at which the sensor was found to have turned.

    `place` is that of the stride among those learnt together.
    """

    place: int
    memory: FloatArray
    strides: int
    changed: bool


class AxesTracker:
    """Exponential memory over strides.

    Parameters
    ----------
    on_shoe : bool
        A shoe's "up" is learnt while the foot stands, a shank's over the whole stride.
    has_gyro : bool
        Whether the strides carry angular rate.

    Attributes
    ----------
    strides : int
        Strides learnt so far.
    memory : ndarray, shape (24,)
        Mean specific force, g; mean outer product of the angular rate, (deg/s)²; mean rate of swing less that
        of roll-over, deg/s, which tells the side of toes up; covariance of the acceleration, g². All in
        sensor axes.
    """

    def __init__(self, *, on_shoe: bool, has_gyro: bool) -> None:
        self._on_shoe = on_shoe
        self._has_gyro = has_gyro
        self.strides = 0
        self.memory = np.zeros(_SIZE)
        self._astray: list[FloatArray] = []

    def learn(
        self, strides: FloatArray, running: BoolArray, follows: list[bool], last_of_group: list[bool]
    ) -> tuple[FloatArray, list[Learnt]]:
        """Learn from strides and return the memory in force at each, and what became known.

        Parameters
        ----------
        strides : ndarray, shape (m, PHASES, 3 or 6)
            Acceleration in g and angular rate in degrees per second from one contact to the next.
        running : ndarray of bool, shape (m,)
            Running or walking: the heel rises earlier in a running stride.
        follows : list of bool
            False for a contact without a stride before it, from which nothing is learnt.
        last_of_group : list of bool
            Contacts up to one for which this is true were understood together and share the memory.

        Returns
        -------
        memories : ndarray, shape (m, 24)
        learnt : list of Learnt
        """
        learnt: list[Learnt] = []
        seen = self._summaries(strides, running)
        memories = np.empty(seen.shape)
        first = 0
        for k in range(len(seen)):
            alone = last_of_group[k] and first == k
            if alone:
                memories[k] = self.memory  # its impact is told before its stride can be learnt from
            if follows[k]:
                before, changed = self.strides, self._learn(seen[k])
                if changed or before < FEWEST_STRIDES <= self.strides:
                    learnt.append(Learnt(k, self.memory, self.strides, changed))
            if last_of_group[k]:
                if not alone:
                    memories[first : k + 1] = self.memory
                first = k + 1
        return memories, learnt

    def _learn(self, seen: FloatArray) -> bool:
        """Take one stride; True when it shows, after others, that the sensor has turned."""
        if self.strides >= _SETTLED and _cosine(seen[:3], self.memory[:3]) < _TURNED:
            self._astray.append(seen)
            if len(self._astray) < _TURNED_STRIDES:
                return False
            self.memory, self.strides = np.mean(self._astray, axis=0), len(self._astray)
            self._astray = []
            return True
        self._astray = []
        self.strides += 1
        self.memory = self.memory + max(1.0 / self.strides, 1.0 / _MEMORY) * (seen - self.memory)
        return False

    def _summaries(self, strides: FloatArray, running: BoolArray) -> FloatArray:
        seen = np.zeros((len(strides), _SIZE))
        moved = strides[:, :, :3] - _mean(strides[:, :, :3])[:, None]
        spread = moved[:, :, :, None] * moved[:, :, None, :]
        seen[:, 15:] = _mean(spread.reshape(*moved.shape[:2], 9))
        seen[:, :3] = _mean(strides[:, _STANCE, :3] if self._on_shoe else strides[:, :, :3])
        if not self._has_gyro:
            return seen
        rate = strides[:, :, 3:6]
        for kind in (True, False):
            of = running == kind
            turning = rate[of][:, _HEEL_RISE[kind] if self._on_shoe else _FORWARD_SWING]
            outer = turning[:, :, :, None] * turning[:, :, None, :]
            seen[of, 3:12] = _mean(outer.reshape(*turning.shape[:2], 9))
        seen[:, 12:15] = _mean(rate[:, _SWING]) - _mean(rate[:, _ROLL_OVER])
        return seen


def _mean(rows: FloatArray) -> FloatArray:
    """Mean over the second axis, added up in its order whatever the number of rows (law 2)."""
    total = rows[:, 0].copy()
    for k in range(1, rows.shape[1]):
        total += rows[:, k]
    return np.asarray(total / rows.shape[1])


def _cosine(a: FloatArray, b: FloatArray) -> float:
    return float(a @ b) / math.sqrt(max(float(a @ a) * float(b @ b), 1e-12))


def up_axis(memory: FloatArray) -> FloatArray:
    """Return unit vectors along the segment, proximal, in sensor axes; (m, 24) to (m, 3)."""
    up = memory[:, :3]
    return np.asarray(up / np.sqrt(up[:, :1] ** 2 + up[:, 1:2] ** 2 + up[:, 2:] ** 2))


def lateral_axis(memory: FloatArray) -> FloatArray:
    """Return unit vectors about which a positive rate lifts the toes, in sensor axes, shape (m, 3)."""
    _, vectors = np.linalg.eigh(memory[:, 3:12].reshape(-1, 3, 3))
    axis, turn = vectors[:, :, 2], memory[:, 12:15]
    along = axis[:, :1] * turn[:, :1] + axis[:, 1:2] * turn[:, 1:2] + axis[:, 2:] * turn[:, 2:]
    return np.asarray(np.where(along >= 0.0, axis, -axis))


def fore_aft_line(memory: FloatArray) -> FloatArray:
    """Return unit vectors across `up` along which acceleration varies most, front or back, shape (m, 3)."""
    up = up_axis(memory)
    across = np.eye(3) - up[:, :, None] * up[:, None, :]
    spread = memory[:, 15:].reshape(-1, 3, 3)
    _, vectors = np.linalg.eigh(across @ spread @ across)
    return np.asarray(vectors[:, :, 2])
