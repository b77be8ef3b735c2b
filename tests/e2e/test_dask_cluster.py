"""A real Dask cluster on loopback: one scheduler, two worker processes, one of which dies at work."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from distributed import Client

from imu.archive import Result, executors, run_archive
from imu.errors import EnvironmentProblem
from tests.unit.archive.conftest import write_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOPBACK = "127.0.0.1"
SESSIONS = 6
SCHEDULER = ("scheduler", "--host", LOOPBACK, "--port", "0", "--no-dashboard")


@contextlib.contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of the cluster until the block ends."""
    command = [sys.executable, "-m", "dask", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            yield running
        finally:
            running.kill()


def let_go(pipe: Path) -> None:
    """Let the reader of a pipe go on, to find a file; the reader may still be on its way there."""
    late = time.monotonic() + 60.0
    writer = None
    while writer is None and time.monotonic() < late:
        try:
            writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.01)
    pipe.unlink()
    pipe.write_bytes(b"not a session")
    if writer is not None:
        os.close(writer)


def test_a_worker_killed_midway_costs_no_session(tmp_path: Path) -> None:
    sessions = [str(tmp_path / f"{n}.mcap") for n in range(SESSIONS)]
    for number, path in enumerate(sessions):
        write_session(path, "Ada", seed=number)
    stuck = tmp_path / "stuck.mcap"
    os.mkfifo(stuck)  # whoever opens it is at work until the test lets go
    where = tmp_path / "scheduler.json"
    results: list[Result] = []
    begun, all_others = threading.Event(), threading.Event()

    def note(result: Result) -> None:
        results.append(result)
        begun.set()
        if len(results) == SESSIONS:
            all_others.set()

    worker = ("worker", "--scheduler-file", str(where), "--no-nanny", "--no-dashboard", "--nthreads", "2")
    with (
        process(*SCHEDULER, "--scheduler-file", str(where)),
        process(*worker) as first,
        process(*worker),
        Client(scheduler_file=str(where), set_as_default=False, timeout="60s") as client,
    ):
        client.wait_for_workers(2, timeout="60s")
        address = client.scheduler_info()["address"]

        def disturb() -> None:
            begun.wait(60.0)
            first.kill()
            all_others.wait(60.0)
            let_go(stuck)

        disturber = threading.Thread(target=disturb)
        disturber.start()
        outcome = run_archive(
            "analyze",
            [str(stuck), *sessions],
            str(tmp_path / "out"),
            executor="dask",
            scheduler=address,
            on_result=note,
        )
        disturber.join()
        assert len(client.scheduler_info()["workers"]) == 1
    # A session that was finished on the worker that died, but not yet told, is found done by the other one.
    assert outcome.done + outcome.skipped == SESSIONS
    assert [(r.address, r.text) for r in outcome.failures] == [(str(stuck), "is not a softstrike session")]


def test_a_cluster_without_workers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_WITHOUT_WORKERS_S", 0.0)
    where = tmp_path / "scheduler.json"
    with process(
        "scheduler", "--host", LOOPBACK, "--port", "0", "--no-dashboard", "--scheduler-file", str(where)
    ):
        with Client(scheduler_file=str(where), set_as_default=False, timeout="60s") as client:
            address = client.scheduler_info()["address"]
        with pytest.raises(EnvironmentProblem, match="no worker"):
            run_archive(
                "analyze", [str(tmp_path / "a.mcap")], str(tmp_path), executor="dask", scheduler=address
            )


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", "1s")
    with pytest.raises(EnvironmentProblem, match="does not answer"):
        run_archive("analyze", [], str(tmp_path), executor="dask", scheduler="tcp://127.0.0.1:1")
