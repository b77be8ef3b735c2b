"""Flags with hysteresis: heel strike, excessive impact, sensor trouble."""

from imu.flags.judge import Judge
from imu.flags.rules import HeelStrikeRule, ImpactRule
from imu.flags.trouble import TroubleRule
from imu.flags.usual import UsualImpact

__all__ = ["HeelStrikeRule", "ImpactRule", "Judge", "TroubleRule", "UsualImpact"]
