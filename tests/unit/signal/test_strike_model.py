from __future__ import annotations

import msgspec
import numpy as np
import pytest

from imu.config import STRIKE_MODEL_KEY, ChainConfig
from imu.errors import UsageError
from imu.model import Landing, Placement, SessionHeader, Side, Strike
from imu.signal import StepDetector, StrikeModel
from imu.signal.strike_model import FEATURES, cross_validate, fit, strike_features
from tests.laws import streams

SHANK = streams.worn(Placement.SHANK, has_gyro=True)
ALWAYS_HEEL = StrikeModel(Placement.SHANK, 200.0, Strike.FOREFOOT, (0.0,) * FEATURES, 5.0)


def clouds(distance: float, count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    return rng.normal(0.0, 1.0, (count, FEATURES)), rng.normal(distance, 1.0, (count, FEATURES))


def test_features_do_not_depend_on_the_mounting() -> None:
    acc = np.random.default_rng(1).normal(0.0, 2.0, (3, 60, 3))
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    contact = np.array([10.0, 10.25, 11.5])
    np.testing.assert_allclose(
        strike_features(acc, contact, 200.0), strike_features(acc @ turn.T, contact, 200.0), atol=1e-9
    )


def test_two_ways_that_differ_are_told_apart_on_strides_left_out() -> None:
    score = cross_validate(*clouds(1.0), Placement.SHOE, 100.0, Strike.MIDFOOT)
    assert score.right_percent >= 95.0
    assert score.decided_percent >= 90.0


def test_two_ways_that_are_alike_do_not_reach_any_bar() -> None:
    score = cross_validate(*clouds(0.0), Placement.SHOE, 100.0, Strike.MIDFOOT)
    assert score.right_percent < 70.0


def test_fitted_model_calls_both_kinds() -> None:
    heel, other = clouds(1.0)
    weights, bias = fit(heel, other)
    model = StrikeModel(Placement.SHOE, 100.0, Strike.FOREFOOT, tuple(weights.tolist()), bias)
    assert model.classify(np.zeros(FEATURES)) is Strike.HEEL
    assert model.classify(np.ones(FEATURES)) is Strike.FOREFOOT
    assert model.classify(np.full(FEATURES, 0.5)) is Strike.UNSURE


def test_a_detector_with_a_model_tells_the_landing_early_and_the_step_repeats_it() -> None:
    outputs = streams.run(StepDetector(SHANK, None, ALWAYS_HEEL), [streams.gait(SHANK, 1)])
    landings = {out.step: out.strike for out in outputs if isinstance(out, Landing)}
    steps = streams.steps_in(outputs)
    assert {step.strike for step in steps} == {Strike.HEEL}
    assert landings == {step.step: step.strike for step in steps}


def test_a_gyroscope_on_the_shoe_needs_no_model() -> None:
    shoe = streams.worn(Placement.SHOE, has_gyro=True)
    model = msgspec.structs.replace(ALWAYS_HEEL, placement=Placement.SHOE)
    batch = streams.gait(shoe, 1)
    ours, usual = (streams.run(StepDetector(shoe, None, m), [batch]) for m in (model, None))
    assert not streams.difference(ours, usual)


@pytest.mark.parametrize(
    "sensor",
    [
        streams.worn(Placement.SHOE, has_gyro=False),
        streams.worn(Placement.SHANK, has_gyro=False, rate_hz=100.0),
    ],
)
def test_a_model_of_another_placement_or_rate_is_refused(sensor: object) -> None:
    with pytest.raises(UsageError, match="calibrate again"):
        StepDetector(sensor, None, ALWAYS_HEEL)  # type: ignore[arg-type]


def test_a_session_carries_the_model_in_its_header() -> None:
    model = StrikeModel(
        Placement.SHANK, 200.0, Strike.MIDFOOT, tuple(np.linspace(-1, 1, FEATURES)), 0.5, 96.0, 91.0, 80
    )
    settings = {f"{STRIKE_MODEL_KEY}left.shin.{name}": value for name, value in model.numbers().items()}
    header = SessionHeader(
        (msgspec.structs.replace(SHANK, sensor="left.shin", side=Side.LEFT),), config=settings
    )
    assert ChainConfig.from_header(header).strike_models == {"left.shin": model}
    with pytest.raises(UsageError, match="bias"):
        StrikeModel.from_numbers({k: v for k, v in model.numbers().items() if k != "bias"})


@pytest.mark.parametrize(("weights", "other"), [((0.0,), Strike.MIDFOOT), ((0.0,) * FEATURES, Strike.HEEL)])
def test_what_is_no_model_is_refused(weights: tuple[float, ...], other: Strike) -> None:
    with pytest.raises(ValueError, match="not"):
        StrikeModel(Placement.SHOE, 100.0, other, weights, 0.0)
