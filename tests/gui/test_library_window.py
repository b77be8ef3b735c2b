"""The library window: what is typed is kept beside the recording, nothing is deleted unasked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer

from dashboards.app import ensure_application
from dashboards.librarymodel import LibraryView
from dashboards.windows.library import LibraryWindow
from imu.cli.paths import shipped_recording
from imu.cli.screen import choose_session
from imu.folders import sessions_folder
from imu.library import Library
from imu.store import read_edits

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NAMES = ("run_shoe_real", "two_shins_simulated")


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def window(qtbot: QtBot, own_folders: Path, asked: list[str]) -> LibraryWindow:
    assert own_folders
    ensure_application()
    sessions_folder().mkdir(parents=True)
    for name in NAMES:
        shutil.copy(shipped_recording(f"{name}.mcap"), sessions_folder())

    def confirm(question: str) -> bool:
        asked.append(question)
        return len(asked) > 1

    made = LibraryWindow(LibraryView(Library()), confirm=confirm)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    return made


def test_search_choose_and_edit(qtbot: QtBot, window: LibraryWindow) -> None:
    assert window.table.rowCount() == 2
    assert not window.open_button.isEnabled()
    qtbot.keyClicks(window.search, "simulated")
    assert window.table.rowCount() == 1
    window.search.clear()
    window.table.selectRow(0)
    assert window.open_button.isEnabled()
    qtbot.keyClicks(window.fields["name"], "Sunday")
    qtbot.keyClick(window.fields["name"], Qt.Key.Key_Return)
    qtbot.keyClicks(window.fields["tags"], "wet, long")
    qtbot.keyClick(window.fields["tags"], Qt.Key.Key_Return)
    edits = read_edits(sessions_folder() / f"{NAMES[0]}.mcap")
    assert (edits.name, edits.tags) == ("Sunday", ("wet", "long"))
    assert window.table.item(0, 0).text() == "Sunday"
    assert window.table.currentRow() == 0


def test_enter_opens_the_chosen_session(qtbot: QtBot, window: LibraryWindow) -> None:
    window.table.selectRow(1)
    with qtbot.waitSignal(window.opened) as opened:
        window.open_button.click()
    assert opened.args == [(sessions_folder() / f"{NAMES[1]}.mcap").resolve()]


def test_deleting_asks_first(window: LibraryWindow, asked: list[str]) -> None:
    window.table.selectRow(0)
    window.delete_button.click()
    assert asked == [f"Delete {NAMES[0]}? This cannot be undone."]
    assert window.table.rowCount() == 2
    window.delete_button.click()
    assert window.table.rowCount() == 1
    assert not (sessions_folder() / f"{NAMES[0]}.mcap").exists()


def test_an_empty_library_can_be_shown(qtbot: QtBot, own_folders: Path) -> None:
    ensure_application()
    window = LibraryWindow(LibraryView(Library()))
    qtbot.addWidget(window)
    assert str(own_folders) in window.summary.text()
    assert not window.delete_button.isEnabled()


@pytest.mark.parametrize("opens", [True, False])
def test_choosing_gives_the_session_that_was_opened_or_none(
    qtbot: QtBot, own_folders: Path, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    assert own_folders
    monkeypatch.setattr("imu.cli.screen.window_possible", lambda: True)
    sessions_folder().mkdir(parents=True)
    path = Path(shutil.copy(shipped_recording(f"{NAMES[0]}.mcap"), sessions_folder()))
    application = ensure_application()
    acted: list[str] = []

    def act() -> None:
        for widget in application.topLevelWidgets():
            if isinstance(widget, LibraryWindow) and widget.isVisible():
                acted.append("open" if opens else "close")
                if opens:
                    widget.table.selectRow(0)
                    widget.open_button.click()
                else:
                    widget.close()

    timer = QTimer()
    timer.timeout.connect(act)
    timer.start(50)
    try:
        chosen = choose_session(None)
    finally:
        timer.stop()
    assert acted
    assert chosen == (path.resolve() if opens else None)
    assert qtbot is not None
