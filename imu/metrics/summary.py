"""What a session's steps amount to, per sensor; medians over accepted running steps."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.metrics.outcomes import duty_factor, flight_time_ms, stride_time_cv_percent
from imu.model import Activity, Strike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.model import Step

__all__ = ["SensorSummary", "summarise"]

_LANDINGS = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT)


class SensorSummary(msgspec.Struct, frozen=True):
    """Summary of one sensor; None where nothing was measured.

    Attributes
    ----------
    sensor, side, placement : str
        Which sensor.
    run_steps, walk_steps, rejected_steps : int
        Counts of steps of this foot.
    cadence_spm, contact_time_ms, stride_time_ms : float or None
        Medians over accepted running steps.
    peak_accel_g, peak_axial_g : float or None
        Medians of the impact; with clipped steps among them they are lower bounds.
    clipped_share : float or None
        Share of accepted running steps whose impact was clipped.
    landings_decided : int
        Running steps whose landing type was decided.
    heel_share, midfoot_share, forefoot_share : float or None
        Shares of the decided landings.
    excessive_share : float or None
        Share of excessive steps among those that could be judged.
    stride_time_cv_percent : float or None
        Variability of the stride time, see :func:`imu.metrics.stride_time_cv_percent`.
    flight_time_ms, duty_factor : float or None
        Medians over accepted running steps.
    impacts, impact_sum_g : int, float
        Count and sum of the impacts of accepted running steps; a clipped one stands with its lower bound.
    """

    sensor: str
    side: str
    placement: str
    run_steps: int
    walk_steps: int
    rejected_steps: int
    cadence_spm: float | None
    stride_time_ms: float | None
    contact_time_ms: float | None
    peak_accel_g: float | None
    peak_axial_g: float | None
    clipped_share: float | None
    landings_decided: int
    heel_share: float | None
    midfoot_share: float | None
    forefoot_share: float | None
    excessive_share: float | None
    stride_time_cv_percent: float | None
    flight_time_ms: float | None
    duty_factor: float | None
    impacts: int
    impact_sum_g: float


def summarise(steps: Sequence[Step]) -> list[SensorSummary]:
    """Summarise steps, one summary per sensor in order of first appearance."""
    by_sensor: dict[str, list[Step]] = {}
    for step in steps:
        by_sensor.setdefault(step.sensor, []).append(step)
    return [_summary(group) for group in by_sensor.values()]


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _share(flags: Iterable[bool | None]) -> float | None:
    known = [flag for flag in flags if flag is not None]
    return sum(known) / len(known) if known else None


def _summary(steps: list[Step]) -> SensorSummary:
    runs = [s for s in steps if s.activity is Activity.RUN]
    good = [s for s in runs if s.accepted]
    decided = [s.strike for s in good if s.strike in _LANDINGS]
    peaks = [s.peak_accel_g for s in good if s.peak_accel_g is not None]
    heel, midfoot, forefoot = (_share(strike is kind for strike in decided) for kind in _LANDINGS)
    return SensorSummary(
        sensor=steps[0].sensor,
        side=steps[0].side,
        placement=steps[0].placement,
        run_steps=len(runs),
        walk_steps=len(steps) - len(runs),
        rejected_steps=sum(not s.accepted for s in steps),
        cadence_spm=_median(s.cadence_spm for s in good),
        stride_time_ms=_median(s.stride_time_ms for s in good),
        contact_time_ms=_median(s.contact_time_ms for s in good),
        peak_accel_g=_median(s.peak_accel_g for s in good),
        peak_axial_g=_median(s.peak_axial_g for s in good),
        clipped_share=_share(s.clipped for s in good),
        landings_decided=len(decided),
        heel_share=heel,
        midfoot_share=midfoot,
        forefoot_share=forefoot,
        excessive_share=_share(s.excessive_impact for s in good),
        stride_time_cv_percent=stride_time_cv_percent(steps),
        flight_time_ms=_median(flight_time_ms(s) for s in good),
        duty_factor=_median(duty_factor(s) for s in good),
        impacts=len(peaks),
        impact_sum_g=sum(peaks),
    )
