from __future__ import annotations

import msgspec
import numpy as np
import pytest

from imu.model import Activity, Gap, Placement, RejectReason, SampleBatch, SensorInfo, Side, Step, Strike
from imu.signal import StepDetector
from tests.laws import streams

SHOE = streams.worn(Placement.SHOE, has_gyro=True)
SHANK = streams.worn(Placement.SHANK, has_gyro=False)
RUNNING, WALKING = 1, 3


def steps_of(sensor: SensorInfo, *batches: SampleBatch | Gap) -> list[Step]:
    return streams.steps_in(streams.run(StepDetector(sensor), batches))


@pytest.mark.parametrize("sensor", [SHOE, SHANK], ids=["shoe", "shank"])
@pytest.mark.parametrize(("seed", "activity"), [(RUNNING, Activity.RUN), (WALKING, Activity.WALK)])
def test_every_stride_is_one_step(sensor: SensorInfo, seed: int, activity: Activity) -> None:
    steps = steps_of(sensor, streams.gait(sensor, seed, 30.0))
    strides_ms = [step.stride_time_ms or 0.0 for step in steps[1:]]
    assert [step.step for step in steps] == list(range(len(steps)))
    assert {step.activity for step in steps} == {activity}
    assert steps[0].stride_time_ms is None
    assert max(strides_ms) < 1.15 * min(strides_ms)
    assert len(steps) == pytest.approx(29.0 / (np.median(strides_ms) / 1000.0), abs=2)


@pytest.mark.parametrize("sensor", [SHOE, SHANK], ids=["shoe", "shank"])
def test_standing_still_gives_no_step(sensor: SensorInfo) -> None:
    still = streams.part(streams.gait(sensor, RUNNING, 30.0), 0, 195)
    tiled = np.tile(still.acc_g, (30, 1))
    t_ns = streams.START_NS + np.arange(len(tiled)) * 5_000_000
    gyr = None if still.gyr_dps is None else np.tile(still.gyr_dps, (30, 1))
    assert steps_of(sensor, SampleBatch("left", 0, t_ns, tiled, gyr, np.zeros(len(tiled), bool))) == []


def test_nothing_in_nothing_out() -> None:
    assert steps_of(SHOE) == []
    assert steps_of(SHOE, Gap("left", 0, 0, 10, 2, "lost")) == []


def test_a_shoe_with_a_gyroscope_tells_the_landing_and_others_say_that_they_cannot() -> None:
    without = msgspec.structs.replace(SHOE, has_gyro=False)
    assert {step.strike for step in steps_of(SHOE, streams.gait(SHOE, RUNNING))} != {Strike.UNMEASURABLE}
    for sensor in (without, SHANK, streams.worn(Placement.SHANK, has_gyro=True)):
        for step in steps_of(sensor, streams.gait(sensor, RUNNING)):
            assert step.strike is Strike.UNMEASURABLE
            assert step.strike_angle_deg is None


def test_below_100_hz_the_impact_is_unknown() -> None:
    slow = streams.worn(Placement.SHANK, has_gyro=False, rate_hz=80.0)
    steps = steps_of(slow, streams.gait(slow, RUNNING))
    assert len(steps) > 10
    for step in steps:
        assert step.peak_accel_g is step.peak_axial_g is step.time_to_peak_ms is None


def test_clipped_impacts_are_marked_and_not_repaired() -> None:
    whole = streams.gait(SHANK, RUNNING)
    limit_g = 2.5
    cut = msgspec.structs.replace(
        whole,
        acc_g=np.clip(whole.acc_g, -limit_g, limit_g),
        clipped=np.abs(whole.acc_g).max(axis=1) >= limit_g,
    )
    steps = steps_of(SHANK, cut)
    assert all(step.clipped for step in steps[1:])  # the made-up gait begins in the middle of an impact
    overshoot = 1.05  # of the low-pass
    assert all(step.peak_accel_g <= overshoot * np.sqrt(3.0) * limit_g for step in steps)


def test_a_hole_at_an_impact_spoils_that_step_only() -> None:
    whole = streams.gait(SHANK, RUNNING)
    usual = steps_of(SHANK, whole)
    at = int(np.searchsorted(whole.t_ns, usual[8].initial_contact_ns))
    holed = steps_of(SHANK, *streams.hole(whole, at - 2, 8))
    rejected = [step for step in holed if step.reject_reason is RejectReason.LOST_SAMPLES]
    assert len(rejected) == 1
    assert not rejected[0].accepted
    assert rejected[0].lost_samples == 8
    assert len(holed) == len(usual)


def test_any_mounting_gives_the_same_steps() -> None:
    batch = streams.gait(SHOE, RUNNING)
    turn, _ = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))
    turn[:, 0] *= np.linalg.det(turn)
    turned = msgspec.structs.replace(batch, acc_g=batch.acc_g @ turn.T, gyr_dps=batch.gyr_dps @ turn.T)
    for ours, theirs in zip(steps_of(SHOE, batch), steps_of(SHOE, turned), strict=True):
        assert abs(ours.initial_contact_ns - theirs.initial_contact_ns) <= 1
        assert ours.strike is theirs.strike
        assert ours.peak_axial_g == pytest.approx(theirs.peak_axial_g)


def test_steps_carry_the_side_and_place_of_their_sensor() -> None:
    right = msgspec.structs.replace(SHANK, side=Side.RIGHT)
    step = steps_of(right, streams.gait(right, RUNNING))[0]
    assert (step.side, step.placement) == (Side.RIGHT, Placement.SHANK)
