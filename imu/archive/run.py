"""One run over an archive: find the sessions, work through them, tell what came of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from imu.archive.executors import EXECUTORS
from imu.archive.jobs import JOBS, Result, State, Task
from imu.archive.target import Target
from imu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Outcome", "run_archive"]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a run.

    Attributes
    ----------
    done, skipped : int
        Sessions worked on, and those that had been done before with this version.
    notes, failures : tuple of Result
        Sessions of which only a part was usable, and those that failed, with the reason.
    """

    done: int
    skipped: int
    notes: tuple[Result, ...]
    failures: tuple[Result, ...]


def run_archive(
    job: str,
    addresses: Sequence[str],
    out: str,
    *,
    executor: str = "local",
    workers: int | None = None,
    scheduler: str | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> Outcome:
    """Do one job on many sessions.

    Parameters
    ----------
    job : str
        Key of :data:`imu.archive.JOBS`.
    addresses : sequence of str
        Sessions, from :func:`imu.archive.find_sessions`.
    out : str
        Folder or storage address of the results. A session that has been done there with this version of the
        software, known by its content, is skipped.
    executor : str
        Key of :data:`imu.archive.EXECUTORS`. Results are the same bytes with each.
    workers : int, optional
        Processes or threads; by default one per processor.
    scheduler : str, optional
        Address of a Dask scheduler.
    on_result : callable, optional
        Called with each :class:`imu.archive.Result` as it comes.

    Returns
    -------
    Outcome

    Raises
    ------
    UsageError
        An argument cannot be used.
    EnvironmentProblem
        The results cannot be written, or the cluster cannot be used.
    """
    if job not in JOBS:
        raise UsageError(f"{job!r} is no job: choose one of {', '.join(JOBS)}")
    if executor not in EXECUTORS:
        raise UsageError(f"{executor!r} is no executor: choose one of {', '.join(EXECUTORS)}")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1, got {workers}")
    out = out if "://" in out else os.path.abspath(out)  # noqa: PTH100 - a worker may stand elsewhere
    Target(out).write("_done/.writable", b"")
    tasks = [Task(job, address, out) for address in _absolute(addresses)]
    results = []
    for result in EXECUTORS[executor](tasks, workers or os.cpu_count() or 1, scheduler):
        results.append(result)
        if on_result is not None:
            on_result(result)
    return _outcome(results)


def _absolute(addresses: Sequence[str]) -> list[str]:
    return [a if "://" in a else os.path.abspath(a) for a in addresses]  # noqa: PTH100


def _outcome(results: Sequence[Result]) -> Outcome:
    in_order = sorted(results, key=lambda result: result.address)
    done = [r for r in in_order if r.state is State.DONE]
    return Outcome(
        done=len(done),
        skipped=sum(r.state is State.SKIPPED for r in in_order),
        notes=tuple(r for r in done if r.text),
        failures=tuple(r for r in in_order if r.state is State.FAILED),
    )
