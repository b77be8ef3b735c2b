"""Reading a session file, also one that was cut off or damaged; and what stands before its first block."""

from __future__ import annotations

import contextlib
import mmap
import os
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
from mcap.records import Header, Metadata

from imu.errors import SessionFileError
from imu.model import Input, InputBlock, PacketBlock, SessionHeader
from imu.store import framing
from imu.store.input_blocks import Collector
from imu.store.packing import PackedPackets, unpack, unpack_block
from imu.store.topics import HEADER_KIND, Derived, Kind, kind_of_topic
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


__all__ = ["FORMAT_VERSION", "NAME", "SessionReader", "prologue"]

FORMAT_VERSION = 2
"""Newest format of session files that this software writes and reads."""

NAME = "softstrike"

BLOCK_INPUTS = 8192
"""Inputs that are put side by side at least."""


def prologue(header: SessionHeader) -> bytes:
    """Bytes before the first block: magic, MCAP header, and the session's header for other readers."""
    metadata = {
        "runner": header.runner,
        "started_utc": header.started_utc,
        "origin": header.origin,
        "sensors": ", ".join(info.sensor for info in header.sensors),
        "header": msgspec.json.encode(header).decode(),
    }
    head = framing.encode_record(Header(NAME, header.software or NAME))
    return framing.MAGIC + head + framing.encode_record(Metadata(NAME, metadata))


class SessionReader:
    """Reads a session, also one that was cut off or damaged.

    Parameters
    ----------
    path : pathlib.Path or str
        The file. Any bytes are accepted; only sound blocks are used.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.
    closed : bool
        Whether the session was closed in order.
    complete : bool
        Whether it was, and no byte is damaged.
    lost_bytes : int
        Bytes that could not be used.
    topics : dict of int to str
        Topic of each channel.
    kinds : dict of int to Kind
        Kind of the values of each channel; channels of other or newer software are left out.
    unreadable : int
        Messages that were sound but did not hold what their topic promises, counted while reading.

    Raises
    ------
    SessionFileError
        When there is no session in it; names the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.unreadable = 0
        with self._mapped() as data:
            found = framing.find_blocks(data)
            self._blocks = found.blocks
            self.lost_bytes = found.lost_bytes
            self.closed = found.closed
            self.complete = found.closed and not found.lost_bytes
            opening = self._opening(data)
        self.topics = framing.channel_topics(opening)
        self.kinds = _channel_kinds(self.topics)
        self.header = self._read_header(opening)

    def inputs(self) -> Iterator[Input]:
        """Yield the inputs in the order in which they were recorded."""
        return cast("Iterator[Input]", self._items(self._blocks, inputs=True))

    def blocks(self, least: int = BLOCK_INPUTS) -> Iterator[InputBlock]:
        """Yield the inputs side by side, so that packets can be worked through many at a time.

        Parameters
        ----------
        least : int
            Inputs of a block, all but the last: at least so many.
        """
        decoders = self._decoders(inputs=True)
        collector = Collector()
        for body in self._bodies(self._blocks):
            items: list[tuple[int, Any]] = []
            packed: list[PacketBlock] = []
            for order, item in self._found(body, decoders, unpack_block):
                if isinstance(item, PacketBlock):
                    packed.append(item)
                else:
                    items.append((order, item))
            collector.add(items, packed)
            if collector.count >= least:
                yield collector.take()
        if collector.count:
            yield collector.take()

    def derived(self) -> Iterator[Derived]:
        """Yield steps, flags, gaps, faults, health and status in the order in which they were recorded."""
        return cast("Iterator[Derived]", self._items(self._blocks, inputs=False))

    def span_ns(self) -> tuple[int, int] | None:
        """Arrival of the first and of the last input, ns; None without inputs."""
        first = next(self.inputs(), None)
        for block in reversed(self._blocks):
            arrivals = [item.arrival_ns for item in self._items([block], inputs=True)]
            if arrivals and first is not None:
                return first.arrival_ns, max(arrivals)
        return None

    def bodies(self) -> Iterator[bytes]:
        """Yield the unpacked blocks in order, the opening block first."""
        return self._bodies(self._blocks)

    def _bodies(self, blocks: list[framing.Block]) -> Iterator[bytes]:
        with self._mapped() as data:
            for block in blocks:
                checked = framing.body_of(data, block.start)
                if checked is None:
                    raise SessionFileError("was changed while it was read: open it again", path=self.path)
                yield checked[1]

    def _decoders(self, *, inputs: bool) -> dict[int, Callable[[bytes], Any]]:
        return {
            channel: kind.decoder()
            for channel, kind in self.kinds.items()
            if kind.is_input is inputs and kind is not HEADER_KIND
        }

    def _items(self, blocks: list[framing.Block], *, inputs: bool) -> Iterator[Any]:
        decoders = self._decoders(inputs=inputs)
        for body in self._bodies(blocks):
            yield from self._ordered(body, decoders)

    def _ordered(self, body: bytes, decoders: dict[int, Callable[[bytes], Any]]) -> list[Any]:
        """Values of a block in the order of the session, packed packets among the others."""
        found: list[tuple[int, Any]] = []
        packed = False
        for order, item in self._found(body, decoders, unpack):
            if isinstance(item, tuple):
                found += zip(*item, strict=True)
                packed = True
            else:
                found.append((order, item))
        if packed:
            found.sort(key=itemgetter(0))
        return [item for _, item in found]

    def _found(
        self,
        body: bytes,
        decoders: dict[int, Callable[[bytes], Any]],
        unpacked: Callable[[PackedPackets], Any],
    ) -> Iterator[tuple[int, Any]]:
        """Values of a block as they stand in the file, those packed as they are unpacked."""
        for message in framing.messages(body):
            decode = decoders.get(message.channel)
            if decode is None:
                continue
            try:
                item = decode(message.data)
                found = unpacked(item) if isinstance(item, PackedPackets) else item
            except (msgspec.DecodeError, ValueError, RecursionError):
                self.unreadable += 1
            else:
                yield message.sequence, found

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[mmap.mmap]:
        """Map the file, so that an hour of raw data does not have to fit into memory twice."""
        try:
            with self.path.open("rb") as file:
                if not os.fstat(file.fileno()).st_size:
                    raise SessionFileError("the file is empty: nothing was recorded", path=self.path)
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise SessionFileError("there is no such file", path=self.path) from error
        except IsADirectoryError as error:
            raise SessionFileError("is a folder: give the name of a session file", path=self.path) from error
        except OSError as error:
            raise SessionFileError(f"cannot be read: {error.strerror or error}", path=self.path) from error
        with data:
            yield data

    def _opening(self, data: mmap.mmap) -> bytes:
        first = self._blocks[0] if self._blocks else None
        checked = framing.body_of(data, first.start) if first and first.first_sequence == 0 else None
        if checked is not None:
            return checked[1]
        if data[: len(framing.MAGIC)] != framing.MAGIC[: len(data)]:
            raise SessionFileError("is not a softstrike session", path=self.path)
        raise SessionFileError("was cut off before its header: there is nothing to recover", path=self.path)

    def _read_header(self, opening: bytes) -> SessionHeader:
        channel = next((number for number, kind in self.kinds.items() if kind is HEADER_KIND), None)
        data = next((item.data for item in framing.messages(opening) if item.channel == channel), None)
        if data is None:
            raise SessionFileError(
                "is not a softstrike session but an MCAP file of another kind", path=self.path
            )
        try:
            version = msgspec.json.decode(data, type=_Version).format_version
            if version > FORMAT_VERSION:
                raise SessionFileError(
                    f"has format {version}, newer than {FORMAT_VERSION}: update softstrike", path=self.path
                )
            return msgspec.json.decode(data, type=SessionHeader)
        except msgspec.DecodeError as error:
            raise SessionFileError(f"its header cannot be used: {error}", path=self.path) from error


class _Version(msgspec.Struct):
    format_version: int


def _channel_kinds(topics: dict[int, str]) -> dict[int, Kind]:
    """Kind of each channel; unknown topics are left out."""
    kinds = {channel: kind_of_topic(topic) for channel, topic in topics.items()}
    return {channel: kind for channel, kind in kinds.items() if kind is not None}


ready(_Version, SessionHeader)
