"""Rules that judge steps and raise flags, each with hysteresis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.flags.usual import UsualImpact
from imu.model import Activity, Basis, Flag, ImpactLimit, Placement, Rule, SensorInfo, Step, Strike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.config import CadenceBand, FlagParams

__all__ = ["HeelStrikeRule", "ImpactRule"]


class _ImpactState(msgspec.Struct):
    first_g: list[float] = msgspec.field(default_factory=list)
    first_clipped: int = 0
    recent: list[bool] = msgspec.field(default_factory=list)
    raised: bool = False


class ImpactRule:
    """Excessive impact of one leg.

    Against the own baseline where there is one; a shank without one is held against a general limit of its
    axial peak, a shoe (whose peaks are not the tibia's) against the first steps of the session.

    Parameters
    ----------
    sensor : SensorInfo
        The sensor.
    baseline_g : float or None
        Usual resultant peak of this sensor's runner, g.
    params : FlagParams
        Limits.
    bands : sequence of CadenceBand, optional
        The same by band of cadence.
    """

    def __init__(
        self,
        sensor: SensorInfo,
        baseline_g: float | None,
        params: FlagParams,
        bands: Sequence[CadenceBand] = (),
    ) -> None:
        self._sensor = sensor
        self._usual = UsualImpact(baseline_g, bands)
        self._params = params
        self.general_limit_g = params.general_limit_g
        self.state = _ImpactState()

    def limit(self) -> ImpactLimit | None:
        """Return the limit now in force.

        None while it is being learnt, and for good when too many of the steps to learn it from were clipped:
        what is only known as a lower bound is no measure of what is usual.
        """
        params, name = self._params, self._sensor.sensor
        if self._usual.usual_g is not None:
            limit = self._usual.usual_g * params.baseline_factor
            if self._sensor.placement is Placement.SHANK:
                limit = max(limit, params.least_excess_g)
            return ImpactLimit(name, limit, Basis.PERSONAL, axial=False)
        if self._sensor.placement is Placement.SHANK:
            return ImpactLimit(name, self.general_limit_g, Basis.GENERAL, axial=True)
        learning = len(self.state.first_g) < params.session_steps
        if learning or self.state.first_clipped > params.clipped_share * params.session_steps:
            return None
        usual = sorted(self.state.first_g)[params.session_steps // 2]
        return ImpactLimit(name, usual * params.baseline_factor, Basis.SESSION, axial=False)

    def judge(self, step: Step) -> tuple[bool | None, list[Flag]]:
        """Tell whether a step is excessive (None: cannot be told) and which flags that changes."""
        if not step.accepted or step.activity is not Activity.RUN or step.peak_accel_g is None:
            return None, []
        self._usual.take(step)
        limit = self.limit()
        if limit is None:
            if len(self.state.first_g) < self._params.session_steps:
                self.state.first_g = [*self.state.first_g, step.peak_accel_g]
                self.state.first_clipped += step.clipped
            return None, []
        value = step.peak_axial_g if limit.axial else step.peak_accel_g
        if value is None:
            return None, []
        if value > limit.limit_g:
            return True, self._count(step, value, limit, excessive=True)
        flags = self._count(step, value, limit, excessive=False)
        return None if step.clipped else False, flags  # of a clipped step only a lower bound is known

    def _count(self, step: Step, value: float, limit: ImpactLimit, *, excessive: bool) -> list[Flag]:
        state, params = self.state, self._params
        state.recent = [*state.recent[-(params.window - 1) :], excessive]
        count = sum(state.recent)
        changed = count <= params.lower_count if state.raised else count >= params.raise_count
        if not changed:
            return []
        state.raised = not state.raised
        return [
            Flag(
                sensor=step.sensor,
                rule=Rule.EXCESSIVE_IMPACT,
                raised=state.raised,
                t_ns=step.known_ns,
                step=step.step,
                value=value,
                limit=limit.limit_g,
                unit="g",
                basis=limit.basis,
                text=_impact_text(step, value, limit, raised=state.raised),
            )
        ]


def _impact_text(step: Step, value: float, limit: ImpactLimit, *, raised: bool) -> str:
    if not raised:
        return f"Impact {step.side} is back below {limit.limit_g:.1f} g."
    than = {
        Basis.PERSONAL: "higher than your usual",
        Basis.SESSION: "higher than at the start of this run",
        Basis.GENERAL: "above the general limit",
    }[limit.basis]
    at_least = "at least " if step.clipped else ""
    return f"Impact {step.side} is {than}: {at_least}{value:.1f} g, limit {limit.limit_g:.1f} g."


class _HeelState(msgspec.Struct):
    recent: list[bool] = msgspec.field(default_factory=list)
    raised: bool = False


class HeelStrikeRule:
    """Share of heel landings of one foot while running.

    Parameters
    ----------
    params : FlagParams
        Window and shares.
    """

    def __init__(self, params: FlagParams) -> None:
        self._params = params
        self.state = _HeelState()

    def judge(self, step: Step) -> tuple[bool | None, list[Flag]]:
        """Tell whether a running step landed on the heel (None: unsure) and which flags that changes."""
        undecided = step.strike in {Strike.UNSURE, Strike.UNMEASURABLE}
        if undecided or not step.accepted or step.activity is not Activity.RUN:
            return None, []
        heel = step.strike is Strike.HEEL
        state, params = self.state, self._params
        state.recent = [*state.recent[-(params.share_window - 1) :], heel]
        if len(state.recent) < params.share_window:
            return heel, []
        share = sum(state.recent) / params.share_window
        changed = share <= params.share_lower if state.raised else share >= params.share_raise
        if not changed:
            return heel, []
        state.raised = not state.raised
        limit = params.share_raise if state.raised else params.share_lower
        count = sum(state.recent)
        flag = Flag(
            sensor=step.sensor,
            rule=Rule.HEEL_STRIKE,
            raised=state.raised,
            t_ns=step.known_ns,
            step=step.step,
            value=share,
            limit=limit,
            unit="share",
            basis=Basis.GENERAL,
            text=f"{step.side.capitalize()} foot: heel first in {count} of {params.share_window} landings.",
        )
        return heel, [flag]
