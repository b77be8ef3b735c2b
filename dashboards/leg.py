"""One leg: takes its sensor's items and tells what is to be shown of them; free of Qt."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from dashboards.envelope import Envelope
from dashboards.states import (
    DASH,
    ChipState,
    LandingShare,
    LegState,
    StepMark,
    TileState,
    Tone,
)
from imu.model import Activity, Basis, ImpactLimit, LinkState, Placement, Rule, Strike
from imu.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imu.model import Flag, SampleBatch, SensorHealth, SensorInfo, Step

__all__ = ["Leg", "RaisedFlag", "figure", "limit_text", "mean"]

STRIP_STEPS = 40
CLIPPED_SHOWN_S = 10.0
STALE_S = 4.0
IMPACT_STEPS = 5
ROLLING_STEPS = 10
LOWEST_IMPACT_RATE_HZ = 100.0
FULL_RATE_HZ = 200.0
LOW_BATTERY_PERCENT = 15.0
HIGH_LOSS_SHARE = 0.05
TOPS_G = (12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0)
PROVEN = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT)
BASIS_WORDS = {Basis.GENERAL: "general", Basis.PERSONAL: "personal", Basis.SESSION: "this run"}
LANDING_ORDER = (*PROVEN, Strike.UNSURE)


class RaisedFlag(msgspec.Struct, frozen=True):
    """A flag that is up: since when, and the latest reason."""

    since_ns: int
    text: str


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


class Leg:
    """The sensor of one leg.

    Parameters
    ----------
    info : SensorInfo
        The sensor.
    baseline_g : float, optional
        The runner's usual impact at this sensor, g.
    """

    def __init__(self, info: SensorInfo, baseline_g: float | None = None) -> None:
        self.info = info
        self.baseline_g = baseline_g
        bins = int(min(600, max(100.0, info.rate_hz * 5)))
        self.envelope = Envelope(bins=bins)
        self.clear()

    def clear(self) -> None:
        """Forget everything but the sensor: a replay jumped."""
        self.envelope.clear()
        self.limit: ImpactLimit | None = None
        self.steps: deque[Step] = deque(maxlen=STRIP_STEPS)
        self.raised: dict[Rule, RaisedFlag] = {}
        self.newest_ns: int | None = None
        self.health: SensorHealth | None = None
        self.link = LinkState.SEARCHING
        self.top_g = TOPS_G[0]
        self._clipped_ns: int | None = None

    @property
    def name(self) -> str:
        """The sensor in words, e.g. ``"left shin"``."""
        place = "shin" if self.info.placement is Placement.SHANK else self.info.placement.value
        return f"{self.info.side.value} {place}"

    @property
    def shows_impact(self) -> bool:
        """Whether the sensor is fast enough for its peaks to mean something."""
        return self.info.rate_hz >= LOWEST_IMPACT_RATE_HZ

    def add_batch(self, batch: SampleBatch) -> None:
        """Take samples for the trace."""
        if len(batch) == 0:
            return
        norm_g = np.sqrt(np.einsum("ij,ij->i", batch.acc_g, batch.acc_g))
        self.envelope.add(batch.t_ns, norm_g)
        self.newest_ns = int(batch.t_ns[-1])
        self._raise_top(float(np.nan_to_num(norm_g, posinf=0.0).max()))
        if batch.clipped.any():
            self._clipped_ns = self.newest_ns
        if self.link is LinkState.SEARCHING:
            self.link = LinkState.CONNECTED

    def add_step(self, step: Step) -> None:
        """Take one step."""
        self.steps.append(step)
        self._raise_top(self.impact_g(step) or 0.0)

    def add_flag(self, flag: Flag) -> None:
        """Raise or lower a flag; one that is raised again has a new reason but the same beginning."""
        before = self.raised.pop(flag.rule, None)
        if flag.raised:
            since_ns = before.since_ns if before else flag.t_ns
            self.raised[flag.rule] = RaisedFlag(since_ns, flag.text)

    def add_health(self, health: SensorHealth) -> None:
        """Take the sensor's state of health."""
        self.health = health
        self.link = health.link

    def _raise_top(self, value_g: float) -> None:
        if value_g > self.top_g:
            self.top_g = next((top for top in TOPS_G if top >= value_g), TOPS_G[-1])

    def impact_g(self, step: Step) -> float | None:
        """Return the peak that the limit is held against, g, so that marks and limit speak of the same."""
        if not self.shows_impact:
            return None
        return step.peak_axial_g if self.limit is not None and self.limit.axial else step.peak_accel_g

    def running(self, count: int) -> list[Step]:
        """Return the latest accepted running steps, at most `count`."""
        steps = [step for step in self.steps if step.accepted and step.activity is Activity.RUN]
        return steps[-count:]

    def is_stale(self, now_ns: int) -> bool:
        """Tell whether the figures are not of now: the latest step is old, or the sensor in trouble."""
        if not self.steps or Rule.SENSOR_TROUBLE in self.raised:
            return True
        return now_ns - self.steps[-1].known_ns > STALE_S * NS_PER_S

    def state(self, now_ns: int, top_g: float) -> LegState:
        """Return what is to be shown of this leg.

        Parameters
        ----------
        now_ns : int
            The window's time, ns.
        top_g : float
            Top of the scale that both legs share, g.
        """
        return LegState(
            side=self.info.side,
            title=self.name,
            impact=self._impact(now_ns),
            heel=self._heel(now_ns),
            contact=self._contact(now_ns),
            steps=tuple(self._mark(step) for step in self.steps),
            landing=self._landing(),
            limit=self.limit if self.shows_impact else None,
            baseline_g=self.baseline_g if self.shows_impact else None,
            top_g=top_g,
            notice=self._notice(),
        )

    def _tone(self, now_ns: int, rule: Rule, tone: Tone) -> Tone:
        if rule in self.raised:
            return tone
        return Tone.STALE if self.is_stale(now_ns) else Tone.PLAIN

    def _impact(self, now_ns: int) -> TileState:
        if not self.shows_impact:
            return TileState("Impact", note=f"not shown at {self.info.rate_hz:.0f} Hz", tone=Tone.STALE)
        steps = [step for step in self.running(IMPACT_STEPS) if self.impact_g(step) is not None]
        value_g = mean(map(self.impact_g, steps))
        if value_g is None:
            return TileState("Impact", unit="g", tone=Tone.STALE)
        bound = "≥" if any(step.clipped for step in steps) else ""
        axial = "axial, " if self.limit and self.limit.axial else ""
        note = "sensor at its limit" if bound else f"{axial}mean of {_count(len(steps), 'step')}"
        tone = self._tone(now_ns, Rule.EXCESSIVE_IMPACT, Tone.IMPACT)
        return TileState("Impact", f"{value_g:.1f}", "g", note, tone, bound)

    def _heel(self, now_ns: int) -> TileState:
        steps = self.running(STRIP_STEPS)
        proven = [step for step in steps if step.strike in PROVEN]
        if not proven:
            note = "not measurable" if steps else ""
            return TileState("Heel strikes", unit="%", note=note, tone=Tone.STALE)
        heels = sum(step.strike is Strike.HEEL for step in proven)
        tone = self._tone(now_ns, Rule.HEEL_STRIKE, Tone.HEEL)
        share = f"{100 * heels / len(proven):.0f}"
        return TileState("Heel strikes", share, "%", f"{heels} of {_count(len(proven), 'step')}", tone)

    def _contact(self, now_ns: int) -> TileState:
        return figure("Contact time", "ms", self, now_ns, lambda step: step.contact_time_ms)

    def _landing(self) -> LandingShare:
        counts = Counter(step.strike for step in self.running(STRIP_STEPS))
        shown = (Strike.UNMEASURABLE,) if counts[Strike.UNMEASURABLE] else LANDING_ORDER
        return LandingShare(tuple((strike, counts[strike]) for strike in shown))

    def _mark(self, step: Step) -> StepMark:
        delay_ns = round((step.time_to_peak_ms or 0.0) * NS_PER_MS)
        return StepMark(
            step=step.step,
            peak_ns=step.initial_contact_ns + delay_ns,
            strike=step.strike,
            impact_g=self.impact_g(step),
            flagged=bool(step.excessive_impact),
        )

    def _notice(self) -> str:
        if not self.shows_impact:
            return (
                f"Impact is not shown: {self.info.rate_hz:.0f} samples a second are too few.\n"
                f"It takes {LOWEST_IMPACT_RATE_HZ:.0f} or more."
            )
        if self.newest_ns is None:
            searching = self.link is LinkState.SEARCHING
            return "Searching for the sensor …" if searching else "No samples yet"
        return ""

    def chip(self, now_ns: int) -> ChipState:
        """Return the sensor's health in short texts."""
        badges = self._badges(now_ns)
        name = self.name.capitalize()
        health = self.health
        if health is None:
            return ChipState(name, self.link, badges=badges)
        battery = health.battery_percent
        return ChipState(
            name=name,
            link=self.link,
            rate=DASH if health.rate_hz is None else f"{health.rate_hz:.0f} Hz",
            loss=_loss_text(health),
            battery=DASH if battery is None else f"{battery:.0f} %",
            clock=DASH if health.clock is None else f"±{health.clock.uncertainty_ns / NS_PER_MS:.1f} ms",
            badges=badges,
            tone=self._chip_tone(badges),
        )

    def _badges(self, now_ns: int) -> tuple[str, ...]:
        badges = []
        if self.info.rate_hz < FULL_RATE_HZ:
            badges.append("low rate")
        if self._clipped_ns is not None and now_ns - self._clipped_ns < CLIPPED_SHOWN_S * NS_PER_S:
            badges.append("clipped")
        health = self.health
        if health and health.battery_percent is not None and health.battery_percent < LOW_BATTERY_PERCENT:
            badges.append("low battery")
        if health and (_loss_share(health) or 0.0) > HIGH_LOSS_SHARE:
            badges.append("high loss")
        return tuple(badges)

    def _chip_tone(self, badges: tuple[str, ...]) -> Tone:
        if self.link is LinkState.LOST or set(badges) & {"low battery", "high loss"}:
            return Tone.TROUBLE
        return Tone.GOOD if self.link is LinkState.CONNECTED else Tone.PLAIN


def figure(caption: str, unit: str, leg: Leg, now_ns: int, read: Callable[[Step], float | None]) -> TileState:
    """Return the tile of a rolling mean over the latest running steps of one leg."""
    steps = [value for value in map(read, leg.running(ROLLING_STEPS)) if value is not None]
    value = mean(steps)
    if value is None:
        return TileState(caption, unit=unit, tone=Tone.STALE)
    tone = Tone.STALE if leg.is_stale(now_ns) else Tone.PLAIN
    return TileState(caption, f"{value:.0f}", unit, f"mean of {_count(len(steps), 'step')}", tone)


def limit_text(limit: ImpactLimit) -> str:
    """Return the label of a limit line, e.g. ``"limit 8 g (general, axial)"``."""
    axial = ", axial" if limit.axial else ""
    return f"limit {limit.limit_g:.3g} g ({BASIS_WORDS[limit.basis]}{axial})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _loss_share(health: SensorHealth) -> float | None:
    lost = health.ledger.lost
    total = health.ledger.samples + (lost or 0)
    return None if lost is None or total == 0 else lost / total


def _loss_text(health: SensorHealth) -> str:
    share = _loss_share(health)
    return DASH if share is None else f"{100 * share:.1f} %"
