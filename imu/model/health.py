"""Health of a sensor: what the numbers of a session rest on."""

from __future__ import annotations

import msgspec

from imu.model.inputs import LinkState

__all__ = ["ClockEstimate", "Ledger", "SensorHealth"]


class ClockEstimate(msgspec.Struct, frozen=True, gc=False):
    """Device clock against host clock.

    Attributes
    ----------
    offset_ns : int
        Host time minus device time at the latest sample, ns.
    drift_ppm : float
        Rate error of the device clock, parts per million; positive = device clock runs fast.
    uncertainty_ns : int
        Half-width of the interval that should hold the true offset, less the constant delay, ns.
    """

    offset_ns: int
    drift_ppm: float
    uncertainty_ns: int


class Ledger(msgspec.Struct, frozen=True, gc=False):
    """Every packet and sample accounted for; ``lost`` is None when loss cannot be observed."""

    packets: int = 0
    samples: int = 0
    lost: int | None = 0
    duplicates: int = 0
    reordered: int = 0
    faults: int = 0
    clipped: int = 0
    restarts: int = 0
    gaps: int = 0


class SensorHealth(msgspec.Struct, frozen=True, gc=False):
    """State of one sensor at one moment, emitted once per tick."""

    sensor: str
    t_ns: int
    link: LinkState
    rate_hz: float | None
    ledger: Ledger
    clock: ClockEstimate | None
    battery_percent: float | None
    silent_s: float
