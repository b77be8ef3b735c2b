from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from imu.cli.app import run
from imu.errors import TableError, UsageError
from imu.forceplate import ForceUnit, read_force
from imu.metrics import SensorSummary
from imu.model import STEP_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path


def running(column: str = "vertical_n", seconds: float = 6.0) -> pd.DataFrame:
    time_s = np.round(np.arange(round(seconds * 500)) / 500.0, 6)
    after_s = (time_s - 0.1) % 0.36
    force = np.where(after_s < 0.25, 1500.0 * np.sin(np.pi * after_s / 0.25), 0.0)
    return pd.DataFrame({"time_s": time_s, column: force})


def test_time_tells_the_rate_and_the_name_tells_the_unit() -> None:
    assert read_force(running()).rate_hz == pytest.approx(500.0)
    assert read_force(running()).unit is ForceUnit.N
    assert read_force(running("vgrf_bw")).unit is ForceUnit.BW


def test_one_column_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "plate.csv"
    path.write_text("1.5\n2.5\n3.5\n")
    assert read_force(path, rate_hz=300.0).force.tolist() == [1.5, 2.5, 3.5]
    with pytest.raises(UsageError, match="rate"):
        read_force(path)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (running("load"), "no column of vertical force"),
        (running().assign(vertical_n="x"), "no number"),
        (running().assign(vertical_n=np.nan), "empty or infinite"),
        (running().drop(index=range(100, 200)), "evenly"),
        (running().iloc[::-1], "rise"),
    ],
)
def test_tables_that_cannot_be_used(table: pd.DataFrame, words: str) -> None:
    with pytest.raises(TableError, match=words):
        read_force(table)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such file"):
        read_force(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(TableError, match="empty"):
        read_force(tmp_path / "empty.csv")


def test_command_writes_a_table_and_never_replaces_one_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plate, out = tmp_path / "plate.csv", tmp_path / "contacts.csv"
    running().to_csv(plate, index=False)
    assert run(["forceplate", str(plate), "--mass-kg", "70", "--out", str(out)]) == 0
    assert "contact time" in capsys.readouterr().out
    assert {"active_peak_bw", "valr_bw_per_s"} <= set(pd.read_csv(out).columns)
    assert run(["forceplate", str(plate), "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_command_says_when_nobody_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plate = tmp_path / "plate.csv"
    running().assign(vertical_n=0.0).to_csv(plate, index=False)
    assert run(["forceplate", str(plate), "--no-drift"]) == 1
    assert "no whole contact" in capsys.readouterr().out


def test_no_step_carries_a_force() -> None:
    """No newtons from an accelerometer: the table of steps and its summary know no unit of force."""
    names = [*STEP_COLUMNS, *SensorSummary.__struct_fields__]
    parts = {part for name in names for part in name.split("_")}
    assert not parts & {"n", "kn", "bw", "newton", "newtons", "force", "vgrf", "grf", "valr", "vilr"}
