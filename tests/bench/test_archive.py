"""Executors against each other on an archive of ten-minute sessions."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.archive import find_sessions, run_archive
from imu.sources.sim import ready_session
from imu.store import SessionWriter

if TYPE_CHECKING:
    from pathlib import Path

SESSIONS, LENGTH_S, ROUNDS = 8, 600.0, 1


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten-minute sessions of two shins; copies differ in a byte of their note, so that each is done."""
    folder = tmp_path_factory.mktemp("hours")
    session = ready_session("two_shins", seed=1, duration_s=LENGTH_S)
    items = list(session.inputs())
    for number in range(SESSIONS):
        header = msgspec.structs.replace(session.header, note=f"copy {number}")
        writer = SessionWriter(folder / f"{number}.mcap", header)
        for item in items:
            writer.write(item)
        writer.close()
    return folder


def seconds(folder: Path, out: Path, executor: str, workers: int) -> float:
    shutil.rmtree(out, ignore_errors=True)
    begin = time.perf_counter()
    outcome = run_archive(
        "analyze", find_sessions([str(folder)]), str(out), executor=executor, workers=workers
    )
    assert outcome.done == SESSIONS
    return time.perf_counter() - begin


@pytest.mark.bench
def test_two_workers_against_one_and_dask_against_local(hours: Path, tmp_path: Path) -> None:
    """Two processes at least 1.7 times as fast as one; Dask at most 10 % slower than processes."""
    found: dict[str, list[float]] = {"one": [], "two": [], "threads": [], "dask": []}
    for _ in range(ROUNDS):
        found["one"].append(seconds(hours, tmp_path / "o", "local", 1))
        found["two"].append(seconds(hours, tmp_path / "o", "local", 2))
        found["threads"].append(seconds(hours, tmp_path / "o", "threads", 2))
        found["dask"].append(seconds(hours, tmp_path / "o", "dask", 2))
    best = {name: sorted(times)[ROUNDS // 2] for name, times in found.items()}
    two, threads = best["one"] / best["two"], best["one"] / best["threads"]
    dask = best["dask"] / best["two"]
    print(f"\n{SESSIONS} ten-minute sessions, one process {best['one']:.1f} s; against it two {two:.2f} x,")
    print(f"two threads {threads:.2f} x; Dask takes {dask:.2f} of the time of two processes")
    assert two >= 1.7
    assert dask <= 1.1
