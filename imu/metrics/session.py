"""What a session amounts to for the runner, from all sensors together."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.metrics.outcomes import flight_time_ms, leg_stiffness_kn_per_m
from imu.metrics.params import RunnerParams
from imu.metrics.runner import RunnerTracker
from imu.model import Activity, Phase, Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.metrics.phases import PhaseSpan
    from imu.model import SensorInfo, Step

__all__ = ["RunnerSummary", "summarise_runner"]

_WHOLE = RunnerParams(cadence_steps=sys.maxsize, forget_s=1e6, asymmetry_window=sys.maxsize)
"""The windows of the live view, opened to the whole session."""


class RunnerSummary(msgspec.Struct, frozen=True):
    """Summary of a session; None where it cannot be known.

    Attributes
    ----------
    cadence_spm : float or None
        Median over all accepted running steps, of both feet per minute.
    impact_asymmetry_percent, contact_asymmetry_percent : float or None
        Left against right, positive = left greater; None below 50 accepted running steps of each leg.
    standing_s, walking_s, warm_up_s, run_s, cool_down_s : float
        Length of the phases, s.
    speed_mps : float or None
        Median speed of running strides, from a shoe sensor with gyroscope.
    leg_stiffness_kn_per_m : float or None
        Stiffness of the leg as a spring: a model, see :func:`imu.metrics.leg_stiffness_kn_per_m`.
    """

    cadence_spm: float | None
    impact_asymmetry_percent: float | None
    contact_asymmetry_percent: float | None
    standing_s: float
    walking_s: float
    warm_up_s: float
    run_s: float
    cool_down_s: float
    speed_mps: float | None
    leg_stiffness_kn_per_m: float | None


def summarise_runner(
    steps: Sequence[Step],
    sensors: tuple[SensorInfo, ...],
    spans: Sequence[PhaseSpan],
    *,
    speed_mps: float | None = None,
    mass_kg: float | None = None,
    leg_length_m: float | None = None,
) -> RunnerSummary:
    """Summarise a session.

    Parameters
    ----------
    steps : sequence of Step
        All steps.
    sensors : tuple of SensorInfo
        The session's sensors.
    spans : sequence of PhaseSpan
        Phases, see :func:`imu.metrics.phase_spans`.
    speed_mps, mass_kg, leg_length_m : float, optional
        Of the runner, where known.

    Returns
    -------
    RunnerSummary
    """
    tracker = RunnerTracker(sensors, _WHOLE)
    for step in steps:
        tracker.push(step)
    (told,) = tracker.push(Tick(max((step.known_ns for step in steps), default=0)))
    lengths = {phase: sum(s.duration_s for s in spans if s.phase is phase) for phase in Phase}
    return RunnerSummary(
        cadence_spm=told.cadence_spm,
        impact_asymmetry_percent=told.impact_asymmetry_percent,
        contact_asymmetry_percent=told.contact_asymmetry_percent,
        standing_s=lengths[Phase.STANDING],
        walking_s=lengths[Phase.WALKING],
        warm_up_s=lengths[Phase.WARM_UP],
        run_s=lengths[Phase.RUN],
        cool_down_s=lengths[Phase.COOL_DOWN],
        speed_mps=speed_mps,
        leg_stiffness_kn_per_m=_stiffness(steps, speed_mps, mass_kg, leg_length_m),
    )


def _stiffness(
    steps: Sequence[Step], speed_mps: float | None, mass_kg: float | None, leg_length_m: float | None
) -> float | None:
    runs = [step for step in steps if step.accepted and step.activity is Activity.RUN]
    times = [
        (contact_ms, flight_ms)
        for step in runs
        if (contact_ms := step.contact_time_ms) is not None
        and (flight_ms := flight_time_ms(step)) is not None
    ]
    if not times:
        return None
    return leg_stiffness_kn_per_m(
        median(contact for contact, _ in times),
        median(flight for _, flight in times),
        mass_kg=mass_kg,
        leg_length_m=leg_length_m,
        speed_mps=speed_mps,
    )
