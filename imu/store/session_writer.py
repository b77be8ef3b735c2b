"""The session file: an MCAP file that survives its writer's death at any moment.

While recording, blocks of a few milliseconds are appended, each with its CRC-32 and by a single write, so
that ``kill -9`` costs at most the block that was being filled. Closing rewrites the file compressed and
indexed, under a temporary name first. The opening block (all schemas, all channels, the header) is
written twice: with either copy every other block can be read, whatever happened to the rest.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from mcap.records import DataEnd, Footer

from imu.errors import SessionFileError, UsageError
from imu.store import framing
from imu.store.files import open_new, sync_folder, told_plainly, write_all
from imu.store.sealing import seal as seal_file
from imu.store.session_reader import FORMAT_VERSION, prologue
from imu.store.topics import Recordable, Router
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from imu.model import SessionHeader
    from imu.store.files import OpenFile

__all__ = ["SessionWriter"]

BLOCK_BYTES = 4096
BLOCK_NS = 50 * NS_PER_MS
MAX_ITEM_BYTES = framing.MAX_BODY_BYTES // 4


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
        if header.format_version < FORMAT_VERSION:  # of a session that is written anew
            header = msgspec.structs.replace(header, format_version=FORMAT_VERSION)
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
