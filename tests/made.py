"""Values made for tests."""

from __future__ import annotations

from typing import Any

import msgspec

from imu.model import Activity, Placement, RejectReason, Side, Step, Strike

__all__ = ["made_step"]

_USUAL = Step(
    step=0,
    sensor="left-shank",
    side=Side.LEFT,
    placement=Placement.SHANK,
    activity=Activity.RUN,
    initial_contact_ns=1_000_000_000,
    toe_off_ns=1_250_000_000,
    stride_time_ms=700.0,
    peak_accel_g=6.0,
    peak_axial_g=5.0,
    time_to_peak_ms=25.0,
    strike=Strike.HEEL,
    strike_angle_deg=15.0,
    accepted=True,
    reject_reason=RejectReason.NONE,
    clipped=False,
    lost_samples=0,
    known_ns=1_600_000_000,
)


def made_step(**changes: Any) -> Step:
    """Make a usual running step with some fields of its own."""
    return msgspec.structs.replace(_USUAL, **changes)
