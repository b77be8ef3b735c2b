"""Phases of a session: standing, walking, warm-up, run and cool-down, from steps and health."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from imu.block import Block
from imu.metrics.pace import Epoch, EpochBuilder, easy_at_begin, easy_epochs
from imu.metrics.params import PhaseParams
from imu.model import Activity, Gap, Phase, PhaseChange, SensorHealth, Step
from imu.units import s_to_ns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["PhaseSpan", "PhaseTracker", "phase_spans"]

REVIEW_S = 5.0
"""How often the naming of what is going on is looked at again."""

_PHASE = {Activity.RUN: Phase.RUN, Activity.WALK: Phase.WALKING}
Begin = tuple[int, Phase]


class PhaseSpan(msgspec.Struct, frozen=True):
    """A phase from begin to end, session time, ns."""

    phase: Phase
    begin_ns: int
    end_ns: int

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return (self.end_ns - self.begin_ns) / s_to_ns(1.0)


def phase_spans(changes: Iterable[PhaseChange], end_ns: int) -> list[PhaseSpan]:
    """Return the phases as they are understood after all changes.

    Parameters
    ----------
    changes : iterable of PhaseChange
        In the order in which they were emitted; each replaces everything from its ``t_ns`` on.
    end_ns : int
        End of the last phase, session time, ns.

    Returns
    -------
    list of PhaseSpan
        In order of time, without overlap; empty phases are left out.
    """
    begins: list[Begin] = []
    for change in changes:
        begins = [begin for begin in begins if begin[0] < change.t_ns]
        begins.append((change.t_ns, change.phase))
    return _spans(begins, end_ns)


def _spans(begins: Sequence[Begin], end_ns: int) -> list[PhaseSpan]:
    edges = [*(t_ns for t_ns, _ in begins), end_ns]
    return [
        PhaseSpan(phase, first_ns, last_ns)
        for (_, phase), (first_ns, last_ns) in zip(begins, pairwise(edges), strict=True)
        if last_ns > first_ns
    ]


class _State(msgspec.Struct):
    recent: deque[tuple[int, Activity]]
    motion: list[Begin] = msgspec.field(default_factory=list)
    epoch: EpochBuilder = msgspec.field(default_factory=EpochBuilder)
    epochs: list[Epoch] = msgspec.field(default_factory=list)
    blind_until_ns: dict[str, int] = msgspec.field(default_factory=dict)
    seen_ns: int | None = None
    now_ns: int | None = None
    reviewed_ns: int | None = None
    told: list[Begin] = msgspec.field(default_factory=list)


class PhaseTracker(Block[Step | SensorHealth | Gap, PhaseChange, _State]):
    """Name what the runner does.

    Standing, walking and running are told once they are understood. A warm-up is the walking and easy
    running that leads up to a run, a cool-down the same after it, each for at least three minutes; so they
    can only be told afterwards: a change then reaches back, and replaces what was told from its ``t_ns`` on
    (see :func:`phase_spans`). Easy means clearly slower than the faster part of the same session
    (:mod:`imu.metrics.pace`); walking is always easy. What a silent sensor cannot see is never called
    standing.

    Parameters
    ----------
    params : PhaseParams, optional
        Durations and borders.
    """

    def __init__(self, params: PhaseParams | None = None) -> None:
        self.params = params or PhaseParams()
        self.latency_s = self.params.least_easy_s + REVIEW_S
        self._state = _State(deque(maxlen=self.params.votes))

    def push(self, item: Step | SensorHealth | Gap) -> list[PhaseChange]:
        """Take a step, a sensor's health or a hole and return the phases that are named anew."""
        if isinstance(item, Gap):
            self._lose_sight(item)
            return []
        before = len(self._state.motion)
        if isinstance(item, Step):
            self._step(item)
        else:
            self._health(item)
        return self._review(moved=len(self._state.motion) != before)

    def flush(self) -> list[PhaseChange]:
        """Name what the last steps were."""
        self._close_epoch()
        return self._review(moved=True)

    def _lose_sight(self, gap: Gap) -> None:
        if gap.end_ns - gap.start_ns > s_to_ns(self.params.blind_s):
            self._state.blind_until_ns[gap.sensor] = gap.end_ns

    def _step(self, step: Step) -> None:
        state, t_ns = self._state, step.initial_contact_ns
        state.blind_until_ns.setdefault(step.sensor, t_ns)
        state.now_ns = max(state.now_ns or step.known_ns, step.known_ns)
        self._pause(t_ns)
        state.seen_ns = max(state.seen_ns or t_ns, t_ns, step.toe_off_ns or t_ns)
        state.recent.append((t_ns, step.activity))
        self._vote(step.activity)
        if step.accepted and step.activity is Activity.RUN and self._moves() is Phase.RUN:
            self._gather(step)

    def _health(self, health: SensorHealth) -> None:
        state = self._state
        state.now_ns = max(state.now_ns or health.t_ns, health.t_ns)
        if health.silent_s > self.params.blind_s or not health.ledger.samples:
            return
        state.blind_until_ns.setdefault(health.sensor, health.t_ns)
        if state.seen_ns is None:
            state.seen_ns = health.t_ns
        self._pause(health.t_ns)

    def _pause(self, t_ns: int) -> None:
        """Begin to stand at the last step when nothing followed and a sensor was watching."""
        state = self._state
        if state.seen_ns is None or t_ns - state.seen_ns <= s_to_ns(self.params.still_s):
            return
        state.recent.clear()
        watching = any(until_ns <= state.seen_ns for until_ns in state.blind_until_ns.values())
        if watching and self._moves() is not Phase.STANDING:
            self._move(state.seen_ns, Phase.STANDING)

    def _vote(self, activity: Activity) -> None:
        recent, phase = self._state.recent, _PHASE[activity]
        agreeing = [t_ns for t_ns, one in recent if one is activity]
        if len(agreeing) >= self.params.agreeing and self._moves() is not phase:
            self._move(min(agreeing), phase)

    def _moves(self) -> Phase | None:
        return self._state.motion[-1][1] if self._state.motion else None

    def _move(self, t_ns: int, phase: Phase) -> None:
        if self._moves() is Phase.RUN:
            self._close_epoch()
        motion = self._state.motion
        latest_ns = motion[-1][0] + 1 if motion else t_ns
        motion.append((max(t_ns, latest_ns), phase))

    def _gather(self, step: Step) -> None:
        steps = self._state.epoch.steps
        if steps and step.initial_contact_ns - steps[0].initial_contact_ns >= s_to_ns(self.params.epoch_s):
            self._close_epoch()
        self._state.epoch.steps.append(step)

    def _close_epoch(self) -> None:
        epoch = self._state.epoch.close(self.params)
        if epoch is not None:
            self._state.epochs.append(epoch)

    def _review(self, *, moved: bool) -> list[PhaseChange]:
        """Name all phases again and tell what is not as it was told before."""
        state = self._state
        now_ns = state.now_ns
        if now_ns is None:
            return []
        due = state.reviewed_ns is None or now_ns - state.reviewed_ns >= s_to_ns(REVIEW_S)
        if not (moved or due):
            return []
        state.reviewed_ns = now_ns
        named = _named(state.motion, state.epochs, now_ns, self.params)
        same = 0
        while same < min(len(named), len(state.told)) and named[same] == state.told[same]:
            same += 1
        if same == len(named) < len(state.told):
            same -= 1  # what follows was taken back: the last phase that stays is told again
        state.told = named
        return [PhaseChange(t_ns, phase, now_ns) for t_ns, phase in named[max(0, same) :]]


def _named(motion: Sequence[Begin], epochs: Sequence[Epoch], now_ns: int, params: PhaseParams) -> list[Begin]:
    """Name the phases of a session from how the runner moved and how easy the running was."""
    spans = _spans(motion, max(now_ns, motion[-1][0] + 1)) if motion else []
    runs = [s for s in spans if s.phase is Phase.RUN and s.duration_s >= params.least_bout_s]
    if sum(run.duration_s for run in runs) >= params.least_run_s:
        main_ns, easy_ns = _main_part(runs, epochs, params)
        spans = _cooled_down(_warmed_up(spans, main_ns, params), easy_ns, params)
    begins = [(s.begin_ns, s.phase) for s in spans]
    return [b for k, b in enumerate(begins) if k == 0 or b[1] is not begins[k - 1][1]]


def _main_part(runs: Sequence[PhaseSpan], epochs: Sequence[Epoch], params: PhaseParams) -> tuple[int, int]:
    """Begin and end of the running that is not easy, ns."""
    begin_ns, end_ns = runs[0].begin_ns, runs[-1].end_ns
    easy = easy_epochs(epochs, params)
    first, last = easy_at_begin(easy), easy_at_begin(easy[::-1])
    longest = params.longest_easy_s / params.epoch_s
    if 0 < first <= longest and first + last < len(epochs):
        begin_ns = epochs[first].begin_ns
    if 0 < last <= longest and first + last < len(epochs):
        end_ns = epochs[-last].begin_ns
    return begin_ns, end_ns


def _warmed_up(spans: Sequence[PhaseSpan], main_ns: int, params: PhaseParams) -> list[PhaseSpan]:
    """Name the movement that leads up to the main part, if there was enough of it."""
    before, after = _cut(spans, main_ns)
    led = _together(before[::-1], params)[::-1]
    if sum(s.duration_s for s in led if s.phase is not Phase.STANDING) < params.least_easy_s:
        return list(spans)
    warm_up = PhaseSpan(Phase.WARM_UP, led[0].begin_ns, main_ns)
    return [*before[: len(before) - len(led)], warm_up, *after]


def _cooled_down(spans: Sequence[PhaseSpan], easy_ns: int, params: PhaseParams) -> list[PhaseSpan]:
    """Name the movement that follows the main part, if there was enough of it."""
    before, after = _cut(spans, easy_ns)
    followed = _together(after, params)
    if sum(s.duration_s for s in followed if s.phase is not Phase.STANDING) < params.least_easy_s:
        return list(spans)
    cool_down = PhaseSpan(Phase.COOL_DOWN, easy_ns, followed[-1].end_ns)
    return [*before, cool_down, *after[len(followed) :]]


def _together(spans: Sequence[PhaseSpan], params: PhaseParams) -> list[PhaseSpan]:
    """Return the leading spans without a long pause among them; the last is one of movement."""
    found: list[PhaseSpan] = []
    for span in spans:
        if span.phase is Phase.STANDING and span.duration_s > params.pause_s:
            break
        found.append(span)
    while found and found[-1].phase is Phase.STANDING:
        found.pop()
    return found


def _cut(spans: Sequence[PhaseSpan], at_ns: int) -> tuple[list[PhaseSpan], list[PhaseSpan]]:
    """Cut at a time; a span that holds it is divided."""
    before = [PhaseSpan(s.phase, s.begin_ns, min(s.end_ns, at_ns)) for s in spans if s.begin_ns < at_ns]
    after = [PhaseSpan(s.phase, max(s.begin_ns, at_ns), s.end_ns) for s in spans if s.end_ns > at_ns]
    return before, after
