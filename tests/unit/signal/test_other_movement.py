"""What is no even run: stairs, hops in place, stop and go. Simulated, as no recording of it is at hand."""

from __future__ import annotations

import numpy as np
import pytest

from imu.model import Activity, Placement, SampleBatch, SensorInfo, Side, Step
from imu.signal import StepDetector
from imu.sources.sim import Bout, Motion
from tests.laws import streams
from tests.unit.signal.simulated import RATE_HZ, play

ON_LEG = [place for place in Placement if place.on_leg]
STAND = Bout(motion=Motion.STAND, duration_s=4.0)
SECONDS = 30.0


def steps_of(sensor: SensorInfo, batch: SampleBatch) -> list[Step]:
    return streams.steps_in(streams.run(StepDetector(sensor), [batch]))


@pytest.mark.parametrize("has_gyro", [False, True])
@pytest.mark.parametrize("placement", ON_LEG)
@pytest.mark.parametrize("cadence_spm", [85.0, 105.0, 125.0])
@pytest.mark.parametrize(
    "kind", [{"up": True, "impact_g": 1.8}, {"up": False, "impact_g": 3.0}, {"up": False, "impact_g": 4.0}]
)
def test_nobody_runs_on_stairs(
    kind: dict[str, float], cadence_spm: float, placement: Placement, has_gyro: bool
) -> None:
    """Steps of 0.28 m, up on a flat foot or down on the forefoot, soft or hard."""
    rise_m, angle_deg = (0.17, 0.0) if kind["up"] else (-0.17, -12.0)
    stairs = Bout(
        motion=Motion.WALK, duration_s=SECONDS, cadence_spm=cadence_spm, speed_mps=0.28 * cadence_spm / 60.0,
        rise_m=rise_m, strike_angle_deg=angle_deg,
        impact_left_g=kind["impact_g"], impact_right_g=kind["impact_g"],
    )  # fmt: skip
    sensor, batch, _ = play((STAND, stairs, STAND), placement, has_gyro=has_gyro)
    found = steps_of(sensor, batch)
    assert sum(step.activity is Activity.RUN for step in found) == 0
    assert len(found) > 0.7 * SECONDS * cadence_spm / 120.0


@pytest.mark.parametrize("has_gyro", [False, True])
@pytest.mark.parametrize("placement", ON_LEG)
def test_first_steps_of_stop_and_go_are_not_lost(placement: Placement, has_gyro: bool) -> None:
    go = Bout(motion=Motion.RUN, duration_s=8.0)
    sensor, batch, truth = play((STAND, go) * 5 + (STAND,), placement, has_gyro=has_gyro)
    found_s = (
        np.array([s.initial_contact_ns for s in steps_of(sensor, batch) if s.activity is Activity.RUN]) / 1e9
    )
    true_s = np.asarray(truth.initial_contact_s)[np.array(truth.activity) == "run"]
    near = np.abs(found_s[None, :] - true_s[:, None]).min(axis=1) < 0.1
    starts = np.flatnonzero(np.diff(true_s, prepend=-9.0) > 2.0)
    assert len(starts) == 5
    assert near.mean() >= 0.95
    first = np.concatenate([near[start : start + 4] for start in starts])
    assert first.mean() >= 0.9


def hops(rate_hz: float, flight_s: float, contact_s: float, peak_g: float) -> np.ndarray:
    """Specific force on an upright leg that hops: none in flight, half a sine on the ground, and a knock.

    The half sine carries the body's weight over the whole hop, so that its height follows from both times;
    the knock is a damped swing of 25 Hz at contact.
    """
    rng = np.random.default_rng(3)
    rows: list[np.ndarray] = [np.ones(round(3.0 * rate_hz))]
    for _ in range(24):
        flight = flight_s * (1.0 + 0.03 * rng.standard_normal())
        t_s = np.arange(0.0, contact_s, 1.0 / rate_hz)
        push = 0.5 * np.pi * (flight + contact_s) / contact_s * np.sin(np.pi * t_s / contact_s)
        knock = peak_g * np.exp(-t_s / 0.03) * np.sin(2.0 * np.pi * 25.0 * t_s)
        rows += [push + knock, np.zeros(round(flight * rate_hz))]
    rows.append(np.ones(round(3.0 * rate_hz)))
    up = np.concatenate(rows)
    acc = np.column_stack([0.1 * up, 0.05 * up, up])
    return acc + 0.03 * rng.standard_normal(acc.shape)


@pytest.mark.parametrize("placement", ON_LEG)
@pytest.mark.parametrize(
    ("flight_s", "contact_s", "peak_g"),
    [(0.2, 0.25, 3.0), (0.35, 0.25, 5.0), (0.5, 0.35, 8.0), (0.3, 0.4, 3.0)],
)
def test_hops_in_place_are_no_running_steps_for_long(
    flight_s: float, contact_s: float, peak_g: float, placement: Placement
) -> None:
    acc = hops(RATE_HZ, flight_s, contact_s, peak_g)
    t_ns = np.rint(np.arange(len(acc)) / RATE_HZ * 1e9).astype(np.int64)
    sensor = SensorInfo(sensor="left", placement=placement, side=Side.LEFT, rate_hz=RATE_HZ, has_gyro=False)
    found = steps_of(sensor, SampleBatch("left", 0, t_ns, acc, None, np.zeros(len(acc), np.bool_)))
    assert sum(step.activity is Activity.RUN for step in found) <= 3
