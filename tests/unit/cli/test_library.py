"""``softstrike sessions`` as a user types it."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imu.cli.paths import shipped_recording
from imu.folders import sessions_folder

Run = Callable[..., Any]
RUN = "run_shoe_real"


@pytest.fixture
def recorded(own_folders: Path) -> Path:
    assert own_folders
    sessions_folder().mkdir(parents=True)
    return Path(shutil.copy(shipped_recording(f"{RUN}.mcap"), sessions_folder()))


def test_an_empty_library_says_where_it_looked(softstrike: Run, own_folders: Path) -> None:
    said = softstrike("sessions", "list")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"no sessions in {own_folders}/data/sessions\n"


def test_list_show_and_edit(softstrike: Run, recorded: Path) -> None:
    assert recorded
    assert softstrike("sessions", "tag", RUN, "wet", "long").out == f"{RUN}: tags wet, long\n"
    assert softstrike("sessions", "tag", RUN, "WET", "--remove").out == f"{RUN}: tags long\n"
    softstrike("sessions", "note", RUN, "knee felt fine\x1b[2J")
    softstrike("sessions", "rename", RUN, "Sunday")
    softstrike("sessions", "set", RUN, "--runner", "Zoë", "--surface", "grass")
    lines = softstrike("sessions", "list", "--tag", "long", "--runner", "ZOË").out.splitlines()
    assert lines[0].split() == ["session", "started", "length", "runner", "shoe", "surface", "tags", "state"]
    assert lines[1].split() == ["Sunday", "-", "0:44", "Zoë", "-", "grass", "long"]
    said = softstrike("sessions", "show", "sunday")
    assert said.code == 0
    assert "note     knee felt fine [2J\n" in said.out
    assert "running, " in said.out
    assert softstrike("sessions", "list", "--tag", "dry").out == "no session fits\n"


def test_verify_tells_sound_from_damaged(softstrike: Run, recorded: Path) -> None:
    assert softstrike("sessions", "verify").code == 0
    data = bytearray(recorded.read_bytes())
    data[len(data) // 2] ^= 1
    recorded.write_bytes(data)
    said = softstrike("sessions", "verify", recorded)
    assert said.code == 3
    assert "bytes and 0 values cannot be used" in said.out
    recorded.write_bytes(b"x")
    assert softstrike("sessions", "verify").code == 1


def test_nothing_is_deleted_without_a_yes(
    softstrike: Run, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = softstrike("sessions", "delete", RUN)
    assert said.code == 2
    assert "add --yes" in said.err
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda question: "" if "Delete" in question else "y")
    assert softstrike("sessions", "delete", RUN).out == "nothing was deleted\n"
    assert recorded.exists()
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert softstrike("sessions", "delete", RUN).out == f"deleted {recorded}\n"
    assert not recorded.exists()


def test_wrong_use_is_one_sentence(softstrike: Run, recorded: Path) -> None:
    assert recorded
    assert "no such session" in softstrike("sessions", "show", "hills").err
    assert "say what to set" in softstrike("sessions", "set", RUN).err
    recorded.write_bytes(b"x")
    said = softstrike("sessions", "note", RUN, "text")
    assert said.code == 1
    assert "is not a softstrike session" in said.err


def test_the_window_comes_back_after_each_session_until_it_is_closed(
    softstrike: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path | None] = []
    played: list[tuple[Path, str]] = []
    answers = iter([folder / "a.mcap", folder / "b.mcap", None])

    def choose(of: Path | None) -> Path | None:
        asked.append(of)
        return next(answers)

    def play(path: Path, _speed: float, *, title: str) -> None:
        played.append((path, title))

    monkeypatch.setattr("imu.cli.screen.window_possible", lambda: True)
    monkeypatch.setattr("imu.cli.screen.choose_session", choose)
    monkeypatch.setattr("imu.cli.replay.play_in_window", play)
    assert softstrike("sessions", "window", "--folder", folder) == (0, "", "")
    assert asked == [folder] * 3
    assert played == [(folder / "a.mcap", "a.mcap"), (folder / "b.mcap", "b.mcap")]
