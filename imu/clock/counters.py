"""Wrapped counters: what one step of a sequence number or device clock means."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import msgspec

from imu.units import NS_PER_S

if TYPE_CHECKING:
    from imu.clock.params import TimelineParams
    from imu.model import RawBatch

__all__ = ["Advance", "Counters", "Step", "nearest"]

LONG_WRAP_NS = 20 * NS_PER_S
"""A counter that runs this long before it wraps is unwrapped by the host's clock: stalls are far shorter."""

MISMATCH_NS = NS_PER_S // 2
MISMATCH_SHARE = 0.1
"""Sequence number and device clock agree when they differ by less than these, whichever is more."""

PAUSE_NS = NS_PER_S // 10
"""A device clock that goes on for longer than this without its sequence number left samples unnumbered."""

AGREE_NS = NS_PER_S
"""That pause is a true one if the host's clock saw at least half of it, and not this much more."""

LATE_NS = 5 * NS_PER_S
"""No radio stack holds one packet back this long while younger ones pass."""

SILENCE_NS = 5 * NS_PER_S // 2
"""Without sequence numbers or device time, samples are not taken as consecutive across a pause like this."""

RECENT_PACKETS = 64
STALE_LIMIT = 16
"""So many old packets in a row are no reordering: the counter was set back."""

RATE_TOLERANCE = 0.15
RATE_GAIN = 1 / 64


class Advance(enum.Enum):
    """How a packet follows the packets before it."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    LATE = "late"
    SET_BACK = "set_back"
    RESTART = "restart"
    SILENCE = "silence"


@dataclass(slots=True)
class Step:
    """One packet against the latest one taken.

    Attributes
    ----------
    advance : Advance
        How it follows.
    lost : int
        Samples missing in between.
    device_ns : float
        Device time gone by between the marked samples, ns.
    ahead_ns : float
        How far device time then stands ahead of the sensor's own counter, ns.
    seq, ticks : int
        What sequence number and device counter went on by, unwrapped.
    """

    advance: Advance
    lost: int = 0
    device_ns: float = 0.0
    ahead_ns: float = 0.0
    seq: int = 0
    ticks: int = 0


def nearest(step: int, modulus: int, hint: float) -> int:
    """Unwrap a step of a wrapped counter.

    Parameters
    ----------
    step : int
        Difference of two readings.
    modulus : int
        Number of values of the counter.
    hint : float
        What the step should be, roughly.

    Returns
    -------
    int
        The value congruent to `step` that lies nearest to the hint.
    """
    return step + modulus * round((hint - step) / modulus)


@dataclass(slots=True)
class Counters:
    """Where the counters of one sensor stand; tells what the next packet's mean.

    Parameters
    ----------
    params : TimelineParams
        Widths and units.
    last : RawBatch
        The latest packet taken.
    period_ns : float
        Time between samples on the device clock, ns, nominal at first.

    Notes
    -----
    A counter is unwrapped with the help of a slower one: a slow device clock by the host's clock, a
    sequence number by the device clock, a fast device clock by the sequence number. A counter with no
    slower one beside it is taken to have gone on by less than three quarters of its range, or back by less
    than one.
    """

    params: TimelineParams
    last: RawBatch
    period_ns: float
    seq: int = 0
    ticks: int = 0
    device_ns: float = 0.0
    ahead_ns: float = 0.0
    stale: int = 0
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT_PACKETS))

    @classmethod
    def begin(cls, params: TimelineParams, raw: RawBatch, period_ns: float) -> Self:
        """Start a device epoch at a packet; device time is the counter's, or 0 without one."""
        counters = cls(params, raw, period_ns)
        if params.source == "packet" and raw.counter is not None:
            counters.ticks = raw.counter
            counters.device_ns = float(raw.counter * params.unit_ns)
        counters.seq = raw.seq or 0
        counters.recent.append(counters._key(counters.seq, counters.ticks))
        return counters

    def step(self, raw: RawBatch) -> Step:
        """Say how a packet follows the latest one taken; changes nothing."""
        elapsed_ns = raw.arrival_ns - self.last.arrival_ns
        seq, ticks = self._unwrap(raw, elapsed_ns)
        span = self._span(raw)
        if seq is None and ticks is None:
            advance = Advance.SILENCE if elapsed_ns > SILENCE_NS else Advance.NEXT
            return Step(advance, device_ns=span * self.period_ns)
        if ticks is None:
            return self._by_seq(seq or 0, span, elapsed_ns)
        if seq is None:
            return self._by_clock(raw, ticks, span, elapsed_ns)
        return self._by_both(raw, seq, ticks, span)

    def take(self, raw: RawBatch, step: Step) -> None:
        """Go on to a packet that follows, learning the sampling period from neighbours."""
        if step.advance is Advance.NEXT and step.lost == 0 and step.ticks:
            period_ns = step.device_ns / self._span(raw)
            if abs(period_ns / self.params.period_ns - 1.0) < RATE_TOLERANCE:
                self.period_ns += RATE_GAIN * (period_ns - self.period_ns)
        self.seq += step.seq
        self.ticks += step.ticks
        self.device_ns += step.device_ns
        self.ahead_ns = step.ahead_ns
        self.stale = 0
        self.last = raw
        self.remember()

    def remember(self) -> None:
        """Keep the number of the latest packet, by which it is known when it comes again."""
        self.recent.append(self._key(self.seq, self.ticks))

    def skip(self, seq: int) -> None:
        """Count a packet that holds no samples, by its sequence number."""
        self.seq += 1
        self.last = msgspec.structs.replace(self.last, seq=seq)

    def _span(self, raw: RawBatch) -> int:
        """Count samples between the marks of the latest packet and of one that follows without loss."""
        return len(self.last) if self.params.marks == "first" else len(raw)

    def _key(self, seq: int, ticks: int) -> int:
        return ticks if self.params.seq_bits is None else seq

    def _unwrap(self, raw: RawBatch, elapsed_ns: int) -> tuple[int | None, int | None]:
        """Unwrap the steps of sequence number and device counter, each None when the packets carry none."""
        params, last = self.params, self.last
        seq = ticks = None
        clock_range = 1 << params.wrap_bits
        clock_wrap_ns = clock_range * params.unit_ns
        has_clock = params.source == "packet" and raw.counter is not None and last.counter is not None
        clock_step = (raw.counter or 0) - (last.counter or 0)
        if has_clock and clock_wrap_ns >= LONG_WRAP_NS:
            ticks = nearest(clock_step, clock_range, elapsed_ns / params.unit_ns)
        if params.seq_bits is not None and raw.seq is not None and last.seq is not None:
            seq_range = 1 << params.seq_bits
            hint = ticks * params.unit_ns / self._seq_ns if ticks is not None else None
            if hint is None:
                is_slow = seq_range * self._seq_ns >= LONG_WRAP_NS
                hint = elapsed_ns / self._seq_ns if is_slow else seq_range / 4
            seq = nearest(raw.seq - last.seq, seq_range, hint)
        if has_clock and ticks is None:
            hint = clock_range / 4 if seq is None else seq * self._seq_ns / params.unit_ns
            ticks = nearest(clock_step, clock_range, hint)
        return seq, ticks

    @property
    def _seq_samples(self) -> int:
        return len(self.last) if self.params.seq_counts == "packets" else 1

    @property
    def _seq_ns(self) -> float:
        return self._seq_samples * self.period_ns

    def _by_seq(self, seq: int, span: int, elapsed_ns: int) -> Step:
        if seq <= 0:
            return self._old(seq, 0, seq * self._seq_ns, elapsed_ns)
        lost = max(0, seq * self._seq_samples - len(self.last))
        return Step(Advance.NEXT, lost, (lost + span) * self.period_ns, seq=seq)

    def _by_clock(self, raw: RawBatch, ticks: int, span: int, elapsed_ns: int) -> Step:
        clock_ns = float(ticks * self.params.unit_ns)
        span_ns = span * self.period_ns
        if ticks < 0 or (ticks == 0 and raw.acc_g.tobytes() == self.last.acc_g.tobytes()):
            return self._old(0, ticks, clock_ns, elapsed_ns)
        if ticks == 0:
            return Step(Advance.SET_BACK, 0, span_ns, self.ahead_ns + span_ns)
        lost = max(0, round((clock_ns - self.ahead_ns) / self.period_ns) - span)
        if lost and elapsed_ns - clock_ns > LATE_NS:
            return Step(Advance.RESTART)
        device_ns = max(clock_ns - self.ahead_ns, span_ns / 2)
        return Step(Advance.NEXT, lost, device_ns, self.ahead_ns + device_ns - clock_ns, ticks=ticks)

    def _by_both(self, raw: RawBatch, seq: int, ticks: int, span: int) -> Step:
        elapsed_ns = raw.arrival_ns - self.last.arrival_ns
        clock_ns = float(ticks * self.params.unit_ns)
        by_seq = self._by_seq(seq, span, elapsed_ns)
        expected_ns = by_seq.device_ns if seq > 0 else seq * self._seq_ns
        is_next = seq > 0 and by_seq.lost == 0
        if is_next and ticks <= 0:
            # Nothing was lost, so only the clock moved: go on by count from the clock's new reading.
            by_seq.advance, by_seq.ticks = Advance.SET_BACK, ticks
            return by_seq
        unnumbered_ns = clock_ns - expected_ns
        if seq > 0 and unnumbered_ns > max(PAUSE_NS, MISMATCH_SHARE * expected_ns):
            late_ns = elapsed_ns - clock_ns
            if -unnumbered_ns / 2 < late_ns < AGREE_NS:
                return self._paused(raw, seq, ticks, span)
        if abs(unnumbered_ns) > max(MISMATCH_NS, MISMATCH_SHARE * expected_ns):
            return Step(Advance.RESTART)
        if seq <= 0:
            return by_seq
        device_ns = max(clock_ns - self.ahead_ns, span * self.period_ns / 2)
        ahead_ns = self.ahead_ns + device_ns - clock_ns
        return Step(Advance.NEXT, by_seq.lost, device_ns, ahead_ns, seq, ticks)

    def _paused(self, raw: RawBatch, seq: int, ticks: int, span: int) -> Step:
        """Count by the clock where the sequence number stood still.

        A sensor that was out of reach, or whose memory ran over, numbers only what it sent; the host's clock
        went on as the sensor's did.
        """
        step = self._by_clock(raw, ticks, span, raw.arrival_ns - self.last.arrival_ns)
        step.seq = seq
        return step

    def _old(self, seq: int, ticks: int, back_ns: float, elapsed_ns: int) -> Step:
        """Judge a packet that is not younger than the latest one."""
        window_ns = RECENT_PACKETS * len(self.last) * self.period_ns
        if -back_ns > window_ns or elapsed_ns - back_ns > LATE_NS or self.stale >= STALE_LIMIT:
            return Step(Advance.RESTART)
        known = self._key(self.seq + seq, self.ticks + ticks) in self.recent
        return Step(Advance.DUPLICATE if known else Advance.LATE)
