"""Bytes of a session file: MCAP records, and blocks that can be trusted.

A block is one MCAP *chunk*: some messages and a CRC-32 over them. It is the unit of durability, either
whole and checked or not used at all. Blocks are found by searching, never by following lengths, so
that damaged bytes cost the block they are in and nothing behind it.

References
----------
MCAP file format specification, https://mcap.dev/spec
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

    from mcap.records import McapRecord

    Buffer = bytes | bytearray | memoryview | mmap.mmap

__all__ = [
    "MAGIC",
    "MAX_BODY_BYTES",
    "Block",
    "Found",
    "Message",
    "body_of",
    "channel_topics",
    "chunk_record",
    "encode_record",
    "find_blocks",
    "message_head",
    "message_record",
    "messages",
    "packed",
    "records",
]

MAGIC = b"\x89MCAP0\r\n"
MAX_BODY_BYTES = 1 << 23
MAX_RATIO = 250
"""A block may not claim to unpack to more than this times its size: a small file cannot fill the memory."""

_RECORD = struct.Struct("<BQ")
_MESSAGE = struct.Struct("<BQHIQQ")
_MESSAGE_LENGTH = _MESSAGE.size - _RECORD.size
_CHUNK = struct.Struct("<BQQQQII")
_CHANNEL = struct.Struct("<BQHHI")
_U64 = struct.Struct("<Q")
LEVEL = 15
"""Of zstd: 4 % smaller than its default for about a second per hour of two sensors; more gains nothing."""

_COMPRESSIONS = {0: b"", 4: b"zstd"}
_U32_MASK = 0xFFFF_FFFF
_U64_MAX = (1 << 64) - 1
_CHUNK_START = bytes([Opcode.CHUNK])

_CANDIDATE = re.compile(rb"\x06[\s\S]{4}\x00{4}")
_OTHER_OPCODES = frozenset(int(opcode) for opcode in Opcode) - {int(Opcode.CHUNK), int(Opcode.MESSAGE)}


class Message(NamedTuple):
    """One message: channel id, global order number, time in ns and its data."""

    channel: int
    sequence: int
    log_time_ns: int
    data: bytes


class Block(NamedTuple):
    """A checked block: where it is in the file and the order number of its first message."""

    start: int
    end: int
    first_sequence: int


class Found(NamedTuple):
    """What a search found.

    Attributes
    ----------
    blocks : list of Block
        Checked blocks in the order of their messages, each once.
    lost_bytes : int
        Bytes that belong to no checked block and to no other whole record.
    closed : bool
        Whether the file ends as a file that was closed in order.
    """

    blocks: list[Block]
    lost_bytes: int
    closed: bool


def encode_record(record: McapRecord) -> bytes:
    """Bytes of any of the library's records."""
    builder = RecordBuilder()
    record.write(builder)
    return bytes(builder.end())  # type: ignore[no-untyped-call]


def message_record(channel: int, sequence: int, log_time_ns: int, data: bytes) -> bytes:
    """Bytes of one message; times outside of the format's unsigned range are moved to its ends."""
    time = min(max(log_time_ns, 0), _U64_MAX)
    length = _MESSAGE_LENGTH + len(data)
    return _MESSAGE.pack(Opcode.MESSAGE, length, channel, sequence & _U32_MASK, time, time) + data


def packed(body: bytes) -> bytes | None:
    """Compress a body with zstd; None where that does not pay or a reader would not accept it."""
    import zstandard  # noqa: PLC0415 - needed at the end of a session only

    small = zstandard.ZstdCompressor(level=LEVEL).compress(body)
    return small if len(small) < len(body) <= MAX_RATIO * len(small) else None


def chunk_record(body: bytes | bytearray, first_ns: int, last_ns: int, stored: bytes | None = None) -> bytes:
    """Bytes of one block that holds `body`, in the form `stored` when it was packed."""
    compression = b"" if stored is None else b"zstd"
    kept = bytes(body) if stored is None else stored
    first, last = (min(max(time, 0), _U64_MAX) for time in (first_ns, last_ns))
    length = _CHUNK.size - _RECORD.size + len(compression) + _U64.size + len(kept)
    crc = zlib.crc32(body)
    head = _CHUNK.pack(Opcode.CHUNK, length, first, last, len(body), crc, len(compression))
    return head + compression + _U64.pack(len(kept)) + kept


def records(body: Buffer) -> Iterator[tuple[int, int, int]]:
    """Yield opcode, start and end of each whole record of a block, heads included."""
    at = 0
    while at + _RECORD.size <= len(body):
        opcode, length = _RECORD.unpack_from(body, at)
        end = at + _RECORD.size + length
        if end > len(body):
            return
        yield opcode, at, end
        at = end


def messages(body: bytes) -> Iterator[Message]:
    """Yield the messages of a block in order."""
    for opcode, start, end in records(body):
        if opcode == Opcode.MESSAGE and end - start >= _MESSAGE.size:
            _, _, channel, sequence, log_time_ns, _ = _MESSAGE.unpack_from(body, start)
            yield Message(channel, sequence, log_time_ns, body[start + _MESSAGE.size : end])


def message_head(body: bytes, start: int) -> tuple[int, int]:
    """Channel id and time in ns of the message record at `start`."""
    _, _, channel, _, log_time_ns, _ = _MESSAGE.unpack_from(body, start)
    return channel, log_time_ns


def channel_topics(body: bytes) -> dict[int, str]:
    """Topic of each channel that a block defines."""
    topics = {}
    for opcode, start, end in records(body):
        if opcode == Opcode.CHANNEL and end - start >= _CHANNEL.size:
            _, _, channel, _, length = _CHANNEL.unpack_from(body, start)
            topic = body[start + _CHANNEL.size : min(start + _CHANNEL.size + length, end)]
            topics[channel] = topic.decode(errors="replace")
    return topics


def body_of(data: Buffer, start: int) -> tuple[int, bytes] | None:
    """End and unpacked body of the block that begins at `start`; None when it is not a whole, sound block."""
    head = _head(data, start) if data[start : start + 1] == _CHUNK_START else None
    if head is None:
        return None
    begin, end, size, crc, compression = head
    body = bytes(data[begin:end])
    if compression:
        unpacked = _unpack(body, size)
        if unpacked is None:
            return None
        body = unpacked
    if len(body) != size or zlib.crc32(body) != crc:
        return None
    return end, body


def _head(data: Buffer, start: int) -> tuple[int, int, int, int, bytes] | None:
    """Check a chunk's head but its opcode and body: begin, end, unpacked size, CRC, compression."""
    if start + _CHUNK.size + _U64.size > len(data):
        return None
    _, length, _, _, size, crc, name_length = _CHUNK.unpack_from(data, start)
    end = start + _RECORD.size + length
    name_end = start + _CHUNK.size + name_length
    begin = name_end + _U64.size
    compression = _COMPRESSIONS.get(name_length)
    if end > len(data) or begin > end or size > MAX_BODY_BYTES:
        return None
    if compression is None or bytes(data[start + _CHUNK.size : name_end]) != compression:
        return None
    (stored,) = _U64.unpack_from(data, name_end)
    if stored != end - begin or size > MAX_RATIO * max(stored, 1):
        return None
    return begin, end, size, crc, compression


def _unpack(packed: bytes, size: int) -> bytes | None:
    """Unpack zstd without trusting the size that the packed bytes claim."""
    import zstandard  # noqa: PLC0415 - only closed sessions are compressed

    try:
        if zstandard.frame_content_size(packed) != size:
            return None
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    except zstandard.ZstdError:
        return None


def find_blocks(data: Buffer) -> Found:
    """Find every sound block in `data`, whatever else it holds.

    Parameters
    ----------
    data : bytes or mmap
        The whole file; any bytes at all are accepted.

    Returns
    -------
    Found
        Work is bounded by a small multiple of the file's size, also for bytes made to waste it.
    """
    by_sequence: dict[int, Block] = {}
    at = covered = lost = 0
    budget = 64 * len(data)
    while (start := _next_candidate(data, at)) is not None and budget > 0:
        checked = body_of(data, start)
        if checked is None:
            head = _head(data, start)
            budget -= head[2] + head[1] - head[0] if head else 1
            at = start + 1
            continue
        at, body = checked
        lost += _strange_bytes(data, covered, start)
        covered = at
        first = next(messages(body), None)
        if first is not None:
            by_sequence.setdefault(first.sequence, Block(start, at, first.sequence))
    lost += _strange_bytes(data, covered, len(data))
    closed = len(data) > len(MAGIC) and data[-len(MAGIC) :] == MAGIC
    return Found([by_sequence[sequence] for sequence in sorted(by_sequence)], lost, closed)


def _next_candidate(data: Buffer, at: int) -> int | None:
    """Where the next block may begin: at once when the last one is followed by another."""
    match = _CANDIDATE.search(data, at)
    return match.start() if match else None


def _strange_bytes(data: Buffer, start: int, end: int) -> int:
    """Count the bytes of ``[start, end)`` from the first that does not belong to a whole record."""
    at = start
    while at < end:
        if data[at : at + len(MAGIC)] == MAGIC:
            at += len(MAGIC)
            continue
        if at + _RECORD.size > end or data[at] not in _OTHER_OPCODES:
            break
        after = at + _RECORD.size + _RECORD.unpack_from(data, at)[1]
        if after > end or _head(data, at) is not None:  # a block whose opcode was damaged
            break
        at = after
    return end - at
