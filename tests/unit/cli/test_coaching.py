"""Commands of the coach: runner, plan, diary, ankle-test, timer."""

from __future__ import annotations

import csv
import math
import wave
from typing import TYPE_CHECKING

import pytest

from imu.chain import Chain
from imu.cli.ankle_test import watch
from imu.cli.coached import RunOptions, prepare
from imu.cli.sessions import play
from imu.coach import ADVICE, SEE_PT, Baseline, measure_id
from imu.errors import UsageError
from imu.folders import sessions_folder
from imu.model import Cue, CuePeriod, Placement, SessionHeader, Side
from imu.profiles import find_profile
from imu.registry import sensor_of
from imu.runners import ankle_test_of, journal_of, keep_baselines, read_baselines, set_step_rate
from imu.signal import SignalParams
from imu.sinks.holds import HoldSink
from imu.sinks.live import CueTeller
from imu.sinks.recorder import Recorder
from imu.sources.replay import ReplaySource
from imu.sources.sim import SimulatorSource, ready_session
from imu.store import SessionReader, SessionWriter
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
def learnt(softstrike: Softstrike, ada: str) -> str:
    """Give Ada low baselines for both shins, so that every simulated step is above the target."""
    measure = measure_id(SignalParams())
    keep_baselines(ada, [Baseline(side, Placement.SHANK, "road", measure, 3.0, 400) for side in Side])
    assert softstrike("plan", "start").code == 0
    return ada


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


def test_the_page_for_the_therapist_holds_what_was_written_and_runs_nothing(
    softstrike: Softstrike, learnt: str, folder: Path
) -> None:
    assert learnt
    softstrike("diary", "add", "calf", "--during", 4, "--note", "<script>alert(1)</script>")
    softstrike("plan", "done", "plank", "--held", 40)
    said = softstrike("diary", "export", "--out", "page.html")
    page = (folder / "page.html").read_text("utf-8")
    assert said.code == 0, said.err
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert [word in page for word in ("Cues rest by the fixed rules", "plank", SEE_PT)] == [True] * 3


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


def headed(runner: str | None, options: RunOptions | None) -> SessionHeader:
    session = ready_session("two_shins", duration_s=60.0)
    return prepare(SimulatorSource(session, math.inf), runner, options).header


def test_the_header_of_a_live_session_carries_baselines_and_the_next_run(learnt: str) -> None:
    header = headed(learnt, RunOptions(tag=("taped",), coached=True))
    assert (header.runner, header.shoe, header.tags) == ("Ada", "road", ("taped",))
    assert header.config["baseline_g.left-shin"] == 3.0
    assert header.config["coach.session"] == 1.0


def test_a_run_that_is_not_coached_has_no_cues(learnt: str) -> None:
    assert not any(key.startswith("coach.") for key in headed(learnt, None).config)


def test_a_runner_without_a_file_runs_all_the_same(own_folders: Path) -> None:
    assert own_folders
    header = headed("Eve", RunOptions(shoe="racer", surface="track"))
    assert (header.runner, header.shoe, header.surface, header.config) == ("Eve", "racer", "track", {})
    with pytest.raises(UsageError, match="runner add"):
        headed("Eve", RunOptions(coached=True))


def test_a_recorded_run_gives_the_same_cues_when_replayed(learnt: str, folder: Path) -> None:
    source = prepare(
        SimulatorSource(ready_session("two_shins", duration_s=60.0), math.inf),
        learnt,
        RunOptions(coached=True),
    )
    path = folder / "run.mcap"
    play(source, [Recorder(path, source.header)])
    reader = SessionReader(path)
    recorded = [item for item in reader.derived() if isinstance(item, Cue | CuePeriod)]
    chain = Chain(reader.header)
    again = [out for item in reader.inputs() for out in chain.push(item)] + chain.flush()
    assert sum(isinstance(item, Cue) for item in recorded) > 3
    assert [item for item in again if isinstance(item, Cue | CuePeriod)] == recorded


def test_an_ankle_test_is_watched_while_it_goes_on(
    lunges: Callable[[Placement], Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    out = watch(ReplaySource(lunges(Placement.SHANK), math.inf), folder / "watched.mcap")
    results, refused = ankle_test_of(out)
    assert refused == []
    assert [len(result.tries_deg) for result in results] == [3]
    with pytest.raises(UsageError, match="not measurable"):
        watch(ReplaySource(lunges(Placement.SHOE), math.inf), folder / "shoe.mcap")


def test_the_angle_and_the_tries_are_told_live() -> None:
    sensor = sensor_of(find_profile("softstrike-reference"), Placement.SHANK)
    sink = HoldSink(SessionHeader((sensor,)))
    batch = streams.lunges(sensor, angles_deg=(38.0, 40.0, 39.0))
    assert sink.line() == "left: stand still"
    sink.put(streams.part(batch, 0, int(5.5 * sensor.rate_hz)))
    assert sink.line() == "left:  38 degrees, tries none yet"
    assert not sink.complete
    sink.put(streams.part(batch, int(5.5 * sensor.rate_hz)))
    assert sink.line().endswith("tries 38 40 39")
    assert sink.complete


def test_the_metronome_is_written_at_the_step_rate(softstrike: Softstrike, learnt: str, folder: Path) -> None:
    assert "step-rate" in softstrike("plan", "metronome", "--out", "beat.wav").err
    set_step_rate(learnt, 176.4)
    assert softstrike("plan", "metronome", "--out", "beat.wav", "--minutes", 0.1).code == 0
    with wave.open(str(folder / "beat.wav"), "rb") as file:
        assert (file.getframerate(), file.getnframes()) == (44_100, 6 * 44_100)
    assert softstrike("plan", "metronome", "--out", "beat.wav").code == 2


def test_holds_are_counted_in_a_recording(
    softstrike: Softstrike, ada: str, lunges: Callable[[Placement], Path]
) -> None:
    said = softstrike("plan", "done", "soleus-stretch", "--seen-in", lunges(Placement.SHANK))
    assert said.code == 0, said.err
    [entry] = journal_of(ada).log
    assert (entry.sets, entry.counted_by) == (3, "left")
    assert entry.held_s == pytest.approx(6.0, abs=1.5)
    refused = softstrike("plan", "done", "soleus-stretch", "--seen-in", lunges(Placement.SHOE))
    assert (refused.code, len(journal_of(ada).log)) == (2, 1)
    assert "no hold was seen" in refused.err


def test_cues_are_told_on_the_terminal_where_there_is_no_window(learnt: str) -> None:
    source = prepare(
        SimulatorSource(ready_session("two_shins", duration_s=60.0), math.inf),
        learnt,
        RunOptions(coached=True),
    )
    told: list[str] = []
    play(source, [CueTeller(told.append)])
    assert len(told) > 3
    assert set(told) <= {f"\a{side}: softer, slightly quicker steps." for side in ("Left", "Right")}
