from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.coach import Hold, HoldMeter, HoldParams, TiltReading, ankle_result
from imu.model import Placement, SensorInfo, Side
from tests.laws import streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model import SampleBatch

SHIN = SensorInfo(sensor="left-shin", placement=Placement.SHANK, side=Side.LEFT, rate_hz=200.0)


def holds(batches: Sequence[SampleBatch], params: HoldParams | None = None) -> list[Hold]:
    return [out for out in streams.run(HoldMeter(params), batches) if isinstance(out, Hold)]


@given(seed=st.integers(0, 30))
def test_the_tries_are_found_however_the_sensor_is_turned(seed: int) -> None:
    found = holds([streams.lunges(SHIN, seed, angles_deg=(38.0, 41.0, 35.5))])
    assert [hold.angle_deg for hold in found] == pytest.approx([38.0, 41.0, 35.5], abs=1.0)
    assert [hold.held_s for hold in found] == pytest.approx([2.0] * 3, abs=0.5)


@given(sizes=st.lists(st.integers(1, 700), min_size=1, max_size=6), first=st.integers(0, 3000))
def test_how_samples_are_cut_does_not_matter(sizes: list[int], first: int) -> None:
    with_hole = streams.hole(streams.lunges(SHIN), first, 70)
    whole = streams.run(HoldMeter(), streams.together(with_hole))
    pieces = [piece for stretch in with_hole for piece in streams.cut(stretch, sizes)]
    assert not streams.difference(streams.run(HoldMeter(), pieces), whole)


def test_the_angle_is_told_live() -> None:
    batch = streams.lunges(SHIN)
    readings = [out for out in HoldMeter().push(batch) if isinstance(out, TiltReading)]
    assert max(reading.angle_deg for reading in readings) == pytest.approx(40.0, abs=1.0)
    assert np.diff([reading.t_ns for reading in readings]).tolist() == [100_000_000] * (len(readings) - 1)


@pytest.mark.parametrize(("angle_deg", "hold_s"), [(6.0, 2.0), (38.0, 0.2)])
def test_a_small_bend_or_a_short_touch_is_no_try(angle_deg: float, hold_s: float) -> None:
    assert holds([streams.lunges(SHIN, angles_deg=(angle_deg,), hold_s=hold_s)]) == []


def test_a_hole_in_a_hold_ends_it() -> None:
    batch = streams.lunges(SHIN, angles_deg=(38.0,), hold_s=1.2)
    middle = int((3.0 + 1.0 + 0.6) * SHIN.rate_hz)
    assert len(holds([batch])) == 1
    assert holds(streams.hole(batch, middle - 60, 120)) == []


def test_running_is_no_hold() -> None:
    assert holds([streams.gait(SHIN, 1)]) == []


def test_a_plank_is_a_long_hold_away_from_standing() -> None:
    found = holds([streams.lunges(SHIN, angles_deg=(80.0,), hold_s=45.0)])
    assert [hold.held_s for hold in found] == [pytest.approx(45.0, abs=0.5)]


def test_three_tries_make_a_test() -> None:
    made = [Hold(0, angle, 2.0) for angle in (38.0, 40.0, 39.1, 55.0)]
    found = ankle_result(Side.LEFT, made)
    assert found is not None
    assert (found.tries_deg, found.mean_deg, found.spread_deg) == ((38.0, 40.0, 39.1), 39.0, 2.0)
    assert found.complete
    assert found.repeatable


@pytest.mark.parametrize(("tries", "complete"), [((30.0, 36.0, 33.0), True), ((38.0, 38.0), False)])
def test_tries_far_apart_or_too_few_are_not_repeatable(tries: tuple[float, ...], complete: bool) -> None:
    found = ankle_result(Side.RIGHT, [Hold(0, angle, 2.0) for angle in tries])
    assert found is not None
    assert (found.complete, found.repeatable) == (complete, False)


def test_no_try_no_result() -> None:
    assert ankle_result(Side.LEFT, []) is None
