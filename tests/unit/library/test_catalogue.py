from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import pytest

import imu.library.index
from imu.errors import InputError, UsageError
from imu.folders import cache_folder
from imu.library import Library, Wanted
from imu.store import SessionReader, edits_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Three = tuple["Path", "Path", "Path"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def named(entries: list[object]) -> list[str]:
    return [getattr(entry, "session", "") for entry in entries]


def test_the_latest_comes_first_and_what_has_no_time_last(three: Three) -> None:
    entries = Library().sessions()
    assert named(entries) == ["hills", "easy", "cut"]
    assert [entry.complete for entry in entries] == [True, True, False]
    assert entries[1].duration_s == 4.0
    assert entries[1].size_bytes == three[0].stat().st_size


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(runner="zo"), ["easy", "cut"]),
        (Wanted(tags=("EASY",)), ["easy"]),
        (Wanted(tags=("easy", "long")), []),
        (Wanted(shoe="race"), ["hills"]),
        (Wanted(surface="grass", runner="Ben"), []),
        (Wanted(since=dt.date(2026, 5, 2)), ["hills"]),
        (Wanted(until=dt.date(2026, 5, 1)), ["easy"]),
        (Wanted(since=dt.date(2026, 5, 1), until=dt.date(2026, 5, 3)), ["hills", "easy"]),
    ],
)
def test_only_what_is_asked_for(three: Three, wanted: Wanted, found: list[str]) -> None:
    assert three
    assert named(Library().sessions(wanted)) == found


@pytest.mark.parametrize("text", ["easy", "EASY.mcap", "ea", "Sunday", "sun"])
def test_a_session_is_found_by_what_people_type(three: Three, text: str) -> None:
    library = Library()
    library.edit(library.find(str(three[0])), name="Sunday run")
    library.edit(library.find("hills"), name="Sunny")
    if text == "sun":
        with pytest.raises(UsageError, match="2 sessions fit"):
            library.find(text)
    else:
        assert library.find(text if text != "Sunday" else "sunday run").path == three[0].resolve()


def test_what_is_not_there_is_said(three: Three) -> None:
    assert three
    for text in ("mountains", "", "."):
        with pytest.raises(UsageError, match="no such session"):
            Library().find(text)


def test_edits_never_touch_the_recording_and_outlive_the_index(three: Three) -> None:
    before = digest(three[0])
    library = Library()
    library.edit(library.find("easy"), tags=("long", "wet"), note="tired", name="Sunday", shoe="old pair")
    assert digest(three[0]) == before
    next(cache_folder().rglob("*.json")).unlink()
    entry = Library().find("easy")
    assert (entry.tags, entry.note, entry.name, entry.shoe) == (
        ("long", "wet"),
        "tired",
        "Sunday",
        "old pair",
    )
    assert SessionReader(three[0]).header.tags == ("easy",)


def test_edits_that_say_nothing_leave_no_file(three: Three) -> None:
    library = Library()
    library.edit(library.find("easy"), name="x")
    assert edits_path(three[0]).exists()
    library.edit(library.find("easy"), name="")
    assert not edits_path(three[0]).exists()


def test_only_what_changed_is_read_again(three: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Library().sessions()
    read: list[Path] = []
    real = imu.library.index.read_entry
    monkeypatch.setattr(
        imu.library.index, "read_entry", lambda path, session: read.append(path) or real(path, session)
    )
    assert Library().sessions() == first
    assert read == []
    library = Library()
    library.edit(first[0], note="new")
    three[1].touch()
    library.sessions()
    assert [path.name for path in read] == ["hills.mcap"]


@pytest.mark.parametrize("garbage", [b"", b"{", b'{"version": 1}', b"\xff" * 100, b'{"sessions": {}}'])
def test_a_damaged_index_is_made_anew(three: Three, garbage: bytes) -> None:
    assert three
    entries = Library().sessions()
    index = next(cache_folder().rglob("*.json"))
    index.write_bytes(garbage)
    assert Library().sessions() == entries
    assert index.read_bytes() != garbage
    assert Library().rebuild() == entries


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(own_folders: Path, three: Three) -> None:
    assert three
    (own_folders / "cache").write_text("in the way")
    assert len(Library().sessions()) == 3


def test_what_cannot_be_read_is_listed_with_its_reason(three: Three, record: Callable[..., Path]) -> None:
    assert record
    three[0].write_bytes(b"no session at all")
    edits_path(three[1]).write_text('{"nme": ""}')
    entries = {entry.session: entry.problem for entry in Library().sessions()}
    assert entries["easy"] == "is not a softstrike session"
    assert "does not hold the edits of a session" in entries["hills"]
    assert named(Library().sessions(Wanted(runner="zo"))) == ["cut"]
    with pytest.raises(InputError, match=r"hills\.edits\.json"):
        Library().edit(Library().find("hills"), name="x")


def test_deleting_takes_the_edits_along(three: Three) -> None:
    library = Library()
    library.edit(library.find("easy"), name="x")
    assert [path.name for path in library.delete(library.find("easy"))] == ["easy.mcap", "easy.edits.json"]
    assert named(library.sessions()) == ["hills", "cut"]
    assert library.delete(library.find("cut")) == [three[2].resolve()]


def test_a_folder_may_be_any_and_need_not_exist(own_folders: Path, three: Three) -> None:
    assert Library(own_folders / "nowhere").sessions() == []
    assert len(Library(three[0].parent).sessions()) == 3
    with pytest.raises(UsageError, match="is not a folder"):
        Library(three[0])
