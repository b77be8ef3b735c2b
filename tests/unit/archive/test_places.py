from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from imu.archive import find_sessions, local_copy
from imu.errors import InputError, UsageError


def names(patterns: list[str]) -> list[str]:
    return [Path(address).name for address in find_sessions(patterns)]


def test_a_folder_is_searched_through(archive: Path) -> None:
    assert names([str(archive)]) == ["0.mcap", "1.mcap", "2.mcap", "3.mcap", "cut.mcap", "none.mcap"]


@pytest.mark.parametrize("pattern", ["**/[01].mcap", "2026/[01].*"])
def test_a_pattern_finds_what_it_says(archive: Path, pattern: str) -> None:
    assert names([str(archive / pattern)]) == ["0.mcap", "1.mcap"]


def test_a_session_named_twice_is_taken_once(archive: Path) -> None:
    one = str(archive / "2026" / "1.mcap")
    assert names([one, str(archive / "2026"), one]) == ["1.mcap", "0.mcap", "2.mcap", "3.mcap"]


@pytest.mark.parametrize("name", ["nowhere", "*.csv", "none.txt"])
def test_a_pattern_without_a_session_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "none.txt").touch()
    with pytest.raises(UsageError, match=r"no file \.mcap .* check the spelling"):
        find_sessions([str(tmp_path / name)])


@pytest.fixture
def bucket(archive: Path) -> str:
    """Object storage in this process's memory."""
    storage = fsspec.filesystem("memory")
    for path in archive.rglob("*.mcap"):
        storage.pipe_file(f"/bucket/{path.relative_to(archive)}", path.read_bytes())
    return "memory://bucket"


def test_object_storage_is_searched_and_fetched(bucket: str, archive: Path) -> None:
    found = find_sessions([f"{bucket}/2026/*.mcap"])
    assert found == [f"memory:///bucket/2026/{n}.mcap" for n in range(4)]
    assert find_sessions([bucket])[:4] == found
    with local_copy(found[1]) as copy:
        assert copy.read_bytes() == (archive / "2026" / "1.mcap").read_bytes()
    assert not copy.exists()


def test_the_edits_of_a_session_come_with_it_and_are_no_recording(bucket: str, tmp_path: Path) -> None:
    fsspec.filesystem("memory").pipe_file("/bucket/2026/1.edits.json", b"{}")
    with local_copy(f"{bucket}/2026/1.mcap") as copy:
        assert sorted(p.name for p in copy.parent.iterdir()) == ["1.edits.json", "1.mcap"]
    (tmp_path / "1.edits.json").touch()
    with pytest.raises(UsageError, match="no file"):
        find_sessions([str(tmp_path)], ".json")


def test_an_address_that_is_gone_is_told(bucket: str) -> None:
    with pytest.raises(InputError, match="cannot be fetched"), local_copy(f"{bucket}/gone.mcap"):
        pass


def test_an_unknown_protocol_is_told() -> None:
    with pytest.raises(UsageError, match="nosuch"):
        find_sessions(["nosuch://bucket/*.mcap"])


def test_a_labelled_recording_is_fetched_with_what_belongs_to_it() -> None:
    storage = fsspec.filesystem("memory")
    for name in ("a.json", "a.csv.gz", "a.truth.csv", "ab.csv", "counts.csv"):
        storage.pipe_file(f"/labelled/set/{name}", name.encode())
    with local_copy("memory://labelled/set/a.json") as copy:
        assert copy.parent.name == "set"
        assert sorted(p.name for p in copy.parent.iterdir()) == [
            "a.csv.gz",
            "a.json",
            "a.truth.csv",
            "counts.csv",
        ]
