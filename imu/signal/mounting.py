"""The mounting without ceremony: gravity from standing, the segment's directions from the run itself.

No pose is asked for and no magnetometer is used. Blocks of 0.7 s in which nothing moves show gravity. Whole
strides show the long axis, with a gyroscope the mediolateral one and with both the forward direction; an
accelerometer alone shows the line along which a leg is mostly sped up and braked, but not which end is front.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.model import MountingEstimate
from imu.signal.orientation import fore_aft_line, lateral_axis, up_axis

if TYPE_CHECKING:
    from imu.model import SensorInfo
    from imu.model.mounting import Vector
    from imu.model.samples import FloatArray
    from imu.signal.energy import JerkEnergy
    from imu.signal.orientation import Learnt

__all__ = ["Still", "StillFinder", "gravity_of", "mounting_of", "turned"]

_BLOCK_S = 0.7
_STILL_SD_G = 0.03
_NEAR_1_G = 0.1
_TURNED = math.cos(math.radians(10.0))


class Still(NamedTuple):
    """A block without movement: the detection index of its last sample, and up in sensor axes."""

    at: int
    up: FloatArray


class StillFinder:
    """Finds blocks of 0.7 s without movement; blocks lie at multiples of their length.

    Parameters
    ----------
    jerk : JerkEnergy
        Holds the samples of the detection grid.
    """

    def __init__(self, jerk: JerkEnergy) -> None:
        self._jerk = jerk
        self._length = round(_BLOCK_S * jerk.rate_hz)
        self._next = 0

    def push(self) -> list[Still]:
        """Look at the blocks that have become whole."""
        data, length = self._jerk.data, self._length
        count = (self._jerk.looked - self._next) // length
        if count < 1:
            return []
        first = self._next
        self._next += count * length
        rows = data.rows(first, self._next)[:, :3].reshape(count, length, 3)
        mean = _block_mean(rows)
        spread = _block_mean((rows - mean[:, None]) ** 2).max(axis=1)
        size = np.sqrt(mean[:, 0] ** 2 + mean[:, 1] ** 2 + mean[:, 2] ** 2)
        still = np.flatnonzero((spread < _STILL_SD_G**2) & (np.abs(size - 1.0) < _NEAR_1_G))
        return [Still(first + (k + 1) * length - 1, mean[k] / size[k]) for k in still.tolist()]


def _block_mean(rows: FloatArray) -> FloatArray:
    """Mean over the second axis, added up in its order whatever the number of rows (law 2)."""
    total = rows[:, 0].copy()
    for k in range(1, rows.shape[1]):
        total += rows[:, k]
    return np.asarray(total / rows.shape[1])


def turned(before: FloatArray | None, after: FloatArray) -> bool:
    """Tell whether a direction differs from one before by more than 10 degrees, or is new."""
    return before is None or float(before @ after) < _TURNED


def gravity_of(sensor: SensorInfo, known_ns: int, up: FloatArray) -> MountingEstimate:
    """Tell what standing shows."""
    return MountingEstimate(sensor.sensor, known_ns, _vector(up), None, None, None, False, 0)


def mounting_of(
    sensor: SensorInfo, known_ns: int, learnt: Learnt, gravity: FloatArray | None
) -> MountingEstimate:
    """Tell what strides show.

    Parameters
    ----------
    sensor : SensorInfo
        The sensor.
    known_ns : int
        Session time, ns.
    learnt : Learnt
        What was learnt from the strides.
    gravity : ndarray, shape (3,), or None
        Up in the last block without movement.
    """
    rows = learnt.memory[None, :]
    up = up_axis(rows)[0]
    lateral = lateral_axis(rows)[0] if sensor.has_gyro else None
    forward = fore_aft_line(rows)[0] if lateral is None else _unit(np.cross(up, lateral))
    return MountingEstimate(
        sensor=sensor.sensor,
        known_ns=known_ns,
        gravity=_vector(gravity),
        up=_vector(up),
        lateral=_vector(lateral),
        forward=_vector(forward),
        forward_sense_known=lateral is not None,
        strides=learnt.strides,
        changed=learnt.changed,
    )


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / math.sqrt(float(vector @ vector)))


def _vector(values: FloatArray | None) -> Vector | None:
    if values is None:
        return None
    x, y, z = values.tolist()
    return (x, y, z)
