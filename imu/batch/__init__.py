"""Whole recordings at once."""

from imu.batch.analyze import Analysis, SensorQuality, analyze, clipped_samples

__all__ = ["Analysis", "SensorQuality", "analyze", "clipped_samples"]
