"""What a pelvis sensor adds at the contacts of the legs: pelvic drop as a trend, and shock attenuation."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from imu.batch.motion import turned_deg
from imu.model import Side
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.batch.motion import SensorSamples
    from imu.model import Step
    from imu.model.samples import FloatArray

__all__ = ["forward_axis", "pelvic_drop_ratios", "shock_attenuation"]

LEAST_STRIDES = 20
LEAST_DROP_DEG = 1.0
LEAST_BRAKING_G = 0.05
CONTACT_WINDOW_S = 0.1
LONGEST_STRIDE_S = 1.5


def forward_axis(samples: SensorSamples, steps: Sequence[Step]) -> FloatArray | None:
    """Forward in the axes of a pelvis sensor.

    Up is the mean specific force over whole strides. A runner is braked in the first half of each stance and
    sped up in the second: the horizontal part of that difference points backward. It is taken at the contacts
    of a leg and half a stride later, so that what the pelvis does to the left and to the right cancels.

    Parameters
    ----------
    samples : SensorSamples
        Samples of the pelvis sensor.
    steps : sequence of Step
        Accepted running steps of one leg, in order.

    Returns
    -------
    ndarray of float64, shape (3,), or None
        Unit vector; None with fewer than 20 strides, or when no braking is seen.
    """
    ups, braking = [], []
    for first, after in _strides(steps):
        span = samples.between(first.initial_contact_ns, after.initial_contact_ns)
        if span is None or first.toe_off_ns is None:
            continue
        contact_ns = first.toe_off_ns - first.initial_contact_ns
        half_ns = (after.initial_contact_ns - first.initial_contact_ns) // 2
        for begin_ns in (first.initial_contact_ns, first.initial_contact_ns + half_ns):
            parts = [
                samples.between(begin_ns + k * contact_ns // 2, begin_ns + (k + 1) * contact_ns // 2)
                for k in (0, 1)
            ]
            if parts[0] is not None and parts[1] is not None:
                early, late = (samples.acc_g[part].mean(axis=0) for part in parts if part is not None)
                braking.append(late - early)
        ups.append(samples.acc_g[span].mean(axis=0))
    if len(ups) < LEAST_STRIDES or not braking:
        return None
    up = np.mean(ups, axis=0)
    up /= np.linalg.norm(up)
    forward = np.mean(braking, axis=0)
    forward -= (forward @ up) * up
    size = float(np.linalg.norm(forward))
    return np.asarray(forward / size) if size > LEAST_BRAKING_G else None


def pelvic_drop_ratios(samples: SensorSamples, steps: Sequence[Step]) -> dict[int, float]:
    """Drop of the pelvis on the side of the swinging leg, against the usual of the same session.

    The rate about the forward axis, less its mean over the stride, is integrated from contact; the drop is
    how far the other side has come down at most before toe-off.

    Parameters
    ----------
    samples : SensorSamples
        Samples of the pelvis sensor, with gyroscope.
    steps : sequence of Step
        Accepted running steps of one leg, in order.

    Returns
    -------
    dict of int to float
        Step number to its drop over the median of this leg in this session: 1.2 is 20 % more than usual.
        Empty with fewer than 20 strides, without a forward axis, or when the median is under one degree,
        which a sensor on a belt does not resolve.
    """
    axis = forward_axis(samples, steps)
    if axis is None:
        return {}
    drops: dict[int, float] = {}
    for first, after in _strides(steps):
        span = samples.between(first.initial_contact_ns, after.initial_contact_ns)
        if span is None or first.toe_off_ns is None:
            continue
        turned = turned_deg(samples, axis, span)
        time_s = (samples.t_ns[span] - samples.t_ns[span.start]) / NS_PER_S
        steady = turned - turned[-1] * time_s / time_s[-1]
        standing = samples.t_ns[span] <= first.toe_off_ns
        drops[first.step] = float((steady if first.side is Side.LEFT else -steady)[standing].max())
    usual_deg = median(drops.values()) if len(drops) >= LEAST_STRIDES else 0.0
    return {step: drop / usual_deg for step, drop in drops.items()} if usual_deg >= LEAST_DROP_DEG else {}


def shock_attenuation(step: Step, shank: SensorSamples, pelvis: SensorSamples) -> float | None:
    """Share of the shank's peak that does not reach the pelvis.

    Parameters
    ----------
    step : Step
        A step of the shank sensor.
    shank, pelvis : SensorSamples
        Samples of both.

    Returns
    -------
    float or None
        One less the greatest resultant at the pelvis over that at the shank, both in the 100 ms after contact
        and as sampled; negative when the pelvis feels more. None when a sample in there is missing or at the
        end of the range.
    """
    last_ns = step.initial_contact_ns + round(CONTACT_WINDOW_S * NS_PER_S)
    peaks = [_peak_g(samples, step.initial_contact_ns, last_ns) for samples in (shank, pelvis)]
    if peaks[0] is None or peaks[1] is None or not peaks[0]:
        return None
    return 1.0 - peaks[1] / peaks[0]


def _peak_g(samples: SensorSamples, first_ns: int, last_ns: int) -> float | None:
    span = samples.between(first_ns, last_ns)
    if span is None or samples.clipped[span].any():
        return None
    return float(np.linalg.norm(samples.acc_g[span], axis=1).max())


def _strides(steps: Sequence[Step]) -> list[tuple[Step, Step]]:
    """Pair steps with the next one of the same leg."""
    longest_ns = LONGEST_STRIDE_S * NS_PER_S
    return [
        (first, after)
        for first, after in pairwise(steps)
        if after.step == first.step + 1 and after.initial_contact_ns - first.initial_contact_ns < longest_ns
    ]
