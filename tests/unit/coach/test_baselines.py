from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.batch import analyze
from imu.chain import Chain
from imu.coach import Baseline, baseline_settings, find_baseline, learn_baselines, measure_id
from imu.config import ChainConfig
from imu.model import Activity, Placement, SessionHeader, Side, Step
from imu.signal import SignalParams
from imu.sources.sim import Bout, Motion, Scenario, pair_of, simulate
from tests.made import made_step
from tests.unit.coach.runners import SHINS, USUAL_G, steps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MEASURE = measure_id(SignalParams())


def easy(*_: object) -> float:
    return USUAL_G


def learn(made: Iterable[Step]) -> dict[str, Baseline]:
    learnt = learn_baselines(made, shoe="road", measure=MEASURE)
    assert learnt.missing == ()
    return {str(one.side): one for one in learnt.baselines}


def test_the_median_of_accepted_running_steps_is_what_is_usual() -> None:
    made = [*steps(90.0, lambda side, n: USUAL_G + (side is Side.RIGHT) + (5.0 if n % 9 == 0 else 0.0))]
    made += [
        *steps(90.0, lambda *_: 30.0, accepted=False),
        *steps(90.0, lambda *_: 2.0, activity=Activity.WALK),
    ]
    found = learn(made)
    assert (found["left"].usual_g, found["right"].usual_g) == (USUAL_G, USUAL_G + 1.0)
    assert found["left"].steps == 129
    assert found["left"].measure == "resultant lp60Hz 65ms"


def test_bands_of_cadence_have_their_own() -> None:
    made = [*steps(80.0, easy), *steps(80.0, lambda *_: 9.0, stride_ms=750.0)]
    assert [(b.least_spm, b.below_spm, b.usual_g) for b in learn(made)["left"].bands] == [
        (160, 170, 9.0),
        (170, 180, USUAL_G),
    ]


def test_too_few_steps_teach_nothing_and_say_so() -> None:
    learnt = learn_baselines(steps(60.0, easy), shoe="", measure=MEASURE)
    assert learnt.baselines == ()
    assert "left-shin: 86 running steps, 100 are needed" in " ".join(learnt.missing)


def test_clipped_steps_teach_nothing_and_say_so() -> None:
    learnt = learn_baselines(steps(90.0, easy, clipped=True), shoe="", measure=MEASURE)
    assert learnt.baselines == ()
    assert "beyond the sensor's range" in learnt.missing[0]


def test_no_running_is_said() -> None:
    assert learn_baselines([], shoe="", measure=MEASURE).missing == ("no running step was found",)


@pytest.mark.parametrize(
    ("shoe", "measure", "placement"),
    [
        ("trail", MEASURE, Placement.SHANK),
        ("road", "resultant lp40Hz 80ms", Placement.SHANK),
        ("road", MEASURE, Placement.SHOE),
    ],
)
def test_a_baseline_of_another_shoe_filter_or_placement_never_counts(
    shoe: str, measure: str, placement: Placement
) -> None:
    known = list(learn(steps(90.0, easy)).values())
    worn = msgspec.structs.replace(SHINS[0], placement=placement)
    assert find_baseline(known, SHINS[0], shoe="Road", measure=MEASURE) is known[0]
    assert find_baseline(known, worn, shoe=shoe, measure=measure) is None
    assert baseline_settings(known, [worn], shoe=shoe, measure=measure) == {}


def test_settings_bring_the_baseline_into_the_chain() -> None:
    known = learn(steps(90.0, easy)).values()
    settings = baseline_settings(known, SHINS, shoe="road", measure=MEASURE)
    config = ChainConfig.from_header(SessionHeader(SHINS, config=settings))
    assert config.baselines_g == {"left-shin": USUAL_G, "right-shin": USUAL_G}
    assert [band.least_spm for band in config.bands["left-shin"]] == [170.0]


def halves(made: Iterable[Step]) -> list[tuple[float, float]]:
    """Baselines from the first and from the second half of the accepted running steps of each sensor."""
    by_sensor: dict[str, list[Step]] = defaultdict(list)
    for step in made:
        if step.accepted and step.activity is Activity.RUN:
            by_sensor[step.sensor].append(step)
    found = []
    for own in by_sensor.values():
        middle = len(own) // 2
        one, two = (learn(part) for part in (own[:middle], own[middle:]))
        found += [(one[side].usual_g, two[side].usual_g) for side in one]
    return found


def test_halves_of_a_simulated_run_agree_within_five_percent() -> None:
    run = Bout(motion=Motion.RUN, duration_s=160.0, impact_left_g=6.0, impact_right_g=7.0)
    session = simulate(Scenario("easy run", (run,)), pair_of(Placement.SHANK), seed=3)
    chain = Chain(session.header)
    made = [out for item in session.inputs() for out in chain.push(item) if isinstance(out, Step)]
    pairs = halves(made)
    assert len(pairs) == 2
    assert max(abs(a / b - 1.0) for a, b in pairs) < 0.05


def test_halves_of_a_real_outdoor_run_agree_within_five_percent(shared_data: Path) -> None:
    """Eight minutes outdoors with a shoe sensor, about 250 accepted steps in either half."""
    file = shared_data / "adept" / "outdoor_first480s.csv.gz"
    frame = analyze(file, placement="shoe", side="left").steps
    runs = frame[frame["accepted"] & (frame["activity"] == "run") & frame["peak_accel_g"].notna()]
    made = [
        made_step(
            sensor="shoe",
            placement=Placement.SHOE,
            peak_accel_g=float(row.peak_accel_g),
            stride_time_ms=float(row.stride_time_ms),
            clipped=bool(row.clipped),
        )
        for row in runs.dropna(subset="stride_time_ms").itertuples()
    ]
    assert len(made) > 400
    [(one, two)] = halves(made)
    assert abs(one / two - 1.0) < 0.05
