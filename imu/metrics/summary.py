"""What a session's steps amount to, per sensor; medians over accepted running steps."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import msgspec

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
    )
