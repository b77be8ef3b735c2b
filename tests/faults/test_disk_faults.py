"""The disk refuses: it is said once, earlier data stay readable, recording goes on when it can."""

from __future__ import annotations

import errno
import os
import random
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import imu.store.sealing
from imu.errors import EnvironmentProblem, SessionFileError, UsageError
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sinks.recorder import Durability, Recorder, Recording
from imu.store import SessionReader, SessionWriter, open_session, seal
from imu.store.files import open_new
from tests.faults.effort import tries

if TYPE_CHECKING:
    import io
    from collections.abc import Callable
    from pathlib import Path

    from imu.model import Input

HEADER = SessionHeader((SensorInfo("left", Placement.SHOE, Side.LEFT, 200.0),), note="test")
ITEMS: list[Input] = [
    Tick(n * 5_000_000) if n % 200 == 0 else Packet("left", n, n * 5_000_000, "data", bytes(28))
    for n in range(2000)
]
OPENING_BYTES = 20_000


class Disk:
    """A disk with so many bytes free; a write takes what fits, then fails, as real ones do."""

    def __init__(self, free: int = 1 << 40) -> None:
        self.free = free
        self.error = errno.ENOSPC
        self.fsync_fails = False

    def open(self, path: Path) -> DiskFile:
        return DiskFile(self, open_new(path))


class DiskFile:
    def __init__(self, disk: Disk, file: io.FileIO) -> None:
        self._disk, self._file = disk, file

    def write(self, data: memoryview) -> int | None:
        taken = min(len(data), self._disk.free)
        if not taken:
            raise OSError(self._disk.error, os.strerror(self._disk.error))
        self._disk.free -= taken
        return self._file.write(data[:taken])

    def fileno(self) -> int:
        if self._disk.fsync_fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


class Inline(Executor):
    """Runs at once, in this thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except OSError as error:
            future.set_exception(error)
        return future


def recorder_on(disk: Disk, path: Path, told: list[Recording]) -> Recorder:
    return Recorder(path, HEADER, on_change=told.append, open_file=disk.open, executor=Inline())


def first_lost_ns(tmp_path: Path) -> int:
    """Arrival of the first item that the full disk did not take."""
    return ITEMS[len(list(SessionReader(tmp_path / "a.mcap").inputs()))].arrival_ns


def opening_size(tmp_path: Path) -> int:
    writer = SessionWriter(tmp_path / "size.mcap", HEADER)
    writer.abandon()
    return writer.path.stat().st_size


ROOM = [0, 1, 30, 700, 4_096, 9_999, 50_000, 120_000]
"""Bytes of room behind the header until the disk is full: chosen ones, then any."""
ANY_ROOM = random.Random(1).choices(range(130_000), k=tries(12, 100) - len(ROOM))  # noqa: S311


@pytest.mark.parametrize("room", [*ROOM, *ANY_ROOM])
def test_disk_full_then_space_again(tmp_path: Path, room: int) -> None:
    disk, told = Disk(opening_size(tmp_path) + room), []
    recorder = recorder_on(disk, tmp_path / "a.mcap", told)
    said_at_ns = 0
    for item in ITEMS[:1500]:
        recorder.put(item)
        said_at_ns = said_at_ns or (item.arrival_ns if told else 0)
    assert [(state.durability, state.path.name) for state in told] == [(Durability.STOPPED, "a.mcap")]
    assert "No space left on device" in told[0].text
    assert recorder.status.lost_items > 0
    assert said_at_ns - first_lost_ns(tmp_path) <= 1_000_000_000

    first = list(SessionReader(tmp_path / "a.mcap").inputs())
    assert first == ITEMS[: len(first)]
    assert not (tmp_path / "a.2.mcap").exists()

    disk.free = 1 << 40
    for item in ITEMS[1500:]:
        recorder.put(item)
    recorder.close()
    assert [state.path.name for state in told] == ["a.mcap", "a.2.mcap"]
    assert recorder.paths == (tmp_path / "a.mcap", tmp_path / "a.2.mcap")
    reader = SessionReader(tmp_path / "a.2.mcap")
    second = list(reader.inputs())
    assert reader.complete
    assert reader.header == msgspec.structs.replace(HEADER, continues_from="a.mcap")
    assert list(open_session(tmp_path / "a.mcap").inputs()) == first + second
    assert second
    assert second == ITEMS[-len(second) :]
    assert SessionReader(tmp_path / "a.mcap").header == HEADER
    status = recorder.status
    assert (status.items, status.lost_items) == (len(first) + len(second), len(ITEMS) - status.items)


def test_an_error_on_each_write_in_turn_leaves_what_was_before(tmp_path: Path) -> None:
    for attempt in range(40):
        disk, told = Disk(), []
        recorder = recorder_on(disk, tmp_path / f"{attempt}.mcap", told)
        for n, item in enumerate(ITEMS[:400]):
            if n == attempt * 10:
                disk.free, disk.error = 0, errno.EIO
            recorder.put(item)
        kept = list(SessionReader(tmp_path / f"{attempt}.mcap").inputs())
        assert kept == ITEMS[: len(kept)]
        assert attempt * 10 - 12 <= len(kept) <= attempt * 10
        assert len(told) == 1
        assert recorder.status.items == len(kept)


def test_after_a_failing_fsync_a_new_file_is_begun(tmp_path: Path) -> None:
    disk, told = Disk(), []
    recorder = recorder_on(disk, tmp_path / "a.mcap", told)
    for n, item in enumerate(ITEMS[:1000]):
        disk.fsync_fails = n == 400
        recorder.put(item)
    recorder.close()
    assert [state.path.name for state in told] == ["a.mcap", "a.2.mcap"]
    assert "Input/output error" in told[0].text
    first, second = (list(SessionReader(path).inputs()) for path in recorder.paths)
    assert first == ITEMS[: len(first)]
    assert len(first) >= 400
    assert second == ITEMS[1000 - len(second) : 1000]
    assert recorder.status.lost_items == 1000 - len(first) - len(second)


def test_saved_means_on_the_disk(tmp_path: Path) -> None:
    disk, told = Disk(), []
    recorder = recorder_on(disk, tmp_path / "a.mcap", told)
    recorder.put(ITEMS[0])
    assert recorder.status == Recording(tmp_path / "a.mcap", Durability.SAVED, items=1)
    recorder.put(ITEMS[1])
    assert recorder.status.durability is Durability.BUFFERED
    for item in ITEMS[2:201]:
        recorder.put(item)
    assert recorder.status.durability is Durability.SAVED
    recorder.close()
    recorder.put(ITEMS[201])
    assert recorder.status.durability is Durability.CLOSED
    assert recorder.status.items == 201
    assert told == []


def test_a_file_in_the_way_of_the_next_part_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a.2.mcap").write_bytes(b"precious")
    disk, told = Disk(opening_size(tmp_path) + 500), []
    recorder = recorder_on(disk, tmp_path / "a.mcap", told)
    for item in ITEMS[:300]:
        recorder.put(item)
    disk.free = 1 << 40
    for item in ITEMS[300:800]:
        recorder.put(item)
    recorder.close()
    assert recorder.paths[-1] == tmp_path / "a.3.mcap"
    assert (tmp_path / "a.2.mcap").read_bytes() == b"precious"


def test_no_room_even_for_the_header_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=r"a\.mcap cannot be written: No space left"):
        SessionWriter(tmp_path / "a.mcap", HEADER, open_file=Disk(100).open)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_behind_a_torn_block(tmp_path: Path) -> None:
    disk = Disk()
    writer = SessionWriter(tmp_path / "a.mcap", HEADER, open_file=disk.open)
    disk.free = 10
    writer.write(ITEMS[0])
    with pytest.raises(OSError, match="No space left"):
        writer.flush()
    disk.free = 1 << 40
    with pytest.raises(SessionFileError, match="start a new file"):
        writer.write(ITEMS[1])
    reader = SessionReader(tmp_path / "a.mcap")
    assert (list(reader.inputs()), reader.lost_bytes) == ([], 10)


def test_sealing_that_fails_keeps_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mcap"
    recorder = recorder_on(Disk(), path, [])
    for item in ITEMS:
        recorder.put(item)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(imu.store.sealing._Sealed, "finish", refuse)
    recorder.close()
    assert "kept as it is, not compressed" in recorder.status.text
    assert [file.name for file in tmp_path.iterdir()] == ["a.mcap"]
    reader = SessionReader(path)
    assert reader.complete
    assert list(reader.inputs()) == ITEMS


def test_a_wrong_copy_never_takes_the_place_of_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mcap"
    writer = SessionWriter(path, HEADER)
    for item in ITEMS:
        writer.write(item)
    writer.close(seal=False)
    before = path.read_bytes()
    real = imu.store.sealing._joined
    monkeypatch.setattr(imu.store.sealing, "_joined", lambda bodies: list(real(bodies))[:-1])
    with pytest.raises(SessionFileError, match="copy differs: it is kept as it is"):
        seal(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.mcap"]


def test_an_existing_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    Recorder(path, HEADER).close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"a\.mcap exists already"):
        Recorder(path, HEADER)
    assert path.read_bytes() == before
