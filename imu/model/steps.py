"""Steps: one foot's contacts with the ground and what was measured of each."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["STEP_COLUMNS", "Activity", "Placement", "RejectReason", "Side", "Step", "Strike"]


class Placement(enum.StrEnum):
    """Where the sensor is worn.

    A pelvis sensor is an auxiliary: it yields no steps of its own and is measured at the contacts of the
    legs; its side says nothing.
    """

    SHANK = "shank"
    SHOE = "shoe"
    PELVIS = "pelvis"

    @property
    def on_leg(self) -> bool:
        """Whether a sensor there finds steps."""
        return self is not Placement.PELVIS


class Side(enum.StrEnum):
    """Which leg."""

    LEFT = "left"
    RIGHT = "right"


class Activity(enum.StrEnum):
    """What the runner was doing during a step."""

    RUN = "run"
    WALK = "walk"


class Strike(enum.StrEnum):
    """Landing type of one step.

    ``UNSURE``: measured, but too close to a border. ``UNMEASURABLE``: this sensor cannot tell.
    """

    HEEL = "heel"
    MIDFOOT = "midfoot"
    FOREFOOT = "forefoot"
    UNSURE = "unsure"
    UNMEASURABLE = "unmeasurable"


class RejectReason(enum.StrEnum):
    """Why a step does not count in averages."""

    NONE = ""
    LOST_SAMPLES = "lost_samples"
    CONTACT_TIME = "contact_time"
    STRIDE_TIME = "stride_time"
    NO_TOE_OFF = "no_toe_off"
    IRREGULAR = "irregular"


class Step(msgspec.Struct, frozen=True, gc=False):
    """One contact of one foot; None means unknown, never a guess. Never changes once emitted.

    Attributes
    ----------
    step : int
        Running number of the step of this sensor, from 0.
    sensor, side, placement : str, Side, Placement
        Which sensor saw it.
    activity : Activity
        Running or walking.
    initial_contact_ns, toe_off_ns : int, int or None
        Times of the contact's begin and end, ns, on the session's clock.
    stride_time_ms : float or None
        Time since the previous contact of the same foot, ms.
    peak_accel_g : float or None
        Greatest norm of the filtered acceleration after contact, gravity included, g.
    peak_axial_g : float or None
        Greatest value along the segment's long axis, g.
    time_to_peak_ms : float or None
        From initial contact to the resultant peak, ms.
    strike : Strike
        Landing type.
    strike_angle_deg : float or None
        Foot pitch at contact against foot-flat, degrees; positive = heel lower than toes.
    accepted : bool
        Whether the step counts in averages.
    reject_reason : RejectReason
        Why not.
    clipped : bool
        A sample in the impact window was at the end of the sensor's range: peaks are lower bounds.
    lost_samples : int
        Samples missing between the previous contact and the end of this step.
    heel_strike, excessive_impact : bool or None
        Whether the rules flagged the step; None when the rule could not judge it.
    known_ns : int
        Session time at which the step was complete: ``known_ns - initial_contact_ns`` is its latency.
    slope_gps : float or None
        Mean slope of the resultant between 20 % and 80 % of its rise to the peak, g/s. An expert's field: no
        threshold is validated, and below about 400 Hz it is coarse.
    shock_gps : float or None
        Root mean square change of the acceleration vector in the 40 ms of the burst, g/s: an index of shock
        that depends on neither the mounting nor the estimated contact.
    low_rate : bool
        The sampling rate is below 200 Hz: peaks may be lower than the true ones.
    impact_known_ns, landing_known_ns : int or None
        ``known_ns`` of the :class:`imu.model.Impact` and the :class:`imu.model.Landing` that came before.
    """

    step: int
    sensor: str
    side: Side
    placement: Placement
    activity: Activity
    initial_contact_ns: int
    toe_off_ns: int | None
    stride_time_ms: float | None
    peak_accel_g: float | None
    peak_axial_g: float | None
    time_to_peak_ms: float | None
    strike: Strike
    strike_angle_deg: float | None
    accepted: bool
    reject_reason: RejectReason
    clipped: bool
    lost_samples: int
    known_ns: int
    heel_strike: bool | None = None
    excessive_impact: bool | None = None
    slope_gps: float | None = None
    shock_gps: float | None = None
    low_rate: bool = False
    impact_known_ns: int | None = None
    landing_known_ns: int | None = None

    @property
    def impact_latency_ms(self) -> float | None:
        """Contact to the moment when its impact was known, ms."""
        return _since_ms(self.initial_contact_ns, self.impact_known_ns)

    @property
    def landing_latency_ms(self) -> float | None:
        """Contact to the moment when its landing type was known, ms."""
        return _since_ms(self.initial_contact_ns, self.landing_known_ns)

    @property
    def contact_time_ms(self) -> float | None:
        """Initial contact to toe-off, ms; None without a toe-off."""
        if self.toe_off_ns is None:
            return None
        return (self.toe_off_ns - self.initial_contact_ns) / 1e6

    @property
    def cadence_spm(self) -> float | None:
        """Steps of both feet per minute, from this foot's stride time."""
        return None if self.stride_time_ms is None else 120_000.0 / self.stride_time_ms


def _since_ms(begin_ns: int, end_ns: int | None) -> float | None:
    return None if end_ns is None else (end_ns - begin_ns) / 1e6


STEP_COLUMNS = (
    "step",
    "sensor",
    "side",
    "placement",
    "activity",
    "initial_contact_s",
    "toe_off_s",
    "contact_time_ms",
    "stride_time_ms",
    "cadence_spm",
    "peak_accel_g",
    "peak_axial_g",
    "time_to_peak_ms",
    "strike",
    "strike_angle_deg",
    "accepted",
    "reject_reason",
    "clipped",
    "lost_samples",
    "heel_strike",
    "excessive_impact",
    "slope_gps",
    "shock_gps",
    "low_rate",
    "impact_latency_ms",
    "landing_latency_ms",
)
"""Columns of a step table, in order: a stable contract with tools outside; columns are only added."""
