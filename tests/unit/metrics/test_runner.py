from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from imu.metrics import RunnerTracker, asymmetry_percent
from imu.model import Activity, Placement, RunnerMetrics, SensorInfo, Side, Step, Tick
from tests.made import made_step

NS = 1_000_000_000


def worn(placement: Placement, side: Side) -> SensorInfo:
    return SensorInfo(sensor=f"{side}-{placement}", placement=placement, side=side, rate_hz=200.0)


SHINS = (worn(Placement.SHANK, Side.LEFT), worn(Placement.SHANK, Side.RIGHT))
SHOES = (worn(Placement.SHOE, Side.LEFT), worn(Placement.SHOE, Side.RIGHT))


def steps(sensor: SensorInfo, count: int, **changes: Any) -> list[Step]:
    """Make steps of one foot, 0.7 s apart, contact time 250 ms."""
    return [
        made_step(
            step=k,
            sensor=sensor.sensor,
            side=sensor.side,
            placement=sensor.placement,
            initial_contact_ns=k * 700_000_000,
            toe_off_ns=k * 700_000_000 + round(changes.get("contact_ms", 250.0) * 1e6),
            known_ns=k * 700_000_000 + 400_000_000,
            **{name: value for name, value in changes.items() if name != "contact_ms"},
        )
        for k in range(count)
    ]


def told(sensors: tuple[SensorInfo, ...], *groups: list[Step], tick_s: float | None = None) -> RunnerMetrics:
    tracker = RunnerTracker(sensors)
    every = [step for group in groups for step in group]
    for step in sorted(every, key=lambda step: step.known_ns):
        assert tracker.push(step) == []
    last_ns = max(step.known_ns for step in every)
    (metrics,) = tracker.push(Tick(last_ns if tick_s is None else round(tick_s * NS)))
    return metrics


def test_cadence_is_of_both_feet_and_forgotten_after_a_pause() -> None:
    run = steps(SHINS[0], 20, stride_time_ms=700.0)
    assert told(SHINS, run).cadence_spm == pytest.approx(171.43, abs=0.01)
    last_s = run[-1].known_ns / NS
    assert told(SHINS, run, tick_s=last_s + 4.9).cadence_spm is not None
    assert told(SHINS, run, tick_s=last_s + 5.1).cadence_spm is None


def test_asymmetry_needs_fifty_steps_of_each_leg_and_is_positive_when_left_is_greater() -> None:
    left, right = steps(SHINS[0], 50, peak_accel_g=11.0), steps(SHINS[1], 50, peak_accel_g=9.0)
    assert told(SHINS, left, right).impact_asymmetry_percent == pytest.approx(20.0)
    assert told(SHINS, left, right[:49]).impact_asymmetry_percent is None
    assert told(SHINS, left, right[:49]).contact_asymmetry_percent is None


def test_only_accepted_running_steps_count() -> None:
    odd = [
        *steps(SHINS[0], 60, accepted=False, peak_accel_g=30.0),
        *steps(SHINS[0], 60, activity=Activity.WALK, peak_accel_g=2.0),
    ]
    good = steps(SHINS[0], 3, peak_accel_g=6.4)
    metrics = told(SHINS, odd, good)
    assert metrics.impacts == {"left-shank": 3, "right-shank": 0}
    assert metrics.impact_sum_g["left-shank"] == pytest.approx(19.2)
    assert metrics.impact_bins["left-shank"] == (0, 0, 0, 0, 0, 0, 3)


def test_clipped_peaks_are_lower_bounds_so_asymmetry_of_impact_is_unknown() -> None:
    left, right = steps(SHOES[0], 50, clipped=True), steps(SHOES[1], 50)
    metrics = told(SHOES, left, right)
    assert metrics.impact_asymmetry_percent is None
    assert metrics.contact_asymmetry_percent == 0.0
    assert metrics.impacts["left-shoe"] == 50


def test_a_shin_is_never_held_against_a_shoe() -> None:
    mixed = (SHINS[0], SHOES[1])
    metrics = told(mixed, steps(mixed[0], 60), steps(mixed[1], 60))
    assert metrics.impact_asymmetry_percent is None
    assert metrics.contact_asymmetry_percent is None


def test_with_shins_and_shoes_impact_is_the_shins_and_contact_time_the_shoes() -> None:
    groups = [
        steps(SHINS[0], 50, peak_accel_g=6.0, contact_ms=250.0),
        steps(SHINS[1], 50, peak_accel_g=6.0, contact_ms=250.0),
        steps(SHOES[0], 50, peak_accel_g=12.0, contact_ms=300.0),
        steps(SHOES[1], 50, peak_accel_g=14.0, contact_ms=200.0),
    ]
    metrics = told((*SHINS, *SHOES), *groups)
    assert metrics.impact_asymmetry_percent == 0.0
    assert metrics.contact_asymmetry_percent == pytest.approx(40.0)


def test_counts_only_grow_and_bins_hold_every_impact() -> None:
    tracker, seen = RunnerTracker(SHINS), []
    for step in steps(SHINS[0], 30, peak_accel_g=7.5):
        tracker.push(step)
        seen += tracker.push(Tick(step.known_ns))
    for before, after in pairwise(seen):
        assert after.impacts["left-shank"] == before.impacts["left-shank"] + 1
    for metrics in seen:
        assert sum(metrics.impact_bins["left-shank"]) == metrics.impacts["left-shank"]


def test_steps_after_the_last_tick_are_told_at_the_end() -> None:
    tracker = RunnerTracker(SHINS)
    tracker.push(Tick(0))
    assert tracker.flush() == []
    tracker.push(steps(SHINS[0], 1)[0])
    assert tracker.flush()[0].impacts["left-shank"] == 1


@pytest.mark.parametrize(
    ("left", "right", "index"), [(11.0, 9.0, 20.0), (9.0, 11.0, -20.0), (0.0, 0.0, None)]
)
def test_symmetry_index(left: float, right: float, index: float | None) -> None:
    assert asymmetry_percent(left, right) == index
