"""Folders of tables, read back by pyarrow and pandas and compared with the session."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

import imu
from imu.errors import UsageError
from imu.exports import export_csv, export_parquet
from imu.exports.tables import TABLES
from imu.store.cells import raw_text, safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from imu.batch import SessionData

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''@x", "\uff1d1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x";"y")', "plain", 'a,b;c "d"', "'quoted'", "", "-",
]  # fmt: skip


@pytest.fixture(scope="module")
def session(project_root: Path) -> SessionData:
    return imu.load(project_root / "data" / "run_shoe_real.mcap")


def test_parquet_holds_every_table_to_the_last_digit(session: SessionData, tmp_path: Path) -> None:
    written = export_parquet(session, tmp_path / "run")
    assert written.samples == len(session.samples) == 3913
    for name in (*TABLES, "steps"):
        read = parquet.read_table(tmp_path / "run" / f"{name}.parquet").to_pandas()
        ours = getattr(session, name)
        assert list(read.columns) == list(ours.columns)
        for column in set(ours.columns) - {"tags"}:
            np.testing.assert_array_equal(
                read[column].astype(object).where(read[column].notna(), None).to_numpy(),
                ours[column].astype(object).where(ours[column].notna(), None).to_numpy(),
            )


def test_csv_holds_every_sample_to_the_last_digit(session: SessionData, tmp_path: Path) -> None:
    export_csv(session, tmp_path / "run")
    ours = session.samples
    with (tmp_path / "run" / "samples.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(ours)
    for column in ours.columns:
        if ours[column].dtype == np.float64:
            np.testing.assert_array_equal([float(row[column]) for row in read], ours[column])
    steps = pd.read_csv(tmp_path / "run" / "steps.csv")
    error = np.abs(steps["peak_accel_g"] - session.steps["peak_accel_g"].to_numpy(float, na_value=np.nan))
    assert error.max() <= 5e-6
    for name in TABLES:
        assert list(pd.read_csv(tmp_path / "run" / f"{name}.csv").columns) == list(
            getattr(session, name).columns
        )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_like_a_formula_and_all_comes_back(text: str) -> None:
    cell = safe_text(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
    assert raw_text(cell) == text.replace("\r", "\n")


def test_formulas_in_names_are_disarmed_in_the_file(session: SessionData, tmp_path: Path) -> None:
    session = imu.load(session.path)
    session.sensors.loc[0, "name"] = "=cmd|' /C calc'!A0"
    session.markers.loc[0] = [1.0, "note", '@SUM(1,"2")\nsecond line']
    export_csv(session, tmp_path / "run")
    sensors = pd.read_csv(tmp_path / "run" / "sensors.csv")
    markers = pd.read_csv(tmp_path / "run" / "markers.csv")
    assert sensors.loc[0, "name"] == "'=cmd|' /C calc'!A0"
    assert raw_text(str(markers.loc[0, "text"])) == '@SUM(1,"2")\nsecond line'


def test_a_folder_that_holds_something_is_left_alone(session: SessionData, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "steps.csv").write_text("mine")
    (tmp_path / "mine" / "other.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        export_csv(session, tmp_path / "mine")
    assert (tmp_path / "mine" / "steps.csv").read_text() == "mine"
    export_csv(session, tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "other.txt").read_text() == "mine"
    assert (tmp_path / "mine" / "steps.csv").read_text().startswith("step,")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


def test_a_failed_export_leaves_nothing(
    session: SessionData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("imu.exports.tables.write_steps", fail)
    with pytest.raises(Exception, match="No space left"):
        export_csv(session, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
