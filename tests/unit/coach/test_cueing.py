from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from imu.coach import PAUSE_COMMAND, Coach
from imu.config import CadenceBand, ChainConfig, CoachParams
from imu.errors import UsageError
from imu.model import (
    Activity,
    Command,
    Cue,
    CueKind,
    CuePeriodKind,
    Placement,
    SessionHeader,
    Side,
    Strike,
)
from tests.unit.coach.runners import SHINS, USUAL_G, Runner, config, hear, steps

TARGET_G = 0.8 * USUAL_G


def soft(*_: Any) -> float:
    return 0.95 * TARGET_G


def hard(*_: Any) -> float:
    return 1.05 * TARGET_G


def test_soft_steps_are_not_cued() -> None:
    assert hear(Coach(SHINS, config()), steps(60.0, soft))[0] == []


def test_the_first_cue_comes_when_the_mean_of_five_stayed_above_for_five_steps() -> None:
    made = list(steps(60.0, hard))
    cue = hear(Coach(SHINS, config()), iter(made))[0][0]
    deciding = next(s for s in made if s.sensor == cue.sensor and s.step == cue.step)
    assert cue.step == 8
    assert cue.t_ns == deciding.known_ns
    assert (cue.kind, cue.unit, cue.target) == (CueKind.SOFTER, "g", pytest.approx(TARGET_G))
    assert cue.value == pytest.approx(1.05 * TARGET_G)


def test_one_hard_step_is_no_cue_while_the_mean_is_below() -> None:
    assert not hear(Coach(SHINS, config()), steps(60.0, lambda _, n: hard() if n % 3 == 0 else soft()))[0]


def test_cues_keep_their_distance() -> None:
    cues = hear(Coach(SHINS, config(cue_gap_s=4.0)), steps(120.0, hard))[0]
    gaps_s = [(b.t_ns - a.t_ns) / 1e9 for a, b in pairwise(cues)]
    assert len(cues) > 20
    assert min(gaps_s) >= 4.0
    assert max(gaps_s) < 5.0


def test_the_leg_further_above_is_told() -> None:
    cues = hear(Coach(SHINS, config()), steps(60.0, lambda side, _: hard() + (side is Side.RIGHT)))[0]
    assert {cue.side for cue in cues[1:]} == {Side.RIGHT}
    assert cues[1].text.startswith("Right: softer")


def test_one_hard_leg_is_told_alone() -> None:
    cues = hear(Coach(SHINS, config()), steps(60.0, lambda side, _: hard() if side is Side.LEFT else soft()))[
        0
    ]
    assert {cue.side for cue in cues} == {Side.LEFT}


@pytest.mark.parametrize(
    "changes", [{"accepted": False}, {"activity": Activity.WALK}, {"peak_accel_g": None}]
)
def test_what_cannot_be_judged_is_not_cued(changes: dict[str, Any]) -> None:
    assert hear(Coach(SHINS, config()), steps(60.0, hard, **changes))[0] == []


def test_a_pause_begins_the_averages_anew() -> None:
    made = list(steps(60.0, hard))
    rested = [msgspec.structs.replace(s, known_ns=s.known_ns + (s.step >= 7) * 4_000_000_000) for s in made]
    assert hear(Coach(SHINS, config()), iter(rested))[0][0].step == 7 + 8


def test_a_leg_without_a_baseline_is_not_cued() -> None:
    only_left = ChainConfig(baselines_g={"left-shin": USUAL_G}, coach=CoachParams(run_s=60.0))
    assert {cue.side for cue in hear(Coach(SHINS, only_left), steps(60.0, hard))[0]} == {Side.LEFT}


def test_no_coached_run_no_cue() -> None:
    assert hear(Coach(SHINS, config(run_s=0.0)), steps(60.0, hard)) == ([], [])


def test_the_shin_counts_where_a_leg_wears_two_sensors() -> None:
    shoe = msgspec.structs.replace(SHINS[0], sensor="left-shoe", placement=Placement.SHOE)
    both = ChainConfig(baselines_g={"left-shin": 8.0, "left-shoe": 8.0}, coach=CoachParams(run_s=600.0))
    coach = Coach((shoe, SHINS[0]), both)
    assert hear(coach, steps(60.0, hard, sensor="left-shoe", side=Side.LEFT))[0] == []


def test_the_target_follows_the_band_of_cadence() -> None:
    """At 171 steps/min the runner usually lands harder: the same impact is within the target."""
    bands = {info.sensor: (CadenceBand(170.0, 180.0, 1.2 * USUAL_G),) for info in SHINS}
    at_171 = msgspec.structs.replace(config(), bands=bands)
    assert hear(Coach(SHINS, at_171), steps(60.0, hard))[0] == []
    assert hear(Coach(SHINS, at_171), steps(60.0, hard, stride_time_ms=760.0))[0] != []


def test_no_cue_in_retention_and_after() -> None:
    coach = Coach(SHINS, config(run_s=30.0, retention_s=30.0))
    cues, periods = hear(coach, steps(100.0, hard))
    ends = [p.t_ns for p in periods if p.kind is CuePeriodKind.RETENTION]
    assert cues
    assert max(cue.t_ns for cue in cues) < ends[0]


def test_cues_are_silenced_and_come_again() -> None:
    coach = Coach(SHINS, config())
    made = list(steps(90.0, hard))
    coach.push(Command(0, PAUSE_COMMAND, 1.0))
    assert hear(coach, iter(made[:120]))[0] == []
    coach.push(Command(0, PAUSE_COMMAND, 0.0))
    assert hear(coach, iter(made[120:]))[0]


@pytest.mark.parametrize(("stage", "word"), [(1, "toes"), (2, "ball")])
def test_the_landing_is_cued_only_when_asked_for(stage: int, word: str) -> None:
    made = list(steps(60.0, soft, strike=Strike.HEEL))
    assert hear(Coach(SHINS, config()), iter(made))[0] == []
    cues = hear(Coach(SHINS, config(landing=stage)), iter(made))[0]
    assert {cue.kind for cue in cues} == {CueKind.LANDING}
    assert word in cues[0].text


def test_landings_on_the_ball_of_the_foot_are_not_cued() -> None:
    made = steps(60.0, soft, strike=Strike.FOREFOOT)
    assert hear(Coach(SHINS, config(landing=2)), made)[0] == []


def test_slow_steps_are_cued_only_below_the_step_rate() -> None:
    at_171 = list(steps(60.0, soft))
    assert hear(Coach(SHINS, config(step_rate_spm=170.0)), iter(at_171))[0] == []
    cues = hear(Coach(SHINS, config(step_rate_spm=180.0)), iter(at_171))[0]
    assert {(cue.kind, cue.unit) for cue in cues} == {(CueKind.QUICKER, "spm")}


@dataclass
class Heard:
    late: int
    early: int
    level: float


def listen(response: float) -> Heard:
    runner = Runner(response)
    _, told = runner.run(Coach(SHINS, config(run_s=600.0)), 600.0)
    cues = [item for item in told if isinstance(item, Cue)]
    middle_ns = cues[0].t_ns + 300_000_000_000
    return Heard(
        sum(c.t_ns > middle_ns for c in cues),
        sum(c.t_ns <= middle_ns for c in cues),
        max(runner.level.values()),
    )


def test_a_runner_who_responds_is_left_in_peace() -> None:
    heard = listen(0.05)
    assert heard.level < 0.8
    assert (heard.early, heard.late) == (heard.early, 0)
    assert 0 < heard.early < 15


def test_a_runner_who_does_not_respond_is_cued_within_the_budget() -> None:
    heard = listen(0.0)
    assert heard.early + heard.late <= 600 / 4
    assert heard.late > 60


@pytest.mark.parametrize(
    ("setting", "value"),
    [("target_share", 0.4), ("target_share", 0.96), ("cue_gap_s", 1.0), ("on_share", 1.1), ("run_s", -1.0)],
)
def test_a_setting_out_of_range_is_named(setting: str, value: float) -> None:
    header = SessionHeader(SHINS, config={f"coach.{setting}": value})
    with pytest.raises(UsageError, match=f"coach.{setting}"):
        ChainConfig.from_header(header)


def test_settings_travel_in_the_header_of_the_session() -> None:
    params = CoachParams(run_s=900.0, on_share=0.7, seed=3.0, programme=20250131.0, session=5.0)
    settings = params.settings()
    header = SessionHeader(SHINS, config={**settings, "baseline_band_g.160-170.left-shin": 7.5})
    found = ChainConfig.from_header(header)
    assert set(settings) == {
        "coach.run_s",
        "coach.on_share",
        "coach.seed",
        "coach.programme",
        "coach.session",
    }
    assert found.coach == params
    assert found.bands == {"left-shin": (CadenceBand(160.0, 170.0, 7.5),)}


def test_a_band_that_cannot_be_read_is_named() -> None:
    header = SessionHeader(SHINS, config={"baseline_band_g.quick.left-shin": 7.5})
    with pytest.raises(UsageError, match=r"baseline_band_g\.quick"):
        ChainConfig.from_header(header)
