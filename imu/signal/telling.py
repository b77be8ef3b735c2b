"""From measured rows to what is told of a contact: impact, landing type, step, and why it does not count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from imu.model import Activity, Impact, Landing, RejectReason, SensorInfo, Step, Strike
from imu.signal.landing import classify
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from imu.signal.measure import Impacts, Landings, Rests
    from imu.signal.params import SignalParams
    from imu.signal.rhythm import Contact

__all__ = ["Past", "Teller"]

_RATE_TOLERANCE = 0.995
_IRREGULAR = 0.3
_LAST_STRIDES, _FEWEST_STRIDES = 5, 3


class Past(msgspec.Struct):
    """What is remembered of the steps before: their number, the last contact, the latest stride times."""

    count: int = 0
    last_ns: int = 0
    strides_ms: list[float] = msgspec.field(default_factory=list)


class Teller:
    """Puts measured rows into words; it has no memory of its own.

    Parameters
    ----------
    sensor : SensorInfo
        Whose contacts they are.
    params : SignalParams
        Limits.
    tells_landing : bool
        Whether the landing type is measured.
    """

    def __init__(self, sensor: SensorInfo, params: SignalParams, *, tells_landing: bool) -> None:
        self._sensor = sensor
        self._params = params
        self._tells_landing = tells_landing
        self._low_rate = sensor.rate_hz < _RATE_TOLERANCE * params.low_rate_hz
        self._shows_impact = sensor.rate_hz >= _RATE_TOLERANCE * params.min_impact_rate_hz

    def impact(self, past: Past, of: Impacts, known_ns: int) -> Impact:
        """Tell the impact of the next step."""
        shown = self._shows_impact and not of.peak_hidden
        return Impact(
            sensor=self._sensor.sensor,
            side=self._sensor.side,
            initial_contact_ns=of.contact_ns,
            peak_accel_g=of.peak_g if shown else None,
            peak_axial_g=of.axial_g if shown else None,
            clipped=of.clipped,
            known_ns=known_ns,
            step=past.count,
        )

    def landing(self, past: Past, impact: Impacts, of: Landings, known_ns: int) -> Landing:
        """Tell the landing type of the next step."""
        strike, angle = self._strike(of)
        return Landing(
            sensor=self._sensor.sensor,
            side=self._sensor.side,
            initial_contact_ns=impact.contact_ns,
            strike=strike,
            strike_angle_deg=angle,
            known_ns=known_ns,
            step=past.count,
        )

    def step(
        self,
        past: Past,
        contact: Contact,
        running: bool,
        known_ns: list[int],
        of: tuple[Impacts, Landings, Rests],
    ) -> Step:
        """Tell a finished step and remember it."""
        sensor = self._sensor
        impact, landing, rest = of
        stride_ms = (impact.contact_ns - past.last_ns) / NS_PER_MS if contact.follows and past.count else None
        contact_ms = (rest.toe_off_ns - impact.contact_ns) / NS_PER_MS if rest.has_toe_off else None
        reason = self._reason(past, rest.torn, stride_ms, contact_ms, running)
        if reason is RejectReason.CONTACT_TIME:
            contact_ms = None
        strike, angle = self._strike(landing)
        shown = self._shows_impact and not impact.peak_hidden
        step = Step(
            step=past.count,
            sensor=sensor.sensor,
            side=sensor.side,
            placement=sensor.placement,
            activity=Activity.RUN if running else Activity.WALK,
            initial_contact_ns=impact.contact_ns,
            toe_off_ns=rest.toe_off_ns if contact_ms is not None else None,
            stride_time_ms=stride_ms,
            peak_accel_g=impact.peak_g if shown else None,
            peak_axial_g=impact.axial_g if shown else None,
            time_to_peak_ms=impact.time_to_peak_ms if shown else None,
            strike=strike,
            strike_angle_deg=angle,
            accepted=reason is RejectReason.NONE,
            reject_reason=reason,
            clipped=impact.clipped,
            lost_samples=rest.lost,
            known_ns=known_ns[-1],
            slope_gps=impact.slope_gps if shown else None,
            shock_gps=impact.shock_gps if self._shows_impact else None,
            low_rate=self._low_rate,
            impact_known_ns=known_ns[0],
            landing_known_ns=known_ns[1] if self._tells_landing else None,
        )
        if stride_ms is not None:
            past.strides_ms = [*past.strides_ms[-(_LAST_STRIDES - 1) :], stride_ms]
        past.count, past.last_ns = past.count + 1, impact.contact_ns
        return step

    def _strike(self, of: Landings) -> tuple[Strike, float | None]:
        """Landing type and angle; a turn that missing samples may have hidden makes no foot flat."""
        if not self._tells_landing:
            return Strike.UNMEASURABLE, None
        if of.modelled is not None:
            return (Strike.UNSURE if of.holed else of.modelled), None
        angle = None if math.isnan(of.angle_deg) else of.angle_deg
        strike = classify(angle, of.rebound_dps, of.early_dps, self._params)
        if strike is Strike.MIDFOOT and of.holed:
            return Strike.UNSURE, angle
        return strike, angle

    def _reason(
        self, past: Past, torn: bool, stride_ms: float | None, contact_ms: float | None, running: bool
    ) -> RejectReason:
        params = self._params
        if torn:
            return RejectReason.LOST_SAMPLES
        longest = params.contact_max_ms if running else params.walk_contact_max_ms
        if contact_ms is not None and not params.contact_min_ms <= contact_ms <= longest:
            return RejectReason.CONTACT_TIME
        usual = sorted(past.strides_ms)
        if stride_ms is not None and len(usual) >= _FEWEST_STRIDES:
            typical = usual[len(usual) // 2]
            if abs(stride_ms - typical) > _IRREGULAR * typical:
                return RejectReason.IRREGULAR
        return RejectReason.NONE
