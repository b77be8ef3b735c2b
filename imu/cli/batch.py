"""``softstrike batch``."""

from __future__ import annotations

import contextlib
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imu.archive import Outcome, Result

__all__ = ["Workers", "batch"]

batch = App(name="batch", help="Work through an archive of sessions.", help_format="plaintext")


@Parameter(name="*")
@dataclass(frozen=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    executor : str
        local: processes of this machine; threads; dask: a cluster.
    workers : int
        Processes or threads; by default one per processor.
    scheduler : str
        Address of a running Dask scheduler, e.g. tcp://10.0.0.5:8786; by default Dask is started here.
    """

    executor: Literal["local", "threads", "dask"] = "local"
    workers: int | None = None
    scheduler: str | None = None


Paths = Annotated[list[str], Parameter(negative=())]


@batch.command
def analyze(paths: Paths, /, *, out: str, who: Workers | None = None) -> int:
    """Find and measure every step of many sessions, into one Parquet dataset.

    The dataset has the tables steps, sensors and flags, in folders by runner and date. Sessions done before
    with this version are skipped; one that fails is listed at the end and stops nothing.

    Parameters
    ----------
    paths : list of str
        Session files (.mcap), folders, patterns such as "2026/**/*.mcap", or storage addresses such as
        s3://bucket/2026.
    out : str
        Folder of the dataset, or a storage address.
    """
    return _run("analyze", paths, out, who)


@batch.command
def evaluate(paths: Paths, /, *, out: str, who: Workers | None = None) -> int:
    """Hold what is found in labelled recordings against their truth, into Parquet tables.

    Parameters
    ----------
    paths : list of str
        Descriptions (NAME.json) beside their recordings, folders or patterns, as for softstrike evaluate.
    out : str
        Folder of the tables, or a storage address.
    """
    return _run("evaluate", paths, out, who)


@batch.command
def report(paths: Paths, /, *, out: str, who: Workers | None = None) -> int:
    """Write the report of many sessions, one HTML page each.

    Parameters
    ----------
    paths : list of str
        Session files (.mcap), folders, patterns or storage addresses.
    out : str
        Folder of the pages, or a storage address.
    """
    return _run("report", paths, out, who)


def _run(job: str, paths: list[str], out: str, who: Workers | None) -> int:
    from imu.archive import JOBS, find_sessions, run_archive
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE

    who = who or Workers()
    addresses = find_sessions(paths, JOBS[job].ending)
    with _told_how_to_go_on(), _progress(len(addresses)) as on_result:
        outcome = run_archive(
            job,
            addresses,
            out,
            executor=who.executor,
            workers=who.workers,
            scheduler=who.scheduler,
            on_result=on_result,
        )
    _tell(outcome, out)
    if not outcome.failures and not outcome.notes:
        return OK
    return PARTLY_USABLE if outcome.done + outcome.skipped else NOTHING_USABLE


@contextlib.contextmanager
def _told_how_to_go_on() -> Iterator[None]:
    """On Ctrl-C say what has become of the work."""
    try:
        yield
    except KeyboardInterrupt:
        print("what was done is kept: the same command goes on from there", file=sys.stderr)
        raise


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[Result], None]]:
    """Show a bar with rate and time left on the terminal; give the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    begin = time.monotonic()
    failed = seen = 0
    with Progress(*columns, console=Console(stderr=True)) as bar:
        shown = bar.add_task("", total=total, rate="", failed="")

        def on_result(result: Result) -> None:
            nonlocal failed, seen
            seen += 1
            failed += result.state == "failed"
            per_minute = 60.0 * seen / max(time.monotonic() - begin, 1e-3)
            told = f"{failed} failed" if failed else ""
            bar.update(shown, advance=1, rate=f"{per_minute:.0f} sessions/min", failed=told)

        yield on_result


def _tell(outcome: Outcome, out: str) -> None:
    for kind, results in (("partly usable", outcome.notes), ("failed", outcome.failures)):
        for result in results:
            print(f"softstrike: {kind}: {result.address}: {result.text}", file=sys.stderr)
    print(
        f"{outcome.done} sessions done, {outcome.skipped} done before, {len(outcome.failures)} failed; "
        f"results in {out}"
    )
