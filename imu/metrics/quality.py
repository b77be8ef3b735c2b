"""What the numbers of a sensor rest on."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.model import Activity
from imu.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model import ClockEstimate, Ledger, Step

__all__ = ["Quality", "quality_of"]

PAUSE_S = 5.0


class Quality(msgspec.Struct, frozen=True):
    """Quality of one sensor's numbers; None where it cannot be known.

    Attributes
    ----------
    sensor : str
        The sensor.
    run_coverage : float or None
        Share of the time of running that accepted strides cover: what was lost, rejected or missed is the
        rest. Pauses of more than 5 s are no running.
    accepted_share : float or None
        Accepted steps among all running steps.
    lost_share, clipped_share : float or None
        Lost samples among those that should have come, clipped ones among those that came.
    clock_uncertainty_ms : float or None
        Half-width of the interval that holds the sensor's clock; None for a table and for a sensor without a
        clock.
    latency_ms : float or None
        Median time from contact until the step was complete.
    """

    sensor: str
    run_coverage: float | None
    accepted_share: float | None
    lost_share: float | None
    clipped_share: float | None
    clock_uncertainty_ms: float | None
    latency_ms: float | None


def quality_of(
    sensor: str, steps: Sequence[Step], ledger: Ledger, clock: ClockEstimate | None = None
) -> Quality:
    """Tell what the numbers of a sensor rest on.

    Parameters
    ----------
    sensor : str
        The sensor.
    steps : sequence of Step
        Its steps in order; those of other sensors are passed over.
    ledger : Ledger
        Its samples.
    clock : ClockEstimate, optional
        Its clock.

    Returns
    -------
    Quality
    """
    mine = [step for step in steps if step.sensor == sensor]
    runs = [step for step in mine if step.activity is Activity.RUN]
    lost = ledger.lost
    return Quality(
        sensor=sensor,
        run_coverage=_run_coverage(runs),
        accepted_share=sum(s.accepted for s in runs) / len(runs) if runs else None,
        lost_share=None if lost is None or not ledger.samples else lost / (ledger.samples + lost),
        clipped_share=ledger.clipped / ledger.samples if ledger.samples else None,
        clock_uncertainty_ms=None if clock is None else clock.uncertainty_ns / NS_PER_MS,
        latency_ms=median((s.known_ns - s.initial_contact_ns) / NS_PER_MS for s in mine) if mine else None,
    )


def _run_coverage(runs: Sequence[Step]) -> float | None:
    spans = [
        (after.initial_contact_ns - before.initial_contact_ns, after.accepted and before.accepted)
        for before, after in pairwise(runs)
        if after.initial_contact_ns - before.initial_contact_ns <= PAUSE_S * NS_PER_S
    ]
    if not spans:
        return None
    usual_ns = median(span for span, _ in spans)
    covered = sum(span for span, accepted in spans if accepted and span < 1.5 * usual_ns)
    return covered / sum(span for span, _ in spans)
