"""The view model of one runner: takes items from the engine, tells what the window shows; free of Qt."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from dashboards.banner import choose_banner, duration_text
from dashboards.chip import chip_of
from dashboards.course import Course, clock_text
from dashboards.delay import DelayMeter
from dashboards.leg import ROLLING_STEPS, STALE_S, WINDOWS_S, Leg, mean
from dashboards.mounting import REPORT_SHOWN_NS
from dashboards.states import BannerKind, BannerState, LegState, TileState, Tone, ViewState
from imu.config import ChainConfig
from imu.model import (
    Activity,
    Cue,
    CuePeriod,
    Flag,
    Impact,
    ImpactLimit,
    Landing,
    LinkChange,
    Marker,
    MountingEstimate,
    PhaseChange,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    Side,
    Step,
)
from imu.signal.mounting_check import CheckState, MountingReport
from imu.sinks.base import EngineFault
from imu.sinks.mailbox import Stamp, TraceBlock
from imu.units import MS_PER_S, NS_PER_S, stride_to_cadence_spm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboards.envelope import Trace
    from imu.model import SessionHeader

__all__ = ["RunnerView", "clock_text"]

FAULT_SHOWN_NS = 10 * NS_PER_S
"""How long a fault is told that has been got over."""

TICK_SLACK_NS = NS_PER_S // 2
"""Ticks run ahead of samples by the radio's delay; the window follows them only beyond this."""


class RunnerView:
    """All that the runner's window shows.

    The first sensor of each side is the leg's, whose figures are shown; further ones on the leg show their
    traces below, and a sensor elsewhere its chip.

    Parameters
    ----------
    header : SessionHeader
        The sensors, in the order in which they are shown, and the runner's baselines.
    """

    def __init__(self, header: SessionHeader) -> None:
        self.header = header
        config = ChainConfig.from_header(header)
        usual_g, share = config.baselines_g, config.coach.target_share
        self._sensors = {
            info.sensor: Leg(info, usual, None if usual is None else share * usual)
            for info in header.sensors
            for usual in (usual_g.get(info.sensor),)
        }
        self._course = Course(header.origin_ns)
        self.delay = DelayMeter()
        self.window_s = WINDOWS_S[0]
        self.sound_words = ""
        on_leg = [leg for leg in self._sensors.values() if leg.info.placement.on_leg]
        worn = {side: [leg for leg in on_leg if leg.info.side is side] for side in (Side.LEFT, Side.RIGHT)}
        self._legs = {side: legs[0] for side, legs in worn.items() if legs}
        self._more = {side: legs[1:] for side, legs in worn.items() if legs}
        self._now_ns = header.origin_ns
        self._flag_times_s: set[float] = set()
        self._fault: EngineFault | None = None
        self._fault_until_ns = 0
        self._check: CheckState | None = None
        self._report: MountingReport | None = None
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
    def paused(self) -> bool:
        """Whether the runner said that the run pauses."""
        return self._course.paused_ns is not None

    @property
    def flag_times_s(self) -> tuple[float, ...]:
        """Times at which flags were raised so far, s since the session's begin, rising."""
        return tuple(sorted(self._flag_times_s))

    def foresee_top(self, value_g: float) -> None:
        """Let the scale of all legs hold this value from the beginning on, g, so that no jump changes it."""
        for leg in self._sensors.values():
            leg.foresee_top(value_g)

    def widen(self) -> None:
        """Take the next longer time axis, after the longest the shortest."""
        place = WINDOWS_S.index(self.window_s)
        self.window_s = WINDOWS_S[(place + 1) % len(WINDOWS_S)]

    def clear(self) -> None:
        """Forget what was shown, keep the flags' times: a replay jumped."""
        for leg in self._sensors.values():
            leg.clear()
        self._course.clear()
        self._now_ns = self.header.origin_ns
        self._fault = None
        self._check = self._report = None
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
            else:
                self._take_runner(item)

    @functools.singledispatchmethod
    def _take_runner(self, item: object) -> None:
        """Pass over what speaks of no leg and is not shown."""

    @_take_runner.register
    def _(self, item: EngineFault) -> None:
        self._fault = item
        self._fault_until_ns = self._now_ns + FAULT_SHOWN_NS

    @_take_runner.register
    def _(self, item: Stamp) -> None:
        self.delay.fed([item])

    @_take_runner.register
    def _(self, item: RunnerMetrics) -> None:
        self._course.metrics = item

    @_take_runner.register
    def _(self, item: PhaseChange) -> None:
        self._course.phase = item

    @_take_runner.register
    def _(self, item: CuePeriod) -> None:
        self._course.period = item

    @_take_runner.register
    def _(self, item: Marker) -> None:
        self._course.add_marker(item)

    @_take_runner.register
    def _(self, item: CheckState) -> None:
        self._check = item

    @_take_runner.register
    def _(self, item: MountingReport) -> None:
        self._report = item
        for leg in self._sensors.values():
            leg.mounting.add_report(item)

    @functools.singledispatchmethod
    def _take(self, item: object, leg: Leg) -> None:
        """Pass over what a window does not show."""

    @_take.register
    def _(self, item: SampleBatch, leg: Leg) -> None:
        leg.add_batch(item)
        self._heard(leg)

    @_take.register
    def _(self, item: TraceBlock, leg: Leg) -> None:
        leg.add_block(item)
        self._heard(leg)

    def _heard(self, leg: Leg) -> None:
        self._now_ns = max(self._now_ns, leg.newest_ns or 0)

    @_take.register
    def _(self, item: Impact, leg: Leg) -> None:
        leg.add_impact(item)

    @_take.register
    def _(self, item: Landing, leg: Leg) -> None:
        leg.add_landing(item)

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
        leg.add_link(item)

    @_take.register
    def _(self, item: MountingEstimate, leg: Leg) -> None:
        leg.mounting.add_estimate(item)

    @_take.register
    def _(self, item: Cue, leg: Leg) -> None:
        del leg
        self._course.add_cue(item)

    def sensor_of(self, side: Side) -> str:
        """Return the sensor whose trace a leg shows."""
        return self._legs[side].info.sensor

    def trace(self, side: Side) -> Trace:
        """Return the impact trace of one leg, g over s before now."""
        return self._legs[side].envelopes[self.window_s].read(self._now_ns)

    def more_traces(self, side: Side) -> list[Trace]:
        """Return the traces of the further sensors on one leg."""
        return [leg.envelopes[self.window_s].read(self._now_ns) for leg in self._more[side]]

    def number_on(self, side: Side) -> int:
        """Return how many sensors a leg wears."""
        return 1 + len(self._more[side])

    def _leg_state(self, side: Side, top_g: float) -> LegState:
        main = self._legs[side].state(self._now_ns, top_g)
        more = tuple(leg.state(self._now_ns, leg.top_g) for leg in self._more[side])
        return msgspec.structs.replace(main, more=more) if more else main

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
            legs=tuple(self._leg_state(side, top_g) for side in self._legs),
            chips=tuple(chip_of(leg, now_ns) for leg in sensors),
            run=self._course.state(now_ns, self.delay.latest_ms, self.sound_words),
        )

    def _banner(self) -> BannerState:
        fault = self._fault
        if fault is not None and (fault.final or self._now_ns < self._fault_until_ns):
            return BannerState(BannerKind.ENGINE_TROUBLE, "Something failed in softstrike", fault.text)
        if self._ended:
            return BannerState(BannerKind.ENDED, "Session ended", "Nothing more will come.")
        if self._course.paused_ns is not None:
            lasting = f"for {duration_text((self._now_ns - self._course.paused_ns) / NS_PER_S)}"
            detail = "Recording goes on; press P when the run goes on."
            return BannerState(BannerKind.PAUSED, "Paused", detail, lasting)
        found = self._report
        if found is not None and found.findings and self._now_ns - found.t_ns < REPORT_SHOWN_NS:
            whose = dict.fromkeys(self._sensors[each.sensor].name for each in found.findings)
            headline = f"Check the mounting: {' and '.join(whose)}"
            return BannerState(BannerKind.SENSOR_TROUBLE, headline, found.text)
        return choose_banner(tuple(self._sensors.values()), self._now_ns, self._check)

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
        told = self._course.metrics.cadence_spm if self._course.metrics else None
        if stride_ms is None:
            return TileState("Cadence", unit="spm", note="no running steps yet", tone=Tone.STALE)
        tone = Tone.STALE if all(leg.is_stale(self._now_ns) for leg in legs) else Tone.PLAIN
        value = f"{told or stride_to_cadence_spm(stride_ms / MS_PER_S):.0f}"
        return TileState("Cadence", value, "spm", "steps per minute", tone)
