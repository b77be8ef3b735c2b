"""Closing a session for good: the same messages in larger, compressed, indexed chunks.

Packets are put side by side (:mod:`imu.store.packing`), all other messages are copied byte for byte. The new
file takes the old one's place only after it has been read back and found to hold the same; until then, and
after a crash at any moment, the old one is there.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from mcap.opcode import Opcode
from mcap.records import ChunkIndex, DataEnd, Footer, MessageIndex, MetadataIndex, Statistics, SummaryOffset

from imu.chain import profile_of
from imu.errors import InputError, SessionFileError
from imu.model import Packet
from imu.store import framing
from imu.store.files import PRIVATE, new_file
from imu.store.packing import LEAST_PACKETS, PackedPackets, Shape, pack, shapes_of, unpack
from imu.store.session_reader import NAME, SessionReader, prologue
from imu.store.topics import PACKED_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from imu.model import SensorInfo

__all__ = ["checksum", "message_orders", "seal", "write_sealed"]

CHUNK_BYTES = 1 << 19
"""Bytes of messages that go into one chunk: what a damaged bit costs at most."""

Order = tuple[int, bytes]


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
            write_sealed(file, reader)
        if checksum(SessionReader(temporary)) != checksum(reader):
            raise SessionFileError("its compressed copy differs: it is kept as it is", path=path)


def write_sealed(file: BinaryIO, reader: SessionReader) -> None:
    """Write everything sound of a session, compressed and indexed."""
    bodies = reader.bodies()
    opening = next(bodies)
    sealed = _Sealed(file, prologue(reader.header))
    for _ in range(2):
        sealed.add(opening, None)
    packer = _Packer(reader)
    for body in _joined(bodies):
        small = packer.packed(body)
        sealed.add(small, framing.packed(small))
    sealed.finish(opening)


def _joined(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Join small blocks to chunks of about half a MiB."""
    joined = bytearray()
    for body in bodies:
        joined += body
        if len(joined) >= CHUNK_BYTES:
            yield bytes(joined)
            joined.clear()
    if joined:
        yield bytes(joined)


def checksum(reader: SessionReader) -> bytes:
    """Checksum of the opening block and of all messages as they were recorded, each packet by itself."""
    digest = hashlib.blake2b()
    bodies = reader.bodies()
    digest.update(next(bodies))
    packer = _Packer(reader)
    for body in bodies:
        for _, record in packer.plain(body):
            digest.update(record)
    return digest.digest()


def message_orders(reader: SessionReader) -> Iterator[tuple[int, int]]:
    """Place in the order of the session, and time in ns, of every message behind the header."""
    packer = _Packer(reader)
    bodies = reader.bodies()
    next(bodies)
    for body in bodies:
        for order, record in packer.plain(body):
            yield order, framing.message_head(record, 0)[1]


class _Packer:
    """Packs the packets of chunks, and takes them apart again."""

    def __init__(self, reader: SessionReader) -> None:
        self._kinds = {ch: kind for ch, kind in reader.kinds.items() if kind.type in (Packet, PackedPackets)}
        self._decoders = {channel: kind.decoder() for channel, kind in self._kinds.items()}
        self._channels = dict(zip(reader.topics.values(), reader.topics, strict=True))
        self._shapes = {info.sensor: _shapes(info) for info in reader.header.sensors}

    def packed(self, body: bytes) -> bytes:
        """Messages of a chunk in their order, runs of packets as one message at the place of their first."""
        runs: dict[tuple[int, str, int], list[tuple[Packet, Order]]] = {}
        kept: list[Order] = []
        for message, record in _records(body):
            packet = self._packet(message)
            if packet is None:
                kept.append((message.sequence, record))
            else:
                key = (message.channel, packet.channel, len(packet.payload))
                runs.setdefault(key, []).append((packet, (message.sequence, record)))
        for (_, _, length), run in runs.items():
            kept += [self._pack(run)] if length and len(run) >= LEAST_PACKETS else [one for _, one in run]
        return b"".join(record for _, record in sorted(kept))

    def plain(self, body: bytes) -> list[Order]:
        """Messages of a chunk as they were recorded."""
        found: list[Order] = []
        for message, record in _records(body):
            kind = self._kinds.get(message.channel)
            if kind is not PACKED_KIND:
                found.append((message.sequence, record))
                continue
            orders, packets = unpack(self._decoders[message.channel](message.data))
            found += map(self._record, orders, packets)
        return sorted(found)

    def _packet(self, message: framing.Message) -> Packet | None:
        """Packet that a message holds, if it can be written again in these very bytes."""
        kind = self._kinds.get(message.channel)
        if kind is None or kind is PACKED_KIND:
            return None
        try:
            packet: Packet = self._decoders[message.channel](message.data)
        except (msgspec.DecodeError, ValueError):
            return None
        same = f"/packed/{packet.sensor}" in self._channels and self._record(message.sequence, packet)[1]
        return packet if same == framing.message_record(*message) else None

    def _pack(self, run: list[tuple[Packet, Order]]) -> Order:
        first, (order, _) = run[0]
        shapes = self._shapes.get(first.sensor, ())
        packed = pack([packet for packet, _ in run], [order for _, (order, _) in run], shapes)
        channel = self._channels[f"/packed/{first.sensor}"]
        data = PACKED_KIND.encode(packed)
        return order, framing.message_record(channel, order, first.arrival_ns, data)

    def _record(self, order: int, packet: Packet) -> Order:
        channel = self._channels[f"/packets/{packet.sensor}"]
        data = self._kinds[channel].encode(packet)
        return order, framing.message_record(channel, order, packet.arrival_ns, data)


def _records(body: bytes) -> Iterator[tuple[framing.Message, bytes]]:
    """Yield the messages of a chunk and the bytes of each record."""
    for message in framing.messages(body):
        yield message, framing.message_record(*message)


def _shapes(info: SensorInfo) -> tuple[Shape, ...]:
    """Shapes of a sensor's samples; none when its profile is not known here, which costs size only."""
    try:
        return shapes_of(profile_of(info))
    except InputError:
        return ()


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
