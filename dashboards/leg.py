"""One leg: takes its sensor's items and tells what is to be shown of them; free of Qt."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from dashboards.envelope import Envelope
from dashboards.mounting import Mounting
from dashboards.states import (
    DialState,
    LandingShare,
    LegState,
    StepMark,
    TileState,
    Tone,
)
from dashboards.units import in_units, shown, unit
from imu.model import Activity, Basis, ImpactLimit, LinkState, Placement, Rule, Strike
from imu.sinks.mailbox import TraceBlock
from imu.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from imu.model import Flag, Impact, Landing, LinkChange, SampleBatch, SensorHealth, SensorInfo, Step

__all__ = ["Leg", "RaisedFlag", "count_text", "figure", "limit_text", "mean", "usual_text"]

STRIP_STEPS = 40
STALE_S = 4.0
ROLLING_STEPS = 10
LOWEST_IMPACT_RATE_HZ = 100.0
USUAL_PERCENT = 3.0
"""A difference from the usual that is smaller than this is no difference."""

WINDOWS_S = (10.0, 30.0, 60.0)
"""Lengths of the time axis to choose from, s."""

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
    target_g : float, optional
        What the runner works towards, g.
    """

    def __init__(
        self, info: SensorInfo, baseline_g: float | None = None, target_g: float | None = None
    ) -> None:
        self.info = info
        self.baseline_g = baseline_g
        self.target_g = target_g
        bins = int(min(600, max(100.0, info.rate_hz * 5)))
        self.least_top_g = TOPS_G[0]
        self.mounting = Mounting(info.sensor)
        self.envelopes = {window_s: Envelope(window_s, bins) for window_s in WINDOWS_S}
        self.clear()

    def clear(self) -> None:
        """Forget everything but the sensor: a replay jumped."""
        for envelope in self.envelopes.values():
            envelope.clear()
        self.mounting.clear()
        self.limit: ImpactLimit | None = None
        self.early: dict[int, StepMark] = {}
        self.steps: deque[Step] = deque(maxlen=STRIP_STEPS)
        self.raised: dict[Rule, RaisedFlag] = {}
        self.first_ns: int | None = None
        self.newest_ns: int | None = None
        self.health: SensorHealth | None = None
        self.link = LinkState.SEARCHING
        self.link_detail = ""
        self.top_g = self.least_top_g
        self.clipped_ns: int | None = None

    @property
    def name(self) -> str:
        """The sensor in words, e.g. ``"left shin"``."""
        place = "shin" if self.info.placement is Placement.SHANK else self.info.placement.value
        return f"{self.info.side.value} {place}" if self.info.placement.on_leg else place

    @property
    def shows_impact(self) -> bool:
        """Whether the sensor is fast enough for its peaks to mean something."""
        return self.info.rate_hz >= LOWEST_IMPACT_RATE_HZ

    def add_block(self, block: TraceBlock) -> None:
        """Take a stretch of the trace."""
        if len(block) == 0:
            return
        for envelope in self.envelopes.values():
            envelope.add(block.t_ns, block.low_g, block.high_g)
        if self.first_ns is None:
            self.first_ns = int(block.t_ns[0])
        self.newest_ns = int(block.t_ns[-1])
        self._raise_top(float(np.nan_to_num(block.high_g, posinf=0.0).max()))
        if block.clipped_ns is not None:
            self.clipped_ns = block.clipped_ns
        if self.link is LinkState.SEARCHING:
            self.link = LinkState.CONNECTED

    def add_batch(self, batch: SampleBatch) -> None:
        """Take samples for the trace."""
        if len(batch):
            norm_g = np.sqrt(np.einsum("ij,ij->i", batch.acc_g, batch.acc_g))
            clipped_ns = int(batch.t_ns[-1]) if batch.clipped.any() else None
            self.add_block(TraceBlock(batch.sensor, batch.t_ns, norm_g, norm_g, clipped_ns))

    def add_link(self, change: LinkChange) -> None:
        """Take a change of the radio link."""
        self.link = change.state
        self.link_detail = change.detail

    @property
    def returning(self) -> bool:
        """Whether a sensor that was heard before is being looked for."""
        return self.link is LinkState.SEARCHING and self.newest_ns is not None

    def add_impact(self, impact: Impact) -> None:
        """Take the early view of a contact, so that its mark stands before the foot has left the ground."""
        axial = self.limit is not None and self.limit.axial
        value_g = impact.peak_axial_g if axial else impact.peak_accel_g
        self.early[impact.initial_contact_ns] = StepMark(
            step=-1,
            peak_ns=impact.initial_contact_ns,
            strike=Strike.UNMEASURABLE,
            impact_g=value_g if self.shows_impact else None,
            flagged=False,
        )

    def add_landing(self, landing: Landing) -> None:
        """Take the landing type of a contact whose impact was told."""
        mark = self.early.get(landing.initial_contact_ns)
        if mark is not None:
            self.early[landing.initial_contact_ns] = msgspec.structs.replace(mark, strike=landing.strike)

    def add_step(self, step: Step) -> None:
        """Take one step; its early view is not needed any more."""
        self.steps.append(step)
        self.early = {at: mark for at, mark in self.early.items() if at > step.initial_contact_ns}
        self._raise_top(self.impact_g(step) or 0.0)

    def add_flag(self, flag: Flag) -> None:
        """Raise or lower a flag; one that is raised again has a new reason but the same beginning."""
        before = self.raised.pop(flag.rule, None)
        if flag.raised:
            since_ns = before.since_ns if before else flag.t_ns
            self.raised[flag.rule] = RaisedFlag(since_ns, in_units(flag.text))

    def add_health(self, health: SensorHealth) -> None:
        """Take the sensor's state of health."""
        self.health = health
        self.link = health.link

    def foresee_top(self, value_g: float) -> None:
        """Let the scale hold this value from the beginning on, g: a replay knows what will come."""
        self._raise_top(value_g)
        self.least_top_g = self.top_g

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
            early=tuple(self.early.values()),
            landing=self._landing(),
            limit=self.limit if self.shows_impact else None,
            baseline_g=self.baseline_g if self.shows_impact else None,
            target_g=self.target_g if self.shows_impact else None,
            dial=self._dial(now_ns),
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
        steps = [step for step in self.running(ROLLING_STEPS) if self.impact_g(step) is not None]
        value_g = mean(map(self.impact_g, steps))
        if value_g is None:
            return TileState("Impact", unit=unit(), tone=Tone.STALE)
        bound = "≥" if any(step.clipped for step in steps) else ""
        note = "sensor at its limit" if bound else self._impact_note(steps)
        tone = self._tone(now_ns, Rule.EXCESSIVE_IMPACT, Tone.IMPACT)
        return TileState("Impact", shown(value_g, 1), unit(), note, tone, bound)

    def _impact_note(self, steps: Sequence[Step]) -> str:
        """Return how the impact stands to the runner's usual one, which is a resultant peak."""
        resultant_g = mean(step.peak_accel_g for step in steps)
        if self.baseline_g is not None and resultant_g is not None:
            return usual_text(resultant_g, self.baseline_g)
        axial = "axial, " if self.limit and self.limit.axial else ""
        return f"{axial}mean of {count_text(len(steps), 'step')}"

    def _dial(self, now_ns: int) -> DialState:
        steps = self.running(ROLLING_STEPS)
        proven = [step for step in self.running(STRIP_STEPS) if step.strike in PROVEN]
        heels = mean(float(step.strike is Strike.HEEL) for step in proven)
        angles = [step.strike_angle_deg for step in steps if step.strike_angle_deg is not None]
        angle_deg = mean(angles)
        if angle_deg is not None:
            note = f"mean of {count_text(len(angles), 'step')}"
        elif heels is not None:
            note = "angle not measurable"
        else:
            note = "not measurable" if steps else ""
        return DialState(
            angle_deg=None if angle_deg is None else round(angle_deg, 1),
            heel_share=None if heels is None else round(heels, 2),
            note=note,
            stale=self.is_stale(now_ns),
        )

    def _heel(self, now_ns: int) -> TileState:
        steps = self.running(STRIP_STEPS)
        proven = [step for step in steps if step.strike in PROVEN]
        if not proven:
            note = "not measurable" if steps else ""
            return TileState("Heel strikes", unit="%", note=note, tone=Tone.STALE)
        heels = sum(step.strike is Strike.HEEL for step in proven)
        tone = self._tone(now_ns, Rule.HEEL_STRIKE, Tone.HEEL)
        share = f"{100 * heels / len(proven):.0f}"
        return TileState("Heel strikes", share, "%", f"{heels} of {count_text(len(proven), 'step')}", tone)

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


def figure(caption: str, unit: str, leg: Leg, now_ns: int, read: Callable[[Step], float | None]) -> TileState:
    """Return the tile of a rolling mean over the latest running steps of one leg."""
    steps = [value for value in map(read, leg.running(ROLLING_STEPS)) if value is not None]
    value = mean(steps)
    if value is None:
        return TileState(caption, unit=unit, tone=Tone.STALE)
    tone = Tone.STALE if leg.is_stale(now_ns) else Tone.PLAIN
    return TileState(caption, f"{value:.0f}", unit, f"mean of {count_text(len(steps), 'step')}", tone)


def usual_text(value_g: float, usual_g: float) -> str:
    """Return how an impact stands to the usual one, e.g. ``"12 % above usual 6.4 g"``."""
    percent = 100.0 * (value_g / usual_g - 1.0)
    usual = f"{shown(usual_g)} {unit()}"
    if abs(percent) < USUAL_PERCENT:
        return f"as usual ({usual})"
    return f"{abs(percent):.0f} % {'above' if percent > 0 else 'below'} usual {usual}"


def limit_text(limit: ImpactLimit) -> str:
    """Return the label of a limit line, e.g. ``"limit 8 g (general, axial)"``."""
    axial = ", axial" if limit.axial else ""
    return f"limit {shown(limit.limit_g)} {unit()} ({BASIS_WORDS[limit.basis]}{axial})"


def count_text(number: int, noun: str) -> str:
    """Return a number with its noun, e.g. ``"1 step"`` or ``"10 steps"``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
