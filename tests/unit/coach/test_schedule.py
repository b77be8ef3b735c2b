from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.coach import Coach, stretches
from imu.config import CoachParams
from imu.model import CuePeriodKind
from tests.unit.coach.runners import SHINS, USUAL_G, config, hear, steps

CUED, UNCUED, RETENTION, OVER = CuePeriodKind


def total_s(params: CoachParams, kind: CuePeriodKind) -> float:
    return sum(each.end_s - each.begin_s for each in stretches(params) if each.kind is kind)


@given(
    run_s=st.integers(1, 4000),
    share=st.floats(0.0, 1.0),
    block_s=st.integers(5, 300),
    seed=st.integers(0, 99),
)
def test_the_share_of_time_with_cues_is_exact_to_a_second(
    run_s: int, share: float, block_s: int, seed: int
) -> None:
    params = CoachParams(run_s=run_s, on_share=share, block_s=block_s, seed=seed)
    assert abs(total_s(params, CUED) - share * run_s) <= 1.0
    assert total_s(params, CUED) + total_s(params, UNCUED) == pytest.approx(run_s)
    assert total_s(params, RETENTION) == params.retention_s
    edges = [edge for each in stretches(params) for edge in (each.begin_s, each.end_s)]
    assert edges[0] == 0.0
    assert edges[1:-1:2] == edges[2::2]
    assert stretches(params)[-1].kind is RETENTION


def test_the_same_seed_shuffles_alike_another_one_differently() -> None:
    orders = {stretches(CoachParams(run_s=1800.0, on_share=0.3, seed=seed)) for seed in (1, 1, 2, 3)}
    assert len(orders) == 3


def test_a_shuffle_of_today_is_the_shuffle_of_tomorrow() -> None:
    begins = [each.begin_s for each in stretches(CoachParams(run_s=300.0, on_share=0.3, seed=7))]
    assert begins == BEGINS_OF_SEED_7


BEGINS_OF_SEED_7 = [0.0, 30.0, 120.0, 150.0, 270.0, 300.0]


@pytest.mark.parametrize("share", [1.0, 0.7, 0.5, 0.3, 0.1])
def test_a_thirty_minute_run_has_its_time_with_cues_to_a_second(share: float) -> None:
    coach = Coach(SHINS, config(run_s=1800.0, on_share=share))
    _, periods = hear(coach, steps(1990.0, lambda *_: USUAL_G))
    ends = [p.t_ns for p in periods[1:]]
    cued_s = sum(
        (end - begin.t_ns) / 1e9
        for begin, end in zip(periods, ends, strict=False)
        if begin.kind is CuePeriodKind.CUED
    )
    assert abs(cued_s - share * 1800.0) <= 1.0
    assert [p.kind for p in periods[-2:]] == [RETENTION, OVER]
    assert periods[-2].running_s == 1800.0
    assert (periods[-1].t_ns - periods[-2].t_ns) / 1e9 == pytest.approx(120.0)


def test_a_pause_is_no_running_time() -> None:
    coach = Coach(SHINS, config(run_s=60.0, on_share=1.0))
    made = list(steps(100.0, lambda *_: USUAL_G))
    late = [s for s in made if not 20e9 < s.known_ns - made[0].known_ns < 50e9]
    _, periods = hear(coach, iter(late))
    assert [p.kind for p in periods] == [CUED, RETENTION]
    assert (periods[1].t_ns - periods[0].t_ns) / 1e9 == pytest.approx(60.0 + 30.0, abs=0.71)
