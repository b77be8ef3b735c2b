from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

import duckdb
import fsspec
import psutil
import pyarrow.dataset as ds
import pytest

import imu
from imu.archive import JOBS, Result, State, find_sessions, run_archive
from imu.archive import jobs as jobs_module
from imu.errors import EnvironmentProblem, UsageError
from imu.store.edits import Edits, write_edits

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_S = 120.0


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.parquet")}


@pytest.fixture(scope="session")
def done(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the results of the archive, made by threads."""
    out = tmp_path_factory.mktemp("done") / "results"
    outcome = run_archive("analyze", find_sessions([str(archive)]), str(out), executor="threads", workers=2)
    assert (outcome.done, outcome.skipped) == (5, 0)
    assert [(r.address, r.text) for r in outcome.notes] == [
        (str(archive / "cut.mcap"), "cut off: the results are those of its sound part")
    ]
    assert [(r.address, r.text) for r in outcome.failures] == [
        (str(archive / "none.mcap"), "is not a softstrike session")
    ]
    return out


def test_the_dataset_holds_the_steps_of_every_session_by_runner_and_date(done: Path, archive: Path) -> None:
    steps = ds.dataset(done / "steps", partitioning="hive").to_table().to_pandas()
    assert set(steps["runner"]) == {"Ada", "../Bo=b/%", "unknown"}
    assert {str(date) for date in steps["date"]} == {f"2026-03-0{n}" for n in range(1, 5)}
    one = steps[steps["date"].astype(str) == "2026-03-02"].reset_index(drop=True)
    expected = imu.analyze(archive / "2026" / "1.mcap").steps
    assert len(one) == len(expected) > 0
    assert list(one["peak_accel_g"]) == list(expected["peak_accel_g"])


def test_questions_are_asked_with_duckdb(done: Path) -> None:
    steps, sensors = (
        duckdb.read_parquet(f"{done}/{name}/**/*.parquet", hive_partitioning=True)
        for name in ("steps", "sensors")
    )
    joined = steps.join(sensors.filter("coverage > 0.5"), "session, sensor, runner, date")
    counts = dict(joined.aggregate("runner, count(*)").fetchall())
    assert len(counts) == 3
    assert min(counts.values()) > 0


@pytest.mark.parametrize("executor", ["local", "dask"])
def test_results_are_the_same_bytes_whoever_made_them(
    archive: Path, done: Path, tmp_path: Path, executor: str
) -> None:
    addresses = find_sessions([str(archive)])
    outcome = run_archive("analyze", addresses, str(tmp_path), executor=executor, workers=2)
    assert (outcome.done, len(outcome.failures)) == (5, 1)
    assert files(tmp_path) == files(done)
    assert not any("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process().children(True))


def test_what_was_done_is_skipped_by_its_content(archive: Path, done: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.mcap"
    moved.write_bytes((archive / "2026" / "0.mcap").read_bytes())
    before = files(done)
    outcome = run_archive("analyze", [str(moved)], str(done), executor="threads")
    assert (outcome.done, outcome.skipped) == (0, 1)
    assert files(done) == before


def test_another_version_does_the_work_again_and_leaves_nothing_stale(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = [str(archive / "2026" / "0.mcap")]
    run_archive("analyze", session, str(tmp_path), executor="threads")
    monkeypatch.setattr(jobs_module, "__version__", "99.0")
    made = jobs_module.Made({"steps/new.parquet": b"new"}, "", 1.0)
    monkeypatch.setitem(JOBS, "analyze", jobs_module.Job(".mcap", lambda *_: made))
    outcome = run_archive("analyze", session, str(tmp_path), executor="threads")
    assert (outcome.done, outcome.skipped) == (1, 0)
    assert files(tmp_path) == {"steps/new.parquet": b"new"}


def test_a_session_that_is_edited_is_done_again_under_its_new_name(archive: Path, tmp_path: Path) -> None:
    session = tmp_path / "a.mcap"
    session.write_bytes((archive / "2026" / "0.mcap").read_bytes())
    out = tmp_path / "out"
    for runner in ("Ada", "Ben"):
        for expected in ((1, 0), (0, 1)):
            outcome = run_archive("analyze", [str(session)], str(out), executor="threads")
            assert (outcome.done, outcome.skipped) == expected
        assert {path.split("/")[1] for path in files(out)} == {f"runner={runner}"}
        write_edits(session, Edits(runner="Ben"))


def test_a_lost_result_is_made_again(archive: Path, tmp_path: Path) -> None:
    session = [str(archive / "2026" / "0.mcap")]
    run_archive("analyze", session, str(tmp_path), executor="threads")
    before = files(tmp_path)
    next(tmp_path.rglob("*.parquet")).unlink()
    run_archive("analyze", session, str(tmp_path), executor="threads")
    assert files(tmp_path) == before


def test_results_may_go_to_object_storage(archive: Path, done: Path) -> None:
    run_archive("analyze", [str(archive / "2026" / "3.mcap")], "memory://results", executor="threads")
    storage = fsspec.filesystem("memory")
    name = next(name for name in files(done) if name.startswith("steps/") and "unknown" in name)
    assert storage.cat_file(f"/results/{name}") == files(done)[name]


def test_an_unforeseen_error_in_one_session_stops_no_other(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(path: Path, session: str) -> jobs_module.Made:
        if path.name == "1.mcap":
            raise ZeroDivisionError(session)
        return jobs_module.Made({}, "", 1.0)

    monkeypatch.setitem(JOBS, "analyze", jobs_module.Job(".mcap", odd))
    outcome = run_archive("analyze", find_sessions([str(archive)]), str(tmp_path), executor="threads")
    assert outcome.done == 5
    assert [r.text.partition(":")[0] for r in outcome.failures] == ["unexpected ZeroDivisionError"]


@pytest.mark.parametrize(
    ("choice", "match"),
    [
        ({"executor": "magic"}, "executor"),
        ({"workers": 0}, "--workers"),
        ({"scheduler": "tcp://127.0.0.1:1"}, "--executor dask"),
        ({"executor": "threads", "scheduler": "tcp://127.0.0.1:1"}, "--executor dask"),
    ],
)
def test_wrong_use_is_told(archive: Path, tmp_path: Path, choice: dict[str, object], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        run_archive("analyze", [str(archive / "cut.mcap")], str(tmp_path), **choice)  # type: ignore[arg-type]


def test_a_target_that_cannot_be_written_is_told_before_the_work(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises((UsageError, EnvironmentProblem), match="file"):
        run_archive("analyze", find_sessions([str(archive)]), str(tmp_path / "file" / "out"))


def test_a_worker_that_dies_takes_only_its_own_session_with_it(
    archive: Path, done: Path, tmp_path: Path
) -> None:
    # Whoever opens a pipe that nobody writes to waits for ever: until it is killed.
    stuck = tmp_path / "stuck.mcap"
    os.mkfifo(stuck)
    others = find_sessions([str(archive / "2026")])
    rest, over = threading.Event(), threading.Event()
    results: list[Result] = []

    def note(result: Result) -> None:
        results.append(result)
        if len(results) == len(others):
            rest.set()

    def kill() -> None:
        rest.wait(LONGEST_S)
        while not over.wait(0.3):
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):  # it has just ended; the next look finds the others
                    if "spawn_main" in " ".join(child.cmdline()):
                        child.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        run = run_archive("analyze", [str(stuck), *others], str(tmp_path / "out"), workers=2, on_result=note)
    finally:
        rest.set()
        over.set()
        killer.join(LONGEST_S)
    assert run.done == len(others)
    assert [(r.address, r.state) for r in run.failures] == [(str(stuck), State.FAILED)]
    assert "died" in run.failures[0].text
    made = files(tmp_path / "out")
    assert made == {name: data for name, data in files(done).items() if name in made}


def test_reports_are_written_one_page_per_session(archive: Path, tmp_path: Path) -> None:
    outcome = run_archive("report", find_sessions([str(archive)]), str(tmp_path), executor="threads")
    assert (outcome.done, len(outcome.notes), len(outcome.failures)) == (5, 1, 1)
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) == 5
    assert all(page.read_text("utf-8").startswith("<!DOCTYPE html>") for page in pages)


def test_labelled_recordings_are_evaluated_one_by_one(shared_data: Path, tmp_path: Path) -> None:
    found = find_sessions([str(shared_data / "marlow17")], ".json")
    outcome = run_archive("evaluate", found, str(tmp_path), executor="threads", workers=1)
    assert (outcome.done, outcome.failures) == (4, ())
    contacts = ds.dataset(tmp_path / "contacts").to_table().to_pandas()
    assert sorted(contacts["recording"]) == [
        "marlow17/trial01_run",
        "marlow17/trial02_run",
        "marlow17/trial03_walk",
        "marlow17/trial04_walk",
    ]
    assert contacts["f1"].min() > 0.99


def test_a_description_without_its_recording_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    outcome = run_archive("evaluate", [str(tmp_path / "a.json")], str(tmp_path / "out"), executor="threads")
    assert "no recording of that name" in outcome.failures[0].text
