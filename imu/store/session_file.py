"""The session file: an MCAP file that survives its writer's death at any moment.

While recording, blocks of a few milliseconds are appended, each with its CRC-32 and by a single write, so
that ``kill -9`` costs at most the block that was being filled. Closing rewrites the file compressed and
indexed, under a temporary name first. The opening block (all schemas, all channels, the header) is
written twice: with either copy every other block can be read, whatever happened to the rest.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
from mcap.records import DataEnd, Footer, Header, Metadata

from imu.errors import SessionFileError, UsageError
from imu.model import Input, SessionHeader
from imu.store import framing
from imu.store.files import open_new, sync_folder, told_plainly, write_all
from imu.store.topics import HEADER_KIND, Derived, Kind, Recordable, Router, kind_of_topic
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.store.files import OpenFile

__all__ = ["FORMAT_VERSION", "SessionReader", "SessionWriter", "prologue"]

FORMAT_VERSION = 1
"""Newest format of session files that this software writes and reads."""

BLOCK_BYTES = 4096
BLOCK_NS = 50 * NS_PER_MS
MAX_ITEM_BYTES = framing.MAX_BODY_BYTES // 4
NAME = "softstrike"


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


class SessionWriter:
    """Records a session into a new file.

    Not thread-safe, except that :meth:`fsync` may run in another thread.

    Parameters
    ----------
    path : pathlib.Path or str
        The file, which must not exist.
    header : SessionHeader
        Header of the session; only its sensors may be recorded.
    open_file : callable, optional
        Makes the file; tests put disk faults here.

    Attributes
    ----------
    count, flushed : int
        Values taken, and how many of them have been handed over to the system.

    Raises
    ------
    UsageError
        When the file exists or its folder does not.
    EnvironmentProblem
        When the system refuses the file. Nothing is left behind.
    """

    def __init__(self, path: Path | str, header: SessionHeader, *, open_file: OpenFile = open_new) -> None:
        self.path = Path(path)
        self._router = Router(header)
        self._body = bytearray()
        self._first_ns = self._last_ns = 0
        self.count = self.flushed = 0
        self._usable = True
        with told_plainly(self.path):
            self._file = open_file(self.path)
            try:
                self._write_opening(header)
            except OSError:
                self.abandon()
                self.path.unlink(missing_ok=True)
                raise

    @property
    def usable(self) -> bool:
        """Whether the file is open and free of write errors."""
        return self._usable

    def write(self, item: Recordable) -> None:
        """Add a value; it is in the file when its block is full or 50 ms of session time long.

        Parameters
        ----------
        item : Input or Derived
            Any input, step, flag, gap, fault, health or status.

        Raises
        ------
        UsageError
            For another type, a sensor that the header does not name, or more than 2 MiB.
        SessionFileError
            When the file is closed or an earlier write failed: nothing is put behind a torn block.
        OSError
            When the disk refuses; what was written before stays readable.
        """
        self._check_usable()
        channel, time_ns, data = self._router.encode(item)
        if len(data) > MAX_ITEM_BYTES:
            raise UsageError(f"a {type(item).__name__} of {len(data)} bytes is too long to be recorded")
        if not self._body:
            self._first_ns = self._last_ns = time_ns
        self.count += 1
        self._body += framing.message_record(channel, self.count, time_ns, data)
        self._last_ns = max(self._last_ns, time_ns)
        if len(self._body) >= BLOCK_BYTES or time_ns - self._first_ns >= BLOCK_NS:
            self.flush()

    def flush(self) -> None:
        """Hand the block over to the system: it survives the death of this process."""
        self._check_usable()
        if self._body:
            record = framing.chunk_record(self._body, min(self._first_ns, self._last_ns), self._last_ns)
            self._body.clear()
            self._append(record)
            self.flushed = self.count

    def fsync(self) -> None:
        """Wait until everything handed over is on the disk: it survives a power cut."""
        self._check_usable()
        os.fsync(self._file.fileno())

    def close(self, *, seal: bool = True) -> None:
        """End the file and, when `seal`, rewrite it compressed. Calling it again does nothing.

        Raises
        ------
        OSError, EnvironmentProblem
            When the disk refuses while ending or sealing; the file stays readable as it is.
        """
        if not self._usable:
            return
        try:
            self.flush()
            end = framing.encode_record(DataEnd(0)) + framing.encode_record(Footer(0, 0, 0))
            self._append(end + framing.MAGIC)
            self.fsync()
        finally:
            self.abandon()
        if seal:
            from imu.store.sealing import seal as seal_file  # noqa: PLC0415 - it builds on this module

            seal_file(self.path)

    def abandon(self) -> None:
        """Write nothing more; the file stays as it is. Calling it again does nothing."""
        if self._usable:
            self._usable = False
            with contextlib.suppress(OSError):  # the error that led here is the one to tell
                self._file.close()

    def _write_opening(self, header: SessionHeader) -> None:
        channel, time_ns, data = self._router.encode_header()
        body = self._router.definitions() + framing.message_record(channel, 0, time_ns, data)
        self._append(prologue(header) + 2 * framing.chunk_record(body, time_ns, time_ns))
        self.fsync()
        sync_folder(self.path.parent)

    def _append(self, data: bytes) -> None:
        try:
            write_all(self._file, data)
        except OSError:
            self.abandon()
            raise

    def _check_usable(self) -> None:
        if not self._usable:
            raise SessionFileError("is not open for writing any more: start a new file", path=self.path)


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
    complete : bool
        Whether the session was closed in order and no byte is damaged.
    lost_bytes : int
        Bytes that could not be used.
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
            self.complete = found.closed and not found.lost_bytes
            opening = self._opening(data)
        self._kinds = _channel_kinds(opening)
        self.header = self._read_header(opening)

    def inputs(self) -> Iterator[Input]:
        """Yield the inputs in the order in which they were recorded."""
        return cast("Iterator[Input]", self._items(self._blocks, inputs=True))

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

    def _items(self, blocks: list[framing.Block], *, inputs: bool) -> Iterator[Any]:
        decoders = {
            channel: kind.decoder()
            for channel, kind in self._kinds.items()
            if kind.is_input is inputs and kind is not HEADER_KIND
        }
        for body in self._bodies(blocks):
            for message in framing.messages(body):
                decode = decoders.get(message.channel)
                if decode is None:
                    continue
                try:
                    item = decode(message.data)
                except (msgspec.DecodeError, ValueError, RecursionError):
                    self.unreadable += 1
                    continue
                yield item

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
        channel = next((number for number, kind in self._kinds.items() if kind is HEADER_KIND), None)
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


def _channel_kinds(opening: bytes) -> dict[int, Kind]:
    """Kind of each channel that the opening block defines; unknown topics are left out."""
    topics = framing.channel_topics(opening)
    kinds = {channel: kind_of_topic(topic) for channel, topic in topics.items()}
    return {channel: kind for channel, kind in kinds.items() if kind is not None}
