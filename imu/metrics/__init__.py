"""Numbers over many steps."""

from imu.metrics.params import PhaseParams, RunnerParams
from imu.metrics.phases import PhaseSpan, PhaseTracker, phase_spans
from imu.metrics.runner import RunnerTracker, asymmetry_percent
from imu.metrics.summary import SensorSummary, summarise

__all__ = [
    "PhaseParams",
    "PhaseSpan",
    "PhaseTracker",
    "RunnerParams",
    "RunnerTracker",
    "SensorSummary",
    "asymmetry_percent",
    "phase_spans",
    "summarise",
]
