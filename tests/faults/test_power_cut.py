"""The power fails: what the disk had not confirmed is gone, in whole or in part; the rest is there."""

from __future__ import annotations

import random
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

import pytest

from imu.errors import SessionFileError
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sinks.recorder import Durability, Recorder
from imu.store import SessionReader
from imu.store.files import open_new
from tests.faults.effort import tries

if TYPE_CHECKING:
    import io
    from collections.abc import Callable
    from pathlib import Path

    from imu.model import Input

HEADER = SessionHeader((SensorInfo("left", Placement.SHOE, Side.LEFT, 1000.0),))
STEP_NS = 20_000_000
ITEMS: list[Input] = [
    Tick(n * STEP_NS) if n % 50 == 0 else Packet("left", n, n * STEP_NS, "data", n.to_bytes(4) * 60)
    for n in range(400)
]
LOSS_NS = 1_100_000_000
SECTOR_BYTES = 512


class VolatileFile:
    """A file of which only what was forced to the disk survives: asking for the descriptor is forcing it."""

    def __init__(self, file: io.FileIO) -> None:
        self.file, self.safe = file, 0

    def write(self, data: memoryview) -> int | None:
        return self.file.write(data)

    def fileno(self) -> int:
        self.safe = self.file.tell()
        return self.file.fileno()

    def close(self) -> None:
        self.file.close()

    def cut(self, path: Path, dice: random.Random) -> None:
        """Cut the power: of the unconfirmed bytes, some sectors have reached the disk, others are zero."""
        self.close()
        data = bytearray(path.read_bytes()[: dice.randint(self.safe, path.stat().st_size)])
        for at in range(self.safe, len(data), SECTOR_BYTES):
            if dice.random() < 0.5:
                data[at : at + SECTOR_BYTES] = bytes(len(data[at : at + SECTOR_BYTES]))
        path.write_bytes(data)


class AtOnce(Executor):
    """A disk that confirms at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize("batch", range(4))
def test_at_most_a_second_is_lost_and_nothing_that_was_called_saved(tmp_path: Path, batch: int) -> None:
    for seed in range(batch, tries(100, 1000), 4):
        dice = random.Random(seed)  # noqa: S311
        moment = dice.randint(1, len(ITEMS))
        path, files = tmp_path / f"{seed}.mcap", []
        recorder = Recorder(
            path,
            HEADER,
            open_file=lambda path, files=files: files.append(VolatileFile(open_new(path))) or files[0],
            executor=AtOnce(),
        )
        saved = 0
        for count, item in enumerate(ITEMS[:moment], start=1):
            recorder.put(item)
            if recorder.status.durability is Durability.SAVED:
                saved = count
        files[0].cut(path, dice)

        kept = list(SessionReader(path).inputs())
        assert kept[:saved] == ITEMS[:saved]
        assert all(item in ITEMS[:moment] for item in kept)
        assert [item.arrival_ns for item in kept] == sorted(item.arrival_ns for item in kept)
        assert saved * STEP_NS >= moment * STEP_NS - LOSS_NS


def test_a_cut_before_the_header_was_confirmed_leaves_no_session(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    Recorder(path, HEADER, executor=AtOnce())._writer.abandon()
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(SessionFileError, match="cut off before its header"):
        SessionReader(path)
