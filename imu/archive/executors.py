"""Who does the work: processes or threads of this machine, or a Dask cluster.

Each executor takes tasks as it has room for them, so that memory is bounded by the sessions at work, and
yields results as they come. A worker that dies takes only its own session with it.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections import deque
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from imu import __version__
from imu.archive.jobs import Result, State, Task, work
from imu.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor as Pool

__all__ = ["EXECUTORS", "Executor", "run_dask", "run_local", "run_threads"]

_AHEAD = 2
_DIED = "the process that worked on it died (out of memory?); the other sessions are not affected"
_LOOPBACK = "127.0.0.1"
_LONGEST_START = "60s"
_PATIENCE = "30s"
_POLL_S = 0.02
_LOOK_S = 1.0
_WITHOUT_WORKERS_S = 60.0


class Executor(Protocol):
    """Works through tasks."""

    def __call__(self, tasks: Iterable[Task], workers: int, scheduler: str | None) -> Iterator[Result]:
        """Yield one result per task, in the order in which they are finished."""


def run_local(tasks: Iterable[Task], workers: int, scheduler: str | None = None) -> Iterator[Result]:
    """Work with processes of this machine: the fastest, since Python code runs side by side.

    Parameters
    ----------
    tasks : iterable of Task
        The sessions.
    workers : int
        Processes.
    scheduler : None
        Only a cluster has one.

    Yields
    ------
    Result
        In the order in which they are finished.
    """
    _no_scheduler(scheduler)
    # "spawn" on every system: a fork would copy the threads that draw the progress.
    context = multiprocessing.get_context("spawn")

    def pool(size: int) -> Pool:
        # Ctrl-C reaches all processes of a terminal: a worker leaves it to this one, and ends its session.
        deaf = (signal.SIGINT, signal.SIG_IGN)
        return ProcessPoolExecutor(size, mp_context=context, initializer=signal.signal, initargs=deaf)

    waiting, suspects = deque(tasks), deque[Task]()
    while waiting:
        yield from _through(pool(workers), waiting, _AHEAD * workers, suspects)
    # A broken pool does not say whose session broke it: each that was at work is tried again, alone.
    while suspects:
        task = suspects.popleft()
        guilty = deque[Task]()
        yield from _through(pool(1), deque([task]), 1, guilty)
        if guilty:
            yield Result(task.address, State.FAILED, _DIED)


def run_threads(tasks: Iterable[Task], workers: int, scheduler: str | None = None) -> Iterator[Result]:
    """Work with threads of this process: starts at once, shares memory; parameters as :func:`run_local`."""
    _no_scheduler(scheduler)
    yield from _through(ThreadPoolExecutor(workers), deque(tasks), workers, deque())


def run_dask(tasks: Iterable[Task], workers: int, scheduler: str | None = None) -> Iterator[Result]:
    """Work on a Dask cluster.

    Parameters
    ----------
    tasks : iterable of Task
        The sessions; their addresses and that of the results must mean the same to every worker.
    workers : int
        Processes of a cluster started on this machine when `scheduler` is not given.
    scheduler : str, optional
        Address of the scheduler of a running cluster.

    Yields
    ------
    Result
        In the order in which they are finished.

    Raises
    ------
    EnvironmentProblem
        Dask is not installed, the scheduler does not answer, or a worker has another version of softstrike.
    """
    with _client(workers, scheduler) as client:
        _check_versions(client)
        width = _AHEAD * max(1, sum(client.nthreads().values()))
        yield from _through_cluster(client, deque(tasks), width)


EXECUTORS: dict[str, Executor] = {"local": run_local, "threads": run_threads, "dask": run_dask}
"""Executors by name."""


def _no_scheduler(scheduler: str | None) -> None:
    if scheduler is not None:
        raise UsageError("--scheduler names a Dask cluster: add --executor dask")


def _through(pool: Pool, waiting: deque[Task], width: int, broken: deque[Task]) -> Iterator[Result]:
    """Work through `waiting`; when the pool breaks, what was at work goes to `broken`."""
    at_work: dict[Future[Result], Task] = {}
    try:
        while waiting or at_work:
            while waiting and len(at_work) < width:
                task = waiting.popleft()
                at_work[_submitted(pool, task)] = task
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                result = future.result()  # `work` raises nothing: what is raised here broke the pool
                del at_work[future]
                yield result
    except BrokenExecutor:
        broken.extend(at_work.values())
    finally:
        for future in at_work:
            future.cancel()
        pool.shutdown()


def _submitted(pool: Pool, task: Task) -> Future[Result]:
    """Hand a task over; a pool that is broken already says so by the future, as it would later."""
    try:
        return pool.submit(work, task)
    except (BrokenExecutor, BrokenPipeError) as error:  # the latter: the process died while it was started
        refused: Future[Result] = Future()
        refused.set_exception(BrokenExecutor(str(error)))
        return refused


def _through_cluster(client: Any, waiting: deque[Task], width: int) -> Iterator[Result]:
    """Work through `waiting`; Dask itself gives the work of a dead worker to another one, a few times.

    Not by the client's `get_executor`: its futures wait for ever when a worker dies after it finished a
    session and before the result was fetched.
    """
    import distributed  # noqa: PLC0415 - an extra, and slow to import

    dask: Any = distributed
    at_work: dict[Any, Task] = {}
    finished = dask.as_completed(loop=client.loop, with_results=True, raise_errors=False)
    while waiting or at_work:
        while waiting and len(at_work) < width:
            task = waiting.popleft()
            future = client.submit(work, task, pure=False)
            at_work[future] = task
            finished.add(future)
        _await_one(finished, client)
        future, outcome = next(finished)
        yield _told(outcome, at_work.pop(future))


def _await_one(finished: Any, client: Any) -> None:
    """Wait until a session is finished; a cluster without workers is given up after a minute."""
    looked = alive = time.monotonic()
    while not finished.has_ready():
        time.sleep(_POLL_S)
        now = time.monotonic()
        if now - looked >= _LOOK_S:
            looked = now
            if client.nthreads():
                alive = now
            elif now - alive >= _WITHOUT_WORKERS_S:
                raise EnvironmentProblem(
                    f"the Dask cluster has had no worker for {_WITHOUT_WORKERS_S:.0f} s: start workers and"
                    " run the same command again; what was done is kept"
                )


def _told(outcome: Any, task: Task) -> Result:
    """Take the result of a task; a cluster tells by an exception that it lost the worker again and again."""
    if isinstance(outcome, Result):
        return outcome
    error = outcome[1] if isinstance(outcome, tuple) else outcome  # type, exception, traceback
    lost = type(error).__name__ == "KilledWorker"
    return Result(task.address, State.FAILED, _DIED if lost else f"the cluster gave it up: {error}")


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    try:
        import distributed  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise EnvironmentProblem("--executor dask needs Dask: install softstrike[archive]") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask: Any = distributed
    with ExitStack() as open_now:
        try:
            cluster = scheduler or open_now.enter_context(_cluster(dask, workers))
            client = dask.Client(cluster, set_as_default=False, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            what = f"scheduler {scheduler} does not answer" if scheduler else "cluster does not start here"
            raise EnvironmentProblem(f"the Dask {what}: {error}") from error
        yield open_now.enter_context(client)


def _cluster(distributed: Any, workers: int) -> Any:
    """Start a cluster on loopback; a worker that does not come up, or loses its scheduler, gives up.

    Off are Dask's profiler, which looks at every worker's stack a hundred times a second, and its wish that
    memory be given back at once: of arrays that come and go, every page would be fetched anew.
    """
    import dask.config as settings  # noqa: PLC0415 - an extra, and slow to import

    lean = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1)
    settings.set({"distributed.worker.profile.enabled": False, "distributed.nanny.pre-spawn-environ": lean})
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host=_LOOPBACK,
        dashboard_address=f"{_LOOPBACK}:0",
        silence_logs=logging.CRITICAL,
        death_timeout=_LONGEST_START,
        preload=["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],  # as the processes above
    )


def _check_versions(client: Any) -> None:
    """Refuse a cluster whose workers would give other results."""
    asked: Callable[[], str] = _version
    others = {place: version for place, version in client.run(asked).items() if version != __version__}
    if others:
        place, version = next(iter(others.items()))
        raise EnvironmentProblem(
            f"the Dask worker {place} has softstrike {version}, here it is {__version__}: install the same"
        )


def _version() -> str:
    from imu import __version__ as version  # noqa: PLC0415 - evaluated on the worker

    return version
