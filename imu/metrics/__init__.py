"""Numbers over many steps."""

from imu.metrics.outcomes import (
    duty_factor,
    flight_time_ms,
    leg_stiffness_kn_per_m,
    stride_time_cv_percent,
)
from imu.metrics.params import PhaseParams, RunnerParams
from imu.metrics.phases import PhaseSpan, PhaseTracker, phase_spans
from imu.metrics.quality import Quality, quality_of
from imu.metrics.runner import RunnerTracker, asymmetry_percent
from imu.metrics.session import RunnerSummary, summarise_runner
from imu.metrics.summary import SensorSummary, summarise

__all__ = [
    "PhaseParams",
    "PhaseSpan",
    "PhaseTracker",
    "Quality",
    "RunnerParams",
    "RunnerSummary",
    "RunnerTracker",
    "SensorSummary",
    "asymmetry_percent",
    "duty_factor",
    "flight_time_ms",
    "leg_stiffness_kn_per_m",
    "phase_spans",
    "quality_of",
    "stride_time_cv_percent",
    "summarise",
    "summarise_runner",
]
