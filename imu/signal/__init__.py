"""Incremental signal blocks: from even samples to steps."""

from imu.signal.detector import StepDetector
from imu.signal.params import ContactLag, SignalParams, ToeOffRule, ToeOffSignal
from imu.signal.strike_model import CalibrationScore, StrikeModel

__all__ = [
    "CalibrationScore",
    "ContactLag",
    "SignalParams",
    "StepDetector",
    "StrikeModel",
    "ToeOffRule",
    "ToeOffSignal",
]
