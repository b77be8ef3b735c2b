"""Questions over all sessions: right answers, and no way to change or read anything else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import imu
import imu.library.tables
from imu.cli.app import run
from imu.cli.paths import shipped_recording
from imu.errors import UsageError
from imu.folders import cache_folder, sessions_folder
from imu.library import TABLES, Library, Tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("run_shoe_real", "two_shins_simulated")


@pytest.fixture
def library(own_folders: Path) -> Library:
    assert own_folders
    sessions_folder().mkdir(parents=True)
    for name in NAMES:
        shutil.copy(shipped_recording(f"{name}.mcap"), sessions_folder())
    return Library()


def test_the_tables_hold_what_the_sessions_hold(library: Library) -> None:
    library.edit(library.find("run"), name="Sunday", tags=("long",), runner="Zoë")
    tables = Tables(library.sessions())
    steps = tables.frame("steps")
    for name in NAMES:
        theirs = steps[steps["session"] == name].drop(columns="session").reset_index(drop=True)
        ours = imu.load(sessions_folder() / f"{name}.mcap").steps
        assert theirs["initial_contact_s"].tolist() == ours["initial_contact_s"].tolist()
        assert theirs["strike"].tolist() == ours["strike"].tolist()
        assert theirs["peak_accel_g"].isna().tolist() == ours["peak_accel_g"].isna().tolist()
    assert {len(tables.frame(name)) > 0 for name in TABLES} == {True}
    answer = tables.ask(
        "SELECT s.name, s.tags[1] AS tag, count(*) AS steps, max(peak_accel_g) AS most_g "
        "FROM steps JOIN sessions s USING (session) WHERE s.runner = 'Zoë' GROUP BY ALL"
    )
    real = imu.load(sessions_folder() / "run_shoe_real.mcap").steps
    expected = [["Sunday", "long", len(real), real["peak_accel_g"].max()]]
    assert answer.to_numpy().tolist() == expected


def test_a_session_is_analysed_once_and_again_when_it_changed(three: tuple[Path, ...]) -> None:
    library, told = Library(), []

    def names() -> list[str]:
        told.clear()
        Tables(library.sessions(), on_session=lambda entry: told.append(entry.session))
        return sorted(told)

    everyone = sorted(path.stem for path in three)
    assert names() == everyone
    assert names() == []
    library.edit(library.find("easy"), note="new")
    assert names() == ["easy"]
    shutil.rmtree(cache_folder())
    assert names() == everyone
    library.delete(library.find("hills"))
    assert len(list(cache_folder().rglob("made.json"))) == 2
    assert len(Tables(library.sessions()).frame("sessions")) == 2
    next(cache_folder().rglob("flags.parquet")).unlink()
    assert len(names()) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY steps TO '{folder}/stolen.csv'",
        "ATTACH '{folder}/new.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "DROP VIEW steps",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO sessions SELECT * FROM sessions",
        "DELETE FROM sessions",
        "SELECT 1; SELECT 2",
        "SELECT * FROM sessions; COPY sessions TO '{folder}/stolen.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "SELECT getenv('HOME')",
        "SELECT",
        "",
    ],
)
def test_nothing_else_can_be_read_or_changed(record: Callable[..., Path], tmp_path: Path, sql: str) -> None:
    record("easy")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = sorted(path.name for path in tmp_path.rglob("*") if "cache" not in path.parts)
    tables = Tables(Library().sessions())
    with pytest.raises(UsageError):
        tables.ask(sql.format(file=tmp_path / "secret.csv", folder=tmp_path))
    assert sorted(path.name for path in tmp_path.rglob("*") if "cache" not in path.parts) == before
    assert tables.ask("SELECT count(*) AS n FROM sessions")["n"].tolist() == [1]


def test_the_program_s_own_variables_are_no_tables(record: Callable[..., Path]) -> None:
    record("easy")
    own = pd.DataFrame({"a": [1]})
    assert len(own) == 1
    with pytest.raises(UsageError, match="own does not exist"):
        Tables(Library().sessions()).ask("SELECT * FROM own")


def test_what_cannot_be_analysed_is_told_and_left_out(record: Callable[..., Path]) -> None:
    record("easy")
    broken = sessions_folder() / "broken.mcap"
    broken.write_bytes(b"nothing")
    assert run(["query", "SELECT session FROM sessions ORDER BY session"]) == 3
    broken.unlink()
    record("unknown", runner="Ben")
    assert run(["query", "SELECT count(*) FROM steps"]) == 0


def test_an_empty_library_has_no_steps(own_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert own_folders
    assert run(["query", "SELECT * FROM sessions"]) == 0
    assert capsys.readouterr().out == "no rows\n"
    assert run(["query", "SELECT * FROM steps"]) == 2


def test_the_answer_as_a_table_is_safe_in_a_spreadsheet(library: Library, tmp_path: Path) -> None:
    library.edit(library.find("run"), name="=1+1")
    for ending in ("csv", "parquet"):
        out = tmp_path / f"answer.{ending}"
        sql = "SELECT name, duration_s FROM sessions WHERE session = 'run_shoe_real'"
        assert run(["query", sql, "--out", str(out)]) == 0
        assert run(["query", sql, "--out", str(out)]) == 2
    assert (tmp_path / "answer.csv").read_text().splitlines()[1].startswith("'=1+1,44")
    assert pd.read_parquet(tmp_path / "answer.parquet")["name"].tolist() == ["=1+1"]
