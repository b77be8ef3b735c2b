from __future__ import annotations

import msgspec
import pytest

from imu.coach import RUNS, Coach, CoachedRun, coached_run, params_of_run, progress_of, stretches
from imu.config import ChainConfig
from imu.model import CuePeriodKind, SessionHeader
from tests.unit.coach.runners import SHINS, USUAL_G, Runner

DAY = 20250131


def header(number: int, run_s: float | None = None) -> SessionHeader:
    params = params_of_run(RUNS[number - 1], programme=DAY)
    if run_s is not None:
        params = msgspec.structs.replace(params, run_s=run_s, retention_s=60.0)
    usual = {f"baseline_g.{info.sensor}": USUAL_G for info in SHINS}
    return SessionHeader(SHINS, config={**usual, **params.settings()})


def run(response: float, seconds: float, number: int = 1, run_s: float = 300.0) -> CoachedRun:
    told = header(number, run_s)
    coach = Coach(SHINS, ChainConfig.from_header(told))
    ran, heard = Runner(response).run(coach, seconds)
    found = coached_run(told, [*ran, *heard])
    assert found is not None
    return found


def test_the_eight_runs_fade_as_published() -> None:
    assert [run.on_share for run in RUNS] == [1.0, 1.0, 1.0, 1.0, 0.7, 0.5, 0.3, 0.1]
    assert [run.minutes for run in RUNS] == [15, 15, 20, 20, 25, 25, 30, 30]


@pytest.mark.parametrize("planned", RUNS, ids=lambda run: str(run.number))
def test_each_run_has_its_time_with_cues_and_a_retention(planned: object) -> None:
    run = next(one for one in RUNS if one is planned)
    laid = stretches(params_of_run(run, programme=DAY))
    cued_s = sum(one.end_s - one.begin_s for one in laid if one.kind is CuePeriodKind.CUED)
    assert abs(cued_s - run.on_share * run.minutes * 60) <= 1.0
    assert laid[-1].kind is CuePeriodKind.RETENTION


def test_two_runs_of_a_programme_are_shuffled_differently() -> None:
    five, six = (stretches(params_of_run(RUNS[4], programme=day)) for day in (DAY, DAY + 1))
    assert five != six


def test_a_runner_who_responds_ends_within_the_target() -> None:
    found = run(0.05, 400.0)
    assert found.done
    assert found.cues > 0
    assert found.retention_s == pytest.approx(60.0)
    for leg in found.legs:
        assert leg.within_share["retention"] > 0.6
        change = leg.change_percent("retention")
        assert change is not None
        assert -40.0 < change < -19.0


def test_a_runner_who_does_not_respond_is_told_so_plainly() -> None:
    found = run(0.0, 400.0)
    assert [leg.within_share["retention"] for leg in found.legs] == [0.0, 0.0]
    assert [leg.change_percent("retention") for leg in found.legs] == [pytest.approx(0.0, abs=1.0)] * 2


def test_the_time_with_cues_is_the_planned_share() -> None:
    found = run(0.0, 400.0, number=6)
    assert (found.ran_s, found.planned_cued_s) == (pytest.approx(300.0), 150.0)
    assert found.cued_s == pytest.approx(150.0, abs=1.0)


def test_a_run_cut_short_does_not_count() -> None:
    found = run(0.05, 150.0)
    assert 0.4 < found.adherence < 0.55
    assert not found.done
    assert found.retention_s == 0.0
    assert progress_of([found], DAY).next == RUNS[0]


def test_where_a_programme_stands_follows_from_the_runs() -> None:
    one, two = run(0.05, 400.0, 1, 900.0), run(0.05, 400.0)
    full = msgspec.structs.replace(two, planned_s=900.0, ran_s=900.0)
    other = msgspec.structs.replace(full, programme=DAY + 1, number=2)
    stands = progress_of([one, full, other], DAY)
    assert stands.done == (1,)
    assert stands.next == RUNS[1]
    assert stands.adherence == pytest.approx(15 / 180)
    every = [
        msgspec.structs.replace(full, number=r.number, planned_s=60.0 * r.minutes, ran_s=60.0 * r.minutes)
        for r in RUNS
    ]
    complete = progress_of(every, DAY)
    assert complete.next is None
    assert complete.adherence == pytest.approx(1.0)


def test_a_session_that_was_not_coached_is_no_run_of_a_programme() -> None:
    assert coached_run(SessionHeader(SHINS), []) is None


def test_a_coached_session_without_steps_counts_nothing() -> None:
    found = coached_run(header(1), [])
    assert found is not None
    assert (found.ran_s, found.cues, found.done) == (0.0, 0, False)
