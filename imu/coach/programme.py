"""The retraining programme: eight runs with fewer and fewer cues, and what came of each."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from imu.config import ChainConfig, CoachParams
from imu.model import Activity, Cue, CuePeriod, CuePeriodKind, Step
from imu.units import NS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.model import SessionHeader

__all__ = [
    "RUNS",
    "CoachedRun",
    "LegResult",
    "PlannedRun",
    "Progress",
    "coached_run",
    "params_of_run",
    "progress_of",
]


class PlannedRun(NamedTuple):
    """One run of the programme: its number from 1, running time in minutes, share of it with cues."""

    number: int
    minutes: int
    on_share: float


RUNS = tuple(
    PlannedRun(number, minutes, share)
    for number, (minutes, share) in enumerate(
        ((15, 1.0), (15, 1.0), (20, 1.0), (20, 1.0), (25, 0.7), (25, 0.5), (30, 0.3), (30, 0.1)), start=1
    )
)
"""Eight runs. The shape follows Crowell & Davis 2011 (doi 10.1016/j.clinbiomech.2010.09.003) and Bowser 2018
(doi 10.1249/MSS.0000000000001710): cues throughout at first, then withdrawn; the figures are our own."""

DONE_SHARE = 0.8
"""A run counts when this share of its running time was run."""


def params_of_run(
    run: PlannedRun,
    *,
    programme: int,
    target_share: float = 0.8,
    landing: int = 0,
    step_rate_spm: float = 0.0,
) -> CoachParams:
    """Return the settings of a run of the programme.

    Parameters
    ----------
    run : PlannedRun
        Which run.
    programme : int
        Day on which the programme began, as 20250131; it also seeds the shuffle.
    target_share : float
        Target as a share of the usual impact.
    landing : int
        Practice of the landing, 0 (none) to 2.
    step_rate_spm : float
        Cadence to keep up; 0 for none.
    """
    return CoachParams(
        run_s=run.minutes * S_PER_MIN,
        on_share=run.on_share,
        seed=float(programme * 10 + run.number),
        target_share=target_share,
        landing=float(landing),
        step_rate_spm=step_rate_spm,
        programme=float(programme),
        session=float(run.number),
    )


class LegResult(msgspec.Struct, frozen=True):
    """What one leg made of a coached run; None where too few steps are known.

    Attributes
    ----------
    sensor : str
        The sensor.
    usual_g : float
        The usual impact at any cadence; cues follow that of the band of cadence where there is one.
    impact_g : dict of str to float
        Median impact by kind of stretch: ``cued``, ``uncued``, ``retention``.
    within_share : dict of str to float
        Share of steps at or below the target, likewise.
    """

    sensor: str
    usual_g: float
    impact_g: dict[str, float]
    within_share: dict[str, float]

    def change_percent(self, kind: str) -> float | None:
        """Impact against the usual one, percent; negative = softer."""
        impact_g = self.impact_g.get(kind)
        return None if impact_g is None else 100.0 * (impact_g / self.usual_g - 1.0)


class CoachedRun(msgspec.Struct, frozen=True):
    """A recorded run of a programme.

    Attributes
    ----------
    programme, number : int
        Which programme, and which of its runs.
    planned_s, ran_s : float
        Running time planned and run, s, without the retention.
    planned_cued_s, cued_s : float
        Time in which cues may come, planned and passed, s.
    retention_s : float
        Time run without cues at the end, s.
    cues : int
        Cues given.
    legs : tuple of LegResult
        By leg.
    """

    programme: int
    number: int
    planned_s: float
    ran_s: float
    planned_cued_s: float
    cued_s: float
    retention_s: float
    cues: int
    legs: tuple[LegResult, ...]

    @property
    def adherence(self) -> float:
        """Share of the planned running time that was run, at most 1."""
        return min(1.0, self.ran_s / self.planned_s) if self.planned_s else 0.0

    @property
    def done(self) -> bool:
        """Whether it counts."""
        return self.adherence >= DONE_SHARE


class Progress(msgspec.Struct, frozen=True):
    """Where a programme stands.

    Attributes
    ----------
    runs : tuple of CoachedRun
        What was run, in order of time.
    done : tuple of int
        Numbers of the runs that count.
    next : PlannedRun or None
        The next one; None when all eight are done.
    """

    runs: tuple[CoachedRun, ...]
    done: tuple[int, ...]
    next: PlannedRun | None

    @property
    def adherence(self) -> float:
        """Share of the planned running time of the whole programme that was run."""
        best: dict[int, float] = {}
        for run in self.runs:
            best[run.number] = max(best.get(run.number, 0.0), min(run.ran_s, run.planned_s))
        return sum(best.values()) / (S_PER_MIN * sum(run.minutes for run in RUNS))


def progress_of(runs: Iterable[CoachedRun], programme: int) -> Progress:
    """Derive where a programme stands from what was recorded, and from nothing else."""
    own = tuple(run for run in runs if run.programme == programme)
    done = tuple(sorted({run.number for run in own if run.done}))
    return Progress(own, done, next((run for run in RUNS if run.number not in done), None))


def coached_run(header: SessionHeader, items: Iterable[object]) -> CoachedRun | None:
    """Sum up a coached run from its steps, cues and stretches.

    Parameters
    ----------
    header : SessionHeader
        Header of the session, with the settings of the run.
    items : iterable
        What the chain gave, recorded or computed anew, in that order; other values are passed over.

    Returns
    -------
    CoachedRun or None
        None when the session was not coached.
    """
    config = ChainConfig.from_header(header)
    params = config.coach
    if params.run_s <= 0:
        return None
    kept = [item for item in items if isinstance(item, Step | Cue | CuePeriod)]
    periods = [item for item in kept if isinstance(item, CuePeriod)]
    steps = [item for item in kept if isinstance(item, Step) and item.activity is Activity.RUN]
    spent = _spent_s(periods, steps)
    return CoachedRun(
        programme=int(params.programme),
        number=int(params.session),
        planned_s=params.run_s,
        ran_s=spent[CuePeriodKind.CUED] + spent[CuePeriodKind.UNCUED],
        planned_cued_s=float(round(params.on_share * params.run_s)),
        cued_s=spent[CuePeriodKind.CUED],
        retention_s=spent[CuePeriodKind.RETENTION],
        cues=sum(isinstance(item, Cue) for item in kept),
        legs=_legs(config, periods, steps),
    )


def _spent_s(periods: Sequence[CuePeriod], steps: Sequence[Step]) -> dict[CuePeriodKind, float]:
    """Sum up the running time of each kind of stretch, s: as the coach counted it."""
    spent: dict[CuePeriodKind, float] = defaultdict(float)
    for one, following in pairwise(periods):
        spent[one.kind] += following.running_s - one.running_s
    if periods:
        after_ns = [step.known_ns for step in steps if step.known_ns >= periods[-1].t_ns]
        times = [periods[-1].t_ns, *sorted(after_ns)]
        moving = (b - a for a, b in pairwise(times) if b - a <= _PAUSE_NS)
        spent[periods[-1].kind] += sum(moving) / NS_PER_S
    return spent


_PAUSE_NS = 3 * NS_PER_S
_FEWEST_STEPS = 20


def _legs(config: ChainConfig, periods: Sequence[CuePeriod], steps: Sequence[Step]) -> tuple[LegResult, ...]:
    found = []
    for sensor, usual_g in config.baselines_g.items():
        impacts: dict[str, list[float]] = defaultdict(list)
        for step in steps:
            if step.sensor == sensor and step.accepted and step.peak_accel_g is not None:
                impacts[_kind_at(periods, step.known_ns)].append(step.peak_accel_g)
        known = {kind: g for kind, g in impacts.items() if kind and len(g) >= _FEWEST_STEPS}
        target_g = usual_g * config.coach.target_share
        found.append(
            LegResult(
                sensor,
                usual_g,
                {kind: median(g) for kind, g in known.items()},
                {kind: sum(one <= target_g for one in g) / len(g) for kind, g in known.items()},
            )
        )
    return tuple(found)


def _kind_at(periods: Sequence[CuePeriod], t_ns: int) -> str:
    """Kind of the stretch at a time; empty before the first."""
    return next((str(one.kind) for one in reversed(periods) if one.t_ns <= t_ns), "")
