"""What is done to one session; the same function runs here, in another process and on a cluster."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu import __version__
from imu.archive.places import SESSION, family, local_copy
from imu.archive.tables import parquet_bytes, partition, session_tables
from imu.archive.target import Target
from imu.batch import analyze, load
from imu.batch.evaluate import one_by_one
from imu.batch.recordings import read_recording
from imu.errors import InputError, SoftstrikeError
from imu.store import SessionReader
from imu.store.edits import edited, edits_path, read_edits
from imu.store.files import content_hash
from imu.typed import ready
from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from imu.model import SessionHeader

Make = Callable[[Path, str], "Made"]
"""From a file and its identity to results."""

__all__ = ["JOBS", "Receipt", "Result", "State", "Task", "work"]

_SESSION_DIGITS = 16


class State(enum.StrEnum):
    """How the work on a session ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class Task(msgspec.Struct, frozen=True):
    """One session to work on.

    Attributes
    ----------
    job : str
        Key of :data:`JOBS`.
    address : str
        The session.
    out : str
        Folder or storage address of the results.
    """

    job: str
    address: str
    out: str


class Result(msgspec.Struct, frozen=True):
    """How the work on one session ended.

    Attributes
    ----------
    address : str
        The session.
    state : State
        Done, skipped since it was done before, or failed.
    text : str
        Why it failed, or what is missing, in one sentence; empty when all is well.
    duration_s : float
        Length of the session; 0 unless it was done.
    """

    address: str
    state: State
    text: str = ""
    duration_s: float = 0.0


class Made(msgspec.Struct, frozen=True):
    """What a job made of a session: files by name, what is missing, and the session's length."""

    files: dict[str, bytes]
    text: str
    duration_s: float


class Receipt(msgspec.Struct, frozen=True):
    """Kept beside the results: what was done with which version, so that it is not done again.

    `sha256` is that of the recording together with its edits.
    """

    address: str
    sha256: str
    software: str
    files: tuple[str, ...]


def work(task: Task) -> Result:
    """Work on one session; whatever is wrong with it becomes a failed result and stops nothing else."""
    try:
        return _work(task)
    except (SoftstrikeError, OSError) as error:
        text = " ".join(str(error).split()).removeprefix(f"{task.address}: ")
        return Result(task.address, State.FAILED, text)
    except Exception as error:  # noqa: BLE001 - one odd session of ten thousand must not end the night's work
        return Result(task.address, State.FAILED, f"unexpected {type(error).__name__}: {error}")


def _work(task: Task) -> Result:
    target = Target(task.out)
    with local_copy(task.address) as path:
        digest = content_hash(*family(path))
        receipt_name = f"_done/{task.job}/{digest}.json"
        old = _receipt(target, receipt_name)
        state = _with_edits(path, digest)
        if old is not None and (old.software, old.sha256) == (__version__, state) and _all_there(target, old):
            return Result(task.address, State.SKIPPED)
        made = JOBS[task.job].make(path, digest[:_SESSION_DIGITS])
    for name, data in made.files.items():
        target.write(name, data)
    for name in set(old.files if old is not None else ()) - set(made.files):
        target.remove(name)
    receipt = Receipt(task.address, state, __version__, tuple(made.files))
    target.write(receipt_name, msgspec.json.encode(receipt))
    return Result(task.address, State.DONE, made.text, made.duration_s)


def _with_edits(path: Path, digest: str) -> str:
    """Hash of a recording and of what was written about it since: a new name of the runner is new work."""
    edits = edits_path(path)
    return content_hash(*family(path), edits) if path.suffix == SESSION and edits.exists() else digest


def _all_there(target: Target, receipt: Receipt) -> bool:
    return all(map(target.exists, receipt.files))


def _receipt(target: Target, name: str) -> Receipt | None:
    data = target.read(name)
    try:
        return None if data is None else msgspec.json.decode(data, type=Receipt)
    except msgspec.DecodeError:
        return None  # torn by a crash: the work is simply done again


def _analyze(path: Path, session: str) -> Made:
    header = edited(SessionReader(path).header, read_edits(path))
    if counted := _counted_with(header, path):
        return counted
    result = analyze(path)
    folder = partition(header)
    files = {
        f"{name}/{folder}/{session}.parquet": parquet_bytes(table)
        for name, table in session_tables(session, header, result).items()
    }
    text = "cut off: the results are those of its sound part" if result.cut_off else ""
    seconds = (result.quality["samples"] + result.quality["lost_samples"]) / result.quality["rate_hz"]
    return Made(files, text, float(seconds.max()))


def _report(path: Path, session: str) -> Made:
    from imu.report import Story, session_facts, session_report  # noqa: PLC0415 - loads matplotlib

    data = load(path)
    if counted := _counted_with(data.header, path):
        return counted
    page = session_report(Story(session_facts(data)))
    folder = partition(data.header)
    text = "" if data.complete else "cut off: the report is of its sound part"
    return Made({f"reports/{folder}/{session}.html": page.encode()}, text, 0.0)


def _counted_with(header: SessionHeader, path: Path) -> Made | None:
    """Make nothing of a part whose session is there: it is read along with the first file."""
    first = header.continues_from
    if not first or not path.with_name(first).exists():
        return None
    return Made({}, f"a part of {first}, counted there", 0.0)


def _evaluate(path: Path, session: str) -> Made:
    recording = read_recording(path)
    if recording is None:
        raise InputError(
            "no recording of that name with the ending .csv or .csv.gz lies beside it", path=path
        )
    tables = one_by_one([(recording, recording.steps())])
    files = {
        f"{name}/{session}.parquet": parquet_bytes(table) for name, table in tables.items() if len(table)
    }
    return Made(files, "", S_PER_MIN * recording.minutes)


class Job(msgspec.Struct, frozen=True):
    """What can be done: the ending of the files it is done to, and the function from path to results."""

    ending: str
    make: Make


JOBS = {
    "analyze": Job(SESSION, _analyze),
    "evaluate": Job(".json", _evaluate),
    "report": Job(SESSION, _report),
}
"""What can be done to a session, or to a labelled recording."""


ready(Receipt)
