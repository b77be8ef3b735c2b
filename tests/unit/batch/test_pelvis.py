"""A pelvis sensor: constructed motion whose drop is known, and sessions in which it yields no steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pandas as pd
import pytest

from imu import analyze, load
from imu.batch.motion import SensorSamples
from imu.batch.outcomes import outcomes_frame
from imu.batch.pelvis import forward_axis, pelvic_drop_ratios, shock_attenuation
from imu.coach import Coach
from imu.config import ChainConfig
from imu.errors import UsageError
from imu.model import Activity, Placement, RejectReason, SensorInfo, Side, Step, Strike
from imu.report.facts import session_facts
from imu.signal import StepDetector
from imu.sources.sim import Bout, Motion, Scenario, SimSensor, simulate
from imu.store import SessionWriter

if TYPE_CHECKING:
    from pathlib import Path

    from imu.model.samples import FloatArray

RATE_HZ, STRIDE_S, CONTACT_S, STRIDES = 200.0, 0.72, 0.24, 40
OBLIQUE = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
PELVIS = SensorInfo("belt", Placement.PELVIS, Side.LEFT, RATE_HZ)
SHIN = SensorInfo("shin", Placement.SHANK, Side.LEFT, RATE_HZ)


def step_at(number: int, side: Side = Side.LEFT) -> Step:
    begin_s = 1.0 + number * STRIDE_S + (0.5 * STRIDE_S if side is Side.RIGHT else 0.0)
    begin_ns = round(begin_s * 1e9)
    return Step(
        step=number, sensor="shin", side=side, placement=Placement.SHANK, activity=Activity.RUN,
        initial_contact_ns=begin_ns, toe_off_ns=begin_ns + round(CONTACT_S * 1e9),
        stride_time_ms=1000.0 * STRIDE_S, peak_accel_g=6.0, peak_axial_g=5.0, time_to_peak_ms=20.0,
        strike=Strike.UNMEASURABLE, strike_angle_deg=None, accepted=True, reject_reason=RejectReason.NONE,
        clipped=False, lost_samples=0, known_ns=begin_ns + 600_000_000,
    )  # fmt: skip


LEFT = [step_at(k) for k in range(STRIDES)]
RIGHT = [step_at(k, Side.RIGHT) for k in range(STRIDES)]


def drop_deg(number: FloatArray) -> FloatArray:
    """Drop after the left contact of each stride, degrees: more from stride to stride."""
    return 4.0 + 0.1 * number


def belt(
    mounting: FloatArray, *, bias_dps: float = 0.0, mirrored: bool = False, has_gyro: bool = True
) -> SensorSamples:
    """Pelvis that drops as a sine in stance (left by ``drop_deg``, right by 6), turns and is braked."""
    t_s = np.arange(0.0, 2.0 + STRIDES * STRIDE_S, 1.0 / RATE_HZ)
    phase_s = np.mod(t_s - 1.0, STRIDE_S)
    number = np.floor((t_s - 1.0) / STRIDE_S)
    half_s = np.mod(phase_s, 0.5 * STRIDE_S)
    standing = (half_s < CONTACT_S) & (t_s >= 1.0)
    left = phase_s < 0.5 * STRIDE_S
    wave = np.where(standing, np.pi / CONTACT_S * np.cos(np.pi * half_s / CONTACT_S), 0.0)
    size_deg = np.where(left, drop_deg(number), -6.0) * (-1.0 if mirrored else 1.0)
    yaw_dps = 60.0 * np.sin(2.0 * np.pi * phase_s / STRIDE_S)
    pitch_dps = 30.0 * np.sin(4.0 * np.pi * phase_s / STRIDE_S)
    gyr = np.stack([size_deg * wave, yaw_dps, pitch_dps], axis=1) + bias_dps
    push = np.where(standing, -0.3 * np.sin(2.0 * np.pi * half_s / CONTACT_S), 0.0)
    acc = np.stack(
        [push, 1.0 + 0.8 * np.cos(4.0 * np.pi * phase_s / STRIDE_S), np.where(left, 0.2, -0.2) * standing],
        axis=1,
    )
    t_ns = np.rint(t_s * 1e9).astype(np.int64)
    return SensorSamples(
        t_ns,
        acc @ mounting.T,
        gyr @ mounting.T if has_gyro else np.empty((0, 3)),
        np.zeros(len(t_ns), np.bool_),
        RATE_HZ,
    )


def torn(samples: SensorSamples, at_s: float) -> SensorSamples:
    kept = np.abs(samples.t_ns - at_s * 1e9) > 2e7
    return SensorSamples(
        samples.t_ns[kept],
        samples.acc_g[kept],
        samples.gyr_dps[kept] if samples.has_gyro else samples.gyr_dps,
        samples.clipped[kept],
        RATE_HZ,
    )


@pytest.mark.parametrize("mounting", [np.eye(3), OBLIQUE, OBLIQUE.T])
def test_forward_is_found_in_any_mounting_from_either_leg(mounting: FloatArray) -> None:
    for steps in (LEFT, RIGHT):
        forward = forward_axis(belt(mounting), steps)
        assert forward is not None
        assert forward @ mounting[:, 0] > np.cos(np.radians(5.0))


@pytest.mark.parametrize("mounting", [np.eye(3), OBLIQUE])
@pytest.mark.parametrize("bias_dps", [0.0, 3.0])
def test_drop_is_told_against_the_sessions_own_median(mounting: FloatArray, bias_dps: float) -> None:
    told = pelvic_drop_ratios(belt(mounting, bias_dps=bias_dps), LEFT)
    numbers = np.array(list(told))
    assert len(told) == STRIDES - 1
    true = drop_deg(numbers)
    assert np.array(list(told.values())) == pytest.approx(true / np.median(true), rel=0.05)
    assert np.array(list(pelvic_drop_ratios(belt(mounting), RIGHT).values())) == pytest.approx(1.0, rel=0.05)


def test_a_pelvis_that_rises_has_no_drop() -> None:
    assert pelvic_drop_ratios(belt(OBLIQUE, mirrored=True), LEFT) == {}


def test_drop_is_unknown_where_samples_are_missing_and_for_too_few_strides() -> None:
    whole = belt(OBLIQUE)
    told = pelvic_drop_ratios(torn(whole, 1.0 + 10.1 * STRIDE_S), LEFT)
    assert set(pelvic_drop_ratios(whole, LEFT)) - set(told) == {10}
    assert pelvic_drop_ratios(whole, LEFT[:15]) == {}


def frame(
    samples: SensorSamples, clocks_ms: dict[str, float], shank: SensorSamples | None = None
) -> pd.DataFrame:
    worn = {"belt": samples} | ({} if shank is None else {"shin": shank})
    return outcomes_frame(LEFT, (SHIN, PELVIS), worn, 0, clocks_ms)


def test_outcomes_know_the_pelvis_only_with_gyroscope_contacts_and_clocks() -> None:
    clocks_ms = {"belt": 3.0, "shin": 3.0}
    assert frame(belt(OBLIQUE), clocks_ms)["pelvic_drop_ratio"].notna().sum() == STRIDES - 1
    assert frame(belt(OBLIQUE, has_gyro=False), clocks_ms)["pelvic_drop_ratio"].isna().all()
    assert frame(belt(OBLIQUE), {"belt": 3.0})["pelvic_drop_ratio"].isna().all()
    assert frame(belt(OBLIQUE), {"belt": 3.0, "shin": 60.0})["pelvic_drop_ratio"].isna().all()


def bumped(base: SensorSamples, peak_g: float, mounting: FloatArray) -> SensorSamples:
    """Standing still, but for one sample of a known size 30 ms after each left contact."""
    acc = np.tile([0.0, 1.0, 0.0], (len(base.t_ns), 1))
    for step in LEFT:
        acc[np.searchsorted(base.t_ns, step.initial_contact_ns + 30_000_000)] = (
            0.6 * peak_g,
            0.8 * peak_g,
            0.0,
        )
    return SensorSamples(base.t_ns, acc @ mounting.T, np.empty((0, 3)), base.clipped.copy(), RATE_HZ)


def test_attenuation_is_what_does_not_arrive_however_mounted() -> None:
    base = belt(np.eye(3))
    for one, other in ((np.eye(3), np.eye(3)), (OBLIQUE, OBLIQUE.T)):
        shank, pelvis = bumped(base, 8.0, one), bumped(base, 2.0, other)
        assert shock_attenuation(LEFT[3], shank, pelvis) == pytest.approx(0.75)
        assert shock_attenuation(LEFT[3], pelvis, shank) == pytest.approx(-3.0)
        told = frame(pelvis, {"belt": 3.0, "shin": 3.0}, shank)["shock_attenuation"]
        assert told.to_numpy(float) == pytest.approx(0.75)


def test_attenuation_is_unknown_when_clipped_lost_or_out_of_time() -> None:
    base = belt(np.eye(3))
    shank, pelvis = bumped(base, 8.0, OBLIQUE), bumped(base, 2.0, OBLIQUE)
    at = int(np.searchsorted(base.t_ns, LEFT[3].initial_contact_ns + 50_000_000))
    clipped = shank.clipped.copy()
    clipped[at] = True
    cut = SensorSamples(shank.t_ns, shank.acc_g, shank.gyr_dps, clipped, RATE_HZ)
    assert shock_attenuation(LEFT[3], cut, pelvis) is None
    assert shock_attenuation(LEFT[3], shank, torn(pelvis, LEFT[3].initial_contact_ns / 1e9 + 0.05)) is None
    assert shock_attenuation(LEFT[4], cut, pelvis) == pytest.approx(0.75)
    assert frame(pelvis, {"belt": 15.0, "shin": 15.0}, shank)["shock_attenuation"].isna().all()
    assert frame(pelvis, {}, shank)["shock_attenuation"].isna().all()


def test_no_steps_are_found_on_a_pelvis() -> None:
    with pytest.raises(UsageError, match="on a leg, not on the pelvis"):
        StepDetector(PELVIS)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shins and a third sensor, which is a second one on the left shin but said to be on the pelvis."""
    bouts = (Bout(motion=Motion.STAND, duration_s=3.0), Bout(motion=Motion.RUN, duration_s=22.0))
    worn = [
        SimSensor(sensor=name, placement=Placement.SHANK, side=side)
        for name, side in (("pelvis", Side.LEFT), ("left", Side.LEFT), ("right", Side.RIGHT))
    ]
    made = simulate(Scenario("belt", bouts), worn, seed=2)
    belt_info, *shins = made.header.sensors
    header = msgspec.structs.replace(
        made.header, sensors=(msgspec.structs.replace(belt_info, placement=Placement.PELVIS), *shins)
    )
    path = tmp_path_factory.mktemp("belt") / "belt.mcap"
    writer = SessionWriter(path, header)
    for item in made.inputs():
        writer.write(item)
    writer.close()
    return path


def test_a_session_with_a_pelvis_sensor_has_the_steps_of_the_legs_alone(session: Path) -> None:
    told = analyze(session, motion=True)
    assert set(told.steps["sensor"]) == {"left", "right"}
    assert set(told.quality["sensor"]) == {"pelvis", "left", "right"}
    quality = told.quality.set_index("sensor")
    assert quality.loc["pelvis", "samples"] > 4000
    assert quality.loc["pelvis", "mounting"] == "nothing known"
    assert str(quality.loc["left", "mounting"]).startswith("known: gravity, up,")
    assert "60 Hz" in str(quality.loc["left", "impact_filter"])
    left = told.outcomes[told.outcomes["sensor"] == "left"]["shock_attenuation"].dropna()
    assert len(left) > 20
    assert abs(left.median()) < 0.05
    assert analyze(session).outcomes["shock_attenuation"].isna().all()


def test_cues_and_report_keep_to_the_legs(session: Path) -> None:
    loaded = load(session)
    assert [side.sensor for side in session_facts(loaded).sides] == ["left", "right"]
    assert set(Coach(loaded.header.sensors, ChainConfig()).snapshot().legs) == {"left", "right"}


def test_a_table_of_a_pelvis_sensor_yields_no_steps_but_its_quality(tmp_path: Path) -> None:
    samples = belt(np.eye(3))
    names = ("acc_x_g", "acc_y_g", "acc_z_g", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps")
    columns = dict(zip(names, np.hstack([samples.acc_g, samples.gyr_dps]).T, strict=True))
    path = tmp_path / "belt.csv"
    pd.DataFrame({"time_s": samples.t_ns / 1e9} | columns).to_csv(path, index=False)
    told = analyze(path, placement="pelvis", side="left", motion=True)
    assert len(told.steps) == len(told.outcomes) == 0
    assert told.quality["samples"].iloc[0] == len(samples.t_ns)
