"""Numbers over many steps."""

from imu.metrics.summary import SensorSummary, summarise

__all__ = ["SensorSummary", "summarise"]
