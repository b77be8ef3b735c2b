"""From a sensor's counters to samples on the host's clock, with every loss told."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from imu.block import Block
from imu.clock.counters import LATE_NS, Advance, Counters, Step
from imu.clock.envelope import Envelope, EnvelopeParams
from imu.clock.steady import steady, take_steady, until
from imu.model import ClockEstimate, Fault, FaultKind, Gap, Ledger, RawBatch, SampleBatch
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from imu.clock.envelope import Lines
    from imu.clock.params import TimelineParams
    from imu.clock.steady import Steady
    from imu.model import RawBlock
    from imu.model.samples import BoolArray, FloatArray, IntArray

__all__ = ["ClockLook", "Timeline", "TimelineState"]

PPM = 1e6
CRYSTAL = EnvelopeParams(4 * NS_PER_S, 225, 10 * NS_PER_S, 1e-3)
"""A device clock keeps its rate for a quarter of an hour, within 1000 ppm of nominal."""
SAMPLING = EnvelopeParams(NS_PER_S, 30, 2 * NS_PER_S, 0.06)
"""Counted samples: the rate may be 6 % off, and an unseen loss must be forgotten within half a minute."""

ClockLook = tuple[Ledger, ClockEstimate | None]
"""What the ledger and the clock were at some moment."""

_CLEARLY_EARLY_NS = -LATE_NS / 2
"""Packets go singly from one on that lies so far below the line: it may be too early to be true."""

_FIRST_WINDOW, _MOST_FRAMES = 64, 1 << 14
_PATIENCE = 8
"""Frames are taken together in windows that double from one size to the other; where that fails, a few go
singly."""

SETTLE_NS = 5 * NS_PER_S
SLEW_MIN = 0.002
SLEW_MAX = 0.2
"""Corrections fade in over the settling time, changing a sample's spacing by these shares at most."""


@dataclass(slots=True)
class TimelineState:
    """Everything of a :class:`Timeline` that changes.

    Attributes
    ----------
    counters : Counters or None
        The sensor's counters; None before the first packet.
    fit : Envelope
        Device clock against the host's.
    device_ns : float
        Device time of the latest sample, ns.
    offset_ns : float
        Host time minus device time in force there, ns.
    t_ns : int
        Host time of the latest sample, ns.
    index : int
        Number of the next sample.
    tally : dict of str to int
        Counts of the ledger.
    """

    counters: Counters | None
    fit: Envelope
    device_ns: float = 0.0
    offset_ns: float = 0.0
    t_ns: int = 0
    index: int = 0
    tally: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Ledger.__struct_fields__, 0))


class Timeline(Block[RawBatch, SampleBatch | Gap | Fault, TimelineState]):
    """Time, order and completeness of one sensor's samples.

    Parameters
    ----------
    sensor : str
        Identity of the sensor inside the session.
    params : TimelineParams
        Time and sequence rules of its firmware.

    Notes
    -----
    *Order.* A packet is passed on at once. One that comes after a younger one is dropped and told as
    ``REORDERED``: its samples were already told as a gap, an output never changes, and Bluetooth LE delivers
    notifications of one link in order, so that waiting would cost latency on every loss and win nothing.

    *Loss* is counted by the sequence number, else by device time, else it cannot be observed and
    ``ledger().lost`` is None. With sequence numbers of packets, a lost packet is taken to have been as long
    as the one before the loss.

    *Time.* Device time is mapped to the host's clock by the line of least delay
    (:class:`imu.clock.envelope.Envelope`). Output times rise strictly, across restarts too; a correction
    changes the spacing of samples by 0.2 % in the steady state and by 20 % at most after a stalled start.
    Times lie later than the truth by the link's constant least delay, which no receiver can see.

    *Restart.* When counters fall back or contradict each other, a gap with ``reason="restart"`` is told and
    device time begins anew at the packet's arrival.
    """

    def __init__(self, sensor: str, params: TimelineParams) -> None:
        self.sensor = sensor
        self.params = params
        self._state = TimelineState(None, self._fresh_fit())

    def push(self, item: RawBatch) -> list[SampleBatch | Gap | Fault]:
        """Take one frame; return its samples on the host's clock and what is amiss before them."""
        state = self._state
        state.tally["packets"] += 1
        counters = state.counters
        if len(item) == 0:
            return self._empty(item)
        if counters is None:
            return [self._begin(item, item.arrival_ns)]
        step = counters.step(item)
        if step.advance is Advance.NEXT and self._is_early(item, step):
            return self._restart(item, Advance.RESTART)
        if step.advance is Advance.NEXT or step.advance is Advance.SET_BACK:
            return self._next(item, step, counters)
        if step.advance in _DROPPED:
            return [self._drop(item, step.advance)]
        return self._restart(item, step.advance)

    def push_block(
        self, raw: RawBlock, looks: Collection[int] = ()
    ) -> tuple[list[tuple[int, SampleBatch | Gap | Fault]], dict[int, ClockLook]]:
        """Take many frames at once, with the results of :meth:`push` for each of them.

        Parameters
        ----------
        raw : RawBlock
            The frames.
        looks : collection of int
            Frames after which ledger and clock are wanted, as places in the block.

        Returns
        -------
        outputs : list of (int, SampleBatch, Gap or Fault)
            With the place of the frame in the block; a batch may hold the samples of several frames that
            follow each other, and stands at the place of the first.
        seen : dict of int to (Ledger, ClockEstimate)
            What was wanted.
        """
        outputs: list[tuple[int, SampleBatch | Gap | Fault]] = []
        seen: dict[int, ClockLook] = {}
        at, window, patience = 0, _FIRST_WINDOW, 0
        while at < len(raw):
            rows = slice(at, min(at + window, len(raw)))
            batch = None if patience else self._push_steady(raw, rows, looks, seen)
            if batch is not None:
                outputs.append((at, batch))
                at += len(batch) // raw.acc_g.shape[1]
                window = min(2 * window, _MOST_FRAMES) if at == rows.stop else _FIRST_WINDOW
                continue
            patience = max(0, (patience or _PATIENCE) - 1)
            outputs += [(at, out) for out in self.push(raw.frame(at))]
            if at in looks:
                seen[at] = (self.ledger(), self.clock())
            at += 1
        return outputs, seen

    def ledger(self) -> Ledger:
        """Account of all packets and samples so far.

        Returns
        -------
        Ledger
            ``packets`` counts every frame taken in, ``samples`` those passed on, ``faults`` the clock's
            faults other than duplicates and reordered packets, ``lost`` what is known to be missing (a
            restart's loss is not) or None when this sensor's loss cannot be observed.
        """
        return self._ledger(self._state.tally)

    def _ledger(self, tally: Mapping[str, int]) -> Ledger:
        counts: dict[str, Any] = dict(tally)
        if not self.params.observes_loss:
            counts["lost"] = None
        return Ledger(**counts)

    def clock(self) -> ClockEstimate | None:
        """Device clock against host clock as used for the latest sample; None before the first packet."""
        state = self._state
        if state.counters is None:
            return None
        fit_ns = state.fit.offset_ns(round(state.device_ns))
        return self._estimate(state.offset_ns, fit_ns, state.fit.slope, state.fit.uncertainty_ns)

    def _estimate(self, offset_ns: float, fit_ns: int, slope: float, uncertainty_ns: int) -> ClockEstimate:
        """Tell of the offset in force, given the line's height, slope and uncertainty."""
        grain_ns = self.params.unit_ns if self.params.source == "packet" else 0
        return ClockEstimate(
            offset_ns=round(offset_ns),
            drift_ppm=-slope * PPM,
            uncertainty_ns=round(abs(fit_ns - offset_ns)) + uncertainty_ns + grain_ns,
        )

    @property
    def rate_hz(self) -> float:
        """Sampling rate on the device clock: the nominal one, refined by what packets told, Hz."""
        counters = self._state.counters
        return self.params.rate_hz if counters is None else NS_PER_S / counters.period_ns

    def _fresh_fit(self) -> Envelope:
        return Envelope(CRYSTAL if self.params.source == "packet" else SAMPLING)

    def _empty(self, raw: RawBatch) -> list[SampleBatch | Gap | Fault]:
        """Frame without samples: only its sequence number counts."""
        counters, bits = self._state.counters, self.params.seq_bits
        if counters is None or bits is None or raw.seq is None or counters.last.seq is None:
            return []
        if self.params.seq_counts == "packets" and (raw.seq - counters.last.seq) % (1 << bits) == 1:
            counters.skip(raw.seq)
        return []

    def _drop(self, raw: RawBatch, advance: Advance) -> Fault:
        state = self._state
        kind, count = _DROPPED[advance]
        state.tally[count] += 1
        if state.counters is not None:
            state.counters.stale += 1
        return Fault(self.sensor, raw.arrival_ns, kind, f"seq {raw.seq}, counter {raw.counter}")

    def _is_early(self, raw: RawBatch, step: Step) -> bool:
        """Whether a packet comes earlier than any delay allows: its clock jumped forward."""
        state = self._state
        device_ns = round(state.device_ns + step.device_ns)
        return raw.arrival_ns - device_ns < state.fit.offset_ns(device_ns) - LATE_NS

    def _begin(self, raw: RawBatch, last_ns: int) -> SampleBatch:
        """Start a device epoch whose first packet ends at a host time."""
        state, n = self._state, len(raw)
        period_ns = self.params.period_ns if state.counters is None else state.counters.period_ns
        state.counters = Counters.begin(self.params, raw, period_ns)
        state.fit = self._fresh_fit()
        tail_ns = (n - 1) * period_ns
        state.device_ns = state.counters.device_ns + (tail_ns if self.params.marks == "first" else 0.0)
        device_ns = round(state.device_ns)
        state.fit.add(device_ns, raw.arrival_ns - device_ns)
        state.offset_ns = last_ns - state.device_ns
        return self._emit(raw, last_ns - round(tail_ns), last_ns)

    def _restart(self, raw: RawBatch, advance: Advance) -> list[SampleBatch | Gap | Fault]:
        state = self._state
        state.tally["gaps"] += 1
        state.tally["restarts"] += advance is Advance.RESTART
        period_ns = NS_PER_S / self.rate_hz
        start_ns, index = state.t_ns + round(period_ns), state.index
        batch = self._begin(raw, max(raw.arrival_ns, state.t_ns + round(len(raw) * period_ns)))
        end_ns = int(batch.t_ns[0])
        return [Gap(self.sensor, index, min(start_ns, end_ns), end_ns, -1, advance.value), batch]

    def _next(self, raw: RawBatch, step: Step, counters: Counters) -> list[SampleBatch | Gap | Fault]:
        state, out = self._state, list[SampleBatch | Gap | Fault]()
        counters.take(raw, step)
        first_ns, last_ns = self._place(len(raw), step, counters)
        before_ns = state.t_ns
        host_first_ns, host_last_ns = self._to_host(raw, first_ns, last_ns)
        if step.advance is Advance.SET_BACK:
            state.tally["faults"] += 1
            kind = FaultKind.TIME_BACKWARDS
            out.append(
                Fault(self.sensor, raw.arrival_ns, kind, f"device counter {raw.counter} does not rise")
            )
        if step.lost:
            state.tally["lost"] += step.lost
            state.tally["gaps"] += 1
            start_ns = before_ns + (host_first_ns - before_ns) // (step.lost + 1)
            out.append(Gap(self.sensor, state.index, start_ns, host_first_ns, step.lost, "lost"))
            state.index += step.lost
        out.append(self._emit(raw, host_first_ns, host_last_ns))
        return out

    def _place(self, n: int, step: Step, counters: Counters) -> tuple[float, float]:
        """Device times of a packet's first and last sample, ns."""
        before_ns, period_ns = self._state.device_ns, counters.period_ns
        tail_ns = (n - 1) * period_ns
        if self.params.marks == "first":
            last_ns = counters.device_ns + tail_ns
            first_ns = counters.device_ns
        else:
            last_ns = counters.device_ns
            # Neighbouring packets share the time between their marks: no step at their seam.
            first_ns = last_ns - tail_ns if step.lost else before_ns + (last_ns - before_ns) / n
        first_ns = max(first_ns, before_ns + period_ns / 2)
        return first_ns, max(last_ns, first_ns + tail_ns / 2)

    def _to_host(self, raw: RawBatch, first_ns: float, last_ns: float) -> tuple[int, int]:
        """Map device times to the host's clock by the fit, this packet included."""
        fit, marked_ns = self._state.fit, round(last_ns)
        fit.add(marked_ns, raw.arrival_ns - marked_ns)
        return self._slew(len(raw), (first_ns, last_ns), fit.slope, fit.offset_ns(marked_ns))

    def _slew(self, n: int, span: tuple[float, float], slope: float, offset_ns: int) -> tuple[int, int]:
        """Move the offset in force towards that of the fit, and return the host times of a packet."""
        state, (first_ns, last_ns) = self._state, span
        span_ns = last_ns - state.device_ns
        drifted_ns = slope * span_ns
        error_ns = offset_ns - state.offset_ns - drifted_ns
        limit_ns = span_ns * min(SLEW_MAX, max(SLEW_MIN, abs(error_ns) / SETTLE_NS))
        before_ns = state.offset_ns
        if abs(error_ns) <= limit_ns:
            state.offset_ns = float(offset_ns)
        else:
            state.offset_ns += drifted_ns + math.copysign(limit_ns, error_ns)
        share = (first_ns - state.device_ns) / span_ns
        moved_ns = share * (state.offset_ns - before_ns)
        host_first_ns = max(round(first_ns + before_ns + moved_ns), state.t_ns + 1)
        state.device_ns = last_ns
        return host_first_ns, max(round(last_ns + state.offset_ns), host_first_ns + n - 1)

    def _emit(self, raw: RawBatch, first_ns: int, last_ns: int) -> SampleBatch:
        state, n = self._state, len(raw)
        t_ns = _ramp(n) * (last_ns - first_ns) // max(n - 1, 1) + first_ns
        index0 = state.index
        state.index += n
        state.t_ns = int(t_ns[-1])
        state.tally["samples"] += n
        state.tally["clipped"] += int(np.count_nonzero(raw.clipped))
        return SampleBatch(self.sensor, index0, t_ns, raw.acc_g, raw.gyr_dps, raw.clipped)

    def _push_steady(
        self, raw: RawBlock, rows: slice, looks: Collection[int], seen: dict[int, ClockLook]
    ) -> SampleBatch | None:
        """Take the steady frames at the beginning of `rows` together; None when there are none."""
        state, counters, n = self._state, self._state.counters, raw.acc_g.shape[1]
        found = None if counters is None else steady(counters, raw, rows)
        if counters is None or found is None:
            return None
        first_ns, last_ns, good = self._places(n, found)
        count = until(good)
        marked_ns = np.rint(last_ns[:count]).astype(np.int64)
        delay_ns = raw.arrival_ns[rows][:count] - marked_ns
        wanted = [k - rows.start for k in looks if rows.start <= k < rows.stop]
        lines = state.fit.add_many(marked_ns, delay_ns, looks=wanted, earliest_ns=_CLEARLY_EARLY_NS)
        count = len(lines.slopes)
        if not count:
            return None
        take_steady(counters, found.first(count), raw, rows.start + count - 1)
        rows = slice(rows.start, rows.start + count)
        clipped = np.cumsum(np.count_nonzero(raw.clipped[rows], axis=1))
        before = dict(state.tally)
        host_ns, offsets_ns = self._slew_many(n, first_ns[:count], last_ns[:count], lines)
        for k in wanted:
            if k < count:
                more = {"packets": k + 1, "samples": n * (k + 1), "clipped": int(clipped[k])}
                ledger = self._ledger({name: value + more.get(name, 0) for name, value in before.items()})
                line = (int(lines.offsets_ns[k]), float(lines.slopes[k]), lines.uncertainty_ns[k])
                seen[rows.start + k] = (ledger, self._estimate(float(offsets_ns[k]), *line))
        state.tally["packets"] += count
        return self._emit_many(raw, rows, *host_ns)

    def _places(self, n: int, found: Steady) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Tell of steady frames what :meth:`_place` tells of one, and which do not need its last bound."""
        tail_ns = (n - 1) * found.period_ns
        last_ns = found.device_ns + tail_ns if self.params.marks == "first" else found.device_ns
        before_ns = np.concatenate(([self._state.device_ns], last_ns[:-1]))
        first_ns = found.device_ns
        if self.params.marks != "first":
            first_ns = before_ns + (last_ns - before_ns) / n
        first_ns = np.maximum(first_ns, before_ns + found.period_ns / 2)
        return first_ns, last_ns, last_ns >= first_ns + tail_ns / 2

    def _slew_many(
        self, n: int, first_ns: FloatArray, last_ns: FloatArray, lines: Lines
    ) -> tuple[tuple[IntArray, IntArray], FloatArray]:
        """Host times of frames, as :meth:`_slew` gives those of one, and the offset in force at each, ns."""
        state, count = self._state, len(first_ns)
        begin_ns, end_ns, offsets_ns = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count)
        at = patience = 0
        while at < count:
            if not patience:
                rows = slice(at, count)
                locked = self._locked(n, first_ns[rows], last_ns[rows], lines, at)
                stop = at + len(locked[0])
                begin_ns[at:stop], end_ns[at:stop] = locked
                offsets_ns[at:stop] = lines.offsets_ns[at:stop]
                at = stop
            if at < count:
                span, fit_ns = (float(first_ns[at]), float(last_ns[at])), int(lines.offsets_ns[at])
                begin_ns[at], end_ns[at] = self._slew(n, span, float(lines.slopes[at]), fit_ns)
                state.t_ns, offsets_ns[at] = int(end_ns[at] if n > 1 else begin_ns[at]), state.offset_ns
                at, patience = at + 1, max(0, (patience or _PATIENCE) - 1)
        return (begin_ns, end_ns), offsets_ns

    def _locked(
        self, n: int, first_ns: FloatArray, last_ns: FloatArray, lines: Lines, at: int
    ) -> tuple[IntArray, IntArray]:
        """Host times of the frames from `at` on for which the offset in force stays that of the fit."""
        state, fit_ns = self._state, lines.offsets_ns[at:].astype(np.float64)
        before_ns = np.concatenate(([state.offset_ns], fit_ns[:-1]))
        device_ns = np.concatenate(([state.device_ns], last_ns[:-1]))
        span_ns = last_ns - device_ns
        error_ns = np.abs(fit_ns - before_ns - lines.slopes[at:] * span_ns)
        limit_ns = span_ns * np.minimum(SLEW_MAX, np.maximum(SLEW_MIN, error_ns / SETTLE_NS))
        moved_ns = (first_ns - device_ns) / span_ns * (fit_ns - before_ns)
        begin_ns = np.rint(first_ns + before_ns + moved_ns).astype(np.int64)
        end_ns = np.rint(last_ns + fit_ns).astype(np.int64)
        latest_ns = np.concatenate(([state.t_ns], (end_ns if n > 1 else begin_ns)[:-1]))
        count = until((error_ns <= limit_ns) & (begin_ns > latest_ns) & (end_ns >= begin_ns + n - 1))
        if count:
            state.offset_ns, state.device_ns = float(fit_ns[count - 1]), float(last_ns[count - 1])
            state.t_ns = int((end_ns if n > 1 else begin_ns)[count - 1])
        return begin_ns[:count], end_ns[:count]

    def _emit_many(self, raw: RawBlock, rows: slice, first_ns: IntArray, last_ns: IntArray) -> SampleBatch:
        state, (m, n) = self._state, (len(first_ns), raw.acc_g.shape[1])
        t_ns = (_ramp(n) * (last_ns - first_ns)[:, None] // max(n - 1, 1) + first_ns[:, None]).reshape(-1)
        index0, clipped = state.index, raw.clipped[rows].reshape(-1)
        state.index += m * n
        state.tally["samples"] += m * n
        state.tally["clipped"] += int(np.count_nonzero(clipped))
        acc_g = raw.acc_g[rows].reshape(-1, 3)
        gyr_dps = None if raw.gyr_dps is None else raw.gyr_dps[rows].reshape(-1, 3)
        return SampleBatch(self.sensor, index0, t_ns, acc_g, gyr_dps, clipped)


_DROPPED = {
    Advance.DUPLICATE: (FaultKind.DUPLICATE, "duplicates"),
    Advance.LATE: (FaultKind.REORDERED, "reordered"),
}


@functools.lru_cache(maxsize=64)
def _ramp(n: int) -> NDArray[np.int64]:
    ramp = np.arange(n, dtype=np.int64)
    ramp.flags.writeable = False
    return ramp
