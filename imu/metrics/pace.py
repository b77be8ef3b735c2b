"""Pace of running in words of its own session: which parts were easy, told from contact time and impact.

Contact time falls and impact rises with speed; fatigue, slope and a loose strap move one without the other.
So running counts as easy only where both say so.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.model import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.metrics.params import PhaseParams
    from imu.model.samples import FloatArray

__all__ = ["Epoch", "EpochBuilder", "easy_at_begin", "easy_epochs"]

FAST_SHARE = 0.75
NEIGHBOURS = 3


class Epoch(msgspec.Struct, frozen=True):
    """A stretch of running.

    Attributes
    ----------
    begin_ns, end_ns : int
        Session time, ns.
    contact, impact : dict of str to float
        Logarithm of the speed that the medians of contact time and impact point to, per sensor, up to a
        constant.
    """

    begin_ns: int
    end_ns: int
    contact: dict[str, float]
    impact: dict[str, float]


class EpochBuilder(msgspec.Struct):
    """Gathers steps until a stretch is full."""

    steps: list[Step] = msgspec.field(default_factory=list)

    def close(self, params: PhaseParams) -> Epoch | None:
        """Return the stretch and begin a new one; None when it held too few accepted running steps."""
        steps, self.steps = self.steps, []
        if len(steps) < params.epoch_steps:
            return None
        contact, impact = {}, {}
        for sensor in {step.sensor: None for step in steps}:
            mine = [step for step in steps if step.sensor == sensor]
            contacts = [s.contact_time_ms for s in mine if s.contact_time_ms is not None]
            peaks = [s.peak_accel_g for s in mine if s.peak_accel_g is not None]
            clipped = sum(s.clipped for s in mine) > params.clipped_share * len(mine)
            if contacts:
                contact[sensor] = math.log(median(contacts)) / params.contact_exponent
            if peaks and not clipped and median(peaks) > 0.0:
                impact[sensor] = math.log(median(peaks)) / params.impact_exponent
        return Epoch(
            begin_ns=min(step.initial_contact_ns for step in steps),
            end_ns=max(step.initial_contact_ns for step in steps),
            contact=contact,
            impact=impact,
        )


def easy_epochs(epochs: Sequence[Epoch], params: PhaseParams) -> list[bool]:
    """Tell which stretches are clearly slower than the faster part of the session."""
    if not epochs:
        return []
    told = ([epoch.contact for epoch in epochs], [epoch.impact for epoch in epochs])
    by_contact, by_impact = (_slower(values) for values in told)
    known = np.isfinite(by_contact).astype(np.int64) + np.isfinite(by_impact)
    limit = np.where(known > 1, params.easier, params.easier_alone)
    easy: list[bool] = ((known > 0) & (np.fmin(by_contact, by_impact) >= limit)).tolist()
    return easy


def easy_at_begin(easy: Sequence[bool]) -> int:
    """Count the easy stretches at the begin; one or two that differ among them are passed over."""
    for k, one in enumerate(easy):
        near = easy[k : k + NEIGHBOURS]
        if not one and 2 * sum(near) < len(near):
            return k
    return len(easy)


def _slower(told: Sequence[dict[str, float]]) -> FloatArray:
    """Return log speed below the faster part of the session, mean over the sensors; NaN where none tells."""
    total, count = np.zeros(len(told)), np.zeros(len(told), np.int64)
    for sensor in {sensor: None for values in told for sensor in values}:
        speed = np.array([values.get(sensor, np.nan) for values in told])
        known = np.isfinite(speed)
        fast = np.sort(speed[known])[min(int(known.sum()) - 1, int(FAST_SHARE * known.sum()))]
        total[known] += fast - speed[known]
        count += known
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
