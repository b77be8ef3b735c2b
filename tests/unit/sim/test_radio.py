from __future__ import annotations

from itertools import pairwise

import pytest

from imu.errors import UsageError
from imu.sources.sim import RadioLink, RadioModel
from imu.units import NS_PER_MS, NS_PER_S

PERIOD_NS = 48 * NS_PER_MS
COUNT = 5_000


def sent(model: RadioModel, seed: int = 1) -> list[list[int]]:
    link = RadioLink(model, seed, "left-shoe")
    return [link.arrivals(number * PERIOD_NS) for number in range(COUNT)]


def flat(arrivals: list[list[int]]) -> list[int]:
    return [arrival for each in arrivals for arrival in each]


def test_a_good_link_brings_everything_late_and_in_order() -> None:
    arrivals = sent(RadioModel())
    assert [len(each) for each in arrivals] == [1] * COUNT
    assert flat(arrivals) == sorted(flat(arrivals))
    delays = [each[0] - number * PERIOD_NS for number, each in enumerate(arrivals)]
    assert min(delays) >= 3 * NS_PER_MS


def test_arrivals_fall_on_connection_events() -> None:
    arrivals = flat(sent(RadioModel(interval_ms=30.0, jitter_ms=0.0)))
    assert len({arrival % (30 * NS_PER_MS) for arrival in arrivals}) == 1


def test_single_losses_come_at_the_stated_rate() -> None:
    lost = sum(not each for each in sent(RadioModel(loss=0.05)))
    assert lost == pytest.approx(0.05 * COUNT, rel=0.2)


def test_bursts_lose_packets_in_a_row() -> None:
    lost = [not each for each in sent(RadioModel(burst_per_min=20.0, burst_ms=500.0))]
    pairs = sum(a and b for a, b in pairwise(lost))
    assert sum(lost) > 0.05 * COUNT
    assert pairs > 0.6 * sum(lost)


def test_duplicates_and_late_packets_come_at_the_stated_rate() -> None:
    assert sum(len(each) == 2 for each in sent(RadioModel(duplicate=0.1))) == pytest.approx(500, rel=0.2)
    arrivals = flat(sent(RadioModel(reorder=0.1)))
    overtaken = sum(a > b for a, b in pairwise(arrivals))
    assert overtaken == pytest.approx(500, rel=0.2)


def test_a_stall_ends_with_a_heap() -> None:
    arrivals = flat(sent(RadioModel(stall_per_min=10.0, stall_ms=400.0)))
    gaps = [b - a for a, b in pairwise(arrivals)]
    assert max(gaps) > 300 * NS_PER_MS
    assert sum(gap < NS_PER_MS for gap in gaps) > 50


def test_nothing_passes_in_a_dropout() -> None:
    arrivals = sent(RadioModel(dropouts_s=((10.0, 20.0),)))
    silent = [number * PERIOD_NS / NS_PER_S for number, each in enumerate(arrivals) if not each]
    assert silent[0] == pytest.approx(10.0, abs=0.05)
    assert silent[-1] == pytest.approx(20.0, abs=0.05)
    assert len(silent) == pytest.approx(10 * NS_PER_S / PERIOD_NS, abs=1)


def test_luck_depends_on_the_seed_only() -> None:
    model = RadioModel(loss=0.1, duplicate=0.1, reorder=0.1, stall_per_min=5.0)
    assert sent(model, seed=3) == sent(model, seed=3)
    assert sent(model, seed=3) != sent(model, seed=4)


def test_impossible_statistics_are_refused() -> None:
    with pytest.raises(UsageError, match="loss is a share"):
        RadioModel(loss=1.5)
    with pytest.raises(UsageError, match="interval_ms"):
        RadioModel(interval_ms=0.0)
