"""A session in several files is one: read, listed, loaded, shared and deleted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pandas as pd
import pytest

import imu
from imu.archive import run_archive
from imu.cli.app import run
from imu.cli.paths import shipped_recording
from imu.folders import cache_folder, sessions_folder
from imu.library import Library
from imu.report import facts_of
from imu.store import JoinedReader, SessionReader, SessionWriter, open_session
from imu.store.sharing import share

if TYPE_CHECKING:
    from pathlib import Path

DATE = "2026-05-03T08:00:00Z"


@pytest.fixture
def first(own_folders: Path) -> Path:
    """Write a run as a recorder does whose disk is full for two seconds; beside it a file that is no part."""
    assert own_folders
    folder = sessions_folder()
    folder.mkdir(parents=True)
    whole = SessionReader(shipped_recording("run_shoe_real.mcap"))
    header = msgspec.structs.replace(whole.header, runner="Zoë", started_utc=DATE)
    items = list(whole.inputs())
    parts = {
        "run": [item for item in items if item.arrival_ns < 20_000_000_000],
        "run.3": [item for item in items if item.arrival_ns >= 22_000_000_000],
    }
    for name, kept in parts.items():
        continues = "" if name == "run" else "run.mcap"
        writer = SessionWriter(
            folder / f"{name}.mcap", msgspec.structs.replace(header, continues_from=continues)
        )
        for item in kept:
            writer.write(item)
        writer.flush()
        (writer.abandon if name == "run" else writer.close)()
    (folder / "run.2.mcap").write_bytes(b"somebody else's")
    return folder / "run.mcap"


def test_the_parts_are_read_one_after_the_other(first: Path) -> None:
    reader = open_session(first)
    assert isinstance(reader, JoinedReader)
    assert [path.name for path in reader.files] == ["run.mcap", "run.3.mcap"]
    whole = list(SessionReader(shipped_recording("run_shoe_real.mcap")).inputs())
    kept = [item for item in whole if not 20_000_000_000 <= item.arrival_ns < 22_000_000_000]
    assert list(reader.inputs()) == kept
    assert reader.span_ns() == (kept[0].arrival_ns, kept[-1].arrival_ns)
    assert (reader.complete, reader.closed, reader.lost_bytes, reader.unreadable) == (False, False, 0, 0)
    assert isinstance(open_session(first.with_name("run.3.mcap")), SessionReader)


def test_a_session_of_another_time_is_no_part(first: Path) -> None:
    other = msgspec.structs.replace(SessionReader(first).header, started_utc="2026-05-04T08:00:00Z")
    path = first.with_name("run.3.mcap")
    path.unlink()
    SessionWriter(path, msgspec.structs.replace(other, continues_from="run.mcap")).close()
    assert isinstance(open_session(first), SessionReader)
    assert {entry.session for entry in Library().sessions() if not entry.problem} == {"run", "run.3"}


def test_it_is_one_session_of_the_library(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = Library()
    (entry,) = (entry for entry in library.sessions() if not entry.problem)
    assert (entry.session, entry.more) == ("run", (first.with_name("run.3.mcap").resolve(),))
    assert entry.duration_s == pytest.approx(43.9, abs=0.5)
    assert entry.size_bytes == first.stat().st_size + entry.more[0].stat().st_size
    session = imu.load(first)
    whole = imu.load(shipped_recording("run_shoe_real.mcap"))
    assert session.duration_s == whole.duration_s
    assert 0.93 * len(whole.samples) < len(session.samples) < len(whole.samples)
    assert len(session.steps) > 0.9 * len(whole.steps)
    facts = facts_of(entry)
    assert facts.duration_s == session.duration_s
    capsys.readouterr()
    assert run(["sessions", "list"]) == 0
    assert "2 parts" in capsys.readouterr().out
    assert run(["sessions", "verify", "run"]) == 0
    library.delete(entry)
    assert [path.name for path in first.parent.iterdir()] == ["run.2.mcap"]
    assert list((cache_folder() / "facts").iterdir()) == []


def test_many_sessions_count_no_part_twice(first: Path, tmp_path: Path) -> None:
    part = first.with_name("run.3.mcap")
    steps = imu.load(first).steps
    assert len(imu.load_many([part, first])) == len(steps) > len(imu.load_many([part])) > 10
    found = [str(first), str(part)]
    outcome = run_archive("analyze", found, str(tmp_path / "out"), executor="threads")
    assert outcome.done == 2
    assert sum(len(pd.read_parquet(file)) for file in (tmp_path / "out" / "steps").rglob("*.parquet")) == len(
        steps
    )


def test_a_copy_to_share_holds_all_parts(first: Path, tmp_path: Path) -> None:
    share(first, tmp_path / "copy.mcap")
    copy = SessionReader(tmp_path / "copy.mcap")
    assert copy.header.continues_from == ""
    assert len(list(copy.inputs())) == len(list(open_session(first).inputs()))


def test_forgetting_a_runner_takes_all_parts(first: Path) -> None:
    assert run(["forget", "Zoë", "--yes"]) == 0
    assert [path.name for path in first.parent.iterdir()] == ["run.2.mcap"]
