"""The whole session at a glance: impact of both legs, flags, phases and marks along the time; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from imu.model import Activity, Marker, Phase, PhaseChange, Rule, Side
from imu.units import ns_to_s

if TYPE_CHECKING:
    from imu.store.overview import Overview

__all__ = ["Lanes", "Span", "flag_times_s", "lanes_of"]


class Span(msgspec.Struct, frozen=True):
    """A stretch of the session, s since its beginning, and what it is."""

    begin_s: float
    end_s: float
    what: str


class Lanes(msgspec.Struct, frozen=True, eq=False):
    """What the timeline draws.

    Attributes
    ----------
    duration_s : float
        Length of the session, s.
    step_s : dict of Side to ndarray of float64
        Times of the accepted running steps of each leg, s since the beginning, rising.
    impact_g : dict of Side to ndarray of float64
        Their impacts, g.
    top_g : float
        Scale: 99 of 100 impacts are at most this, g.
    flags, phases : tuple of Span
        Flags by the name of their rule; phases by theirs.
    marks_s : tuple of float
        Times of marks, laps and notes, s.
    """

    duration_s: float
    step_s: dict[Side, NDArray[np.float64]]
    impact_g: dict[Side, NDArray[np.float64]]
    top_g: float
    flags: tuple[Span, ...]
    phases: tuple[Span, ...]
    marks_s: tuple[float, ...]

    def columns(self, side: Side, number: int) -> NDArray[np.float64]:
        """Return the greatest impact of one leg in each of `number` columns, g; NaN where there is none."""
        times_s = self.step_s.get(side)
        greatest = np.full(number, -np.inf)
        if times_s is not None and len(times_s) and self.duration_s > 0:
            column = np.clip((times_s / self.duration_s * number).astype(np.intp), 0, number - 1)
            np.maximum.at(greatest, column, self.impact_g[side])
        return np.where(np.isfinite(greatest), greatest, np.nan)


def lanes_of(overview: Overview) -> Lanes:
    """Return what the timeline draws of a session."""
    duration_s = ns_to_s(overview.end_ns - overview.begin_ns)
    step_s: dict[Side, NDArray[np.float64]] = {}
    impact_g: dict[Side, NDArray[np.float64]] = {}
    for side in (Side.LEFT, Side.RIGHT):
        told = [
            (overview_s(overview, step.initial_contact_ns), step.peak_accel_g)
            for step in overview.steps
            if step.side is side
            and step.accepted
            and step.activity is Activity.RUN
            and step.peak_accel_g is not None
        ]
        if told:
            step_s[side], impact_g[side] = np.array(sorted(told)).T
    every = np.concatenate(list(impact_g.values())) if impact_g else np.zeros(0)
    marks = overview.tracks[Marker].items
    return Lanes(
        duration_s=duration_s,
        step_s=step_s,
        impact_g=impact_g,
        top_g=float(np.percentile(every, 99)) * 1.1 if len(every) else 1.0,
        flags=tuple(_flag_spans(overview, duration_s)),
        phases=tuple(_phase_spans(overview, duration_s)),
        marks_s=tuple(overview_s(overview, mark.arrival_ns) for mark in marks),
    )


def overview_s(overview: Overview, t_ns: int) -> float:
    """Session time as s since the first input."""
    return ns_to_s(t_ns - overview.begin_ns)


def flag_times_s(overview: Overview) -> tuple[float, ...]:
    """Return the times at which flags were raised, s since the first input, rising, each once."""
    return tuple(sorted({overview_s(overview, flag.t_ns) for flag in overview.flags if flag.raised}))


def _flag_spans(overview: Overview, duration_s: float) -> list[Span]:
    spans: list[Span] = []
    up: dict[tuple[str, Rule], float] = {}
    for flag in overview.flags:
        key, at_s = (flag.sensor, flag.rule), overview_s(overview, flag.t_ns)
        if flag.raised:
            up.setdefault(key, at_s)
        elif key in up:
            spans.append(Span(up.pop(key), at_s, flag.rule.value))
    spans += [Span(begin_s, duration_s, rule.value) for (_, rule), begin_s in up.items()]
    return spans


def _phase_spans(overview: Overview, duration_s: float) -> list[Span]:
    changes: list[PhaseChange] = overview.tracks[PhaseChange].items
    begins = [(overview_s(overview, change.t_ns), change.phase) for change in changes]
    ends = [*(begin_s for begin_s, _ in begins[1:]), duration_s]
    return [
        Span(begin_s, end_s, phase.value)
        for (begin_s, phase), end_s in zip(begins, ends, strict=False)  # no phase: an end but no begin
        if phase is not Phase.STANDING
    ]
