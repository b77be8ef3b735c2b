"""Whole recordings at once."""

from imu.batch.analyze import Analysis, SensorQuality, analyze, clipped_samples
from imu.batch.session_data import SESSION_COLUMNS, SessionData, load, load_many

__all__ = [
    "SESSION_COLUMNS",
    "Analysis",
    "SensorQuality",
    "SessionData",
    "analyze",
    "clipped_samples",
    "load",
    "load_many",
]
