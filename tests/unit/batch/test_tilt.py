"""Shank tilt at contact, against the simulator's truth."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from imu.batch.motion import SensorSamples, stride_up, tilt_deg
from imu.batch.outcomes import outcomes_frame
from imu.model import Placement, SampleBatch, SensorInfo, Side, Step
from imu.signal import StepDetector
from imu.sources.sim import Bout, Motion, Scenario, SimSensor, simulate
from imu.sources.sim.gait import Leg
from imu.sources.sim.scenario import plan

RATE_HZ = 208.0
ABOUT_Y = (0.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0)
OBLIQUE = (0.36, 0.48, -0.8, -0.8, 0.6, 0.0, 0.48, 0.64, 0.6)
SCENARIO = Scenario(
    "run", (Bout(motion=Motion.STAND, duration_s=4.0), Bout(motion=Motion.RUN, duration_s=16.0))
)
WORN = SensorInfo("shin", Placement.SHANK, Side.LEFT, RATE_HZ)


def shin(mounting: tuple[float, ...], *, stands: bool = True) -> tuple[list[Step], SensorSamples]:
    sensor = SimSensor(sensor="shin", placement=Placement.SHANK, side=Side.LEFT, mounting=mounting)
    stream = simulate(SCENARIO, (sensor,), seed=4).stream("shin")
    blocks = [stream.block(k) for k in range(int(20.0 * RATE_HZ / stream.block_size))]
    t_s, acc, gyr, clipped = (
        np.concatenate([getattr(block, name) for block in blocks])
        for name in ("t_s", "acc_g", "gyr_dps", "clipped")
    )
    kept = slice(0 if stands else round(4.5 * RATE_HZ), None)
    t_ns = np.rint(t_s[kept] * 1e9).astype(np.int64)
    samples = SensorSamples(t_ns, acc[kept], gyr[kept], clipped[kept], RATE_HZ)
    detector = StepDetector(WORN)
    batch = SampleBatch("shin", 0, t_ns, samples.acc_g, samples.gyr_dps, samples.clipped)
    return [out for out in [*detector.push(batch), *detector.flush()] if isinstance(out, Step)], samples


def tilts(steps: list[Step], samples: SensorSamples) -> np.ndarray:
    return outcomes_frame(steps, (WORN,), {"shin": samples})["shank_tilt_deg"].to_numpy(float)


@pytest.mark.parametrize("mounting", [ABOUT_Y, OBLIQUE])
def test_tilt_is_that_of_the_simulated_shank_however_mounted(mounting: tuple[float, ...]) -> None:
    steps, samples = shin(mounting)
    told = outcomes_frame(steps, (WORN,), {"shin": samples}).dropna(subset=["shank_tilt_deg"])
    assert len(told) > 15
    leg = Leg(plan(SCENARIO, 4)[0][0])
    at = np.append(told["initial_contact_s"].to_numpy(), 2.0)
    pitch_deg = np.degrees(leg.segments(at).value[:, 1])
    off_deg = told["shank_tilt_deg"].to_numpy() - (pitch_deg[:-1] - pitch_deg[-1])
    assert abs(np.median(off_deg)) < 2.0
    assert off_deg.std() < 1.5


def test_without_standing_there_is_nothing_to_hold_it_against() -> None:
    steps, samples = shin(OBLIQUE, stands=False)
    assert len(steps) > 15
    assert np.isnan(tilts(steps, samples)).all()


def test_a_sensor_that_lay_on_a_table_did_not_stand() -> None:
    steps, samples = shin(OBLIQUE)
    acc = samples.acc_g.copy()
    still = samples.t_ns < 4_300_000_000
    acc[still] *= -1.0
    assert np.isnan(
        tilts(steps, SensorSamples(samples.t_ns, acc, samples.gyr_dps, samples.clipped, RATE_HZ))
    ).all()


def test_clipped_and_torn_strides_are_unknown_alone() -> None:
    steps, samples = shin(OBLIQUE)
    whole = tilts(steps, samples)
    at = int(np.searchsorted(samples.t_ns, steps[10].initial_contact_ns)) + 4
    clipped = samples.clipped.copy()
    clipped[at] = True
    kept = np.r_[0:at, at + 6 : len(samples.t_ns)]
    t_ns, acc, gyr, whole_range = samples.t_ns, samples.acc_g, samples.gyr_dps, samples.clipped
    for spoilt in (
        SensorSamples(t_ns, acc, gyr, clipped, RATE_HZ),
        SensorSamples(t_ns[kept], acc[kept], gyr[kept], whole_range[kept], RATE_HZ),
    ):
        lost = np.isnan(tilts(steps, spoilt)) & ~np.isnan(whole)
        assert lost.sum() == 1


def test_a_stride_that_breaks_the_rhythm_is_unknown() -> None:
    steps, samples = shin(OBLIQUE)
    assert steps[10].stride_time_ms is not None
    odd = msgspec.structs.replace(steps[10], stride_time_ms=0.85 * steps[10].stride_time_ms)
    lost = np.isnan(tilts([*steps[:10], odd, *steps[11:]], samples)) & ~np.isnan(tilts(steps, samples))
    assert lost.sum() == 1


def test_up_of_a_still_stride_and_its_angle() -> None:
    count = 60
    lean = np.radians(12.0)
    acc = np.tile([np.sin(lean), np.cos(lean), 0.0], (count, 1))
    t_ns = np.arange(count, dtype=np.int64) * 10_000_000
    samples = SensorSamples(t_ns, acc, np.zeros((count, 3)), np.zeros(count, np.bool_), 100.0)
    up = stride_up(samples, slice(0, count))
    assert up is not None
    assert tilt_deg(up, np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])) == pytest.approx(12.0)
    faster = SensorSamples(t_ns, 1.2 * acc, samples.gyr_dps, samples.clipped, 100.0)
    assert stride_up(faster, slice(0, count)) is None
