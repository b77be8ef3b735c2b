"""The command line as a user meets it: in a process of its own, from another folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from firmware_profiles import profile_files
from imu.cli.app import help_page
from imu.cli.help_page import PAGE
from imu.cli.paths import shipped_recording
from imu.model import STEP_COLUMNS
from imu.store import SessionReader, SessionWriter

if TYPE_CHECKING:
    from pathlib import Path

REAL = "run_shoe_real.mcap"
RATE_HZ = 100.0


def softstrike(*words: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command and check its exit code and that no trace is shown."""
    command = [sys.executable, "-c", "from imu.cli import main; main()", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def table(**changes: object) -> pd.DataFrame:
    """Ten seconds of a sensor that lies still."""
    count = int(10 * RATE_HZ)
    columns = {"time_s": np.arange(count) / RATE_HZ, "acc_x_g": 0.0, "acc_y_g": 1.0, "acc_z_g": 0.0}
    return pd.DataFrame(columns).assign(**changes)


def test_the_help_page_is_the_one_that_the_commands_make() -> None:
    assert help_page() == PAGE


def test_help_of_every_command_names_its_options(tmp_path: Path) -> None:
    for command in ("demo", "live", "record", "replay", "simulate", "analyze", "profile", "doctor"):
        assert softstrike(command, "--help", cwd=tmp_path).stdout.startswith("Usage:")


def test_analyze_writes_one_row_per_step_of_a_session(tmp_path: Path) -> None:
    for name in ("steps.csv", "steps.parquet"):
        done = softstrike("analyze", shipped_recording(REAL), "--out", name, cwd=tmp_path)
        assert "61 steps" in done.stdout
    frame = pd.read_csv(tmp_path / "steps.csv")
    assert tuple(frame.columns) == STEP_COLUMNS
    assert tuple(pd.read_parquet(tmp_path / "steps.parquet").columns) == STEP_COLUMNS
    assert (frame["activity"] == "run").all()


def test_replay_at_any_speed_gives_the_table_of_analyze_byte_for_byte(tmp_path: Path) -> None:
    softstrike("analyze", shipped_recording(REAL), "--out", "a.csv", cwd=tmp_path)
    for number, speed in enumerate(("max", "200")):
        out = f"r{number}.csv"
        softstrike(
            "replay", shipped_recording(REAL), "--headless", "--speed", speed, "--out", out, cwd=tmp_path
        )
        assert (tmp_path / out).read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_several_files_go_to_a_folder_and_the_bad_one_is_named(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "good.csv", index=False)
    table().drop(columns="acc_z_g").to_csv(tmp_path / "bad.csv", index=False)
    words = ("analyze", "good.csv", "bad.csv", "--out", "tables", "--placement", "shoe", "--side", "left")
    done = softstrike(*words, cwd=tmp_path, code=3)
    assert "bad.csv" in done.stderr
    assert "acc_z_g" in done.stderr
    assert [p.name for p in (tmp_path / "tables").iterdir()] == ["good.steps.csv"]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (table().drop(columns=["acc_y_g"]), ["acc_y_g"]),
        (table(acc_x_g=np.nan), ["acc_x_g", "row 1"]),
        (table(acc_y_g=9.81), ["m/s²"]),
        (table(acc_y_g=2048.0), ["raw counts"]),
        (table(time_s=1.0), ["time_s", "same"]),
        (table(time_s=np.arange(1000)[::-1] / RATE_HZ), ["time_s", "backwards"]),
        (table().iloc[:0], ["row"]),
    ],
)
def test_a_bad_table_gets_one_sentence_and_leaves_nothing_behind(
    frame: pd.DataFrame, words: list[str], tmp_path: Path
) -> None:
    frame.to_csv(tmp_path / "run.csv", index=False)
    options = ("--out", "steps.csv", "--placement", "shank", "--side", "right")
    done = softstrike("analyze", "run.csv", *options, cwd=tmp_path, code=1)
    assert done.stderr.startswith("softstrike: run.csv")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["run.csv"]


def test_a_slow_table_says_that_impact_is_not_shown(tmp_path: Path) -> None:
    table(time_s=np.arange(1000) / 50.0).to_csv(tmp_path / "slow.csv", index=False)
    options = ("--out", "steps.csv", "--placement", "shank", "--side", "right")
    assert "100 Hz" in softstrike("analyze", "slow.csv", *options, cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("analyze", "run.csv", "--out", "steps.csv"), "placement"),
        (("analyze", "run.csv", "--out", "steps.xlsx", "--placement", "shoe", "--side", "left"), ".csv"),
        (("analyze", "run.csv", "--out", "run.csv", "--placement", "shoe", "--side", "left"), "run.csv"),
        (("analyze", "run.csv", "--out", "steps.csv", "--placement", "hat", "--side", "left"), "placement"),
        (("analyze", "--bogus"), "--bogus"),
        (("frobnicate",), "frobnicate"),
        (("live",), "--simulate"),
        (("replay", "run.csv", "--speed", "fast"), "--speed"),
    ],
)
def test_wrong_use_is_told_and_exits_with_2(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    table().to_csv(tmp_path / "run.csv", index=False)
    before = (tmp_path / "run.csv").read_bytes()
    done = softstrike(*words, cwd=tmp_path, code=2)
    assert said in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["run.csv"]
    assert (tmp_path / "run.csv").read_bytes() == before


def test_debug_shows_the_trace(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from imu.cli import main; main()", "replay", "no.mcap", "--debug"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_a_cut_off_session_gives_its_steps_and_exits_with_3(tmp_path: Path) -> None:
    reader = SessionReader(shipped_recording(REAL))
    writer = SessionWriter(tmp_path / "cut.mcap", reader.header)
    for item in reader.inputs():
        writer.write(item)
    writer.close(seal=False)
    whole = (tmp_path / "cut.mcap").read_bytes()
    (tmp_path / "cut.mcap").write_bytes(whole[: len(whole) * 2 // 3])
    done = softstrike("analyze", "cut.mcap", "--out", "steps.csv", cwd=tmp_path, code=3)
    assert "cut off" in done.stderr
    assert len(pd.read_csv(tmp_path / "steps.csv")) > 20


def test_a_file_that_is_no_session_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.mcap").touch()
    assert "empty.mcap" in softstrike("replay", "empty.mcap", "--headless", cwd=tmp_path, code=1).stderr


def test_a_profile_is_checked_and_a_broken_one_named_with_its_key(tmp_path: Path) -> None:
    good = next(iter(profile_files()))
    shutil.copy(good, tmp_path / "mine.toml")
    told = softstrike("profile", "check", "mine.toml", cwd=tmp_path).stdout
    assert "passed" in told
    assert "failed" not in told
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text + "\nsurprise = 1\n", encoding="utf-8")
    done = softstrike("profile", "check", "mine.toml", cwd=tmp_path, code=1)
    assert "mine.toml" in done.stderr
    assert "surprise" in done.stderr


def test_simulate_is_repeatable_and_never_overwrites(tmp_path: Path) -> None:
    for name in ("a.mcap", "b.mcap"):
        softstrike("simulate", "--out", name, "--duration", 20, "--seed", 7, cwd=tmp_path)
        softstrike("analyze", name, "--out", f"{name}.csv", cwd=tmp_path)
    assert (tmp_path / "a.mcap.csv").read_bytes() == (tmp_path / "b.mcap.csv").read_bytes()
    before = (tmp_path / "a.mcap").read_bytes()
    softstrike("simulate", "--out", "a.mcap", "--duration", 20, cwd=tmp_path, code=2)
    assert (tmp_path / "a.mcap").read_bytes() == before


def test_record_in_real_time_makes_a_session_that_opens(tmp_path: Path) -> None:
    softstrike("record", "--simulate", "--out", "r.mcap", "--duration", 3, cwd=tmp_path)
    assert "samples" in softstrike("replay", "r.mcap", "--headless", cwd=tmp_path).stdout


def test_demo_without_a_display_writes_a_picture_the_steps_and_a_report(tmp_path: Path) -> None:
    for _ in range(2):
        done = softstrike("demo", "--headless", "--out", "shown", cwd=tmp_path)
        assert "shown" in done.stdout
    assert {"dashboard.png", "report.txt", "steps.csv"} <= {p.name for p in (tmp_path / "shown").iterdir()}
    report = (tmp_path / "shown" / "report.txt").read_text(encoding="utf-8")
    assert "heel first" in report
    assert "physical therapist" in report


def test_doctor_looks_at_everything_that_is_needed(tmp_path: Path) -> None:
    said = softstrike("doctor", cwd=tmp_path).stdout
    for topic in ("Python", "packages", "dashboard", "display", "Bluetooth", "disk"):
        assert topic in said


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix")
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    SessionWriter(tmp_path / "a.mcap", SessionReader(shipped_recording(REAL)).header).close()
    listing = f"'{sys.executable}' -c 'from imu.cli import main; main()' sessions list --folder ."
    done = subprocess.run(
        ["sh", "-c", f"({listing}; echo $? >code) | :"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert (done.stderr, (tmp_path / "code").read_text()) == ("", "0\n")
