"""After forgetting, the runner's name is nowhere in the folders of settings, data and cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.cli.app import run
from imu.folders import config_folder, data_folder, runners_folder, sensors_file
from imu.library import Library, Tables
from imu.model import Placement, Side
from imu.sources.ble.registry import KnownSensor, load_sensors, save_sensors
from imu.store import SessionReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "Zoë Quist"


@pytest.fixture
def traces(own_folders: Path, three: tuple[Path, ...], record: Callable[..., Path]) -> Path:
    """Fill the folders with all that is kept of a runner."""
    assert len(three) == 3
    library = Library()
    record("hers", runner=NAME, note="by " + NAME)
    record("corrected", runner="somebody")
    library.edit(library.find("corrected"), runner=NAME.upper())
    library.edit(library.find("easy"), runner="Ben")
    Tables(library.sessions())
    assert run(["sessions", "list"]) == 0
    for path in (
        runners_folder() / "zoe-quist.toml",
        runners_folder() / "zoe-quist.baselines.json",
        data_folder() / "runners" / "zoe-quist.json",
        data_folder() / "zoe_quist" / "diary.json",
        runners_folder() / "ben.toml",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'name = "{NAME if "quist" in str(path) else "Ben"}"\n')
    sensors = [
        KnownSensor(f"pod {n}", "softstrike-reference", runner, Placement.SHOE, Side.LEFT, serial=str(n))
        for n, runner in enumerate((NAME, "Ben", NAME.lower()))
    ]
    config_folder().mkdir(exist_ok=True)
    save_sensors(sensors_file(), sensors)
    return own_folders


def mentioning(folder: Path) -> list[str]:
    """Names of files in whose name, bytes or unpacked content the runner is found."""
    found = []
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".mcap":
            data += b"".join(SessionReader(path).bodies())
        text = (str(path.relative_to(folder)) + data.decode(errors="replace")).casefold()
        if any(word in text for word in ("quist", "zo\\u00eb q")):
            found.append(path.name)
    return found


def test_nothing_is_left_and_nothing_else_is_gone(traces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(mentioning(traces)) > 6
    assert run(["forget", NAME.lower(), "--yes"]) == 0
    assert mentioning(traces) == []
    said = capsys.readouterr().out
    assert "hers.mcap" in said
    assert "corrected.edits.json" in said
    assert "2 sensors" in said
    assert [sensor.runner for sensor in load_sensors(sensors_file())] == ["Ben"]
    assert sorted(entry.session for entry in Library().sessions()) == ["cut", "easy", "hills"]
    assert (runners_folder() / "ben.toml").exists()


def test_what_others_wrote_is_left_and_named(traces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = Library()
    library.edit(library.find("hills"), note=f"with {NAME}")
    assert run(["forget", NAME, "--yes"]) == 3
    assert "hills.edits.json still mentions" in capsys.readouterr().err
    assert mentioning(traces) == ["hills.edits.json"]


@pytest.mark.parametrize("name", ["Runners", "Sensors", "Sessions", "Hills"])
def test_a_runner_called_like_a_file_of_ours_takes_nothing_of_others_along(
    traces: Path, record: Callable[..., Path], name: str
) -> None:
    library = Library()
    library.edit(library.find("hills"), note="windy")
    record("theirs", runner=name)
    before = {path for path in traces.rglob("*") if path.is_file() and "cache" not in path.parts}
    assert run(["forget", name, "--yes"]) in (0, 3)
    after = {path for path in traces.rglob("*") if path.is_file()}
    assert {path.name for path in before - after} == {"theirs.mcap"}


def test_it_asks_first(traces: Path) -> None:
    before = mentioning(traces)
    assert run(["forget", NAME]) == 2
    assert mentioning(traces) == before


def test_an_unknown_runner_is_said(traces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert traces
    assert run(["forget", "Quist", "--yes"]) == 1
    assert capsys.readouterr().out.endswith("there is nothing of Quist\n")
