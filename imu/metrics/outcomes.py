"""What follows from the times of steps: flight, duty factor, variability, stiffness of the leg."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from imu.model import Activity
from imu.units import MPS2_PER_G, MS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model import Step

__all__ = ["duty_factor", "flight_time_ms", "leg_stiffness_kn_per_m", "stride_time_cv_percent"]

LEAST_STRIDES = 30
WINDOW = 21
SD_PER_MAD = 1.4826
PERCENT = 100.0
N_PER_KN = 1000.0


def flight_time_ms(step: Step) -> float | None:
    """Time in the air after a contact, if the other leg does the same, ms.

    Parameters
    ----------
    step : Step
        A running step.

    Returns
    -------
    float or None
        Half the stride time less the contact time; negative when both feet are on the ground at once. The
        error of the contact time lands on it in full. None without a stride time or a toe-off.
    """
    contact_ms = step.contact_time_ms
    if contact_ms is None or step.stride_time_ms is None:
        return None
    return 0.5 * step.stride_time_ms - contact_ms


def duty_factor(step: Step) -> float | None:
    """Share of the stride in which the foot is on the ground; None without a stride time or a toe-off."""
    contact_ms = step.contact_time_ms
    if contact_ms is None or not step.stride_time_ms:
        return None
    return contact_ms / step.stride_time_ms


def stride_time_cv_percent(steps: Sequence[Step]) -> float | None:
    """Variability of the stride time around its own trend.

    Parameters
    ----------
    steps : sequence of Step
        Steps of one foot, in order.

    Returns
    -------
    float or None
        1.4826 times the median distance from the running median of 21 strides, in percent of the median: a
        change of pace, or a few odd strides, do not make it greater. Accepted running strides without lost
        samples count; None with fewer than 30.
    """
    strides = [
        step.stride_time_ms
        for step in steps
        if step.accepted
        and step.activity is Activity.RUN
        and step.stride_time_ms is not None
        and not step.lost_samples
    ]
    if len(strides) < LEAST_STRIDES:
        return None
    half = WINDOW // 2
    off = [abs(t - median(strides[max(0, k - half) : k + half + 1])) for k, t in enumerate(strides)]
    return PERCENT * SD_PER_MAD * median(off) / median(strides)


def leg_stiffness_kn_per_m(
    contact_ms: float,
    flight_ms: float,
    *,
    mass_kg: float | None,
    leg_length_m: float | None,
    speed_mps: float | None,
) -> float | None:
    """Stiffness of the leg as a spring, from times and speed: a model, not a measured force.

    Parameters
    ----------
    contact_ms, flight_ms : float
        Contact and flight time, ms.
    mass_kg, leg_length_m, speed_mps : float or None
        Of the runner; leg length is about 0.53 of the height.

    Returns
    -------
    float or None
        kN/m; None when one of the three is not known, when there is no flight, or when the leg would have to
        sweep further than it is long.

    Notes
    -----
    Morin et al. 2005, doi 10.1123/jab.21.2.167: force as a half sine, take-off and landing at the same
    height. It was 0.7 to 6.9 % below a force plate.
    """
    if mass_kg is None or leg_length_m is None or speed_mps is None or flight_ms <= 0.0 or contact_ms <= 0.0:
        return None
    contact_s, flight_s = contact_ms / MS_PER_S, flight_ms / MS_PER_S
    sweep_m = 0.5 * speed_mps * contact_s
    if sweep_m >= leg_length_m:
        return None
    greatest_n = mass_kg * MPS2_PER_G * 0.5 * math.pi * (flight_s / contact_s + 1.0)
    drop_m = greatest_n * contact_s**2 / (mass_kg * math.pi**2) - MPS2_PER_G * contact_s**2 / 8.0
    shorter_m = leg_length_m - math.sqrt(leg_length_m**2 - sweep_m**2) + drop_m
    return greatest_n / shorter_m / N_PER_KN if shorter_m > 0.0 else None
