"""What `analyze` writes where, and what it refuses before it reads anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from imu.cli.paths import shipped_recording

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., Any]
Still = Callable[[str], Any]
WORN = ("--placement", "shoe", "--side", "left")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_table_is_replaced_only_when_asked(softstrike: Run, still: Still, folder: Path) -> None:
    still("a.csv")
    (folder / "steps.csv").write_text("mine")
    refused = softstrike("analyze", "a.csv", "--out", "steps.csv", *WORN)
    assert (refused.code, (folder / "steps.csv").read_text()) == (2, "mine")
    assert "--overwrite" in refused.err
    assert softstrike("analyze", "a.csv", "--out", "steps.csv", *WORN, "--overwrite").code == 0
    assert (folder / "steps.csv").read_text().startswith("step,")


def test_a_recording_is_never_replaced_by_its_own_table(softstrike: Run, still: Still) -> None:
    recording = still("a.csv")
    before = recording.read_bytes()
    said = softstrike("analyze", "a.csv", "--out", "./a.csv", *WORN, "--overwrite")
    assert said.code == 2
    assert "recording itself" in said.err
    assert recording.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "all.csv", *WORN), "all.csv"),
        (("--out", "tables", "--side", "left"), "--placement"),
        (("--out", "there.txt", *WORN), "there.txt"),
    ],
)
def test_several_files_are_refused_together_before_anything_is_written(
    options: tuple[str, ...], said: str, softstrike: Run, still: Still, folder: Path
) -> None:
    still("a.csv"), still("b.csv")
    (folder / "there.txt").touch()
    refused = softstrike("analyze", "a.csv", "b.csv", *options)
    assert refused.code == 2
    assert said in refused.err
    assert names(folder) == {"a.csv", "b.csv", "there.txt"}


def test_two_recordings_of_one_name_are_not_written_over_each_other(
    softstrike: Run, still: Still, folder: Path
) -> None:
    (folder / "day2").mkdir()
    still("run.csv"), still("day2/run.csv")
    refused = softstrike("analyze", "run.csv", "day2/run.csv", "--out", "tables", *WORN)
    assert refused.code == 2
    assert "run.steps.csv" in refused.err
    assert names(folder) == {"run.csv", "day2"}


def test_when_no_file_can_be_used_no_folder_is_made(softstrike: Run, folder: Path) -> None:
    said = softstrike("analyze", "no.csv", "nor.mcap", "--out", "tables", *WORN)
    assert said.code == 1
    assert "no.csv" in said.err
    assert "nor.mcap" in said.err
    assert names(folder) == set()


def test_sessions_and_tables_go_together(softstrike: Run, still: Still, folder: Path) -> None:
    still("a.csv")
    session = shipped_recording("run_shoe_real.mcap")
    words = ("analyze", session, "a.csv", "--out", "tables", "--format", "parquet", *WORN)
    assert softstrike(*words).code == 0
    assert names(folder / "tables") == {"run_shoe_real.steps.parquet", "a.steps.parquet"}


def test_a_session_alone_takes_no_placement(softstrike: Run, folder: Path) -> None:
    said = softstrike("analyze", shipped_recording("run_shoe_real.mcap"), "--out", "s.csv", "--side", "left")
    assert said.code == 2
    assert "--side" in said.err
    assert names(folder) == set()
