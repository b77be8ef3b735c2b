"""The view model of one runner: takes items from the engine, tells what the window shows; free of Qt."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from dashboards.banner import choose_banner
from dashboards.leg import ROLLING_STEPS, STALE_S, Leg, mean
from dashboards.states import BannerKind, BannerState, TileState, Tone, ViewState
from imu.config import ChainConfig
from imu.model import Activity, Flag, ImpactLimit, LinkChange, SampleBatch, SensorHealth, Side, Step
from imu.sinks.base import EngineFault
from imu.units import MS_PER_S, NS_PER_S, S_PER_MIN, stride_to_cadence_spm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboards.envelope import Trace
    from imu.model import SessionHeader

__all__ = ["RunnerView", "clock_text"]

FAULT_SHOWN_NS = 10 * NS_PER_S
"""How long a fault is told that has been got over."""

TICK_SLACK_NS = NS_PER_S // 2
"""Ticks run ahead of samples by the radio's delay; the window follows them only beyond this."""


def clock_text(time_s: float) -> str:
    """Return a time of the session, e.g. ``"12:05"`` or ``"1:02:05"``."""
    minutes, seconds = divmod(int(max(0.0, time_s)), int(S_PER_MIN))
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


class RunnerView:
    """All that the runner's window shows.

    The first sensor of each side is the leg's; further sensors show as chips only.

    Parameters
    ----------
    header : SessionHeader
        The sensors, in the order in which they are shown, and the runner's baselines.
    """

    def __init__(self, header: SessionHeader) -> None:
        self.header = header
        usual_g = ChainConfig.from_header(header).baselines_g
        self._sensors = {info.sensor: Leg(info, usual_g.get(info.sensor)) for info in header.sensors}
        self._legs: dict[Side, Leg] = {}
        for side in (Side.LEFT, Side.RIGHT):
            for leg in self._sensors.values():
                if leg.info.side is side:
                    self._legs.setdefault(side, leg)
        self._now_ns = header.origin_ns
        self._flag_times_s: set[float] = set()
        self._fault: EngineFault | None = None
        self._fault_until_ns = 0
        self._ended = False

    @property
    def sides(self) -> tuple[Side, ...]:
        """The legs that have a sensor, left first."""
        return tuple(self._legs)

    @property
    def now_ns(self) -> int:
        """Time of the right edge of the traces, ns."""
        return self._now_ns

    @property
    def flag_times_s(self) -> tuple[float, ...]:
        """Times at which flags were raised so far, s since the session's begin, rising."""
        return tuple(sorted(self._flag_times_s))

    def clear(self) -> None:
        """Forget what was shown, keep the flags' times: a replay jumped."""
        for leg in self._sensors.values():
            leg.clear()
        self._now_ns = self.header.origin_ns
        self._fault = None
        self._ended = False

    def end(self) -> None:
        """Say that nothing more will come."""
        self._ended = True

    def feed(self, items: Iterable[object]) -> None:
        """Take items in the order in which they came; what a window does not show is passed over.

        Parameters
        ----------
        items : iterable of SampleBatch, Step, Flag, ImpactLimit, SensorHealth, LinkChange or other values
            Items of sensors that the header does not name are passed over too.
        """
        for item in items:
            leg = self._sensors.get(getattr(item, "sensor", ""))
            if leg is not None:
                self._take(item, leg)
            elif isinstance(item, EngineFault):
                self._fault = item
                self._fault_until_ns = self._now_ns + FAULT_SHOWN_NS

    @functools.singledispatchmethod
    def _take(self, item: object, leg: Leg) -> None:
        """Pass over what a window does not show."""

    @_take.register
    def _(self, item: SampleBatch, leg: Leg) -> None:
        if len(item) == 0:
            return
        leg.add_batch(item)
        self._now_ns = max(self._now_ns, int(item.t_ns[-1]))

    @_take.register
    def _(self, item: Step, leg: Leg) -> None:
        leg.add_step(item)

    @_take.register
    def _(self, item: Flag, leg: Leg) -> None:
        leg.add_flag(item)
        if item.raised:
            self._flag_times_s.add((item.t_ns - self.header.origin_ns) / NS_PER_S)

    @_take.register
    def _(self, item: SensorHealth, leg: Leg) -> None:
        leg.add_health(item)
        self._now_ns = max(self._now_ns, item.t_ns - TICK_SLACK_NS)

    @_take.register
    def _(self, item: ImpactLimit, leg: Leg) -> None:
        leg.limit = item

    @_take.register
    def _(self, item: LinkChange, leg: Leg) -> None:
        leg.link = item.state

    def trace(self, side: Side) -> Trace:
        """Return the impact trace of one leg, g over s before now."""
        return self._legs[side].envelope.read(self._now_ns)

    def state(self) -> ViewState:
        """Return all that is shown but the traces."""
        now_ns = self._now_ns
        sensors = tuple(self._sensors.values())
        top_g = max((leg.top_g for leg in self._legs.values()), default=0.0)
        return ViewState(
            runner=self.header.runner,
            elapsed=clock_text((now_ns - self.header.origin_ns) / NS_PER_S),
            activity=self._activity(),
            cadence=self._cadence(),
            banner=self._banner(),
            legs=tuple(leg.state(now_ns, top_g) for leg in self._legs.values()),
            chips=tuple(leg.chip(now_ns) for leg in sensors),
        )

    def _banner(self) -> BannerState:
        fault = self._fault
        if fault is not None and (fault.final or self._now_ns < self._fault_until_ns):
            return BannerState(BannerKind.ENGINE_TROUBLE, "Something failed in softstrike", fault.text)
        if self._ended:
            return BannerState(BannerKind.ENDED, "Session ended", "Nothing more will come.")
        return choose_banner(tuple(self._sensors.values()), self._now_ns)

    def _activity(self) -> str:
        if all(leg.newest_ns is None for leg in self._legs.values()):
            return "No signal"
        latest = [leg.steps[-1] for leg in self._legs.values() if leg.steps]
        latest = [step for step in latest if self._now_ns - step.known_ns <= STALE_S * NS_PER_S]
        if not latest:
            return "Standing"
        newest = max(latest, key=lambda step: step.known_ns)
        return "Running" if newest.activity is Activity.RUN else "Walking"

    def _cadence(self) -> TileState:
        """Cadence of both feet from the latest strides of both legs."""
        legs = self._legs.values()
        strides_ms = [step.stride_time_ms for leg in legs for step in leg.running(ROLLING_STEPS)]
        stride_ms = mean(strides_ms)
        if stride_ms is None:
            return TileState("Cadence", unit="spm", note="no running steps yet", tone=Tone.STALE)
        tone = Tone.STALE if all(leg.is_stale(self._now_ns) for leg in legs) else Tone.PLAIN
        value = f"{stride_to_cadence_spm(stride_ms / MS_PER_S):.0f}"
        return TileState("Cadence", value, "spm", "steps per minute", tone)
