"""Acceleration and angular rate that come in packets of their own, joined by the device's time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import msgspec
import numpy as np

from imu.block import Block
from imu.model import Fault, FaultKind, RawBatch, RawGyro
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imu.profiles import Profile

    FloatArray = NDArray[np.float64]

__all__ = ["Joiner", "JoinerParams", "JoinerState"]

WAIT_NS = NS_PER_S
"""So long acceleration waits for the angular rate of its time, on the device's clock."""

HISTORY_NS = 2 * NS_PER_S
JUMP_NS = 10 * NS_PER_S
"""The clock of either stream never leaps so far but at a restart."""

SILENCE_NS = NS_PER_S // 2
SLACK = 0.1
"""By so much of a period a sample may lie outside the angular rates and still take the nearest."""

HOLE = 1.75
"""Angular rates further apart than so many sampling periods have a hole between them."""

SAME_MOMENT = 0.02
"""Samples nearer than this share of a period were taken at once: nothing is interpolated."""

PERIOD_TOLERANCE = 0.15
PERIOD_GAIN = 1 / 16
LAG_WINDOW = 32
"""Packets after which a lasting change of the two streams' order is a loss."""


class JoinerParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`Joiner`.

    Attributes
    ----------
    rate_hz : float
        Nominal sampling rate of both streams, Hz.
    has_clock : bool
        Whether packets carry the device's clock; else samples are counted.
    unit_ns, wrap_bits, marks
        As in :class:`imu.profiles.TimeRule`.
    """

    rate_hz: float
    has_clock: bool = True
    unit_ns: int = 1
    wrap_bits: int = 64
    marks: str = "last"

    @classmethod
    def from_profile(cls, profile: Profile, rate_hz: float) -> Self | None:
        """Parameters for a firmware that sends the two apart; None when it sends them together."""
        held = [{block.quantity for block in rule.samples.blocks} for rule in profile.packet if rule.samples]
        if not any("gyr" in quantities and "acc" not in quantities for quantities in held):
            return None
        time = profile.time
        return cls(rate_hz, time.source == "packet", time.unit_ns, time.wrap_bits, time.marks)


@dataclass(slots=True)
class JoinerState:
    """State of a :class:`Joiner`.

    Attributes
    ----------
    counter, now_ns : int or None, float
        Latest reading of the device's clock by either stream, and its time, ns.
    period_ns : float
        Time between samples, nominal at first.
    marks : dict
        Of each stream: time and number of samples of its latest packet.
    waiting : list
        Acceleration that waits, with the times of its first and last sample.
    rates : list
        Angular rates of the latest seconds, packet by packet, with the times of the first and last sample.
    lags, usual_lag
        How far acceleration was ahead of angular rate after the latest packets, samples, and usually.
    arrival_ns : int
        Arrival of the latest packet.
    duplicates, reordered, unpaired : int
        Packets of angular rate that came twice or late, and packets of acceleration without a partner.
    """

    period_ns: float
    counter: int | None = None
    now_ns: float = 0.0
    marks: dict[str, tuple[float, int]] = field(default_factory=dict)
    waiting: list[tuple[RawBatch, float, float]] = field(default_factory=list)
    rates: list[tuple[float, float, FloatArray]] = field(default_factory=list)
    lags: deque[int] = field(default_factory=lambda: deque(maxlen=LAG_WINDOW))
    usual_lag: int | None = None
    arrival_ns: int = 0
    duplicates: int = 0
    reordered: int = 0
    unpaired: int = 0


class Joiner(Block[RawBatch | RawGyro, RawBatch | Fault, JoinerState]):
    """Gives each sample of acceleration the angular rate of its time.

    Parameters
    ----------
    sensor : str
        Identity of the sensor inside the session.
    params : JoinerParams
        Rate and time rule of its firmware.

    Notes
    -----
    *Time.* Both streams carry one clock; the angular rate is interpolated linearly to the samples of
    acceleration, which need not be taken at the same moments. Without a clock the n-th sample of one belongs
    to the n-th of the other, from the start and from each silence on; a packet lost of one stream alone
    shifts their order, which is set right within 32 packets.

    *Gaps.* A packet of acceleration is passed on whole and unchanged, in the order of arrival, or not at all:
    when the angular rate has a hole in its time, or does not come within a second of device time, a fault
    ``UNPAIRED`` is told, and the timeline after it shows its samples as lost. Nothing is invented.
    Duplicates and late packets of acceleration pass, so that the timeline counts them; those of angular rate
    are dropped and counted here.
    """

    latency_s = WAIT_NS / NS_PER_S

    def __init__(self, sensor: str, params: JoinerParams) -> None:
        self.sensor = sensor
        self.params = params
        self._state = JoinerState(NS_PER_S / params.rate_hz)

    def push(self, item: RawBatch | RawGyro) -> list[RawBatch | Fault]:
        """Take a packet of either stream; return the acceleration that is complete now."""
        if len(item) == 0:
            return [item] if isinstance(item, RawBatch) else []
        state = self._state
        stream = "acc" if isinstance(item, RawBatch) else "gyr"
        out: list[RawBatch | Fault] = []
        if not self.params.has_clock and item.arrival_ns - state.arrival_ns > SILENCE_NS:
            out += self._begin_anew()
        state.arrival_ns = max(state.arrival_ns, item.arrival_ns)
        mark_ns = self._marked(item, stream)
        if mark_ns is None:
            out += self._begin_anew()
            mark_ns = 0.0
            state.counter = item.counter
        self._learn(stream, mark_ns, len(item))
        span_ns = (len(item) - 1) * state.period_ns
        first_ns = mark_ns if self.params.has_clock and self.params.marks == "first" else mark_ns - span_ns
        if isinstance(item, RawBatch):
            state.waiting.append((item, first_ns, first_ns + span_ns))
        else:
            out += self._remember(item, first_ns, first_ns + span_ns)
        self._watch_order(len(item))
        return out + self._complete()

    @property
    def twice_and_late(self) -> tuple[int, int]:
        """Packets of angular rate so far that came a second time, and that came too late."""
        return self._state.duplicates, self._state.reordered

    def flush(self) -> list[RawBatch | Fault]:
        """Tell of acceleration that never got its angular rate; also to be called when a link is lost."""
        return self._begin_anew()

    def _begin_anew(self) -> list[RawBatch | Fault]:
        state = self._state
        lost: list[RawBatch | Fault] = [self._unpaired(batch) for batch, _, _ in state.waiting]
        state.waiting, state.rates, state.marks = [], [], {}
        state.counter, state.now_ns = None, 0.0
        state.lags.clear()
        return lost

    def _marked(self, item: RawBatch | RawGyro, stream: str) -> float | None:
        """Device time of the marked sample, ns; None when the clock started anew."""
        state, params = self._state, self.params
        if not params.has_clock or item.counter is None:
            before_ns, _ = state.marks.get(stream, (-state.period_ns, 0))
            return before_ns + len(item) * state.period_ns
        if state.counter is None:
            return None
        modulus = 1 << params.wrap_bits
        step = (item.counter - state.counter + modulus // 2) % modulus - modulus // 2
        if abs(step) * params.unit_ns > JUMP_NS:
            return None
        mark_ns = state.now_ns + step * params.unit_ns
        if step > 0:
            state.counter, state.now_ns = item.counter, mark_ns
        return mark_ns

    def _learn(self, stream: str, mark_ns: float, count: int) -> None:
        """Refine the sampling period by neighbouring packets of one stream."""
        state = self._state
        before_ns, before = state.marks.get(stream, (-np.inf, 0))
        if mark_ns <= before_ns:
            return
        state.marks[stream] = (mark_ns, count)
        if self.params.has_clock and np.isfinite(before_ns):
            period_ns = (mark_ns - before_ns) / (before if self.params.marks == "first" else count)
            if abs(period_ns * self.params.rate_hz / NS_PER_S - 1.0) < PERIOD_TOLERANCE:
                state.period_ns += PERIOD_GAIN * (period_ns - state.period_ns)

    def _remember(self, item: RawGyro, first_ns: float, last_ns: float) -> list[Fault]:
        state = self._state
        if state.rates:
            end_ns = state.rates[-1][1]
            if last_ns <= end_ns + state.period_ns / 4:
                return [self._old(item, last_ns)]
            # Neighbouring packets share the time between their marks: times rise strictly.
            first_ns = max(first_ns, end_ns + min(state.period_ns, last_ns - end_ns) / len(item))
        while state.rates and state.rates[0][1] < last_ns - HISTORY_NS:
            del state.rates[0]
        state.rates.append((first_ns, last_ns, item.gyr_dps))
        return []

    def _old(self, item: RawGyro, last_ns: float) -> Fault:
        state, near_ns = self._state, self._state.period_ns / 2
        known = any(
            abs(last - last_ns) < near_ns and np.array_equal(rates, item.gyr_dps)
            for _, last, rates in state.rates
        )
        state.duplicates += known
        state.reordered += not known
        kind = FaultKind.DUPLICATE if known else FaultKind.REORDERED
        return Fault(self.sensor, item.arrival_ns, kind, f"angular rate, counter {item.counter}")

    def _watch_order(self, count: int) -> None:
        """Without a clock: see by the order of the streams when one alone lost packets."""
        state = self._state
        if self.params.has_clock or len(state.marks) < 2:  # noqa: PLR2004 - both streams
            return
        ahead_ns = state.marks["acc"][0] - state.marks["gyr"][0]
        state.lags.append(round(ahead_ns / state.period_ns))
        if len(state.lags) < LAG_WINDOW:
            return
        lag = min(state.lags)
        if state.usual_lag is None:
            state.usual_lag = lag
        shift = lag - state.usual_lag
        if abs(shift) >= count:
            behind = "gyr" if shift > 0 else "acc"
            mark_ns, samples = state.marks[behind]
            state.marks[behind] = (mark_ns + abs(shift) * state.period_ns, samples)
            state.lags.clear()

    def _complete(self) -> list[RawBatch | Fault]:
        state, out = self._state, list[RawBatch | Fault]()
        newest_ns = max((last_ns for _, _, last_ns in state.waiting), default=0.0)
        while state.waiting:
            batch, first_ns, last_ns = state.waiting[0]
            end_ns = state.rates[-1][1] if state.rates else -np.inf
            if end_ns < last_ns - SLACK * state.period_ns and newest_ns - last_ns < WAIT_NS:
                break
            del state.waiting[0]
            gyr_dps = self._rates(first_ns, last_ns, len(batch))
            if gyr_dps is None:
                out.append(self._unpaired(batch))
            else:
                out.append(msgspec.structs.replace(batch, gyr_dps=gyr_dps))
        return out

    def _rates(self, first_ns: float, last_ns: float, count: int) -> FloatArray | None:
        """Angular rates at evenly spaced times, None where there is a hole."""
        state, near_ns = self._state, self._state.period_ns
        near = [
            k
            for k, (first, last, _) in enumerate(state.rates)
            if last > first_ns - near_ns and first < last_ns + near_ns
        ]
        for k in near:
            first, last, rates = state.rates[k]
            apart_ns = max(abs(first - first_ns), abs(last - last_ns))
            if len(rates) == count and apart_ns < SAME_MOMENT * state.period_ns:
                return rates
        if not near:
            return None
        packets = state.rates[near[0] : near[-1] + 1]
        times = np.concatenate([np.linspace(first, last, len(rates)) for first, last, rates in packets])
        return self._between(times, packets, (first_ns, last_ns, count))

    def _between(
        self,
        times: FloatArray,
        packets: Sequence[tuple[float, float, FloatArray]],
        span: tuple[float, float, int],
    ) -> FloatArray | None:
        first_ns, last_ns, count = span
        slack_ns = SLACK * self._state.period_ns
        begin = max(int(np.searchsorted(times, first_ns, "right")) - 1, 0)
        stop = int(np.searchsorted(times, last_ns)) + 1
        part = times[begin:stop]
        if part[0] > first_ns + slack_ns or part[-1] < last_ns - slack_ns:
            return None
        if len(part) > 1 and np.diff(part).max() > HOLE * self._state.period_ns:
            return None
        rates = np.concatenate([rates for _, _, rates in packets])[begin:stop]
        at = np.linspace(first_ns, last_ns, count)
        return np.stack([np.interp(at, part, rates[:, axis]) for axis in range(3)], axis=1)

    def _unpaired(self, batch: RawBatch) -> Fault:
        self._state.unpaired += 1
        text = f"{len(batch)} samples of acceleration without angular rate, counter {batch.counter}"
        return Fault(self.sensor, batch.arrival_ns, FaultKind.UNPAIRED, text)
