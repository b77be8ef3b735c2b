"""Whole recordings at once."""

from imu.batch.analyze import Analysis, SensorQuality, analyze, clipped_samples, steps_of_table

__all__ = ["Analysis", "SensorQuality", "analyze", "clipped_samples", "steps_of_table"]
