"""Outcomes that need movement: against the simulator's truth, and on the treadmill whose speed is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from imu import analyze
from imu.batch import OUTCOME_COLUMNS
from imu.batch.disturb import rotate
from imu.batch.motion import SensorSamples, stride_path_m, turned_deg
from imu.batch.outcomes import outcomes_frame
from imu.cli.app import run
from imu.model import Placement, SensorInfo, Side, Step
from imu.signal import StepDetector
from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

SPEED_MPS = 3.5


def treadmill(shared_data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared_data / "rbds" / f"S001_v35_{name}.csv.gz")


def samples_of(table: pd.DataFrame) -> SensorSamples:
    t_ns = np.rint(table["time_s"].to_numpy() * 1e9).astype(np.int64)
    acc, gyr = (table[list(names)].to_numpy() for names in (ACC_COLUMNS, GYR_COLUMNS))
    return SensorSamples(t_ns, acc, gyr, np.zeros(len(t_ns), np.bool_), 150.0)


@pytest.mark.parametrize("foot", ["L_foot", "R_foot"])
def test_speed_is_that_of_the_treadmill_however_the_sensor_is_mounted(shared_data: Path, foot: str) -> None:
    table = treadmill(shared_data, foot)
    for samples in (table, rotate(table, 7)):
        told = analyze(samples, placement="shoe", side="left", motion=True).outcomes
        assert told["speed_mps"].notna().mean() > 0.9
        assert told["speed_mps"].median() == pytest.approx(SPEED_MPS, rel=0.02)
        assert told["speed_mps"].std() < 0.08
        assert told["stride_length_m"].median() == pytest.approx(SPEED_MPS * 0.7007, rel=0.02)


@pytest.mark.parametrize("side", ["L", "R"])
def test_ankle_turns_as_much_as_the_markers_say(shared_data: Path, side: str) -> None:
    """Against the rates about the marker model's own mediolateral axis, which our sensors do not know."""
    foot, shank = (treadmill(shared_data, f"{side}_{name}") for name in ("foot", "shank"))
    infos = tuple(
        SensorInfo(name, place, Side.LEFT, 150.0)
        for name, place in (("shoe", Placement.SHOE), ("shank", Placement.SHANK))
    )
    mounted = {"shoe": samples_of(rotate(foot, 3)), "shank": samples_of(rotate(shank, 4))}
    steps = _steps(samples_of(foot), infos[0])
    told = outcomes_frame(steps, infos, mounted).dropna(subset=["ankle_excursion_deg"])
    assert len(told) > 30
    true = []
    for step in (s for s in steps if s.step in set(told["step"])):
        inside = (foot["time_s"] >= step.initial_contact_ns / 1e9) & (foot["time_s"] <= step.toe_off_ns / 1e9)
        rate = (foot["gyr_z_dps"] - shank["gyr_z_dps"])[inside].to_numpy()
        true.append(np.concatenate(([0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) / 150.0))).max())
    assert told["ankle_excursion_deg"].median() == pytest.approx(np.median(true), abs=6.0)
    assert told["ankle_excursion_deg"].std() < 4.0


def _steps(samples: SensorSamples, info: SensorInfo) -> list[Step]:
    from imu.model import SampleBatch  # noqa: PLC0415

    detector = StepDetector(info)
    batch = SampleBatch(info.sensor, 0, samples.t_ns, samples.acc_g, samples.gyr_dps, samples.clipped)
    return [out for out in [*detector.push(batch), *detector.flush()] if isinstance(out, Step)]


def test_simulated_runner_is_as_fast_as_planned(project_root: Path) -> None:
    told = analyze(project_root / "data" / "two_shoes_simulated.mcap", motion=True)
    assert told.outcomes["speed_mps"].median() == pytest.approx(2.9, rel=0.03)
    assert told.runner["speed_mps"].iloc[0] == pytest.approx(2.9, rel=0.03)
    assert list(told.outcomes.columns) == list(OUTCOME_COLUMNS)
    assert set(told.phases["phase"]) >= {"walking", "run"}


def test_movement_is_measured_only_when_asked_for(project_root: Path) -> None:
    told = analyze(project_root / "data" / "two_shoes_simulated.mcap")
    assert told.outcomes["speed_mps"].isna().all()
    assert told.outcomes["duty_factor"].notna().mean() > 0.9
    assert told.runner["leg_stiffness_kn_per_m"].isna().all()


def circling(*, clipped_at: int | None = None) -> SensorSamples:
    """Turn about z while moving from rest to rest, 1 m along x in world axes."""
    rate_hz, count = 200.0, 201
    time_s = np.arange(count) / rate_hz
    forward = 2.0 * np.pi * np.sin(2.0 * np.pi * time_s)  # of x(t) = t - sin(2 pi t) / (2 pi)
    turn = np.radians(90.0) * time_s
    acc = np.stack(
        [np.cos(turn) * forward / 9.80665, -np.sin(turn) * forward / 9.80665, np.ones(count)], axis=1
    )
    gyr = np.tile([0.0, 0.0, 90.0], (count, 1))
    clipped = np.zeros(count, np.bool_)
    if clipped_at is not None:
        clipped[clipped_at] = True
    return SensorSamples(np.rint(time_s * 1e9).astype(np.int64), acc, gyr, clipped, rate_hz)


def test_path_of_a_known_movement() -> None:
    path_m = stride_path_m(circling(), slice(0, 201))
    assert path_m is not None
    assert path_m == pytest.approx([1.0, 0.0, 0.0], abs=2e-3)


def test_a_clipped_sample_makes_the_path_unknown() -> None:
    assert stride_path_m(circling(clipped_at=80), slice(0, 201)) is None
    assert stride_path_m(circling(clipped_at=80), slice(90, 201)) is not None


def test_angle_is_the_integral_of_the_rate() -> None:
    turned = turned_deg(circling(), np.array([0.0, 0.0, 1.0]), slice(0, 101))
    assert turned[-1] == pytest.approx(45.0)


def test_no_integral_spans_a_hole() -> None:
    whole = circling()
    kept = np.r_[0:60, 70:201]
    torn = SensorSamples(
        whole.t_ns[kept], whole.acc_g[kept], whole.gyr_dps[kept], whole.clipped[kept], whole.rate_hz
    )
    assert whole.between(100_000_000, 600_000_000) is not None
    assert torn.between(100_000_000, 600_000_000) is None
    assert torn.between(400_000_000, 900_000_000) is not None


def test_command_writes_outcomes_beside_the_steps(project_root: Path, tmp_path: Path) -> None:
    session = project_root / "data" / "two_shoes_simulated.mcap"
    out, beside = tmp_path / "steps.csv", tmp_path / "outcomes.csv"
    assert run(["analyze", str(session), "--out", str(out), "--outcomes", str(beside)]) == 0
    told = pd.read_csv(beside)
    assert list(told.columns) == list(OUTCOME_COLUMNS)
    assert told["speed_mps"].median() == pytest.approx(2.9, rel=0.03)
    assert run(["analyze", str(session), "--out", str(tmp_path / "b.csv"), "--outcomes", str(beside)]) == 2
