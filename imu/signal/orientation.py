"""The segment's axes found from the run itself: which way is up along it, and which way it pitches.

No pose and no magnetometer: over whole strides the mean specific force points along the leg. A shank turns
mostly about the mediolateral axis while it swings forward; a foot does so while its heel rises over the
toes that stand on the ground (in swing it rolls as well). The sign of that axis follows from the stride:
before contact the leg swings forward (toes up), late in stance it rolls over (toes down).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from imu.model.samples import FloatArray

__all__ = ["PHASES", "Axes", "AxesTracker"]

PHASES = 32
"""Number of evenly spread moments of a stride that the axes are learnt from."""

_SWING = slice(24, 30)
_ROLL_OVER = slice(8, 13)
_FORWARD_SWING = slice(19, 31)
_HEEL_RISE = {True: slice(7, 13), False: slice(12, 19)}
_STANCE = slice(3, 8)
_MEMORY = 12


@dataclass
class Axes:
    """Running estimate.

    Attributes
    ----------
    strides : int
        Strides seen.
    up : ndarray, shape (3,)
        Mean direction of the specific force in sensor axes, not normalised, g.
    spread : ndarray, shape (3, 3)
        Mean outer product of the angular rate, (deg/s)².
    turn : ndarray, shape (3,)
        Mean angular rate of swing less that of roll-over, deg/s: its side tells toes up.
    """

    strides: int
    up: FloatArray
    spread: FloatArray
    turn: FloatArray


class AxesTracker:
    """Exponential memory over strides.

    Parameters
    ----------
    on_shoe : bool
        A shoe's "up" is learnt while the foot stands, a shank's over the whole stride.
    has_gyro : bool
        Whether the strides carry angular rate.
    """

    def __init__(self, on_shoe: bool, has_gyro: bool) -> None:
        self._on_shoe = on_shoe
        self._has_gyro = has_gyro
        self.state = Axes(0, np.zeros(3), np.zeros((3, 3)), np.zeros(3))

    def learn(self, stride: FloatArray, *, running: bool) -> None:
        """Take one stride.

        Parameters
        ----------
        stride : ndarray, shape (PHASES, 3 or 6)
            Acceleration in g and angular rate in degrees per second from one contact to the next.
        running : bool
            Running or walking: the heel rises earlier in a running stride.
        """
        state = self.state
        weight = max(1.0 / (state.strides + 1), 1.0 / _MEMORY)
        part = stride[_STANCE, :3] if self._on_shoe else stride[:, :3]
        up = state.up + weight * (part.mean(axis=0) - state.up)
        spread, turn = state.spread, state.turn
        if self._has_gyro:
            rate = stride[:, 3:6]
            turning = rate[_HEEL_RISE[running] if self._on_shoe else _FORWARD_SWING]
            outer = (turning[:, :, None] * turning[:, None, :]).mean(axis=0)
            spread = spread + weight * (outer - spread)
            turn = turn + weight * (rate[_SWING].mean(axis=0) - rate[_ROLL_OVER].mean(axis=0) - turn)
        self.state = Axes(state.strides + 1, up, spread, turn)

    def up(self) -> FloatArray:
        """Return the unit vector along the segment, proximal, in sensor axes, shape (3,)."""
        return np.asarray(self.state.up / np.sqrt((self.state.up**2).sum()))

    def lateral(self) -> FloatArray:
        """Return the unit vector about which a positive rate lifts the toes, in sensor axes, shape (3,)."""
        _, vectors = np.linalg.eigh(self.state.spread)
        axis = vectors[:, 2]
        return np.asarray(axis if (axis * self.state.turn).sum() >= 0.0 else -axis)
