"""Whole recordings at once."""

from imu.batch.analyze import Analysis, analyze
from imu.batch.outcomes import OUTCOME_COLUMNS, StepOutcomes
from imu.batch.quality import SensorQuality, clipped_samples
from imu.batch.session_data import SESSION_COLUMNS, SessionData, load, load_many

__all__ = [
    "OUTCOME_COLUMNS",
    "SESSION_COLUMNS",
    "Analysis",
    "SensorQuality",
    "SessionData",
    "StepOutcomes",
    "analyze",
    "clipped_samples",
    "load",
    "load_many",
]
