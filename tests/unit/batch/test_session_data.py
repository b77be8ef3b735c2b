from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imu
from imu.cli.paths import shipped_recording
from imu.errors import SessionFileError, UsageError
from imu.model import STEP_COLUMNS
from imu.store import Edits, write_edits

SHOES = shipped_recording("two_shoes_simulated.mcap")
REAL = shipped_recording("run_shoe_real.mcap")


@pytest.fixture(scope="module")
def shoes() -> imu.SessionData:
    return imu.load(SHOES)


def test_samples_have_units_and_rise_in_time(shoes: imu.SessionData) -> None:
    samples = shoes.samples
    assert list(samples.columns) == [
        "time_s", "sensor", "side", "acc_x_g", "acc_y_g", "acc_z_g",
        "gyr_x_dps", "gyr_y_dps", "gyr_z_dps", "clipped",
    ]  # fmt: skip
    quality = shoes.quality.set_index("sensor")
    for sensor, part in samples.groupby("sensor", observed=True):
        assert len(part) == quality.loc[sensor, "samples"]
        assert (np.diff(part["time_s"]) > 0).all()
        assert part["side"].unique().tolist() == [str(sensor).removesuffix("-shoe")]
    still = samples[samples["time_s"] < 4.0]
    norm = np.linalg.norm(still[["acc_x_g", "acc_y_g", "acc_z_g"]], axis=1)
    assert norm.mean() == pytest.approx(1.0, abs=0.05)


def test_gaps_account_for_what_is_missing(shoes: imu.SessionData) -> None:
    lost = shoes.gaps.groupby("sensor")["lost_samples"].sum()
    quality = shoes.quality.set_index("sensor")
    assert lost.to_dict() == quality["lost_samples"].to_dict()
    assert (shoes.gaps["end_s"] > shoes.gaps["start_s"]).all()


def test_steps_are_those_of_analyze(shoes: imu.SessionData) -> None:
    result = imu.analyze(SHOES)
    pd.testing.assert_frame_equal(shoes.steps, result.steps)
    assert len(shoes.flags) == len(result.flags)
    assert shoes.flags["time_s"].is_monotonic_increasing
    assert list(shoes.sensors["rate_hz"]) == [208.0, 208.0]
    assert shoes.markers["text"].tolist()[:2] == ["stand", "walk"]


def test_metadata_is_in_the_words_last_given(tmp_path: Path) -> None:
    path = Path(shutil.copy(REAL, tmp_path / "run.mcap"))
    write_edits(path, Edits(name="Sunday", runner="Zoë", tags=("a", "b")))
    row = imu.load(path).metadata.iloc[0]
    assert (row["session"], row["name"], row["runner"], row["tags"]) == ("run", "Sunday", "Zoë", ["a", "b"])
    assert row["duration_s"] == pytest.approx(44.0, abs=0.5)
    assert bool(row["complete"])


def test_nothing_is_decoded_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    session = imu.load(SHOES)
    monkeypatch.setattr("imu.batch.session_data.SensorChain", None)
    monkeypatch.setattr("imu.batch.session_data.analyze", None)
    assert len(session.sensors) == 2
    with pytest.raises(TypeError):
        _ = session.samples


def test_a_session_without_gyroscope_or_steps_has_empty_places(tmp_path: Path) -> None:
    from imu.store import SessionWriter  # noqa: PLC0415

    path = tmp_path / "empty.mcap"
    SessionWriter(path, imu.load(SHOES).header).close()
    session = imu.load(path)
    tables = (session.samples, session.steps, session.flags, session.gaps, session.markers)
    assert [len(table) for table in tables] == [0] * 5
    assert session.duration_s == 0.0
    assert session.samples.dtypes["time_s"] == np.float64


def test_many_sessions_are_one_table() -> None:
    both = imu.load_many([SHOES, REAL], threads=2)
    assert tuple(both.columns) == (*imu.batch.SESSION_COLUMNS, *STEP_COLUMNS)
    assert both["session"].unique().tolist() == [SHOES.stem, REAL.stem]
    assert len(both) == len(imu.load(SHOES).steps) + len(imu.load(REAL).steps)
    assert {str(both.dtypes[name]) for name in imu.batch.SESSION_COLUMNS} == {"string"}


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"run\.csv: sessions end in \.mcap"):
        imu.load("run.csv")
    with pytest.raises(SessionFileError, match=r"none\.mcap: there is no such file"):
        imu.load_many([SHOES, tmp_path / "none.mcap"])
    with pytest.raises(UsageError, match="no sessions"):
        imu.load_many([])
