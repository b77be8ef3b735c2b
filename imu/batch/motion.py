"""Movement of a segment within a stride, from the samples of a gyroscope: angles, and the path of a shoe.

Every integral begins and ends within one stride, so that no drift builds up, and none spans a hole or a
sample at the end of the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imu.model import Placement
from imu.units import MPS2_PER_G, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model import SampleBatch
    from imu.model.samples import BoolArray, FloatArray, IntArray

__all__ = [
    "SensorSamples",
    "join_batches",
    "pitch_axis",
    "standing_up",
    "stride_path_m",
    "stride_up",
    "tilt_deg",
    "turned_deg",
]

HOLE_PERIODS = 1.8
ROLL_OVER = {Placement.SHANK: (0.05, 0.5), Placement.SHOE: (0.5, 0.95)}
LEAST_STANCES = 5
STILL_S, STILL_SD_G, STILL_SIZE_G, STILL_TURNING_DPS = 0.7, 0.03, 0.1, 5.0
STANDING_NEAR_DEG = 30.0


@dataclass(frozen=True)
class SensorSamples:
    """All samples of one sensor, in sensor axes.

    Attributes
    ----------
    t_ns : ndarray of int64, shape (n,)
        Session time, ns.
    acc_g, gyr_dps : ndarray of float64, shape (n, 3)
        Acceleration in g, angular rate in degrees per second; the rate has no rows without a gyroscope.
    clipped : ndarray of bool, shape (n,)
        At the end of the range.
    rate_hz : float
        Nominal sampling rate.
    """

    t_ns: IntArray
    acc_g: FloatArray
    gyr_dps: FloatArray
    clipped: BoolArray
    rate_hz: float

    @property
    def has_gyro(self) -> bool:
        """Whether there are angular rates."""
        return len(self.gyr_dps) == len(self.t_ns)

    def between(self, first_ns: int, last_ns: int) -> slice | None:
        """Return the samples from one time to another; None when some are missing there."""
        first, last = (int(k) for k in np.searchsorted(self.t_ns, (first_ns, last_ns)))
        if first == 0 or last >= len(self.t_ns) or last - first < 2:  # noqa: PLR2004 - an integral takes two
            return None
        longest_ns = int(np.diff(self.t_ns[first - 1 : last + 1]).max())
        return None if longest_ns > HOLE_PERIODS * NS_PER_S / self.rate_hz else slice(first, last + 1)


def join_batches(batches: Sequence[SampleBatch], rate_hz: float) -> SensorSamples | None:
    """Join the batches of one sensor; None when it has no samples."""
    if not batches:
        return None
    rates = [batch.gyr_dps for batch in batches if batch.gyr_dps is not None]
    none = np.empty((0, 3))
    return SensorSamples(
        np.concatenate([batch.t_ns for batch in batches]),
        np.concatenate([batch.acc_g for batch in batches]),
        np.concatenate(rates) if len(rates) == len(batches) else none,
        np.concatenate([batch.clipped for batch in batches]),
        rate_hz,
    )


def pitch_axis(
    samples: SensorSamples, stances_ns: Sequence[tuple[int, int]], placement: Placement
) -> FloatArray | None:
    """Mediolateral axis of the segment in sensor axes, positive = toes up or shank forward.

    Parameters
    ----------
    samples : SensorSamples
        All samples.
    stances_ns : sequence of (int, int)
        Initial contacts and toe-offs, ns.
    placement : Placement
        A shank turns forward over the foot early in stance, a foot over its toes late: there they do hardly
        anything else (in swing a foot rolls as well).

    Returns
    -------
    ndarray of float64, shape (3,), or None
        None with fewer than five stances.
    """
    spans = [
        samples.between(*(first_ns + round(share * (last_ns - first_ns)) for share in ROLL_OVER[placement]))
        for first_ns, last_ns in stances_ns
    ]
    turns = [samples.gyr_dps[span] for span in spans if span is not None]
    if len(turns) < LEAST_STANCES:
        return None
    mean = np.concatenate(turns).mean(axis=0)
    size = float(np.linalg.norm(mean))
    return np.asarray(-mean / size) if size else None


def turned_deg(samples: SensorSamples, axis: FloatArray, span: slice) -> FloatArray:
    """Angle about an axis since the first sample of a span, degrees."""
    rate = samples.gyr_dps[span] @ axis
    steps_s = np.diff(samples.t_ns[span]) / NS_PER_S
    return np.concatenate(([0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * steps_s)))


def stride_path_m(samples: SensorSamples, span: slice) -> FloatArray | None:
    """Path of a foot from flat to flat, m.

    Zero-velocity integration: gravity at the first flat moment gives the orientation, the rate turns it on,
    acceleration is turned upright, integrated, and the velocity left over at the second flat moment is taken
    off as a straight line (Zrenner et al. 2018, PMC6308955).

    Parameters
    ----------
    samples : SensorSamples
        All samples.
    span : slice
        From one flat moment to the next.

    Returns
    -------
    ndarray of float64, shape (3,), or None
        Displacement; the third is up. None when a sample is at the end of the range: what was cut off is
        missing in the integral.
    """
    if samples.clipped[span].any():
        return None
    time_s = (samples.t_ns[span] - samples.t_ns[span.start]) / NS_PER_S
    acc_g = _upright(samples.acc_g[span], np.radians(samples.gyr_dps[span]), time_s)
    acc_mps2 = MPS2_PER_G * (acc_g - np.array([0.0, 0.0, 1.0]))
    steps_s = np.diff(time_s)[:, None]
    speed = np.vstack((np.zeros(3), np.cumsum(0.5 * (acc_mps2[1:] + acc_mps2[:-1]) * steps_s, axis=0)))
    speed -= np.outer(time_s / time_s[-1], speed[-1])
    return np.asarray((0.5 * (speed[1:] + speed[:-1]) * steps_s).sum(axis=0))


def _upright(acc_g: FloatArray, rate_radps: FloatArray, time_s: FloatArray) -> FloatArray:
    """Turn accelerations into axes of which the third is up, which the first sample is taken to show."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415 - start-up time

    up = acc_g[0] / np.linalg.norm(acc_g[0])
    start, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [up])
    return np.asarray(start.apply(_turned_back(acc_g, rate_radps, time_s)))


def _turned_back(acc_g: FloatArray, rate_radps: FloatArray, time_s: FloatArray) -> FloatArray:
    """Accelerations in the axes that the sensor has at the first sample."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415 - start-up time

    middle = 0.5 * (rate_radps[1:] + rate_radps[:-1]) * np.diff(time_s)[:, None]
    turned = [Rotation.identity()]
    for step in Rotation.from_rotvec(middle):
        turned.append(turned[-1] * step)
    return np.asarray(Rotation.concatenate(turned).apply(acc_g))


def stride_up(samples: SensorSamples, span: slice) -> FloatArray | None:
    """Up at the first sample of a stride, in sensor axes.

    Over a whole stride of steady running the segment gathers no speed, so that the mean specific force,
    turned back to the axes of the first sample by the rate, is gravity's.

    Parameters
    ----------
    samples : SensorSamples
        All samples.
    span : slice
        From a contact to the next one of the same leg.

    Returns
    -------
    ndarray of float64, shape (3,), or None
        Unit vector. None when a sample is at the end of the range, or when the mean is not near 1 g: the
        runner sped up, or part of the movement went unseen.
    """
    if samples.clipped[span].any():
        return None
    time_s = (samples.t_ns[span] - samples.t_ns[span.start]) / NS_PER_S
    acc_g = _turned_back(samples.acc_g[span], np.radians(samples.gyr_dps[span]), time_s)
    mean = (0.5 * (acc_g[1:] + acc_g[:-1]) * np.diff(time_s)[:, None]).sum(axis=0) / time_s[-1]
    size = float(np.linalg.norm(mean))
    return np.asarray(mean / size) if abs(size - 1.0) < STILL_SIZE_G else None


def standing_up(samples: SensorSamples, stances_ns: Sequence[tuple[int, int]]) -> FloatArray | None:
    """Up along the segment while the runner stands still, in sensor axes.

    Parameters
    ----------
    samples : SensorSamples
        All samples.
    stances_ns : sequence of (int, int)
        Initial contacts and toe-offs, ns, that show how the sensor is worn: a sensor that lies on a table, or
        a shank of someone who sits, is more than 30 degrees off their mean.

    Returns
    -------
    ndarray of float64, shape (3,), or None
        Unit vector, the median of all blocks of 0.7 s without movement; None when there is none.
    """
    length = max(2, round(STILL_S * samples.rate_hz))
    count = len(samples.t_ns) // length
    spans = [span for stance in stances_ns if (span := samples.between(*stance)) is not None]
    if not count or not spans:
        return None
    acc, gyr = (rows[: count * length].reshape(count, length, 3) for rows in (samples.acc_g, samples.gyr_dps))
    mean = acc.mean(axis=1)
    size = np.linalg.norm(mean, axis=1)
    still = (acc.std(axis=1) < STILL_SD_G).all(axis=1) & (np.abs(size - 1.0) < STILL_SIZE_G)
    still &= (gyr.std(axis=1) < STILL_TURNING_DPS).all(axis=1)
    worn = np.concatenate([samples.acc_g[span] for span in spans]).mean(axis=0)
    ups = mean[still] / size[still, None]
    near = ups @ worn > np.cos(np.radians(STANDING_NEAR_DEG)) * np.linalg.norm(worn)
    if not near.any():
        return None
    up = np.median(ups[near], axis=0)
    return np.asarray(up / np.linalg.norm(up))


def tilt_deg(up: FloatArray, segment_up: FloatArray, axis: FloatArray) -> float:
    """Angle of a segment to the vertical about its mediolateral axis, degrees.

    Parameters
    ----------
    up, segment_up, axis : ndarray of float64, shape (3,)
        Up in the world, up along the segment and :func:`pitch_axis`, in sensor axes.

    Returns
    -------
    float
        Positive when the lower end is in front of the upper one.
    """
    forward = np.cross(segment_up, axis)
    along = np.cross(axis, forward)
    return float(np.degrees(np.arctan2(up @ forward, up @ along)))
