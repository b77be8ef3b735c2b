"""From what the chain says to what the squad hears: a pure function of the values and the time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from imu.model import (
    Activity,
    Flag,
    ImpactLimit,
    Phase,
    PhaseChange,
    Placement,
    RunnerMetrics,
    SensorHealth,
    Step,
    Strike,
    Tick,
)
from imu.squad.messages import FlagMessage, Message, SensorState, StatusMessage, StepMessage, SummaryMessage

if TYPE_CHECKING:
    from imu.model import SessionHeader

__all__ = ["Composer"]

_SUMMARY_TICKS = 3
_LATEST = 10
_RECENT = 12
_DECIDED = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT)


class Composer:
    """Makes messages of what a session's chain yields.

    Parameters
    ----------
    header : SessionHeader
        The session.
    session : str
        Random identity of this session in the squad.
    """

    TAKES = (Step, Flag, Tick, SensorHealth, RunnerMetrics, PhaseChange, ImpactLimit)
    """Types of values that :meth:`take` makes something of."""

    def __init__(self, header: SessionHeader, session: str) -> None:
        self._sensors = {info.sensor: info for info in header.sensors}
        self._session = session
        self._number = 0
        self._ticks = 0
        self._steps = 0
        self._phase: Phase | None = None
        self._cadence_spm: float | None = None
        self._health: dict[str, SensorHealth] = {}
        self._peaks_g: dict[str, deque[float]] = {}
        self._heels: dict[str, deque[bool]] = {}
        self._usual_g: dict[str, float] = {}
        self._recent: deque[FlagMessage] = deque(maxlen=_RECENT)

    def take(self, item: object, now_ms: int) -> list[Message]:
        """Take one value and return what the squad should hear of it."""
        if isinstance(item, Step):
            return self._step(item, now_ms)
        if isinstance(item, Flag):
            return [self._flag(item, now_ms)]
        if isinstance(item, Tick):
            return self._tick(now_ms)
        if isinstance(item, SensorHealth):
            self._health[item.sensor] = item
        elif isinstance(item, RunnerMetrics):
            self._cadence_spm = item.cadence_spm
        elif isinstance(item, PhaseChange):
            self._phase = item.phase
        elif isinstance(item, ImpactLimit):
            self._usual_g[item.sensor] = item.limit_g
        return []

    def status(self, now_ms: int, *, online: bool = True) -> StatusMessage:
        """How the hub and its sensors are."""
        return StatusMessage(now_ms, online, self._session, tuple(map(self._state, self._health.values())))

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _step(self, step: Step, now_ms: int) -> list[Message]:
        if not step.accepted or step.activity is not Activity.RUN:
            return []
        self._steps += 1
        shank = step.placement is Placement.SHANK
        peak_g = step.peak_axial_g if shank and step.peak_axial_g is not None else step.peak_accel_g
        if peak_g is not None:
            self._peaks_g.setdefault(step.sensor, deque(maxlen=_LATEST)).append(peak_g)
        if step.strike in _DECIDED:
            self._heels.setdefault(step.sensor, deque(maxlen=_LATEST)).append(step.strike is Strike.HEEL)
        return [
            StepMessage(
                t_ms=now_ms,
                session=self._session,
                number=self._next(),
                sensor=step.sensor,
                side=step.side,
                peak_g=peak_g,
                clipped=step.clipped,
                strike=step.strike,
                excessive=step.excessive_impact,
            )
        ]

    def _flag(self, flag: Flag, now_ms: int) -> FlagMessage:
        message = FlagMessage(
            t_ms=now_ms,
            session=self._session,
            number=self._next(),
            sensor=flag.sensor,
            rule=flag.rule,
            raised=flag.raised,
            value=flag.value,
            limit=flag.limit,
            unit=flag.unit,
            basis=flag.basis,
            text=flag.text[:300],
        )
        self._recent.append(message)
        return message

    def _tick(self, now_ms: int) -> list[Message]:
        self._ticks += 1
        if self._ticks % _SUMMARY_TICKS:
            return []
        summary = SummaryMessage(
            t_ms=now_ms,
            session=self._session,
            phase=self._phase,
            steps=self._steps,
            cadence_spm=self._cadence_spm,
            impact_g={sensor: sum(peaks) / len(peaks) for sensor, peaks in self._peaks_g.items()},
            usual_g=dict(self._usual_g),
            heel_share={sensor: sum(heels) / len(heels) for sensor, heels in self._heels.items()},
            recent=tuple(self._recent),
        )
        return [self.status(now_ms), summary]

    def _state(self, health: SensorHealth) -> SensorState:
        info, ledger = self._sensors[health.sensor], health.ledger
        lost = None if ledger.lost is None else ledger.lost / max(1, ledger.lost + ledger.samples)
        return SensorState(
            sensor=health.sensor,
            side=info.side,
            placement=info.placement,
            link=health.link,
            battery_percent=health.battery_percent,
            lost_share=lost,
            silent_s=min(health.silent_s, 1e6),
        )
