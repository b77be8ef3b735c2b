"""The early view of a step: what is known of a contact before the foot has left the ground."""

from __future__ import annotations

import msgspec

from imu.model.steps import Side, Strike

__all__ = ["Impact", "Landing"]


class Impact(msgspec.Struct, frozen=True, gc=False):
    """The impact of a contact, told as soon as its window has passed; the finished step repeats it unchanged.

    Every step is preceded by its impact. In steady gait it is known at most 80 ms after contact; in the first
    strides of a bout, and where the rhythm is not clear, together with the step.

    Attributes
    ----------
    sensor, side : str, Side
        Which foot.
    initial_contact_ns : int
        Session time of the contact, ns: the same as in the :class:`imu.model.Step` that follows.
    peak_accel_g, peak_axial_g : float or None
        As in :class:`imu.model.Step`.
    clipped : bool
        The peaks are lower bounds.
    known_ns : int
        Session time of the sample that completed it, ns.
    step : int
        Running number of the step that follows.
    """

    sensor: str
    side: Side
    initial_contact_ns: int
    peak_accel_g: float | None
    peak_axial_g: float | None
    clipped: bool
    known_ns: int
    step: int = 0


class Landing(msgspec.Struct, frozen=True, gc=False):
    """The landing type of a contact, told once the foot is flat; the finished step repeats it unchanged.

    Only sensors that can tell the landing type send it: at most 150 ms after contact in steady gait.

    Attributes
    ----------
    sensor, side : str, Side
        Which foot.
    initial_contact_ns : int
        As in :class:`imu.model.Impact`.
    strike, strike_angle_deg
        As in :class:`imu.model.Step`.
    known_ns : int
        Session time of the sample that completed it, ns.
    step : int
        Running number of the step that follows.
    """

    sensor: str
    side: Side
    initial_contact_ns: int
    strike: Strike
    strike_angle_deg: float | None
    known_ns: int
    step: int = 0
