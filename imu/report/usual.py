"""What is usual for a runner: the own baselines by cadence, else earlier sessions, else the first steps."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.config import FlagParams
from imu.flags import UsualImpact

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from imu.config import ChainConfig
    from imu.report.facts import SessionFacts, SideFacts

    FloatArray = NDArray[np.float64]

__all__ = ["Baseline", "against_earlier", "first_steps", "usual_by_step"]

LEAST_EARLIER_STEPS = 100
"""A session counts towards what is usual from so many steps of a leg on."""


class Baseline(msgspec.Struct, frozen=True):
    """What is usual for one sensor.

    Attributes
    ----------
    impact_g : float
        Usual impact, g; of baselines by cadence the median over the steps of this session.
    basis : str
        ``"profile"``, ``"earlier"`` or ``"start"`` of this run.
    sessions : int
        Earlier sessions that it rests on.
    by_cadence : bool
        Whether it changed with the cadence in this session.
    """

    impact_g: float
    basis: str
    sessions: int = 0
    by_cadence: bool = False


def usual_by_step(good: pd.DataFrame, config: ChainConfig, sensor: str) -> FloatArray | None:
    """Usual impact at each of a sensor's accepted running steps, g, as the live flags took it.

    Parameters
    ----------
    good : pandas.DataFrame
        The steps, in order of time.
    config : ChainConfig
        Settings of the session, with the runner's baselines.
    sensor : str
        The sensor.

    Returns
    -------
    ndarray of shape (n,) or None
        None for a sensor without a baseline.
    """
    overall_g = config.baselines_g.get(sensor)
    if overall_g is None:
        return None
    usual = UsualImpact(overall_g, config.bands.get(sensor, ()))
    found = []
    for cadence_spm in good["cadence_spm"].to_numpy(np.float64, na_value=np.nan):
        if np.isfinite(cadence_spm):
            usual.follow(float(cadence_spm))
        found.append(usual.usual_g)
    return np.array(found, np.float64)


def first_steps(good: pd.DataFrame) -> Baseline | None:
    """Take the first steps of a run for what is usual; None when they are too few or clipped."""
    params = FlagParams()
    first = good[good["peak_accel_g"].notna()].head(params.session_steps)
    if len(first) < params.session_steps or first["clipped"].astype(bool).mean() > params.clipped_share:
        return None
    return Baseline(float(first["peak_accel_g"].astype(float).median()), "start")


def against_earlier(facts: SessionFacts, earlier: Sequence[SessionFacts]) -> SessionFacts:
    """Hold a session without baselines of its own against sessions before it, sensor by sensor."""
    sides = tuple(msgspec.structs.replace(side, baseline=_of_earlier(side, earlier)) for side in facts.sides)
    return msgspec.structs.replace(facts, sides=sides)


def _of_earlier(side: SideFacts, earlier: Sequence[SessionFacts]) -> Baseline | None:
    if side.baseline is not None and side.baseline.basis == "profile":
        return side.baseline
    before = [past for one in earlier if (past := one.of_place(side.place)) is not None]
    usual_g = [
        past.impact_g for past in before if past.impact_g is not None and past.impacts >= LEAST_EARLIER_STEPS
    ]
    return Baseline(statistics.median(usual_g), "earlier", len(usual_g)) if usual_g else side.baseline
