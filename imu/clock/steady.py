"""Frames that follow each other without anything amiss, judged many at a time.

Here is written out what :meth:`imu.clock.counters.Counters.step` and ``take`` come to for such frames:
nothing lost, nothing late, both counters as expected. Whatever is not clearly so is left to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.clock.counters import (
    LONG_WRAP_NS,
    MISMATCH_NS,
    MISMATCH_SHARE,
    PAUSE_NS,
    RATE_GAIN,
    RATE_TOLERANCE,
    RECENT_PACKETS,
    SILENCE_NS,
    Counters,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imu.clock.params import TimelineParams
    from imu.model import RawBlock
    from imu.model.samples import BoolArray, FloatArray, IntArray

__all__ = ["Steady", "steady", "take_steady", "until"]

_UNSURE = 0.45
"""Share of a counter's range within which a hint leaves no doubt; half of it is the limit."""

_LONGEST = 1.6
"""Device time of a frame that is sure to be no more than one frame, in its nominal length."""


class Steady(NamedTuple):
    """Steady frames, p of them: what their counters went on by, and where that leads.

    Attributes
    ----------
    seq : int
        What the sequence number goes on by with each frame; 0 without one.
    ticks : ndarray of int64, shape (p,), or None
        What the device counter goes on by; None without one.
    device_ns : ndarray of float64, shape (p,)
        Device time of each frame's mark, ns.
    period_ns : ndarray of float64, shape (p,)
        Time between samples as known with each frame, ns.
    """

    seq: int
    ticks: IntArray | None
    device_ns: FloatArray
    period_ns: FloatArray

    def __len__(self) -> int:
        return len(self.device_ns)

    def first(self, count: int) -> Steady:
        """Return the first of them."""
        ticks = None if self.ticks is None else self.ticks[:count]
        return Steady(self.seq, ticks, self.device_ns[:count], self.period_ns[:count])


def until(good: BoolArray) -> int:
    """Return how many are good before the first that is not."""
    return len(good) if good.all() else int(good.argmin())


def steady(counters: Counters, raw: RawBlock, rows: slice) -> Steady | None:
    """Return the frames from the first of `rows` on that follow steadily; None when it is not even one."""
    params, last, n = counters.params, counters.last, raw.acc_g.shape[1]
    if len(last) != n or counters.ahead_ns:
        return None
    arrival_ns = raw.arrival_ns[rows]
    elapsed_ns = np.diff(arrival_ns, prepend=last.arrival_ns)
    has_seq = params.seq_bits is not None and raw.seq is not None and last.seq is not None
    has_clock = params.source == "packet" and raw.counter is not None and last.counter is not None
    ok = np.ones(len(arrival_ns), np.bool_)
    seq = 0
    if has_seq:
        seq = n if params.seq_counts == "samples" else 1
        by_clock = has_clock and (1 << params.wrap_bits) * params.unit_ns >= LONG_WRAP_NS
        ok &= _numbered(counters, raw, rows, seq, elapsed_ns, by_clock=by_clock)
    ticks = _ticks(counters, raw, rows, elapsed_ns, ok, has_seq=has_seq) if has_clock else None
    if not has_seq and not has_clock:
        ok &= elapsed_ns <= SILENCE_NS
    period_ns = np.full(len(ok) + 1, counters.period_ns)
    if ticks is None:
        step_ns = np.full(len(ok), n * counters.period_ns)
    else:
        step_ns = (ticks * params.unit_ns).astype(np.float64)
        period_ns = _periods(params, counters.period_ns, step_ns / n)
        ok &= _agrees(step_ns, period_ns[:-1], n, numbered=has_seq)
    count = until(ok)
    if not count:
        return None
    device_ns = np.cumsum(np.concatenate(([counters.device_ns], step_ns[:count])))[1:]
    return Steady(seq, None if ticks is None else ticks[:count], device_ns, period_ns[1 : count + 1])


def take_steady(counters: Counters, found: Steady, last: RawBlock, at: int) -> None:
    """Go on to the last of the steady frames, which is number `at` of the block."""
    count = len(found)
    ticks = [0] * count if found.ticks is None else found.ticks.tolist()
    recent = max(0, count - RECENT_PACKETS)
    counters.ticks += sum(ticks[:recent])
    counters.seq += found.seq * recent
    for each in ticks[recent:]:
        counters.seq += found.seq
        counters.ticks += each
        counters.remember()
    counters.period_ns, counters.device_ns = float(found.period_ns[-1]), float(found.device_ns[-1])
    counters.stale = 0
    counters.last = last.frame(at)


def _steps(column: NDArray[np.integer], rows: slice, before: int, bits: int) -> IntArray:
    """Differences of a wrapped counter from one frame to the next, unwrapped forwards."""
    part = column[rows].astype(np.int64)
    first = np.array([before & ((1 << 64) - 1)], np.uint64).astype(np.int64)
    steps = part - np.concatenate((first, part[:-1]))
    return steps if bits >= 63 else steps & ((1 << bits) - 1)  # noqa: PLR2004 - int64 wraps by itself


def _numbered(
    counters: Counters, raw: RawBlock, rows: slice, seq: int, elapsed_ns: IntArray, *, by_clock: bool
) -> BoolArray:
    """Tell which sequence numbers go on by one frame, beyond doubt."""
    params, range_ = counters.params, 1 << (counters.params.seq_bits or 0)
    assert raw.seq is not None  # noqa: S101 - the caller has seen to it
    ok: BoolArray = _steps(raw.seq, rows, counters.last.seq or 0, params.seq_bits or 0) == seq
    frame_ns = params.period_ns * raw.acc_g.shape[1] * (1.0 - RATE_TOLERANCE)
    if not by_clock and range_ * frame_ns >= seq * LONG_WRAP_NS * (1.0 - 2 * RATE_TOLERANCE):
        ok &= (elapsed_ns >= 0) & (elapsed_ns * seq / frame_ns < _UNSURE * range_)
    return ok & (4 * seq < range_)


def _ticks(
    counters: Counters, raw: RawBlock, rows: slice, elapsed_ns: IntArray, ok: BoolArray, *, has_seq: bool
) -> IntArray:
    """Return what the device counter goes on by; `ok` is cleared where that is not beyond doubt."""
    params = counters.params
    assert raw.counter is not None  # noqa: S101 - the caller has seen to it
    ticks = _steps(raw.counter, rows, counters.last.counter or 0, params.wrap_bits)
    longest_ns = _LONGEST * raw.acc_g.shape[1] * params.period_ns
    ok &= (ticks > 0) & (ticks <= longest_ns / params.unit_ns)
    ticks = np.where(ok, ticks, 1)
    range_ns = (1 << params.wrap_bits) * params.unit_ns
    if range_ns >= LONG_WRAP_NS:
        ok &= np.abs(elapsed_ns - ticks * params.unit_ns) < _UNSURE * range_ns
    else:
        ok &= longest_ns < range_ns / (4 if has_seq else 2)
    return ticks


def _periods(params: TimelineParams, period_ns: float, told_ns: FloatArray) -> FloatArray:
    """Return the sampling period before the first frame and as learnt with each."""
    learns = np.abs(told_ns / params.period_ns - 1.0) < RATE_TOLERANCE
    found = [period_ns]
    for one_ns, learn in zip(told_ns.tolist(), learns.tolist(), strict=True):
        if learn:
            period_ns += RATE_GAIN * (one_ns - period_ns)
        found.append(period_ns)
    return np.array(found)


def _agrees(clock_ns: FloatArray, period_ns: FloatArray, n: int, *, numbered: bool) -> BoolArray:
    """Tell which steps of the device clock are those of one frame, nothing lost."""
    expected_ns = n * period_ns
    ok: BoolArray = clock_ns >= expected_ns / 2
    if not numbered:
        return ok & (np.rint(clock_ns / period_ns) <= n)
    beyond_ns = clock_ns - expected_ns
    ok &= beyond_ns <= np.maximum(PAUSE_NS, MISMATCH_SHARE * expected_ns)
    return ok & (np.abs(beyond_ns) <= np.maximum(MISMATCH_NS, MISMATCH_SHARE * expected_ns))
