"""Decides cues: steps in, cues out, by nothing but the steps and the settings of the session."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from imu.block import Block
from imu.coach.schedule import stretches
from imu.coach.words import cue_text
from imu.config import COACH_KEY
from imu.flags import UsualImpact
from imu.model import (
    Activity,
    Command,
    Cue,
    CueKind,
    CuePeriod,
    CuePeriodKind,
    Placement,
    SensorHealth,
    SensorInfo,
    Step,
    Strike,
)
from imu.units import NS_PER_S, s_to_ns

if TYPE_CHECKING:
    from imu.config import ChainConfig

__all__ = ["PAUSE_COMMAND", "Coach"]

PAUSE_COMMAND = f"{COACH_KEY}paused"
"""Command that silences cues (value 1) and lets them come again (value 0)."""

PAUSE_NS = 3 * NS_PER_S
"""A longer time without a running step is a pause: it is no running time, and averages begin anew."""

LANDINGS = 10
HEEL_SHARE = 0.5
SLOW_SHARE = 0.98
DECIDED = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT)


class _Leg(msgspec.Struct):
    """What is known of one leg."""

    usual: UsualImpact
    recent_g: list[float] = msgspec.field(default_factory=list)
    heel: list[bool] = msgspec.field(default_factory=list)
    above: int = 0
    slow: int = 0
    excess: float = 0.0
    last_ns: int = 0

    def forget(self) -> None:
        """Begin the averages anew."""
        self.recent_g, self.heel, self.above, self.slow, self.excess = [], [], 0, 0, 0.0


class _State(msgspec.Struct):
    legs: dict[str, _Leg]
    running_ns: int = 0
    last_run_ns: int | None = None
    period: int = -1
    last_cue_ns: int | None = None
    paused: bool = False


class Coach(Block[Step | SensorHealth | Command, Cue | CuePeriod, _State]):
    """Cue a runner who lands harder than the target.

    The target is a share of the runner's own usual impact at the present cadence, fixed before the run. A cue
    comes when the mean of the latest five accepted running steps of one leg has been above it for five steps,
    at most one in a few seconds for both legs together; with both above it, the leg further above is told. A
    leg whose runner has no baseline is never cued. Where a leg wears two sensors, the shin's counts.

    Cues come only in the stretches that the schedule gives them, which go by running time.

    Parameters
    ----------
    sensors : tuple of SensorInfo
        The sensors of the session.
    config : ChainConfig
        Baselines and the settings of the coached run.

    Notes
    -----
    Five-step means and a target from the own baseline follow Crowell & Davis 2011
    (doi 10.1016/j.clinbiomech.2010.09.003) and Van den Berghe 2021 (doi 10.1038/s41598-021-83538-w). There
    the target was about half of the baseline and every step was shown; here it is 80 % and only an excess is
    cued.
    """

    def __init__(self, sensors: tuple[SensorInfo, ...], config: ChainConfig) -> None:
        self._params = config.coach
        self._stretches = stretches(config.coach)
        self._state = _State(
            {
                info.sensor: _Leg(
                    UsualImpact(config.baselines_g.get(info.sensor), config.bands.get(info.sensor, ()))
                )
                for info in _chosen(sensors)
            }
        )

    def push(self, item: Step | SensorHealth | Command) -> list[Cue | CuePeriod]:
        """Return the stretches that began and the cue that a step decided."""
        if isinstance(item, Command) and item.name == PAUSE_COMMAND:
            self._state.paused = item.value > 0
        if not isinstance(item, Step) or self._params.run_s <= 0:
            return []
        if item.activity is not Activity.RUN:
            if item.sensor in self._state.legs:
                self._state.legs[item.sensor].forget()
            return []
        began = self._run_on(item.known_ns)
        leg = self._state.legs.get(item.sensor)
        if leg is None or not item.accepted:
            return list(began)
        self._measure(leg, item)
        cue = self._cue(leg, item)
        return [*began, cue] if cue is not None else list(began)

    def _run_on(self, now_ns: int) -> list[CuePeriod]:
        """Let the running time go on to a step and tell the stretches that began until then."""
        state, before_ns = self._state, self._state.last_run_ns
        if before_ns is None:
            state.last_run_ns, state.period = now_ns, 0
            return [self._period(now_ns)]
        state.last_run_ns = max(before_ns, now_ns)
        passed_ns = now_ns - before_ns
        if not 0 < passed_ns <= PAUSE_NS:
            return []
        began = []
        while state.period < len(self._stretches):
            end_ns = s_to_ns(self._stretches[state.period].end_s)
            if end_ns > state.running_ns + passed_ns:
                break
            state.period += 1
            began.append(self._period(before_ns + end_ns - state.running_ns))
        state.running_ns += passed_ns
        return began

    def _kind(self) -> CuePeriodKind:
        number = self._state.period
        return self._stretches[number].kind if number < len(self._stretches) else CuePeriodKind.OVER

    def _period(self, t_ns: int) -> CuePeriod:
        number = self._state.period
        last = self._stretches[number - 1].end_s if number else 0.0
        return CuePeriod(t_ns, self._kind(), last)

    def _measure(self, leg: _Leg, step: Step) -> None:
        """Renew the averages of a leg."""
        params = self._params
        if step.known_ns - leg.last_ns > PAUSE_NS:
            leg.forget()
        leg.last_ns = step.known_ns
        leg.usual.take(step)
        if step.strike in DECIDED:
            leg.heel = [*leg.heel[-(LANDINGS - 1) :], step.strike is Strike.HEEL]
        cadence = leg.usual.cadence_spm
        slow = cadence is not None and cadence < SLOW_SHARE * params.step_rate_spm
        leg.slow = leg.slow + 1 if slow else 0
        usual_g = leg.usual.usual_g
        if step.peak_accel_g is None or usual_g is None:
            return
        size = int(params.mean_steps)
        leg.recent_g = [*leg.recent_g, step.peak_accel_g][-size:]
        leg.excess = fmean(leg.recent_g) / (usual_g * params.target_share)
        leg.above = leg.above + 1 if len(leg.recent_g) == size and leg.excess > 1.0 else 0

    def _cue(self, leg: _Leg, step: Step) -> Cue | None:
        """Return the cue that is due now, if one is."""
        state, params = self._state, self._params
        if state.paused or self._kind() is not CuePeriodKind.CUED:
            return None
        now_ns = step.known_ns
        if state.last_cue_ns is not None and now_ns - state.last_cue_ns < s_to_ns(params.cue_gap_s):
            return None
        wish = self._wish(leg, now_ns)
        if wish is None:
            return None
        kind, value, target, unit = wish
        state.last_cue_ns = now_ns
        text = cue_text(kind, step.side, int(params.landing))
        return Cue(now_ns, kind, step.sensor, step.side, step.step, value, target, unit, text)

    def _wish(self, leg: _Leg, now_ns: int) -> tuple[CueKind, float, float, str] | None:
        """Return what this leg would be told, the value, what it is held against and their unit."""
        params, usual_g = self._params, leg.usual.usual_g
        if usual_g is not None and leg.above >= params.stay_steps:
            others = (other for other in self._state.legs.values() if now_ns - other.last_ns <= PAUSE_NS)
            if all(leg.excess >= o.excess for o in others if o.above >= params.stay_steps):
                return CueKind.SOFTER, fmean(leg.recent_g), usual_g * params.target_share, "g"
            return None
        if params.landing and len(leg.heel) == LANDINGS and fmean(leg.heel) > HEEL_SHARE:
            return CueKind.LANDING, fmean(leg.heel), HEEL_SHARE, "share"
        cadence = leg.usual.cadence_spm
        if params.step_rate_spm and cadence is not None and leg.slow >= params.stay_steps:
            return CueKind.QUICKER, cadence, params.step_rate_spm, "spm"
        return None


def _chosen(sensors: tuple[SensorInfo, ...]) -> list[SensorInfo]:
    """One sensor a leg: the shin's where there is one, else the first."""
    by_side: dict[str, SensorInfo] = {}
    for info in sensors:
        if not info.placement.on_leg:
            continue
        have = by_side.get(info.side)
        if have is None or (info.placement is Placement.SHANK and have.placement is not Placement.SHANK):
            by_side[info.side] = info
    return list(by_side.values())
