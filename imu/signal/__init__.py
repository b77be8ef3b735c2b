"""Incremental signal blocks: from even samples to steps."""

from imu.signal.detector import StepDetector
from imu.signal.params import ContactLag, SignalParams, ToeOffRule, ToeOffSignal

__all__ = ["ContactLag", "SignalParams", "StepDetector", "ToeOffRule", "ToeOffSignal"]
