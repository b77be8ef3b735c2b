"""FIT activities, read back by Garmin's own library."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from garmin_fit_sdk import Decoder, Stream

import imu
from imu.errors import UsageError
from imu.exports import export_fit
from imu.exports.fit import LANDING_CODES

if TYPE_CHECKING:
    from pathlib import Path

    from imu.batch import SessionData

BEGAN = dt.datetime(2026, 5, 1, 9, 0, tzinfo=dt.UTC)
F32 = 2.0**-23


@pytest.fixture
def session(project_root: Path) -> SessionData:
    return imu.load(project_root / "data" / "two_shoes_simulated.mcap")


def read(path: Path) -> dict[str, Any]:
    assert Decoder(Stream.from_file(str(path))).check_integrity()
    messages, errors = Decoder(Stream.from_file(str(path))).read()
    assert errors == []
    names = {one["field_definition_number"]: one["field_name"] for one in messages["field_description_mesgs"]}
    for kind in ("record_mesgs", "lap_mesgs", "session_mesgs"):
        for message in messages[kind]:
            message |= {names[number]: value for number, value in message["developer_fields"].items()}
    return messages


def test_every_accepted_running_step_is_in_the_file(session: SessionData, tmp_path: Path) -> None:
    written = export_fit(session, tmp_path / "run.fit", started=BEGAN)
    records = read(tmp_path / "run.fit")["record_mesgs"]
    steps = session.steps[(session.steps["activity"] == "run") & session.steps["accepted"]]
    assert written.steps == len(steps)
    for side in ("left", "right"):
        ours = steps[steps["side"] == side].sort_values("initial_contact_s")
        theirs = [one for one in records if any(name.startswith(side) for name in map(str, one))]
        assert len(theirs) == len(ours)
        for (_, step), record in zip(ours.iterrows(), theirs, strict=True):
            late_s = step["initial_contact_s"] - (record["timestamp"] - BEGAN).total_seconds()
            assert 0 <= late_s < 1
            expected = {
                "impact": step["peak_accel_g"],
                "contact": step["contact_time_ms"],
                "landing": LANDING_CODES[step["strike"]],
            }
            for name, value in expected.items():
                known = None if pd.isna(value) else pytest.approx(value, rel=F32)
                assert record.get(f"{side}_{name}") == known


def test_laps_follow_the_marks(session: SessionData, tmp_path: Path) -> None:
    session.markers.loc[0] = [30.0, "lap", ""]
    session.markers.loc[1] = [60.5, "lap", "tired"]
    session.markers.loc[2] = [70.0, "note", "not a lap"]
    export_fit(session, tmp_path / "run.fit", started=BEGAN)
    messages = read(tmp_path / "run.fit")
    laps = messages["lap_mesgs"]
    assert [lap["total_elapsed_time"] for lap in laps] == pytest.approx(
        [30.0, 30.5, session.duration_s - 60.5], abs=1e-3
    )
    assert sum(lap["left_lap_steps"] for lap in laps) == messages["session_mesgs"][0]["left_lap_steps"]
    assert laps[2]["left_lap_impact"] > laps[0]["left_lap_impact"]
    assert messages["session_mesgs"][0]["num_laps"] == 3
    assert messages["session_mesgs"][0]["avg_cadence"] == 84


def test_the_summary_is_that_of_the_session(session: SessionData, tmp_path: Path) -> None:
    export_fit(session, tmp_path / "run.fit", started=BEGAN)
    whole = read(tmp_path / "run.fit")["session_mesgs"][0]
    left = session.summary[session.summary["side"] == "left"].iloc[0]
    assert whole["left_lap_impact"] == pytest.approx(left["peak_accel_g"], rel=F32)
    assert whole["left_lap_heel_share"] == pytest.approx(100 * left["heel_share"], rel=F32)
    assert whole["sport"] == "running"


def test_a_session_without_a_date_needs_one(session: SessionData, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--started"):
        export_fit(session, tmp_path / "run.fit")
    assert list(tmp_path.iterdir()) == []
