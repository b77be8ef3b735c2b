"""Commands of the coach: runner, plan, diary, ankle-test, timer."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from imu.coach import ADVICE, SEE_PT
from imu.folders import sessions_folder
from imu.model import Placement, SessionHeader, Side
from imu.profiles import find_profile
from imu.registry import sensor_of
from imu.runners import journal_of, read_baselines
from imu.store import SessionWriter
from tests.laws import streams

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Softstrike = Callable[..., Said]


@pytest.fixture
def ada(softstrike: Softstrike, own_folders: Path) -> str:
    assert own_folders
    assert softstrike("runner", "add", "Ada", "--mass-kg", 61, "--shoe", "road").code == 0
    return "Ada"


@pytest.fixture
def lunges(folder: Path) -> Callable[[Placement], Path]:
    """Record a knee-to-wall test."""

    def write(placement: Placement) -> Path:
        sensor = sensor_of(find_profile("softstrike-reference"), placement)
        path = folder / f"{placement}.mcap"
        writer = SessionWriter(path, SessionHeader((sensor,), runner="Ada"))
        for packet in streams.packets(sensor, streams.lunges(sensor, angles_deg=(38.0, 40.0, 39.0))):
            writer.write(packet)
        writer.close()
        return path

    return write


def test_a_runner_is_added_shown_and_changed(softstrike: Softstrike, ada: str) -> None:
    assert softstrike("runner", "set", ada, "--leg-length-m", 0.9).code == 0
    assert softstrike("runner", "shoe", ada, "trail").code == 0
    said = softstrike("runner", "show", ada)
    assert [word in said.out for word in ("61 kg", "0.9 m", "road, trail", "ada.toml")] == [True] * 4
    assert "Ada" in softstrike("runner", "list").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["runner", "show", "Eve"], "softstrike runner add"),
        (["runner", "add", "Ada"], "exists already"),
        (["runner", "set", "Ada"], "--mass-kg"),
        (["plan", "done", "juggling"], "bridging"),
        (["diary", "add"], "--during"),
        (["diary", "add", "knee", "--during", "11"], "10"),
        (["plan", "undo"], "nothing has been written yet"),
        (["timer", "bridging"], "counted"),
        (["plan", "advice", "magic"], "softer"),
        (["plan", "step-rate"], "no recorded run"),
    ],
)
def test_wrong_use_is_told_what_to_do(softstrike: Softstrike, ada: str, words: list[str], told: str) -> None:
    said = softstrike(*words)
    assert ada
    assert said.code == 2
    assert told in said.err


def test_usual_is_learnt_from_a_recorded_run(softstrike: Softstrike, ada: str) -> None:
    sessions_folder().mkdir(parents=True)
    run = sessions_folder() / "run.mcap"
    softstrike("simulate", "--scenario", "two_shins", "--duration", "215", "--out", run)
    said = softstrike("runner", "learn", ada, "run")
    assert said.code == 0, said.err
    assert {(one.side, one.shoe, one.session) for one in read_baselines(ada)} == {
        (side, "road", "run") for side in Side
    }
    assert "steps/min" in said.out


def test_too_short_a_run_teaches_nothing(softstrike: Softstrike, ada: str) -> None:
    sessions_folder().mkdir(parents=True)
    softstrike("simulate", "--duration", "40", "--out", sessions_folder() / "run.mcap")
    said = softstrike("runner", "learn", ada, "run")
    assert said.code == 1
    assert "100 are needed" in said.out
    assert read_baselines(ada) == ()


def test_the_plan_shows_what_is_done_and_what_is_not(softstrike: Softstrike, ada: str) -> None:
    assert "plan start" in softstrike("plan").out
    assert softstrike("plan", "start", "--target", 75).code == 0
    assert softstrike("plan", "done", "bridging", "--sets", 3, "--reps", 12).code == 0
    assert softstrike("plan", "done", "plank", "--held", 40).code == 0
    shown = softstrike("plan").out
    assert "next: run 1, 15 min, cues 100% of the time" in shown
    assert "1 of 3" in shown.split("Bridging")[1].splitlines()[0]
    assert SEE_PT in shown
    assert softstrike("plan", "undo").code == 0
    assert [entry.what for entry in journal_of(ada).log] == ["bridging"]


def test_landing_cues_come_with_their_notice(softstrike: Softstrike, ada: str) -> None:
    asked = softstrike("plan", "start", "--landing", 1)
    assert asked.code == 2
    assert "calf" in asked.out
    assert journal_of(ada).programme is None
    assert softstrike("plan", "start", "--landing", 1, "--yes").code == 0


def test_the_diary_says_what_its_rules_say(softstrike: Softstrike, ada: str, folder: Path) -> None:
    said = softstrike("diary", "add", "calf", "--side", "left", "--during", 4, "--note", "=1+1")
    assert "Cues rest" in said.out
    assert "See your physical therapist before" not in said.out
    assert (
        "See your physical therapist before" in softstrike("diary", "add", "knee", "--sign", "swelling").out
    )
    assert "Cues rest" in softstrike("plan").out
    assert softstrike("diary", "seen").code == 0
    assert "Cues rest" not in softstrike("diary", "list").out
    assert softstrike("diary", "export", "--out", "diary.csv").code == 0
    rows = list(csv.DictReader((folder / "diary.csv").read_text("utf-8").splitlines()))
    assert (rows[0]["where"], rows[0]["during"], rows[0]["note"]) == ("calf", "4", "'=1+1")
    assert len(rows) == 3
    assert softstrike("diary", "export", "--out", "diary.csv").code == 2
    assert softstrike("diary", "undo").code == 0
    assert len(journal_of(ada).diary) == 2


def test_an_ankle_test_is_measured_kept_and_compared(
    softstrike: Softstrike, ada: str, lunges: Callable[[Placement], Path]
) -> None:
    file = lunges(Placement.SHANK)
    first = softstrike("ankle-test", file)
    assert first.code == 0, first.err
    assert "left: 38, 40, 39 degrees, mean 39" in first.out
    assert "too little to be sure of a change" in softstrike("ankle-test", file).out
    assert [entry.angles_deg for entry in journal_of(ada).log] == [journal_of(ada).log[0].angles_deg] * 2


def test_an_ankle_test_with_a_shoe_sensor_is_not_measurable(
    softstrike: Softstrike, ada: str, lunges: Callable[[Placement], Path]
) -> None:
    said = softstrike("ankle-test", lunges(Placement.SHOE))
    assert said.code == 1
    assert "not measurable with this sensor" in said.out
    assert journal_of(ada).log == ()


def test_the_timer_of_the_ice_waits_and_notes(
    softstrike: Softstrike, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("imu.cli.timer.now_s", lambda: clock[0])
    monkeypatch.setattr("imu.cli.timer.wait", lambda s: clock.__setitem__(0, clock[0] + s))
    said = softstrike("timer", "ice", "--minutes", 16)
    assert clock[0] == 16 * 60.0
    assert "comfort" in said.out
    assert said.out.count("min left") == 16
    assert softstrike("timer", "plank").code == 0
    assert [(entry.what, entry.held_s) for entry in journal_of(ada).log] == [("ice", 960.0), ("plank", 30.0)]
    assert softstrike("timer", "ice", "--minutes", 5).code == 2


def test_charts_are_drawn_with_and_without_data(softstrike: Softstrike, ada: str, folder: Path) -> None:
    assert softstrike("plan", "charts", "--out", "empty.png").code == 0
    softstrike("plan", "start")
    assert softstrike("plan", "charts", "--out", "begun.svg", "--runner", ada).code == 0
    assert (folder / "empty.png").read_bytes()[:4] == b"\x89PNG"
    assert "<svg" in (folder / "begun.svg").read_text("utf-8")


def test_all_advice_is_told(softstrike: Softstrike) -> None:
    said = softstrike("plan", "advice")
    assert all(one.title in said.out for one in ADVICE.values())
    assert said.out.count(SEE_PT) == len(ADVICE)
