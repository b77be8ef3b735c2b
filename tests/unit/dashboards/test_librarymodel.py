from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboards.librarymodel import NOTHING, LibraryView
from imu.folders import sessions_folder
from imu.library import Library, length_text
from imu.model import Placement, SensorInfo, SessionHeader, Side, Tick
from imu.store import SessionReader, SessionWriter

if TYPE_CHECKING:
    from pathlib import Path


def record(name: str, **facts: object) -> Path:
    path = sessions_folder() / f"{name}.mcap"
    path.parent.mkdir(parents=True, exist_ok=True)
    sensors = (SensorInfo("left", Placement.SHOE, Side.LEFT, 200.0),)
    writer = SessionWriter(path, SessionHeader(sensors, **facts))  # type: ignore[arg-type]
    for second in (0, 65):
        writer.write(Tick(second * 1_000_000_000))
    writer.close()
    return path


@pytest.fixture
def view(own_folders: Path) -> LibraryView:
    assert own_folders
    record("easy", runner="Zoë", started_utc="2026-05-01T08:00:00Z", tags=("wet", "long"), note="tired legs")
    record("hills", runner="Ben\x07", shoe="racer")
    (sessions_folder() / "broken.mcap").write_bytes(b"no")
    return LibraryView(Library())


def sessions(view: LibraryView) -> list[str]:
    return [row.session for row in view.rows]


def test_rows_say_what_is_known_and_dash_the_rest(view: LibraryView) -> None:
    rows = {row.session: row for row in view.rows}
    assert rows["easy"].cells == (
        "easy",
        "01 May 2026, 08:00",
        "1:05",
        "Zoë",
        NOTHING,
        NOTHING,
        "wet, long",
        "",
    )
    assert rows["hills"].cells[3] == "Ben"
    assert rows["broken"].cells[-1] == "is not a softstrike session"
    assert not rows["broken"].usable
    assert sessions(view)[0] == "easy"


def test_every_word_of_a_search_must_be_found(view: LibraryView) -> None:
    for text, found in (("ZOË long", ["easy"]), ("legs", ["easy"]), ("zoë racer", []), ("racer", ["hills"])):
        view.search(text)
        assert sessions(view) == found
    assert view.summary == "1 of 3 sessions"
    view.search("")
    assert view.summary == "3 sessions"


def test_what_the_search_hides_is_not_chosen(view: LibraryView) -> None:
    view.choose("easy")
    assert view.chosen is not None
    view.search("racer")
    assert view.chosen is None
    assert view.path() is None
    view.delete()
    view.edit(name="x")
    view.search("")
    assert len(view.rows) == 3
    assert view.said()["name"] == ""


def test_edits_stand_beside_the_recording(view: LibraryView) -> None:
    view.choose("easy")
    view.edit(tags=" wet, , hills,wet ", note=" calm ")
    view.edit(name=" Sunday ")
    assert view.said() == {"name": "Sunday", "tags": "wet, hills", "note": "calm"}
    assert view.chosen is not None
    assert view.chosen.cells[0] == "Sunday"
    path = view.path()
    assert path is not None
    assert SessionReader(path).header.tags == ("wet", "long")


def test_what_cannot_be_read_can_only_be_deleted(view: LibraryView) -> None:
    view.choose("broken")
    view.edit(name="x")
    assert view.path() is None
    assert view.said() == {}
    view.delete()
    assert sorted(sessions(view)) == ["easy", "hills"]


def test_an_empty_library_says_where_it_looked(own_folders: Path) -> None:
    assert LibraryView(Library()).summary == f"No sessions in {own_folders}/data/sessions"


def test_lengths() -> None:
    assert [length_text(s) for s in (0, 59.6, 3599.4, 3600)] == ["0:00", "1:00", "59:59", "1:00:00"]
