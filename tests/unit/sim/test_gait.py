from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from imu.errors import UsageError
from imu.model import Placement, Side, Strike
from imu.sources.sim import Bout, Limb, Motion, Scenario
from imu.sources.sim.gait import BALL_M, HEEL_M, Leg
from imu.sources.sim.scenario import plan, strike_of, two_shoes
from imu.units import MPS2_PER_G

STEP_S = 1e-3


def outing() -> Scenario:
    return Scenario(
        "outing",
        (
            Bout(motion=Motion.STAND, duration_s=4),
            Bout(motion=Motion.WALK, duration_s=6, cadence_spm=112, speed_mps=1.35, impact_left_g=2.4),
            Bout(motion=Motion.RUN, duration_s=6, cadence_spm=170, speed_mps=3.4),
            Bout(motion=Motion.RUN, duration_s=6, cadence_spm=176, speed_mps=3.4, strike=Strike.FOREFOOT),
            Bout(motion=Motion.STAND, duration_s=3),
        ),
    )


def run(**changes: object) -> Bout:
    return Bout(motion=Motion.RUN, duration_s=12, **changes)  # type: ignore[arg-type]


def times(end_s: float) -> np.ndarray:
    return np.arange(0.0, end_s, STEP_S)


@pytest.mark.parametrize("leg", [0, 1])
def test_position_velocity_and_acceleration_belong_together(leg: int) -> None:
    legs, edges = plan(outing(), seed=1)
    moving = Leg(legs[leg])
    t_s = times(edges[-1])
    ankle = moving.ankle(t_s, moving.segments(t_s))
    velocity = np.gradient(ankle.position_m, t_s, axis=0)[2:-2]
    acceleration = np.gradient(ankle.velocity_mps, t_s, axis=0)[2:-2]
    np.testing.assert_allclose(velocity, ankle.velocity_mps[2:-2], atol=0.01)
    np.testing.assert_allclose(acceleration, ankle.acceleration_mps2[2:-2], atol=2.0)


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
def test_acceleration_has_no_jumps(placement: Placement) -> None:
    (left, _), edges = plan(outing(), seed=1)
    limb = Limb(left, placement, Side.LEFT)
    jumps = []
    for spacing_s in (1e-3, 1e-4):
        t_s = np.arange(0.0, edges[-1], spacing_s)
        jumps.append(np.abs(np.diff(limb.felt(t_s).acc_g, axis=0)).max())
    assert jumps[1] < 0.2 * jumps[0]


@pytest.mark.parametrize("placement", [place for place in Placement if place.on_leg])
def test_standing_feels_gravity_and_nothing_else(placement: Placement) -> None:
    (left, _), _ = plan(outing(), seed=1)
    felt = Limb(left, placement, Side.LEFT).felt(np.arange(0.5, 2.5, STEP_S))
    np.testing.assert_allclose(np.linalg.norm(felt.acc_g, axis=1), 1.0, atol=0.01)
    assert np.abs(felt.gyr_dps).max() < 6.0


def test_a_flat_foot_stands_still() -> None:
    (left, _), _ = plan(outing(), seed=1)
    leg = Leg(left)
    midstance = left.initial_contact_s[8:-4] + 0.33 * left.contact_s[8:-4]
    ankle = leg.ankle(midstance, leg.segments(midstance))
    np.testing.assert_allclose(ankle.velocity_mps, 0.0, atol=0.02)
    np.testing.assert_allclose(ankle.position_m[:, 0], left.x_m[8:-4], atol=1e-3)


def test_pitch_at_contact_is_the_strike_angle() -> None:
    (left, _), _ = plan(outing(), seed=1)
    inner = slice(2, -3)
    pitch = Leg(left).segments(left.initial_contact_s[inner]).value[:, 0]
    np.testing.assert_allclose(np.degrees(pitch), left.angle_deg[inner], atol=1e-9)


def test_the_sole_stays_above_the_ground() -> None:
    legs, edges = plan(outing(), seed=1)
    leg = Leg(legs[0])
    t_s = times(edges[-1])
    segments = leg.segments(t_s)
    pitch, height = segments.value[:, 0], leg.ankle(t_s, segments).position_m[:, 1]
    for x_m, y_m in (HEEL_M, BALL_M):
        assert (height + np.sin(pitch) * x_m + np.cos(pitch) * y_m - y_m).min() > -0.03


def strapdown(limb: Limb, placement: Placement, t_s: np.ndarray) -> np.ndarray:
    """Displacement by integrating what is felt, from a start at rest; shape (n, 3)."""
    felt = limb.felt(t_s)
    pitch, shank, frontal, transverse = limb.leg.segments(t_s[:1]).value[0]
    start = Rotation.from_euler("ZXY", [pitch if placement is Placement.SHOE else shank, frontal, transverse])
    turns = Rotation.from_rotvec(np.radians((felt.gyr_dps[1:] + felt.gyr_dps[:-1]) / 2) * STEP_S)
    pose = [start]
    for turn in turns:
        pose.append(pose[-1] * turn)
    world = np.array([each.apply(force) for each, force in zip(pose, felt.acc_g, strict=True)])
    world = (world - [0.0, 1.0, 0.0]) * MPS2_PER_G
    velocity = np.cumsum((world[1:] + world[:-1]) / 2, axis=0) * STEP_S
    return np.cumsum(velocity, axis=0) * STEP_S


def test_integrating_what_is_felt_gives_the_distance_covered() -> None:
    bout = run(speed_mps=3.2, cadence_spm=170, variability=0.0)
    (_, right), _ = plan(Scenario("run", (bout,)), seed=1)
    limb = Limb(right, Placement.SHOE, Side.RIGHT)
    flat_s = right.initial_contact_s[6:8] + 0.36 * right.contact_s[6:8]
    moved = strapdown(limb, Placement.SHOE, np.arange(flat_s[0], flat_s[1], STEP_S))[-1]
    stride_m = bout.speed_mps * 120.0 / bout.cadence_spm
    assert moved[0] == pytest.approx(stride_m, rel=0.03)
    assert abs(moved[1]) < 0.05


@pytest.mark.parametrize("strike", [Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT])
def test_peaks_at_the_shank_are_the_intended_ones(strike: Strike) -> None:
    (left, _), _ = plan(Scenario("run", (run(strike=strike, impact_left_g=8.0),)), seed=1)
    peak_g, _ = Limb(left, Placement.SHANK, Side.LEFT).peaks_g()
    np.testing.assert_allclose(peak_g[2:-2], left.impact_g[3:-4], rtol=0.02)


def test_a_heel_strike_loads_faster_than_a_forefoot_strike() -> None:
    rise = {}
    for strike in (Strike.HEEL, Strike.FOREFOOT):
        (left, _), _ = plan(Scenario("run", (run(strike=strike),)), seed=1)
        rise[strike] = np.median(Limb(left, Placement.SHANK, Side.LEFT).peaks_g()[1])
    assert 0.015 < rise[Strike.HEEL] < rise[Strike.FOREFOOT] < 0.05


def test_shank_swings_forward_as_fast_as_a_runner_s() -> None:
    (left, _), _ = plan(Scenario("run", (run(speed_mps=3.0),)), seed=1)
    rate = Limb(left, Placement.SHANK, Side.LEFT).felt(np.arange(2.0, 10.0, STEP_S)).gyr_dps[:, 2]
    assert 450 < rate.max() < 700


def test_legs_mirror_each_other() -> None:
    legs, _ = plan(Scenario("run", (run(),)), seed=1)
    t_s = np.arange(3.0, 6.0, STEP_S)
    left, right = (Limb(legs[0], Placement.SHOE, side).felt(t_s) for side in (Side.LEFT, Side.RIGHT))
    np.testing.assert_allclose(left.acc_g, right.acc_g * [1, 1, -1], atol=1e-9)
    np.testing.assert_allclose(left.gyr_dps, right.gyr_dps * [-1, -1, 1], atol=1e-9)


def test_fatigue_raises_impact_and_lowers_cadence() -> None:
    bout = run(impact_drift=0.5, cadence_drift=-0.1, variability=0.0)
    (left, _), _ = plan(Scenario("run", (bout,)), seed=1)
    own = left.bout == 0
    impact, stride = left.impact_g[own], np.diff(left.initial_contact_s[own])
    assert impact[-1] / impact[0] == pytest.approx(1.5, abs=0.05)
    assert stride[-1] / stride[0] == pytest.approx(1.1, abs=0.02)


def test_a_bout_keeps_cadence_contact_time_and_asymmetry() -> None:
    bout = Bout(
        motion=Motion.RUN, duration_s=60, cadence_spm=172, contact_ms=240, contact_asymmetry=0.1
    )  # fmt: skip
    legs, _ = plan(Scenario("run", (bout,)), seed=2)
    contact = []
    for leg in legs:
        own = leg.bout == 0
        contact.append(np.median((leg.toe_off_s - leg.initial_contact_s)[own]))
        assert 120 / np.median(np.diff(leg.initial_contact_s[own])) == pytest.approx(172, rel=0.01)
    assert np.mean(contact) == pytest.approx(0.24, rel=0.02)
    assert contact[0] / contact[1] == pytest.approx(1.1, rel=0.03)


def test_walking_has_double_support_and_running_flight() -> None:
    legs, _ = plan(two_shoes(), seed=1)
    left, right = legs
    for bout, overlaps in ((1, True), (2, False)):
        at = left.initial_contact_s[left.bout == bout][3]
        other = right.toe_off_s[np.searchsorted(right.initial_contact_s, at) - 1]
        assert (other > at) is np.bool_(overlaps)


def test_landing_types_have_their_borders() -> None:
    assert [strike_of(angle) for angle in (8.1, 8.0, -1.6, -1.7)] == [
        Strike.HEEL,
        Strike.MIDFOOT,
        Strike.MIDFOOT,
        Strike.FOREFOOT,
    ]


def test_impossible_bouts_are_refused() -> None:
    with pytest.raises(UsageError, match="greater than 0"):
        run(speed_mps=0.0)
    with pytest.raises(UsageError, match="heel, midfoot or forefoot"):
        run(strike=Strike.UNSURE)
    with pytest.raises(UsageError, match="no bouts"):
        plan(Scenario("empty", ()), seed=1)
