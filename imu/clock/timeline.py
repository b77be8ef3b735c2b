"""From a sensor's counters to samples on the host's clock, with every loss told."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from imu.block import Block
from imu.clock.counters import LATE_NS, Advance, Counters, Step
from imu.clock.envelope import Envelope, EnvelopeParams
from imu.model import ClockEstimate, Fault, FaultKind, Gap, Ledger, RawBatch, SampleBatch
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imu.clock.params import TimelineParams

__all__ = ["Timeline", "TimelineState"]

PPM = 1e6
CRYSTAL = EnvelopeParams(4 * NS_PER_S, 225, 10 * NS_PER_S, 1e-3)
"""A device clock keeps its rate for a quarter of an hour, within 1000 ppm of nominal."""
SAMPLING = EnvelopeParams(NS_PER_S, 30, 2 * NS_PER_S, 0.06)
"""Counted samples: the rate may be 6 % off, and an unseen loss must be forgotten within half a minute."""

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

    def ledger(self) -> Ledger:
        """Account of all packets and samples so far.

        Returns
        -------
        Ledger
            ``packets`` counts every frame taken in, ``samples`` those passed on, ``faults`` the clock's
            faults other than duplicates and reordered packets, ``lost`` what is known to be missing (a
            restart's loss is not) or None when this sensor's loss cannot be observed.
        """
        tally: dict[str, Any] = dict(self._state.tally)
        if not self.params.observes_loss:
            tally["lost"] = None
        return Ledger(**tally)

    def clock(self) -> ClockEstimate | None:
        """Device clock against host clock as used for the latest sample; None before the first packet."""
        state = self._state
        if state.counters is None:
            return None
        behind_ns = abs(state.fit.offset_ns(round(state.device_ns)) - state.offset_ns)
        grain_ns = self.params.unit_ns if self.params.source == "packet" else 0
        return ClockEstimate(
            offset_ns=round(state.offset_ns),
            drift_ppm=-state.fit.slope * PPM,
            uncertainty_ns=round(behind_ns) + state.fit.uncertainty_ns + grain_ns,
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
        """Map device times to the host's clock and move the offset towards the fit."""
        state = self._state
        marked_ns = round(last_ns)
        state.fit.add(marked_ns, raw.arrival_ns - marked_ns)
        span_ns = last_ns - state.device_ns
        drifted_ns = state.fit.slope * span_ns
        error_ns = state.fit.offset_ns(marked_ns) - state.offset_ns - drifted_ns
        limit_ns = span_ns * min(SLEW_MAX, max(SLEW_MIN, abs(error_ns) / SETTLE_NS))
        moved_ns = drifted_ns + min(max(error_ns, -limit_ns), limit_ns)
        share = (first_ns - state.device_ns) / span_ns
        host_first_ns = max(round(first_ns + state.offset_ns + share * moved_ns), state.t_ns + 1)
        state.device_ns = last_ns
        state.offset_ns += moved_ns
        return host_first_ns, max(round(last_ns + state.offset_ns), host_first_ns + len(raw) - 1)

    def _emit(self, raw: RawBatch, first_ns: int, last_ns: int) -> SampleBatch:
        state, n = self._state, len(raw)
        t_ns = _ramp(n) * (last_ns - first_ns) // max(n - 1, 1) + first_ns
        index0 = state.index
        state.index += n
        state.t_ns = int(t_ns[-1])
        state.tally["samples"] += n
        state.tally["clipped"] += int(np.count_nonzero(raw.clipped))
        return SampleBatch(self.sensor, index0, t_ns, raw.acc_g, raw.gyr_dps, raw.clipped)


_DROPPED = {
    Advance.DUPLICATE: (FaultKind.DUPLICATE, "duplicates"),
    Advance.LATE: (FaultKind.REORDERED, "reordered"),
}


@functools.lru_cache(maxsize=64)
def _ramp(n: int) -> NDArray[np.int64]:
    ramp = np.arange(n, dtype=np.int64)
    ramp.flags.writeable = False
    return ramp
