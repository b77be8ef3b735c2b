"""Outcomes beside the stable table of steps: one row per accepted running step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.batch.motion import (
    SensorSamples,
    pitch_axis,
    standing_up,
    stride_path_m,
    stride_up,
    tilt_deg,
    turned_deg,
)
from imu.batch.pelvis import pelvic_drop_ratios, shock_attenuation
from imu.metrics import duty_factor, flight_time_ms
from imu.model import Activity, Placement, SensorInfo, Step
from imu.units import MS_PER_S, NS_PER_S, ns_to_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from imu.model.samples import FloatArray

__all__ = ["OUTCOME_COLUMNS", "StepOutcomes", "outcomes_frame"]

FLAT_FIRST_S, FLAT_BEFORE_TOE_OFF_S, FLAT_WINDOW_S = 0.03, 0.05, 0.04
LEAST_RATE_HZ = 100.0
CLOCKS_MS = 20.0
NEARBY, UNUSUAL_SHARE = 4, 0.08


@dataclass(frozen=True)
class _Worn:
    """Sensors of a session, their samples and the uncertainty of their clocks, ms."""

    sensors: Sequence[SensorInfo]
    samples: Mapping[str, SensorSamples]
    clock_ms: Mapping[str, float]


class StepOutcomes(msgspec.Struct, frozen=True):
    """Outcomes of one accepted running step; None where it cannot be known.

    Attributes
    ----------
    sensor, step : str, int
        Which step, as in the table of steps.
    initial_contact_s : float
        Its contact, s.
    flight_time_ms : float or None
        Time in the air, if both legs do the same.
    duty_factor : float or None
        Contact time as a share of the stride time.
    stride_length_m, speed_mps : float or None
        From one flat foot to the next, by a shoe sensor with gyroscope; None when a sample in between is
        missing or clipped.
    ankle_excursion_deg : float or None
        Greatest dorsiflexion in stance against the angle at contact, by shank and shoe sensor with gyroscope
        on one leg.
    shank_tilt_deg : float or None
        Angle of the shank to the vertical at contact in the sagittal plane, against standing; positive = the
        ankle is in front of the knee. By a shank sensor with gyroscope that saw the runner stand.
    pelvic_drop_ratio : float or None
        Drop of the pelvis in stance over the median of this leg in this session, by a pelvis sensor with
        gyroscope: a trend, 1 is as usual.
    shock_attenuation : float or None
        Share of the shank's peak that does not reach a pelvis sensor; None when a clock is too uncertain.
    """

    sensor: str
    step: int
    initial_contact_s: float
    flight_time_ms: float | None = None
    duty_factor: float | None = None
    stride_length_m: float | None = None
    speed_mps: float | None = None
    ankle_excursion_deg: float | None = None
    shank_tilt_deg: float | None = None
    pelvic_drop_ratio: float | None = None
    shock_attenuation: float | None = None


OUTCOME_COLUMNS = StepOutcomes.__struct_fields__
"""Columns of the table, in order; new ones are put at the end."""


def outcomes_frame(
    steps: Sequence[Step],
    sensors: Sequence[SensorInfo],
    samples: Mapping[str, SensorSamples],
    origin_ns: int = 0,
    clock_ms: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Measure the outcomes of all accepted running steps.

    Parameters
    ----------
    steps : sequence of Step
        All steps.
    sensors : sequence of SensorInfo
        The session's sensors.
    samples : mapping of str to SensorSamples
        Samples of the sensors; empty when movement is not to be measured.
    origin_ns : int
        Session time that counts as 0 s.
    clock_ms : mapping of str to float, optional
        Uncertainty of each sensor's clock, ms; what compares two sensors at one moment is unknown without.

    Returns
    -------
    pandas.DataFrame
        :data:`OUTCOME_COLUMNS`, in order of contact.
    """
    import pandas as pd  # noqa: PLC0415 - start-up time

    good = sorted(
        (step for step in steps if step.accepted and step.activity is Activity.RUN),
        key=lambda step: step.initial_contact_ns,
    )
    rows = {
        (step.sensor, step.step): StepOutcomes(
            step.sensor,
            step.step,
            ns_to_s(step.initial_contact_ns - origin_ns),
            flight_time_ms(step),
            duty_factor(step),
        )
        for step in good
    }
    turning = {sensor: each for sensor, each in samples.items() if each.has_gyro}
    _add_pelvis(rows, good, _Worn(sensors, samples, clock_ms or {}))
    for info in sensors:
        if info.placement is Placement.SHOE and info.sensor in turning:
            mine = [step for step in good if step.sensor == info.sensor]
            _add_strides(rows, mine, samples[info.sensor])
            shank = _shank_of(info, sensors, turning)
            if shank is not None:
                _add_ankle(rows, mine, samples[info.sensor], shank)
        elif info.placement is Placement.SHANK and info.sensor in turning:
            _add_tilt(rows, [step for step in good if step.sensor == info.sensor], samples[info.sensor])
    return pd.DataFrame([msgspec.structs.asdict(row) for row in rows.values()], columns=list(OUTCOME_COLUMNS))


_Rows = dict[tuple[str, int], StepOutcomes]


def _add_strides(rows: _Rows, steps: Sequence[Step], samples: SensorSamples) -> None:
    """Length and speed of the stride that ends with each step."""
    if samples.rate_hz < LEAST_RATE_HZ:
        return
    turning = _turning_dps(samples)
    flats = {step.step: _flat(step, samples, turning) for step in steps}
    for step in steps:
        begin, end = flats.get(step.step - 1), flats[step.step]
        if begin is None or end is None or step.stride_time_ms is None or step.lost_samples:
            continue
        span = samples.between(int(samples.t_ns[begin]), int(samples.t_ns[end]))
        path_m = None if span is None else stride_path_m(samples, span)
        if path_m is None:
            continue
        length_m = float(np.hypot(path_m[0], path_m[1]))
        rows[step.sensor, step.step] = msgspec.structs.replace(
            rows[step.sensor, step.step],
            stride_length_m=length_m,
            speed_mps=length_m / (step.stride_time_ms / MS_PER_S),
        )


def _turning_dps(samples: SensorSamples) -> FloatArray:
    """Norm of the angular rate, smoothed over the length of a flat foot."""
    width = max(1, round(FLAT_WINDOW_S * samples.rate_hz))
    norm = np.linalg.norm(samples.gyr_dps, axis=1)
    return np.convolve(norm, np.full(width, 1.0 / width), mode="same")


def _flat(step: Step, samples: SensorSamples, turning_dps: FloatArray) -> int | None:
    """Sample at which the foot turns least while it stands."""
    if step.toe_off_ns is None:
        return None
    first_ns = step.initial_contact_ns + round(FLAT_FIRST_S * NS_PER_S)
    span = samples.between(first_ns, step.toe_off_ns - round(FLAT_BEFORE_TOE_OFF_S * NS_PER_S))
    return None if span is None else span.start + int(turning_dps[span].argmin())


def _shank_of(
    shoe: SensorInfo, sensors: Sequence[SensorInfo], samples: Mapping[str, SensorSamples]
) -> SensorSamples | None:
    for info in sensors:
        if info.placement is Placement.SHANK and info.side is shoe.side and info.sensor in samples:
            return samples[info.sensor]
    return None


def _add_ankle(rows: _Rows, steps: Sequence[Step], shoe: SensorSamples, shank: SensorSamples) -> None:
    """Dorsiflexion of the ankle in stance: how the foot turns against the shank."""
    stances = _stances(steps)
    foot_axis, shank_axis = (
        pitch_axis(shoe, stances, Placement.SHOE),
        pitch_axis(shank, stances, Placement.SHANK),
    )
    if foot_axis is None or shank_axis is None:
        return
    for step in steps:
        if step.toe_off_ns is None:
            continue
        spans = [one.between(step.initial_contact_ns, step.toe_off_ns) for one in (shoe, shank)]
        if spans[0] is None or spans[1] is None:
            continue
        foot = turned_deg(shoe, foot_axis, spans[0])
        leg = np.interp(shoe.t_ns[spans[0]], shank.t_ns[spans[1]], turned_deg(shank, shank_axis, spans[1]))
        rows[step.sensor, step.step] = msgspec.structs.replace(
            rows[step.sensor, step.step], ankle_excursion_deg=float((foot - leg).max())
        )


def _is_usual(stride_ms: float | None, nearby_ms: Sequence[float | None]) -> bool:
    """Tell whether a stride is about as long as those around it."""
    usual_ms = median(each for each in (*nearby_ms, stride_ms) if each is not None) if stride_ms else 0.0
    return bool(stride_ms and abs(stride_ms - usual_ms) < UNUSUAL_SHARE * usual_ms)


def _stances(steps: Sequence[Step]) -> list[tuple[int, int]]:
    return [(s.initial_contact_ns, s.toe_off_ns) for s in steps if s.toe_off_ns is not None]


def _add_tilt(rows: _Rows, steps: Sequence[Step], samples: SensorSamples) -> None:
    """Tilt of the shank at each contact that another one follows."""
    stances = _stances(steps)
    axis, standing = pitch_axis(samples, stances, Placement.SHANK), standing_up(samples, stances)
    if axis is None or standing is None or samples.rate_hz < LEAST_RATE_HZ:
        return
    for number, (step, after) in enumerate(pairwise(steps)):
        nearby = [s.stride_time_ms for s in steps[max(0, number - NEARBY) : number + NEARBY + 2]]
        if after.step != step.step + 1 or not _is_usual(after.stride_time_ms, nearby):
            continue
        span = samples.between(step.initial_contact_ns, after.initial_contact_ns)
        up = None if span is None else stride_up(samples, span)
        if up is not None:
            rows[step.sensor, step.step] = msgspec.structs.replace(
                rows[step.sensor, step.step], shank_tilt_deg=tilt_deg(up, standing, axis)
            )


def _add_pelvis(rows: _Rows, steps: Sequence[Step], worn: _Worn) -> None:
    """Pelvic drop and shock attenuation at the contacts of each sensor on a leg, by the pelvis sensor."""
    at_pelvis = [s for s in worn.sensors if s.placement is Placement.PELVIS and s.sensor in worn.samples]
    if not at_pelvis or at_pelvis[0].rate_hz < LEAST_RATE_HZ:
        return
    pelvis = worn.samples[at_pelvis[0].sensor]
    for info in worn.sensors:
        mine = [step for step in steps if step.sensor == info.sensor]
        clocks_ms = [worn.clock_ms.get(sensor) for sensor in (info.sensor, at_pelvis[0].sensor)]
        if not mine or sum(CLOCKS_MS if ms is None else ms for ms in clocks_ms) >= CLOCKS_MS:
            continue
        drops = pelvic_drop_ratios(pelvis, mine) if pelvis.has_gyro else {}
        shank = worn.samples.get(info.sensor) if info.placement is Placement.SHANK else None
        for step in mine:
            rows[step.sensor, step.step] = msgspec.structs.replace(
                rows[step.sensor, step.step],
                pelvic_drop_ratio=drops.get(step.step),
                shock_attenuation=None if shank is None else _attenuation(step, shank, pelvis),
            )


def _attenuation(step: Step, shank: SensorSamples, pelvis: SensorSamples) -> float | None:
    return None if shank.rate_hz < LEAST_RATE_HZ else shock_attenuation(step, shank, pelvis)
