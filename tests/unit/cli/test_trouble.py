"""What goes wrong outside: no screen, no Qt, an unknown profile, a stop, a bug."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import pytest

from imu.cli import doctor
from imu.cli.paths import shipped_recording
from imu.model import Tick
from imu.sources.sim import SimulatedSession
from imu.store import SessionReader, SessionWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imu.model import Input

Run = Callable[..., Any]
REAL = "run_shoe_real.mcap"


@pytest.fixture
def no_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the import of the dashboards fail as it does without Qt."""
    monkeypatch.setitem(sys.modules, "dashboards.app", None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "words", [("replay", shipped_recording(REAL)), ("live", "--simulate", "--out", "l.mcap")]
)
def test_without_a_display_no_window_is_opened_that_nobody_sees(
    words: tuple[object, ...], softstrike: Run, folder: Path
) -> None:
    said = softstrike(*words)
    assert said.code == 1
    assert "--headless" in said.err
    assert names(folder) == []


@pytest.mark.usefixtures("no_qt")
def test_without_qt_the_demo_still_gives_its_steps_and_report(softstrike: Run, folder: Path) -> None:
    said = softstrike("demo", "--out", "shown")
    assert said.code == 3
    assert "softstrike[gui]" in said.err
    assert names(folder / "shown") == ["report.txt", "steps.csv"]


@pytest.mark.usefixtures("no_qt")
def test_without_qt_a_picture_is_refused_before_the_work(softstrike: Run, folder: Path) -> None:
    said = softstrike("replay", shipped_recording(REAL), "--screenshot", "p.png")
    assert said.code == 1
    assert "softstrike[gui]" in said.err
    assert names(folder) == []


@pytest.mark.usefixtures("no_qt")
def test_without_qt_the_doctor_says_what_to_install(softstrike: Run) -> None:
    said = softstrike("doctor")
    assert said.code == 3
    assert "MISSING  dashboard" in said.out


def test_the_doctor_survives_a_qt_that_cannot_start(softstrike: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonesuch")
    said = softstrike("doctor")
    assert said.code == 3
    assert "MISSING  dashboard" in said.out
    assert "ok       disk" in said.out


def test_the_demo_does_not_touch_a_file_in_its_folders_place(softstrike: Run, folder: Path) -> None:
    (folder / "mine").write_text("mine")
    assert softstrike("demo", "--headless", "--out", "mine").code == 2
    assert (folder / "mine").read_text() == "mine"


@pytest.mark.parametrize(
    "words", [("replay", "x.mcap", "--headless"), ("analyze", "x.mcap", "--out", "s.csv")]
)
def test_an_unknown_profile_is_named_with_its_file(
    words: tuple[str, ...], softstrike: Run, folder: Path
) -> None:
    reader = SessionReader(shipped_recording(REAL))
    sensor = msgspec.structs.replace(reader.header.sensors[0], profile="nonesuch", profile_toml="")
    writer = SessionWriter(folder / "x.mcap", msgspec.structs.replace(reader.header, sensors=(sensor,)))
    for item in reader.inputs():
        writer.write(item)
    writer.close()
    said = softstrike(*words)
    assert said.code == 1
    assert said.err.startswith("softstrike: x.mcap")
    assert "nonesuch" in said.err
    assert names(folder) == ["x.mcap"]


def stopped(session: SimulatedSession) -> Iterator[Input]:
    """Yield what is there, but for the end."""
    yield Tick(session.header.origin_ns)
    raise KeyboardInterrupt


def test_a_simulation_that_is_stopped_leaves_nothing(
    softstrike: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimulatedSession, "inputs", stopped)
    said = softstrike("simulate", "--out", "s.mcap", "--duration", 5)
    assert (said.code, said.err) == (1, "softstrike: stopped\n")
    assert names(folder) == []


def broken() -> NoReturn:
    raise ZeroDivisionError("nothing to share")


def test_a_bug_is_told_in_one_line_and_shown_with_debug(
    softstrike: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LOOKS", (broken,))
    quiet, loud = softstrike("doctor"), softstrike("doctor", "--debug")
    assert quiet.code == loud.code == 1
    assert quiet.err.count("\n") == 1
    assert "--debug" in quiet.err
    assert "Traceback" in loud.err


def test_a_folder_that_may_not_be_written_is_named_without_numbers(softstrike: Run, folder: Path) -> None:
    (folder / "file").touch()
    said = softstrike("demo", "--headless", "--out", "file/below")
    assert said.code == 1
    assert "file/below: Not a directory" in said.err
