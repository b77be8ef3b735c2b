"""Ratios of two timings made in the same run.

Absolute times say more about the machine's mood than about the code. Candidate and reference take turns in
one process, so that both meet the same mood, and only the ratio of their medians is judged.
"""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Ratio", "ratio"]


@dataclass(frozen=True)
class Ratio:
    """Timings of a candidate against a reference.

    Attributes
    ----------
    candidate_s, reference_s : float
        Medians.
    low, high : float
        Quartiles of the ratio of each round.
    """

    candidate_s: float
    reference_s: float
    low: float
    high: float

    @property
    def cost(self) -> float:
        """How many times the reference's time the candidate takes."""
        return self.candidate_s / self.reference_s

    @property
    def speedup(self) -> float:
        """How many times faster than the reference the candidate is."""
        return self.reference_s / self.candidate_s

    def __str__(self) -> str:
        return (
            f"candidate {self.candidate_s * 1e3:.3f} ms, reference {self.reference_s * 1e3:.3f} ms, "
            f"cost {self.cost:.2f} (quartiles {self.low:.2f} to {self.high:.2f}), "
            f"{self.speedup:.1f} x as fast"
        )


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def ratio(candidate: Callable[[], object], reference: Callable[[], object], rounds: int = 7) -> Ratio:
    """Time two callables in turn.

    Parameters
    ----------
    candidate, reference : callable
        What is timed; each is run once before, unmeasured.
    rounds : int
        Timings of each.

    Returns
    -------
    Ratio
    """
    candidate()
    reference()
    pairs = [(_seconds(candidate), _seconds(reference)) for _ in range(rounds)]
    low, _, high = statistics.quantiles([c / r for c, r in pairs], n=4)
    return Ratio(
        candidate_s=statistics.median(c for c, _ in pairs),
        reference_s=statistics.median(r for _, r in pairs),
        low=low,
        high=high,
    )
