"""Closing a session for good: the same blocks in larger, compressed, indexed chunks.

Messages are copied byte for byte. The new file takes the old one's place only after it has been read
back and found to hold the same; until then, and after a crash at any moment, the old one is there.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mcap.opcode import Opcode
from mcap.records import ChunkIndex, DataEnd, Footer, MessageIndex, MetadataIndex, Statistics, SummaryOffset

from imu.errors import SessionFileError
from imu.store import framing
from imu.store.files import PRIVATE, new_file
from imu.store.session_reader import NAME, SessionReader, prologue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

__all__ = ["seal"]

CHUNK_BYTES = 1 << 20


def seal(path: Path | str) -> None:
    """Rewrite a session compressed and indexed, in place.

    Parameters
    ----------
    path : pathlib.Path or str
        A session file, closed in order or not.

    Raises
    ------
    SessionFileError
        When it is not a session, or is damaged: what cannot be read is never thrown away.
    EnvironmentProblem
        When the disk refuses; the file stays as it is.
    """
    path = Path(path)
    reader = SessionReader(path)
    if reader.lost_bytes:
        raise SessionFileError(f"{reader.lost_bytes} bytes are damaged: it is kept as it is", path=path)
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        with temporary.open("wb") as file:
            _write(file, reader)
        if _digest(SessionReader(temporary).bodies()) != _digest(reader.bodies()):
            raise SessionFileError("its compressed copy differs: it is kept as it is", path=path)


def _write(file: BinaryIO, reader: SessionReader) -> None:
    bodies = reader.bodies()
    opening = next(bodies)
    sealed = _Sealed(file, prologue(reader.header))
    for _ in range(2):
        sealed.add(opening, None)
    for body in _joined(bodies):
        sealed.add(body, framing.packed(body))
    sealed.finish(opening)


def _joined(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Join small blocks to chunks of about 1 MiB."""
    joined = bytearray()
    for body in bodies:
        joined += body
        if len(joined) >= CHUNK_BYTES:
            yield bytes(joined)
            joined.clear()
    if joined:
        yield bytes(joined)


def _digest(bodies: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b()
    for body in bodies:
        digest.update(body)
    return digest.digest()


def _metadata_index(begin: bytes) -> bytes:
    """Index of the metadata record inside a prologue."""
    body = begin[len(framing.MAGIC) :]
    return b"".join(
        framing.encode_record(MetadataIndex(len(framing.MAGIC) + start, end - start, NAME))
        for opcode, start, end in framing.records(body)
        if opcode == Opcode.METADATA
    )


def _message_indexes(body: bytes) -> dict[int, list[tuple[int, int]]]:
    """Time and offset of every message, by channel."""
    entries: dict[int, list[tuple[int, int]]] = {}
    for opcode, start, _ in framing.records(body):
        if opcode == Opcode.MESSAGE:
            channel, time_ns = framing.message_head(body, start)
            entries.setdefault(channel, []).append((time_ns, start))
    return entries


def _footer(summary: bytes, start: int, offset_start: int) -> bytes:
    """Footer whose CRC-32 covers the summary and the footer's own fields, as the format wants it."""
    unchecked = framing.encode_record(Footer(start, offset_start, 0))
    return framing.encode_record(Footer(start, offset_start, zlib.crc32(summary + unchecked[:-4])))


class _Sealed:
    """Writes chunks with their indexes, then the summary that viewers read first."""

    def __init__(self, file: BinaryIO, begin: bytes) -> None:
        self._file = file
        self._metadata_index = _metadata_index(begin)
        self._indexes: list[ChunkIndex] = []
        self._counts: Counter[int] = Counter()
        file.write(begin)

    def add(self, body: bytes, stored: bytes | None) -> None:
        """Write one chunk and its message indexes."""
        entries = _message_indexes(body)
        times = [time_ns for channel in entries.values() for time_ns, _ in channel]
        chunk = framing.chunk_record(body, min(times), max(times), stored)
        at = self._file.tell()
        self._file.write(chunk)
        offsets = {}
        for channel, found in entries.items():
            offsets[channel] = self._file.tell()
            self._file.write(framing.encode_record(MessageIndex(channel, found)))
            self._counts[channel] += len(found)
        self._indexes.append(
            ChunkIndex(
                chunk_length=len(chunk),
                chunk_start_offset=at,
                compression="" if stored is None else "zstd",
                compressed_size=len(body if stored is None else stored),
                message_end_time=max(times),
                message_index_length=self._file.tell() - at - len(chunk),
                message_index_offsets=offsets,
                message_start_time=min(times),
                uncompressed_size=len(body),
            )
        )

    def finish(self, opening: bytes) -> None:
        """Write the end of the data, the summary and the footer."""
        definitions = {
            kind: b"".join(
                opening[start:end] for opcode, start, end in framing.records(opening) if opcode == kind
            )
            for kind in (Opcode.SCHEMA, Opcode.CHANNEL)
        }
        groups = {
            **definitions,
            Opcode.STATISTICS: framing.encode_record(self._statistics(opening)),
            Opcode.CHUNK_INDEX: b"".join(map(framing.encode_record, self._indexes)),
            Opcode.METADATA_INDEX: self._metadata_index,
        }
        self._file.write(framing.encode_record(DataEnd(0)))
        summary_start = at = self._file.tell()
        offsets = b""
        for opcode, group in groups.items():
            offsets += framing.encode_record(
                SummaryOffset(group_opcode=opcode, group_start=at, group_length=len(group))
            )
            at += len(group)
        summary = b"".join(groups.values()) + offsets
        footer = _footer(summary, summary_start, at)
        self._file.write(summary + footer + framing.MAGIC)

    def _statistics(self, opening: bytes) -> Statistics:
        kinds = Counter(opcode for opcode, _, _ in framing.records(opening))
        return Statistics(
            attachment_count=0,
            channel_count=kinds[Opcode.CHANNEL],
            channel_message_counts=dict(self._counts),
            chunk_count=len(self._indexes),
            message_count=sum(self._counts.values()),
            message_end_time=max(index.message_end_time for index in self._indexes),
            message_start_time=min(index.message_start_time for index in self._indexes),
            metadata_count=1,
            schema_count=kinds[Opcode.SCHEMA],
        )
