"""The header of a session: what a file must say of itself to be understood years later."""

from __future__ import annotations

import msgspec

from imu.model.steps import Placement, Side

__all__ = ["SensorInfo", "SessionHeader"]


class SensorInfo(msgspec.Struct, frozen=True):
    """One sensor of a session.

    Attributes
    ----------
    sensor : str
        Identity inside the session, e.g. ``"left-shoe"``.
    placement, side : Placement, Side
        Where it was worn.
    profile : str
        Id of the firmware profile that decodes its packets; ``""`` for samples from a table.
    profile_toml : str
        The profile's own text, so that the file explains itself even when the profile changes.
    rate_hz : float
        Nominal sampling rate.
    accel_range_g : float or None
        End of the accelerometer's range; None when unknown.
    has_gyro : bool
        Whether it measures angular rate.
    params : dict of str to float
        Values of the profile's parameters (rate, range, scale) in force.
    name, serial : str
        As the sensor told them.
    """

    sensor: str
    placement: Placement
    side: Side
    rate_hz: float
    profile: str = ""
    profile_toml: str = ""
    accel_range_g: float | None = None
    has_gyro: bool = True
    params: dict[str, float] = msgspec.field(default_factory=dict)
    name: str = ""
    serial: str = ""


class SessionHeader(msgspec.Struct, frozen=True):
    """Header of a session.

    Attributes
    ----------
    sensors : tuple of SensorInfo
        All sensors, in the order in which they are shown.
    runner : str
        Name or nickname; may be empty.
    started_utc : str
        Wall-clock label in ISO 8601, never used in a computation; may be empty.
    origin_ns : int
        Host clock at the session's begin: times in tables are seconds since then.
    software : str
        Name and version of the software that recorded it.
    origin : str
        ``"live"``, ``"simulated"`` or ``"imported"``.
    note : str
        Free text; says where imported data come from.
    shoe, surface : str
        What was run in and on, as the runner named it; may be empty.
    tags : tuple of str
        Short labels given when the session began.
    config : dict of str to float
        Settings that differ from the defaults.
    continues_from : str
        Name of the session's first file, in the parts that were begun after the disk had refused it.
    format_version : int
        Version of the file's format: from 2 on, packets are put side by side when the file is closed.
    """

    sensors: tuple[SensorInfo, ...]
    runner: str = ""
    started_utc: str = ""
    origin_ns: int = 0
    software: str = ""
    origin: str = "live"
    note: str = ""
    config: dict[str, float] = msgspec.field(default_factory=dict)
    format_version: int = 2
    shoe: str = ""
    surface: str = ""
    tags: tuple[str, ...] = ()
    continues_from: str = ""
