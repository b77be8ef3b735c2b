"""Executors against each other on an archive of one-hour sessions.

``ARCHIVE_SESSIONS=64 make bench ARGS="-k workers"`` takes a quarter of an hour; without it a few are done.
"""

from __future__ import annotations

import os
import resource
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

SESSIONS = int(os.environ.get("ARCHIVE_SESSIONS", "8"))
LENGTH_S = float(os.environ.get("ARCHIVE_LENGTH_S", "3600"))
RUNS = (("one process", "local", 1), ("two processes", "local", 2), ("two threads", "threads", 2))
RUNS += (("two of Dask", "dask", 2),)


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sessions of two shins, simulated once; copies differ in their note, so that each is done."""
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
    """Time of a whole run, start of the workers included."""
    begin = time.perf_counter()
    outcome = run_archive(
        "analyze", find_sessions([str(folder)]), str(out), executor=executor, workers=workers
    )
    assert outcome.done == SESSIONS
    return time.perf_counter() - begin


def results(folder: Path) -> dict[str, bytes]:
    """Bytes of all results by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_two_workers_against_one_and_dask_against_local(hours: Path, tmp_path: Path) -> None:
    """Two processes at least 1.7 times as fast as one; Dask at most 10 % slower; the same bytes from each."""
    took: dict[str, float] = {}
    first: dict[str, bytes] = {}
    for name, executor, workers in RUNS:
        out = tmp_path / "out"
        took[name] = seconds(hours, out, executor, workers)
        made = results(out)
        first = first or made
        assert made == first
        shutil.rmtree(out)
    two, dask = took["one process"] / took["two processes"], took["two of Dask"] / took["two processes"]
    held_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\n{SESSIONS} sessions of {LENGTH_S:.0f} s:", ", ".join(f"{n} {s:.1f} s" for n, s in took.items()))
    print(f"two processes {two:.2f} x one; Dask {dask:.2f} of their time; a worker held {held_mb:.0f} MB")
    assert two >= 1.7
    assert dask <= 1.1
