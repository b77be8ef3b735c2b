"""Unit conversions, the only place where they are written.

Inside the library every name carries its unit (``_ns _s _ms _hz _g _dps _deg _spm``) and values stay in
these units; conversions happen here and at the edge only.
"""

from __future__ import annotations

__all__ = [
    "MPS2_PER_G",
    "MS_PER_S",
    "NS_PER_MS",
    "NS_PER_S",
    "NS_PER_US",
    "S_PER_MIN",
    "ns_to_s",
    "s_to_ns",
    "stride_to_cadence_spm",
]

MPS2_PER_G = 9.80665
"""Standard acceleration of gravity in m/s² (exact, CODATA)."""

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
NS_PER_US = 1_000
MS_PER_S = 1_000.0
S_PER_MIN = 60.0
STEPS_PER_STRIDE = 2.0


def ns_to_s(time_ns: int) -> float:
    """Nanoseconds to seconds."""
    return time_ns / NS_PER_S


def s_to_ns(time_s: float) -> int:
    """Seconds to whole nanoseconds, rounded to the nearest."""
    return round(time_s * NS_PER_S)


def stride_to_cadence_spm(stride_s: float) -> float:
    """Stride time of one foot in s to cadence of both feet in steps per minute."""
    return STEPS_PER_STRIDE * S_PER_MIN / stride_s
