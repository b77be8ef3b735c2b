"""What is known of the runner as a whole, from all sensors together."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["Phase", "PhaseChange", "RunnerMetrics"]


class Phase(enum.StrEnum):
    """What the runner is doing, on the scale of a session."""

    STANDING = "standing"
    WALKING = "walking"
    WARM_UP = "warm_up"
    RUN = "run"
    COOL_DOWN = "cool_down"


class PhaseChange(msgspec.Struct, frozen=True, gc=False):
    """A phase began; `t_ns` is when it began, `known_ns` when that was understood, both session time.

    What a phase was may only be understood later (a walk is a warm-up once a run follows), so a change may
    reach back: it replaces all that was told from its `t_ns` on. :func:`imu.metrics.phase_spans` does that.
    """

    t_ns: int
    phase: Phase
    known_ns: int


class RunnerMetrics(msgspec.Struct, frozen=True, gc=False):
    """Rolling state of the runner, emitted once per tick; None means unknown.

    Attributes
    ----------
    t_ns : int
        Session time, ns.
    cadence_spm : float or None
        Steps of both feet per minute, over the latest accepted running steps.
    impact_asymmetry_percent, contact_asymmetry_percent : float or None
        Left against right, positive = left greater; None below the least number of steps.
    impacts : dict of str to int
        Accepted running impacts so far, per sensor.
    impact_sum_g : dict of str to float
        Their sum so far, per sensor, g.
    impact_bins : dict of str to tuple of int
        Impacts so far in bins of 1 g, per sensor: ``bins[k]`` counts those in ``[k, k + 1)`` g.
    """

    t_ns: int
    cadence_spm: float | None
    impact_asymmetry_percent: float | None
    contact_asymmetry_percent: float | None
    impacts: dict[str, int]
    impact_sum_g: dict[str, float]
    impact_bins: dict[str, tuple[int, ...]]
