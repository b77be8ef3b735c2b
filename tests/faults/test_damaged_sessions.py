"""Damaged session files: every sound block is read, nothing wrong is read, what is lost is told."""

from __future__ import annotations

import itertools
import random
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
import zstandard

import imu.store.sealing
from imu.errors import SessionFileError
from imu.model import Input, Packet, Placement, SensorInfo, SessionHeader, Side
from imu.store import SessionReader, SessionWriter, framing, seal
from tests.faults.effort import FULL, tries

if TYPE_CHECKING:
    from pathlib import Path

HEADER = SessionHeader((SensorInfo("left", Placement.SHOE, Side.LEFT, 200.0),), runner="Zoë")
PER_BLOCK = 11
NOISE = random.Random(0).randbytes(28 * 300)  # noqa: S311
ITEMS: list[Input] = [
    Packet("left", n, n * 5_000_000, "data", NOISE[28 * n : 28 * n + 28]) for n in range(300)
]


@pytest.fixture(scope="module", params=["live", "sealed"])
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    writer = SessionWriter(tmp_path_factory.mktemp("damage") / "a.mcap", HEADER)
    for item in ITEMS:
        writer.write(item)
    writer.flush()
    if request.param == "live":
        writer.abandon()
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(imu.store.sealing, "CHUNK_BYTES", 1)
            writer.close()
    return writer.path.read_bytes()


def blocks_of(data: bytes) -> list[framing.Block]:
    found = framing.find_blocks(data)
    assert found.lost_bytes == 0
    return found.blocks


def read(tmp_path: Path, data: bytes) -> tuple[SessionReader, list[Input]]:
    path = tmp_path / "damaged.mcap"
    path.write_bytes(data)
    reader = SessionReader(path)
    items = list(reader.inputs())
    assert reader.unreadable == 0
    return reader, items


def assert_in_order_and_nothing_wrong(items: list[Input]) -> None:
    originals = iter(ITEMS)
    assert all(item in originals for item in items)


def test_the_file_is_what_these_tests_think(data: bytes, tmp_path: Path) -> None:
    blocks = blocks_of(data)
    assert len(blocks) == 1 + -(-len(ITEMS) // PER_BLOCK)
    assert read(tmp_path, data)[1] == ITEMS


def test_cut_at_every_byte_of_the_last_two_blocks(data: bytes, tmp_path: Path) -> None:
    blocks = blocks_of(data)
    for cut in range(blocks[-2].start, min(blocks[-1].end + 100, len(data)), 1 if FULL else 7):
        whole = sum(block.end <= cut for block in blocks) - 1
        reader, items = read(tmp_path, data[:cut])
        assert items == ITEMS[: whole * PER_BLOCK]
        assert not reader.complete
        if cut < blocks[-1].end:
            assert reader.lost_bytes <= cut - blocks[-3 + (cut >= blocks[-2].end)].end


def test_cut_anywhere(data: bytes, tmp_path: Path) -> None:
    blocks = blocks_of(data)
    begin = data.index(b"\x06", blocks[0].start)
    first_end = blocks[0].end
    cuts = range(1, len(data))
    for cut in cuts if FULL else random.Random(1).sample(cuts, 200):  # noqa: S311
        if cut < first_end:
            assert begin > 0
            with pytest.raises(SessionFileError, match="cut off before its header"):
                read(tmp_path, data[:cut])
            continue
        whole = sum(block.end <= cut for block in blocks) - 1
        assert read(tmp_path, data[:cut])[1] == ITEMS[: whole * PER_BLOCK]


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_bit_costs_at_most_its_block_and_is_told(data: bytes, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    for _ in range(tries(75, 2500)):
        damaged = bytearray(data)
        damaged[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        reader, items = read(tmp_path, bytes(damaged))
        assert reader.header == HEADER
        assert_in_order_and_nothing_wrong(items)
        assert len(items) >= len(ITEMS) - PER_BLOCK
        if len(items) < len(ITEMS):
            assert reader.lost_bytes > 0
            assert not reader.complete


@pytest.mark.parametrize("opcode", [0x02, 0x04, 0x07, 0x0E, 0x16, 0x26, 0x46, 0x86])
def test_a_block_that_looks_like_another_record_is_told(data: bytes, tmp_path: Path, opcode: int) -> None:
    block = blocks_of(data)[7]
    reader, items = read(tmp_path, data[: block.start] + bytes([opcode]) + data[block.start + 1 :])
    assert items == ITEMS[: 6 * PER_BLOCK] + ITEMS[7 * PER_BLOCK :]
    assert reader.lost_bytes >= block.end - block.start


def test_random_bytes_in_the_middle_cost_only_themselves(data: bytes, tmp_path: Path) -> None:
    blocks = blocks_of(data)
    start, end = blocks[8].start + 3, blocks[10].end - 3
    noise = random.Random(2).randbytes(end - start)  # noqa: S311
    reader, items = read(tmp_path, data[:start] + noise + data[end:])
    assert items == ITEMS[: 7 * PER_BLOCK] + ITEMS[10 * PER_BLOCK :]
    assert reader.lost_bytes >= end - start


def test_a_zero_filled_tail_is_told(data: bytes, tmp_path: Path) -> None:
    cut = blocks_of(data)[20].end
    reader, items = read(tmp_path, data[:cut] + bytes(5000))
    assert items == ITEMS[: 20 * PER_BLOCK]
    assert (reader.lost_bytes, reader.complete) == (5000, False)


def test_swapped_and_repeated_blocks_are_put_right(data: bytes, tmp_path: Path) -> None:
    blocks = blocks_of(data)
    parts = [data[block.start : block.end] for block in blocks]
    mixed = framing.MAGIC + parts[0] + b"".join(reversed(parts[1:])) + parts[5]
    assert read(tmp_path, mixed)[1] == ITEMS


@pytest.mark.parametrize("copy", [0, 1])
def test_one_of_two_opening_blocks_is_enough(data: bytes, tmp_path: Path, copy: int) -> None:
    opening = data[blocks_of(data)[0].start : blocks_of(data)[0].end]
    at = data.index(opening, data.index(opening) + copy)
    reader, items = read(tmp_path, data[:at] + bytes(len(opening)) + data[at + len(opening) :])
    assert reader.header == HEADER
    assert items == ITEMS


def test_a_damaged_session_is_not_sealed(data: bytes, tmp_path: Path) -> None:
    block = blocks_of(data)[4]
    path = tmp_path / "a.mcap"
    path.write_bytes(data[: block.start + 60] + b"\xff\xff" + data[block.start + 62 :])
    before = path.read_bytes()
    with pytest.raises(SessionFileError, match=r"a\.mcap: .*damaged: it is kept as it is"):
        seal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [2**20, 2**40, 2**63, 2**64 - 1])
def test_a_huge_record_length_takes_no_memory(data: bytes, tmp_path: Path, size: int) -> None:
    for opcode in (1, 5, 6, 7, 12, 15):
        hostile = data[: blocks_of(data)[3].end] + struct.pack("<BQ", opcode, size) + b"x" * 50
        reader, items = read(tmp_path, hostile)
        assert items == ITEMS[: 3 * PER_BLOCK]
        assert reader.lost_bytes == 59


def test_a_block_that_claims_to_unpack_to_much_is_not_unpacked() -> None:
    body = bytes(64 << 20)
    packed = zstandard.compress(body)
    for size in (len(body), len(packed) * framing.MAX_RATIO - 1):
        head = (
            struct.pack("<QQQII", 0, 0, size, zlib.crc32(body), 4) + b"zstd" + struct.pack("<Q", len(packed))
        )
        record = struct.pack("<BQ", 6, len(head) + len(packed)) + head + packed
        assert framing.find_blocks(record) == framing.Found([], len(record), closed=False)


def test_overlapping_heads_waste_no_more_than_a_bounded_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    head = 49
    count = 4000
    total = head * count
    heads = (
        struct.pack("<BQQQQIIQ", 6, total - at - 9, 0, 0, total - at - head, 1, 0, total - at - head)
        for at in range(0, total, head)
    )
    hostile = b"".join(heads)
    checked = itertools.count()
    real_crc = zlib.crc32
    monkeypatch.setattr(framing.zlib, "crc32", lambda body: next(checked) and real_crc(body))
    found = framing.find_blocks(hostile)
    assert (found.blocks, found.lost_bytes) == ([], total)
    assert next(checked) < count / 10


def test_any_bytes_are_accepted() -> None:
    dice = random.Random(3)  # noqa: S311
    for size in (1, 9, 57, 5000):
        for _ in range(50):
            noise = dice.randbytes(size)
            assert framing.find_blocks(noise).blocks == []
            assert framing.channel_topics(noise) is not None
