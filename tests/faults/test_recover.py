"""``recover``: what is sound is in the new file, what is missing is named, the input is as it was."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from imu.cli.app import run
from imu.cli.paths import shipped_recording
from imu.errors import SessionFileError, UsageError
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side
from imu.store import SessionReader, SessionWriter, framing, recover
from tests.faults.effort import tries

if TYPE_CHECKING:
    from pathlib import Path

HEADER = SessionHeader((SensorInfo("left", Placement.SHOE, Side.LEFT, 200.0),), runner="Zoë")
ITEMS = [Packet("left", n, n * 5_000_000, "data", n.to_bytes(4) * 7) for n in range(300)]


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Make a session whose recorder was killed."""
    writer = SessionWriter(tmp_path / "run.mcap", HEADER)
    for item in ITEMS:
        writer.write(item)
    writer.flush()
    writer.abandon()
    return writer.path


def out_of(path: Path) -> Path:
    return path.with_name("run.recovered.mcap")


def recovered(path: Path) -> list[object]:
    reader = SessionReader(out_of(path))
    assert reader.complete
    assert reader.header == HEADER
    return list(reader.inputs())


def test_a_killed_recording_is_whole(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = killed.read_bytes()
    assert run(["recover", str(killed)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"300 values written to {out_of(killed)}\n")
    assert "not closed in order" in said
    assert recovered(killed) == ITEMS
    assert killed.read_bytes() == before


def test_a_damaged_block_is_named_with_its_time(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = framing.find_blocks(killed.read_bytes()).blocks
    data = bytearray(killed.read_bytes())
    data[blocks[5].start + 80] ^= 1
    killed.write_bytes(data)
    assert run(["recover", str(killed)]) == 3
    lost = blocks[6].first_sequence - blocks[5].first_sequence
    first = blocks[5].first_sequence - 1
    said = capsys.readouterr().out
    times = f"{(first - 1) * 0.005:.2f} s and {(first + lost) * 0.005:.2f} s"
    assert f"lost: {lost} values between {times}\n" in said
    assert f"lost: {blocks[5].end - blocks[5].start} bytes" in said
    assert recovered(killed) == ITEMS[:first] + ITEMS[first + lost :]
    assert killed.read_bytes() == bytes(data)


@pytest.mark.parametrize("seed", range(tries(20, 500)))
def test_whatever_happened_the_count_is_that_of_the_sound_blocks(killed: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    data = bytearray(killed.read_bytes())
    start = framing.find_blocks(bytes(data)).blocks[0].end
    for _ in range(dice.randint(0, 4)):
        data[dice.randrange(start, len(data))] ^= 1 << dice.randrange(8)
    killed.write_bytes(data[: dice.randint(start + 5000, len(data))])
    sound = list(SessionReader(killed).inputs())
    if not sound:
        with pytest.raises(SessionFileError, match="nothing to recover"):
            recover(killed, out_of(killed))
        return
    done = recover(killed, out_of(killed))
    assert recovered(killed) == sound
    assert done.values == len(sound)
    assert sum(gap.values for gap in done.missing) == max(item.seq for item in sound) + 1 - len(sound)
    assert done.clean == (not done.lost_bytes and sound == ITEMS[: len(sound)])


@pytest.mark.parametrize("data", [b"", b"x" * 9000, framing.MAGIC])
def test_nothing_leaves_nothing_behind(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(data)
    assert run(["recover", str(path)]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run.mcap"]


def test_a_header_alone_is_nothing(tmp_path: Path) -> None:
    SessionWriter(tmp_path / "run.mcap", HEADER).abandon()
    with pytest.raises(SessionFileError, match="nothing else: there is nothing to recover"):
        recover(tmp_path / "run.mcap", tmp_path / "out.mcap")
    assert not (tmp_path / "out.mcap").exists()


def test_no_file_is_overwritten_least_of_all_the_input(killed: Path) -> None:
    before = killed.read_bytes()
    out_of(killed).write_bytes(b"precious")
    for out in (killed, out_of(killed)):
        with pytest.raises(UsageError, match="exists already and is not overwritten"):
            recover(killed, out)
    assert run(["recover", str(killed)]) == 2
    assert (killed.read_bytes(), out_of(killed).read_bytes()) == (before, b"precious")


def test_a_closed_session_comes_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    shutil.copy(shipped_recording("two_shoes_simulated.mcap"), path)
    done = recover(path, tmp_path / "out.mcap")
    assert done.clean
    assert done.closed
    assert list(SessionReader(tmp_path / "out.mcap").inputs()) == list(SessionReader(path).inputs())
