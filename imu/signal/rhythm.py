"""Following the rhythm of gait: which of the candidates are contacts of this foot.

One leg's movement repeats with every stride, and the other leg's steps do not look like it; so the
autocorrelation of the acceleration *vector* gives the stride time, whatever the mounting. Candidates that
follow each other at that time make a chain; once a chain holds, every next contact is the strongest
candidate near the expected moment.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from imu.signal.energy import FALLING, Candidate, JerkEnergy
from imu.units import MS_PER_S

if TYPE_CHECKING:
    from imu.model import Placement
    from imu.model.samples import FloatArray
    from imu.signal.history import Marks
    from imu.signal.params import SignalParams

__all__ = ["Contact", "RhythmTracker", "stride_period"]

_COARSE_HZ = 18.0
_LOOK_BACK_S = 4.5
_PERIOD_WINDOW_S = 3.6
_NEAR, _FAR, _COMMIT = 0.55, 1.45, 0.15
_EARLY, _LATE, _STALE = 0.7, 1.3, 1.2
_ALMOST = 0.85
_PHASE_SD = 0.2
_REMEMBERED = 8
_OFF_PHASE, _BETWEEN, _RIVAL = 2, 0.3, 0.8
_COASTED = 2
_TWICE, _EVEN = 1.7, 1.25
_FOUR, _LIMP = 4, 1.12
_FEWEST_LAGS = 3
_CLEAR, _STRONG, _PUNCTUAL = 2, 0.6, 0.10
_BESIDE, _WEAK = 0.1, 0.7
_ABOVE_PRECURSOR, _DIP, _HALF = 1.15, 0.7, 0.5


class Contact(NamedTuple):
    """A contact: place and stride time before it on the detection grid, and the group it was found with.

    `decided` is the detection index up to which samples were needed to take it for a contact.
    """

    at: int
    energy: float
    period: float
    follows: bool
    group: int
    decided: int


class _State(msgspec.Struct):
    pending: list[Candidate]
    last: int | None = None
    locked: bool = False
    period: float = 0.0
    energies: list[float] = msgspec.field(default_factory=list)
    periods: list[float] = msgspec.field(default_factory=list)
    intervals: list[float] = msgspec.field(default_factory=list)
    taken: int = -1
    clear: int = 0
    held: Candidate | None = None
    held_until: int = 0
    early: list[Candidate] = msgspec.field(default_factory=list)
    precursors: list[float] = msgspec.field(default_factory=list)
    off_phase: int = 0
    missed: int = 0
    group: int = 0


def stride_period(acc: FloatArray, rate_hz: float, params: SignalParams) -> tuple[float, float]:
    """Stride time from the autocorrelation of an acceleration vector.

    Parameters
    ----------
    acc : ndarray, shape (n, 3)
        Acceleration in g, evenly sampled.
    rate_hz : float
        Its rate.
    params : SignalParams
        Range of stride times.

    Returns
    -------
    period_s, regularity : float
        Stride time in s and the correlation of one stride with the next; (0, 0) when there is none.
    """
    longest = min(math.ceil(params.period_max_s * rate_hz) + 1, len(acc) * 2 // 3)
    shortest = math.floor(params.period_min_s * rate_hz) - 1
    if longest - shortest < _FEWEST_LAGS:
        return 0.0, 0.0
    centred = acc - acc.mean(axis=0)
    power = np.concatenate(([0.0], np.cumsum((centred**2).sum(axis=1))))
    n = len(acc)
    lags = range(shortest, longest + 1)
    raw = np.array([(centred[: n - lag] * centred[lag:]).sum() for lag in lags])
    norm = np.array([math.sqrt(power[n - lag] * (power[n] - power[lag])) for lag in lags])
    r = raw / np.maximum(norm, 1e-9)
    peaks = np.flatnonzero((r[1:-1] >= r[:-2]) & (r[1:-1] > r[2:])) + 1
    peaks = peaks[r[peaks] >= params.regularity]
    if not len(peaks):
        return 0.0, 0.0
    best = int(peaks[np.flatnonzero(r[peaks] >= _ALMOST * r[peaks].max())[0]])
    a, b, c = r[best - 1], r[best], r[best + 1]
    shift = 0.5 * (a - c) / (a - 2 * b + c)
    return float((shortest + best + shift) / rate_hz), float(b)


def _total(chain: list[Candidate]) -> float:
    return sum(c.energy for c in chain)


def _limps(intervals: list[float]) -> bool:
    """Tell whether four intervals are long and short in turn: contact and toe-off, not strides."""
    if len(intervals) < _FOUR:
        return False
    one, other = intervals[0::2], intervals[1::2]
    return max(min(one), min(other)) > _LIMP * min(max(one), max(other))


def _even(chain: list[Candidate]) -> bool:
    """Tell whether a chain is evenly spaced; contact and toe-off of a walking stride are not."""
    gaps = [b.at - a.at for a, b in pairwise(chain)]
    first, second = sorted(gaps[0::2]), sorted(gaps[1::2])
    one, other = first[len(first) // 2], second[len(second) // 2]
    return max(one, other) < _EVEN * min(one, other)


class RhythmTracker:
    """Choose contacts among candidates.

    Parameters
    ----------
    signal : JerkEnergy
        The detection grid that the candidates come from.
    torn : Marks
        Samples in long holes, on the full-rate grid.
    params : SignalParams
        Limits.
    placement : Placement
        How long after contact a burst rises depends on it.
    """

    def __init__(self, signal: JerkEnergy, torn: Marks, params: SignalParams, placement: Placement) -> None:
        self._signal = signal
        self._torn = torn
        self._rate_hz = rate_hz = signal.rate_hz
        self._params = params
        self._step = max(1, round(rate_hz / _COARSE_HZ))
        self._min_period = params.period_min_s * rate_hz
        rise_s = params.lag(placement).half_ms / MS_PER_S
        self._burst = math.ceil((params.burst_s - rise_s) * rate_hz)
        self.state = _State([])

    def push(self, candidates: list[Candidate]) -> list[Contact]:
        """Take new candidates and return the contacts that are now certain."""
        contacts: list[Contact] = []
        for candidate in candidates:
            known = candidate.at + (self._signal.radius if candidate.settled else FALLING)
            contacts += self._take_held(known)
            if not candidate.settled:
                contacts += self._settle(known - self._signal.radius + 1)
                self._note_early(candidate)
                continue
            contacts += self._settle(candidate.at)
            if candidate.at <= self.state.taken:
                continue
            self.state.pending.append(candidate)
            if not self.state.locked:
                contacts += self._try_lock(candidate)
        return contacts + self._take_held(self._signal.energy.end) + self._settle(self._signal.complete)

    def _note_early(self, candidate: Candidate) -> None:
        """Keep a candidate that may be the next contact until its burst has lasted long enough to tell."""
        state, energy = self.state, self._signal.energy
        if state.locked and state.energies and 0 < candidate.at - state.taken <= self._signal.radius:
            dip = energy.rows(state.taken, candidate.at).min()
            if candidate.energy > state.energies[-1] and dip < _DIP * candidate.energy:  # taken too early
                state.precursors[-1] = max(state.precursors[-1], state.energies[-1])
        state.early.append(candidate)
        if self._stands_out(candidate) and (state.held is None or candidate.energy > state.held.energy):
            state.held, state.held_until = candidate, self._lasted(candidate)

    def _lasted(self, candidate: Candidate) -> int:
        """Return the index by which a greater candidate of the same burst must have come.

        That is `after_s` after it, or `burst_s` after the contact that the rise of the burst lets expect.
        """
        first = max(candidate.at - self._signal.radius, self._signal.energy.start)
        before = self._signal.energy.rows(first, candidate.at)
        below = np.flatnonzero(before < _HALF * candidate.energy)
        rose = first + (int(below[-1]) + 1 if len(below) else 0)
        latest = rose + self._burst
        return max(candidate.at + FALLING, min(candidate.at + self._signal.after - self._signal.half, latest))

    def _take_held(self, known: int) -> list[Contact]:
        """Take the candidate that is held, if nothing greater came while its burst lasted."""
        state = self.state
        if state.held is None or state.held_until >= known:
            return []
        held, until, state.held = state.held, state.held_until, None
        contacts = self._settle(until - self._signal.radius + 1)
        if self._stands_out(held):
            contacts.append(self._accept(held, self._next_group(), until + self._signal.half))
        return contacts

    def _stands_out(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is what is expected: punctual, strong, and no forerunner of the contact.

        A foot often bumps some 20 to 60 ms before its contact; how strong these forerunners lately were tells
        from which energy on nothing greater is to come.
        """
        state = self.state
        if not self._is_clear() or state.last is None:
            return False
        energies = sorted(state.energies)
        least = _STRONG * energies[len(energies) // 2]
        least = max(least, _ABOVE_PRECURSOR * max(state.precursors), self._rival(candidate) / _WEAK)
        punctual = abs(candidate.at - state.last - state.period) <= _PUNCTUAL * state.period
        return punctual and candidate.energy >= least

    def _is_clear(self) -> bool:
        """Tell whether the next contact may be taken early: a runner's rhythm, without rivals so far."""
        state = self.state
        quick = state.period < self._params.run_period_s * self._rate_hz
        return state.locked and not state.missed and quick and state.clear >= _CLEAR

    def expected(self) -> int | None:
        """Return the earliest detection index at which the next contact can be taken early, if it can."""
        state, signal = self.state, self._signal
        if not self._is_clear() or state.last is None:
            return None
        if state.held is not None:
            return state.held_until + signal.half
        return math.floor(state.last + (1.0 - _PUNCTUAL) * state.period) + FALLING + signal.half

    def finish(self) -> list[Contact]:
        """Return the last contact when no candidate can come after those that are known."""
        state = self.state
        if not state.locked or state.last is None:
            return []
        best, _ = self._best_next(state.last, state.period)
        end = self._signal.data.end
        return [] if best is None else [self._accept(best, self._next_group(), end)]

    def keep_from(self, horizon: int) -> int:
        """Earliest detection index that may still be needed."""
        back = horizon - round((_LOOK_BACK_S + self._params.period_max_s) * self._rate_hz)
        return max(0, back)

    def _settle(self, horizon: int) -> list[Contact]:
        """Decide all contacts that can be decided with candidates before `horizon`."""
        contacts: list[Contact] = []
        while self.state.locked:
            state = self.state
            assert state.last is not None  # noqa: S101 - locked means that there is a last contact
            best, deadline = self._best_next(state.last, state.period)
            if horizon <= deadline:
                break
            if best is None:
                self._coast(state.last, state.period)
                continue
            decided = self._signal.look_at(math.floor(deadline) + self._signal.radius + self._signal.half)
            contacts.append(self._accept(best, self._next_group(), decided))
        return contacts

    def _coast(self, last: int, period: float) -> None:
        """Go on by the rhythm where a hole may have taken the contact; else the rhythm has ended."""
        state, k = self.state, self._signal.factor
        first, stop = (np.array([round((last + share * period) * k)]) for share in (_NEAR, _FAR))
        if state.missed < _COASTED and self._torn.count(first, stop)[0]:
            state.last, state.missed = last + round(period), state.missed + 1
        else:
            state.locked = False

    def _best_next(self, last: int, period: float) -> tuple[Candidate | None, float]:
        """Best candidate one stride after `last`, and the index after which none can take its place."""
        gate = self._gate()
        best: Candidate | None = None
        best_score, deadline = 0.0, last + _FAR * period
        for c in self.state.pending:
            if c.at > deadline:
                break
            if c.at <= last + _NEAR * period or c.energy < gate:
                continue
            score = self._score(c, last + period, period)
            if score > best_score:
                best, best_score = c, score
                deadline = min(last + _FAR * period, max(c.at, last + period) + _COMMIT * period)
        return best, deadline

    def _next_group(self) -> int:
        self.state.group += 1
        return self.state.group

    def _gate(self) -> float:
        energies = sorted(self.state.energies)
        return self._params.gate * energies[len(energies) // 2] if energies else 0.0

    @staticmethod
    def _score(candidate: Candidate, expected: float, period: float) -> float:
        z = (candidate.at - expected) / (_PHASE_SD * period)
        return candidate.energy * math.exp(-0.5 * z * z)

    def _accept(self, chosen: Candidate, group: int, decided: int) -> Contact:
        state = self.state
        assert state.last is not None  # noqa: S101
        interval = float(chosen.at - state.last)
        first, stop = state.last + _BETWEEN * interval, chosen.at - _BETWEEN * interval
        between = [c.energy for c in state.pending if first < c.at < stop]
        state.off_phase = state.off_phase + 1 if between and max(between) > _RIVAL * chosen.energy else 0
        self._count_clear(chosen)
        follows, state.missed = state.missed == 0, 0
        self._remember(chosen, interval)
        if state.off_phase >= _OFF_PHASE or _limps(state.intervals):
            state.locked, state.off_phase = False, 0
        return Contact(chosen.at, chosen.energy, interval, follows, group, decided)

    def _count_clear(self, chosen: Candidate) -> None:
        state = self.state
        state.clear = 0 if self._rival(chosen) > _WEAK * chosen.energy else state.clear + 1

    def _rival(self, chosen: Candidate) -> float:
        """Greatest energy between the last contact and one that may follow it."""
        last = self.state.last or 0
        beside = _BESIDE * (chosen.at - last)
        return max(
            (c.energy for c in self.state.pending if last + beside < c.at < chosen.at - beside), default=0.0
        )

    def _forerunner(self, chosen: Candidate) -> float:
        """Greatest energy of a candidate shortly before a contact whose burst ended before the contact's."""
        first, energy = chosen.at - self._signal.radius, self._signal.energy
        before = [c for c in self.state.early if first <= c.at < chosen.at]
        apart = [c for c in before if energy.rows(c.at, chosen.at).min() < _DIP * chosen.energy]
        return max((c.energy for c in apart), default=0.0)

    def _remember(self, chosen: Candidate, interval: float) -> None:
        state = self.state
        state.precursors = [*state.precursors[-(_REMEMBERED - 1) :], self._forerunner(chosen)]
        state.early = [c for c in state.early if c.at > chosen.at]
        state.energies = [*state.energies[-(_REMEMBERED - 1) :], chosen.energy]
        state.periods = [*state.periods[-4:], interval]
        state.intervals = [*state.intervals[-3:], interval]
        state.period = sorted(state.periods)[len(state.periods) // 2]
        state.last = state.taken = chosen.at
        state.pending = [c for c in state.pending if c.at > chosen.at]

    def _try_lock(self, newest: Candidate) -> list[Contact]:
        state = self.state
        oldest = newest.at - round(_LOOK_BACK_S * self._rate_hz)
        state.pending = [c for c in state.pending if c.at >= oldest]
        state.early = [c for c in state.early if c.at >= oldest]
        if len(state.pending) < self._params.chain:
            return []
        signal = self._signal
        stop = min(newest.at + round(self._params.candidate_radius_s * self._rate_hz), signal.data.end)
        first = max(stop - round(_PERIOD_WINDOW_S * self._rate_hz), signal.data.start)
        acc = signal.data.rows(first, stop)[:, :3]
        whole = len(acc) // self._step
        coarse = acc[: whole * self._step].reshape(whole, self._step, 3).mean(axis=1)
        period_s, regularity = stride_period(coarse, self._rate_hz / self._step, self._params)
        if regularity < self._params.regularity:
            return []
        period = period_s * self._rate_hz
        chain = self._best_chain(period)
        if len(chain) < self._params.chain or chain[-1].at < newest.at - _STALE * period:
            return []
        if 0.5 * period >= self._min_period:  # two strides may look like one where samples are missing
            twice = self._best_chain(0.5 * period)
            if _total(twice) > _TWICE * _total(chain) and _even(twice):
                chain, period = twice, 0.5 * period
        return self._lock(chain, period, signal.look_at(newest.at + signal.radius + signal.half))

    def _best_chain(self, period: float) -> list[Candidate]:
        """Best chain of candidates, the first of them not within the stride of a contact that was told."""
        first = self.state.taken + _NEAR * period if self.state.taken >= 0 else -1.0
        starts = [k for k, c in enumerate(self.state.pending) if c.at > first]
        return max((self._chain_from(k, period) for k in starts), key=_total, default=[])

    def _chain_from(self, start: int, period: float) -> list[Candidate]:
        pending = self.state.pending
        chain = [pending[start]]
        while True:
            at = chain[-1].at
            near = [c for c in pending if at + _EARLY * period < c.at < at + _LATE * period]
            near = [c for c in near if c.energy > self._params.gate * chain[-1].energy]
            if not near:
                return chain
            chain.append(max(near, key=lambda c: self._score(c, at + period, period)))

    def _lock(self, chain: list[Candidate], period: float, decided: int) -> list[Contact]:
        state = self.state
        group = self._next_group()
        last = state.last
        # A contact that was only coasted over is no beginning of a stride.
        near = last is not None and _EARLY * period < chain[0].at - last < _LATE * period
        follows = near and not state.missed
        first_interval = float(chain[0].at - last) if follows and last is not None else period
        state.energies, state.periods, state.intervals, state.precursors = [], [], [], []
        state.off_phase, state.missed, state.clear = 0, 0, 0
        contacts = [Contact(chain[0].at, chain[0].energy, first_interval, follows, group, decided)]
        self._remember(chain[0], first_interval)
        for candidate in chain[1:]:
            self._count_clear(candidate)
            interval = float(candidate.at - chain[len(contacts) - 1].at)
            contacts.append(Contact(candidate.at, candidate.energy, interval, True, group, decided))
            self._remember(candidate, interval)
        state.locked = True
        return contacts
