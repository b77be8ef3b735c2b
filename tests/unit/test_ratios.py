"""The helper behind every claim of speed."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.bench.ratios import ratio


def test_a_ratio_is_that_of_medians_of_interleaved_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    # Two readings a timing: candidates take 3 s, references 1 s, but one round is disturbed.
    taken = itertools.chain([30.0, 1.0], itertools.cycle([3.0, 1.0]))
    clock = itertools.accumulate(itertools.chain.from_iterable((0.0, seconds) for seconds in taken))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))

    timing = ratio(lambda: order.append("candidate"), lambda: order.append("reference"), rounds=5)

    assert order == ["candidate", "reference"] * 6
    assert timing.cost == pytest.approx(3.0)
    assert timing.speedup == pytest.approx(1 / 3)
