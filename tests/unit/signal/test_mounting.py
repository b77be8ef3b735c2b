from __future__ import annotations

import msgspec
import numpy as np
import pytest

from imu.model import MountingEstimate, Placement, SampleBatch
from imu.signal import StepDetector
from tests.laws import streams
from tests.unit.signal.simulated import AS_WORN, run

ALONG, RIGHT, FORWARD = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])


def estimates(sensor: object, *batches: SampleBatch) -> list[MountingEstimate]:
    outputs = streams.run(StepDetector(sensor), batches)  # type: ignore[arg-type]
    return [out for out in outputs if isinstance(out, MountingEstimate)]


def degrees(a: object, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(np.dot(np.asarray(a), b), -1.0, 1.0))))


def turned(batch: SampleBatch, turn: np.ndarray) -> SampleBatch:
    gyr = None if batch.gyr_dps is None else batch.gyr_dps @ turn.T
    return msgspec.structs.replace(batch, acc_g=batch.acc_g @ turn.T, gyr_dps=gyr)


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
def test_standing_tells_gravity_and_strides_tell_the_rest(placement: Placement) -> None:
    sensor, batch, _ = run(placement, 12.0, mounting=AS_WORN)
    standing, running = estimates(sensor, batch)[:2]
    assert standing.known == ("gravity",)
    assert standing.known_ns - batch.t_ns[0] < 1.5e9
    assert degrees(standing.gravity, ALONG) < 15.0
    assert running.known == ("gravity", "up", "lateral", "forward")
    assert running.forward_sense_known
    assert degrees(running.lateral, RIGHT) < 20.0
    assert degrees(running.forward, FORWARD) < 35.0


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
def test_directions_turn_with_the_sensor(placement: Placement) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    turn[:, 0] *= np.linalg.det(turn)
    sensor, batch, _ = run(placement, 12.0)
    as_was, as_turned = (estimates(sensor, one)[1] for one in (batch, turned(batch, turn)))
    for name in ("gravity", "up", "lateral", "forward"):
        np.testing.assert_allclose(getattr(as_turned, name), turn @ getattr(as_was, name), atol=1e-6)


def test_an_accelerometer_alone_tells_the_line_of_running_but_not_its_sense() -> None:
    sensor, batch, _ = run(Placement.SHANK, 12.0, has_gyro=False, mounting=AS_WORN)
    running = estimates(sensor, batch)[1]
    assert running.known == ("gravity", "up", "forward")
    assert not running.forward_sense_known
    assert min(degrees(running.forward, FORWARD), degrees(running.forward, -FORWARD)) < 30.0


def test_a_sensor_that_turns_in_the_run_is_noticed_and_learnt_anew() -> None:
    sensor, batch, _ = run(Placement.SHANK, 12.0)
    half = len(batch) // 2
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    kept, after = streams.part(batch, 0, half), turned(streams.part(batch, half), quarter)
    usual, changed = estimates(sensor, batch), estimates(sensor, kept, after)
    assert not any(one.changed for one in usual)
    (new,) = (one for one in changed if one.changed)
    assert 0 < new.known_ns - int(batch.t_ns[half]) < 5e9
    assert new.gravity is None
    assert degrees(new.up, quarter @ np.asarray(usual[1].up)) < 10.0


def test_axial_peaks_stand_on_gravity_where_the_wearer_stood() -> None:
    sensor, batch, _ = run(Placement.SHANK, 12.0, mounting=AS_WORN)
    with_standing = streams.steps_in(streams.run(StepDetector(sensor), [batch]))
    without = streams.steps_in(streams.run(StepDetector(sensor), [streams.part(batch, round(3.2 * 208))]))
    axial = [
        np.median([s.peak_axial_g for s in steps if s.peak_axial_g]) for steps in (with_standing, without)
    ]
    assert axial[0] != pytest.approx(axial[1], rel=0.005)
