"""Two sessions, or two stretches of one, on top of each other: mean stride and its spread; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from dashboards.lanes import overview_s
from imu.model import Activity, Side
from imu.store.overview import Overview
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from imu.model import Step

__all__ = ["POINTS", "Stretch", "StrideCurve", "stride_curve"]

POINTS = 101
"""Points of a stride, in percent from one contact to the next of the same foot."""

LEAST_STRIDES = 5
LEAST_SAMPLES = 20
"""A stride with fewer samples has holes or too low a rate to show its impact."""


class Stretch(msgspec.Struct, frozen=True, eq=False):
    """What is compared: a part of a session and what it is called.

    Attributes
    ----------
    name : str
        As it is shown.
    overview : Overview
        The session.
    begin_s, end_s : float
        The part, s since the first input.
    without : tuple of float or None
        A part inside that is left out, s.
    """

    name: str
    overview: Overview
    begin_s: float
    end_s: float
    without: tuple[float, float] | None = None

    def holds(self, time_s: float) -> bool:
        """Whether a moment belongs to it."""
        inside = self.begin_s <= time_s < self.end_s
        left_out = self.without is not None and self.without[0] <= time_s < self.without[1]
        return inside and not left_out


class StrideCurve(msgspec.Struct, frozen=True, eq=False):
    """Mean stride of one leg.

    Attributes
    ----------
    percent : ndarray of float64, shape (101,)
        Place in the stride, from initial contact (0) to the next of the same foot (100).
    mean_g, sd_g : ndarray of float64, shape (101,)
        Norm of the acceleration over all strides, g.
    strides : int
        Number of strides.
    impact_g, contact_ms, cadence_spm : float or None
        Means over the same steps.
    """

    percent: NDArray[np.float64]
    mean_g: NDArray[np.float64]
    sd_g: NDArray[np.float64]
    strides: int
    impact_g: float | None
    contact_ms: float | None
    cadence_spm: float | None


def stride_curve(stretch: Stretch, side: Side) -> StrideCurve | None:
    """Return the mean stride of one leg over a stretch, of accepted running steps without missing samples.

    Parameters
    ----------
    stretch : Stretch
        What is looked at.
    side : Side
        Which leg.

    Returns
    -------
    StrideCurve or None
        None with fewer than five strides.
    """
    steps = [
        step
        for step in stretch.overview.steps
        if step.side is side
        and step.accepted
        and step.activity is Activity.RUN
        and step.stride_time_ms is not None
        and not step.lost_samples
        and stretch.holds(overview_s(stretch.overview, step.initial_contact_ns))
    ]
    curves = _strides(stretch.overview, steps)
    if len(curves) < LEAST_STRIDES:
        return None
    return StrideCurve(
        percent=np.linspace(0.0, 100.0, POINTS),
        mean_g=curves.mean(axis=0),
        sd_g=curves.std(axis=0, ddof=1),
        strides=len(curves),
        impact_g=_mean([step.peak_accel_g for step in steps]),
        contact_ms=_mean([step.contact_time_ms for step in steps]),
        cadence_spm=_mean([step.cadence_spm for step in steps]),
    )


def _strides(overview: Overview, steps: list[Step]) -> NDArray[np.float64]:
    """Return one row per stride that ends at a step: a step's stride time looks back."""
    if not steps:
        return np.zeros((0, POINTS))
    trace = overview.traces[steps[0].sensor]
    t_ns, norm_g = trace.t_ns[0], trace.high_g[0]
    end_ns = np.array([step.initial_contact_ns for step in steps], np.float64)
    length_ns = np.array([step.stride_time_ms or 0.0 for step in steps]) * NS_PER_MS
    first, last = (np.searchsorted(t_ns, edge) for edge in (end_ns - length_ns, end_ns))
    whole = (last - first >= LEAST_SAMPLES) & (first > 0) & (last < len(t_ns))
    share = np.linspace(0.0, 1.0, POINTS)
    at_ns = (end_ns - length_ns)[whole, None] + length_ns[whole, None] * share
    curves: NDArray[np.float64] = np.interp(at_ns.ravel(), t_ns, norm_g).reshape(-1, POINTS)
    return curves


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
