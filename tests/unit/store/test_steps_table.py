"""The table of steps: a contract, the same bytes each time, whole or not there."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec
import pandas as pd
import pytest
from pyarrow import parquet

from imu.errors import EnvironmentProblem, UsageError
from imu.model import STEP_COLUMNS, Activity, Placement, RejectReason, Side, Step, Strike
from imu.store import CONTRACT_VERSION, steps_frame, write_steps

if TYPE_CHECKING:
    from pathlib import Path

FULL = Step(
    step=0,
    sensor="left-shoe",
    side=Side.LEFT,
    placement=Placement.SHOE,
    activity=Activity.RUN,
    initial_contact_ns=12_345_678_901,
    toe_off_ns=12_600_000_000,
    stride_time_ms=700.0,
    peak_accel_g=9.25,
    peak_axial_g=-0.000001,
    time_to_peak_ms=21.0,
    strike=Strike.HEEL,
    strike_angle_deg=14.5,
    accepted=True,
    reject_reason=RejectReason.NONE,
    clipped=False,
    lost_samples=2,
    known_ns=13_000_000_000,
    heel_strike=True,
    excessive_impact=False,
    slope_gps=612.5,
    low_rate=True,
    impact_known_ns=12_422_178_901,
)
BARE = Step(
    step=1,
    sensor="left-shoe",
    side=Side.LEFT,
    placement=Placement.SHOE,
    activity=Activity.WALK,
    initial_contact_ns=13_000_000_000,
    toe_off_ns=None,
    stride_time_ms=None,
    peak_accel_g=None,
    peak_axial_g=None,
    time_to_peak_ms=None,
    strike=Strike.UNMEASURABLE,
    strike_angle_deg=None,
    accepted=False,
    reject_reason=RejectReason.NO_TOE_OFF,
    clipped=True,
    lost_samples=0,
    known_ns=14_000_000_000,
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_are_the_contract_also_without_steps() -> None:
    for steps in ([], [FULL, BARE]):
        frame = steps_frame(steps)
        assert tuple(frame.columns) == STEP_COLUMNS
        assert len(frame) == len(steps)
    assert steps_frame([]).dtypes.equals(frame.dtypes)


def test_times_are_seconds_since_the_origin_to_the_nanosecond() -> None:
    frame = steps_frame([FULL], origin_ns=12_000_000_000)
    assert frame["initial_contact_s"][0] == 0.345678901
    assert frame["contact_time_ms"][0] == pytest.approx(254.321099)
    assert frame["cadence_spm"][0] == pytest.approx(120_000 / 700)


def test_unknown_is_missing_and_never_a_guess() -> None:
    missing = steps_frame([BARE]).iloc[0].isna()
    assert set(missing[missing].index) == {
        "toe_off_s",
        "contact_time_ms",
        "stride_time_ms",
        "cadence_spm",
        "peak_accel_g",
        "peak_axial_g",
        "time_to_peak_ms",
        "strike_angle_deg",
        "heel_strike",
        "excessive_impact",
        "slope_gps",
        "shock_gps",
        "impact_latency_ms",
        "landing_latency_ms",
    }


def test_csv_cells_are_plain(tmp_path: Path) -> None:
    first, second = rows_of(write_steps(steps_frame([FULL, BARE]), tmp_path / "steps.csv"))
    assert first == {
        "step": "0",
        "sensor": "left-shoe",
        "side": "left",
        "placement": "shoe",
        "activity": "run",
        "initial_contact_s": "12.345678901",
        "toe_off_s": "12.600000000",
        "contact_time_ms": "254.3211",
        "stride_time_ms": "700.0000",
        "cadence_spm": "171.429",
        "peak_accel_g": "9.25000",
        "peak_axial_g": "0.00000",
        "time_to_peak_ms": "21.0000",
        "strike": "heel",
        "strike_angle_deg": "14.500",
        "accepted": "true",
        "reject_reason": "",
        "clipped": "false",
        "lost_samples": "2",
        "heel_strike": "true",
        "excessive_impact": "false",
        "slope_gps": "612.50",
        "shock_gps": "",
        "low_rate": "true",
        "impact_latency_ms": "76.5000",
        "landing_latency_ms": "",
    }
    assert (second["toe_off_s"], second["heel_strike"], second["reject_reason"]) == ("", "", "no_toe_off")


@pytest.mark.parametrize("name", ["steps.csv", "steps.parquet"])
def test_the_same_steps_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    first = write_steps(steps_frame([FULL, BARE]), tmp_path / name).read_bytes()
    again = write_steps(steps_frame([FULL, BARE]), tmp_path / f"again-{name}").read_bytes()
    assert first == again


def test_parquet_comes_back_equal_with_units_and_version(tmp_path: Path) -> None:
    frame = steps_frame([FULL, BARE])
    path = write_steps(frame, tmp_path / "steps.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
    schema = parquet.read_schema(path)
    assert schema.metadata[b"softstrike.steps"] == str(CONTRACT_VERSION).encode()
    assert schema.field("cadence_spm").metadata[b"unit"] == b"steps/min"
    assert schema.field("initial_contact_s").metadata[b"unit"] == b"s"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1dx"])
def test_a_name_is_never_a_formula(tmp_path: Path, name: str) -> None:
    step = msgspec.structs.replace(FULL, sensor=name)
    (row,) = rows_of(write_steps(steps_frame([step]), tmp_path / "steps.csv"))
    assert row["sensor"] == "'" + name.replace("\r", "\n")


@pytest.mark.parametrize("name", ["left-shoe", 'Zoë\'s, "left"\nshoe', "a=b", "7"])
def test_ordinary_names_are_unchanged(tmp_path: Path, name: str) -> None:
    step = msgspec.structs.replace(FULL, sensor=name)
    (row,) = rows_of(write_steps(steps_frame([step]), tmp_path / "steps.csv"))
    assert row["sensor"] == name


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    step = msgspec.structs.replace(FULL, strike_angle_deg=-8.0)
    (row,) = rows_of(write_steps(steps_frame([step]), tmp_path / "steps.csv"))
    assert row["strike_angle_deg"] == "-8.000"


def test_an_existing_table_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_text("precious")
    with pytest.raises(UsageError, match=r"steps\.csv exists already and is not overwritten"):
        write_steps(steps_frame([FULL]), path)
    assert path.read_text() == "precious"
    write_steps(steps_frame([FULL]), path, overwrite=True)
    assert len(rows_of(path)) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("steps.xlsx", r"to \.csv or \.parquet"),
        ("steps", r"to \.csv or \.parquet"),
        ("nowhere/steps.csv", "nowhere does not exist"),
    ],
)
def test_wrong_targets_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        write_steps(steps_frame([FULL]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_other_frames_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a table of steps"):
        write_steps(steps_frame([FULL]).drop(columns="strike"), tmp_path / "steps.csv")


def test_a_failing_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet, "write_table", refuse)
    with pytest.raises(EnvironmentProblem, match=r"steps\.parquet cannot be written: No space left"):
        write_steps(steps_frame([FULL]), tmp_path / "steps.parquet")
    assert list(tmp_path.iterdir()) == []
