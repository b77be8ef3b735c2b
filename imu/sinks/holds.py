"""A sink that watches the holds of a knee-to-wall test while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.coach import Hold, HoldMeter
from imu.model import Placement, SampleBatch
from imu.sinks.base import Rewound

if TYPE_CHECKING:
    from imu.model import SessionHeader

__all__ = ["HoldSink"]

TRIES = 3


class HoldSink:
    """Keeps the angle of each shin now, and its tries so far.

    Policy: holds are lossless, of the angle only the latest is kept.

    Parameters
    ----------
    header : SessionHeader
        Its shin sensors are watched.
    """

    def __init__(self, header: SessionHeader) -> None:
        self._shins = {s.sensor: str(s.side) for s in header.sensors if s.placement is Placement.SHANK}
        self._begin()

    def put(self, item: object) -> None:
        """Take one value; only samples of shins are looked at."""
        if isinstance(item, Rewound):
            self._begin()
        elif isinstance(item, SampleBatch) and item.sensor in self._meters:
            for out in self._meters[item.sensor].push(item):
                if isinstance(out, Hold):
                    self._holds[item.sensor] = [*self._holds[item.sensor], out]
                else:
                    self._angles_deg[item.sensor] = out.angle_deg

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def complete(self) -> bool:
        """Whether every shin that is worn has its three tries."""
        return bool(self._holds) and all(len(holds) >= TRIES for holds in self._holds.values())

    def line(self) -> str:
        """Say the angles and tries in one line."""
        return "   ".join(self._said(sensor, side) for sensor, side in self._shins.items())

    def _said(self, sensor: str, side: str) -> str:
        angle_deg = self._angles_deg.get(sensor)
        if angle_deg is None:
            return f"{side}: stand still"
        tries = " ".join(f"{hold.angle_deg:.0f}" for hold in self._holds[sensor]) or "none yet"
        return f"{side}: {angle_deg:3.0f} degrees, tries {tries}"

    def _begin(self) -> None:
        self._meters = {sensor: HoldMeter() for sensor in self._shins}
        self._holds: dict[str, list[Hold]] = {sensor: [] for sensor in self._shins}
        self._angles_deg: dict[str, float] = {}
