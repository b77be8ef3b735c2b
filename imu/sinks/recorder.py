"""The recorder: the sink that comes first, so that nothing is shown that is not kept."""

from __future__ import annotations

import enum
import shutil
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from imu.errors import EnvironmentProblem, SoftstrikeError, UsageError
from imu.store import DERIVED_TYPES, INPUT_TYPES, Recordable, SessionWriter
from imu.store.files import open_new
from imu.store.parts import part_path
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.model import SessionHeader
    from imu.store.files import OpenFile

__all__ = ["Durability", "Recorder", "Recording"]

SYNC_NS = NS_PER_S
RETRY_NS = NS_PER_S
_KEPT = frozenset((*INPUT_TYPES, *DERIVED_TYPES))
_INPUTS = frozenset(INPUT_TYPES)


class Durability(enum.StrEnum):
    """How safe the newest value is.

    ``BUFFERED``: handed to the system or about to be. ``SAVED``: on the disk, survives a power cut.
    ``STOPPED``: the disk refuses, nothing is recorded at present. ``CLOSED``: the session has ended.
    """

    BUFFERED = "buffered"
    SAVED = "saved"
    STOPPED = "stopped"
    CLOSED = "closed"


class Recording(msgspec.Struct, frozen=True):
    """State of a recording.

    Attributes
    ----------
    path : pathlib.Path
        File in use, or the last one.
    durability : Durability
        How safe the newest value is.
    items : int
        Values recorded.
    lost_items : int
        Values that came while the disk refused.
    text : str
        One plain sentence, empty when all is well.
    free_bytes : int or None
        Room on the disk when it was last asked, about once a second; None before, or where the system does
        not tell.
    """

    path: Path
    durability: Durability
    items: int = 0
    lost_items: int = 0
    text: str = ""
    free_bytes: int | None = None


class Recorder:
    """Keeps every input and every derived value; lossless while the disk takes them.

    Values that a session file does not keep (samples, which can be decoded again) are passed over. Data are
    handed to the system in blocks of at most 50 ms of session time, and forced to the disk about once a
    second in another thread, so that a slow disk delays nobody. When the disk refuses, the torn file is
    left alone, this is said once, and each second a new file ``NAME.2.mcap`` is tried.

    Parameters
    ----------
    path : pathlib.Path or str
        The file, which must not exist.
    header : SessionHeader
        Header of the session.
    on_change : callable, optional
        Called with a :class:`Recording`, in the thread of :meth:`put`, when recording stops or goes on.
    open_file : callable, optional
        Makes files; tests put disk faults here.
    executor : concurrent.futures.Executor, optional
        Where the disk is waited for; a thread of its own when not given.

    Raises
    ------
    UsageError, EnvironmentProblem
        When the first file cannot be made.
    """

    def __init__(
        self,
        path: Path | str,
        header: SessionHeader,
        *,
        on_change: Callable[[Recording], None] | None = None,
        open_file: OpenFile = open_new,
        executor: Executor | None = None,
    ) -> None:
        self._first_path = Path(path)
        self._header = header
        self._on_change = on_change
        self._open_file = open_file
        self._writer = SessionWriter(path, header, open_file=open_file)
        self._executor = executor or ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._owns_executor = executor is None
        self._sync: Future[int | None] | None = None
        self._free_bytes: int | None = None
        self._sync_count = self._saved_count = 0
        self._earlier_items = self._lost_items = 0
        self._due_ns = 0
        self._text = ""
        self._closed = False
        self._earlier_paths: list[Path] = []

    @property
    def status(self) -> Recording:
        """State at this moment."""
        items = self._earlier_items + (self._writer.count if self._writer.usable else self._writer.flushed)
        path = self._writer.path
        return Recording(path, self._durability(), items, self._lost_items, self._text, self._free_bytes)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files of the session, in order; more than one only after the disk refused."""
        return (*self._earlier_paths, self._writer.path)

    def put(self, item: object) -> None:
        """Record a value.

        Raises
        ------
        UsageError
            For a sensor that the header does not name; never for what the disk does.
        """
        if self._closed or type(item) not in _KEPT:
            return
        kept = cast("Recordable", item)
        now_ns = getattr(item, "arrival_ns", 0) if type(item) in _INPUTS else 0
        if not self._writer.usable and now_ns >= self._due_ns:
            self._start_new_file(now_ns)
        if not self._writer.usable:
            self._lost_items += 1
            return
        try:
            self._writer.write(kept)
            self._save(now_ns)
        except OSError as error:
            self._stop(error, now_ns)

    def close(self) -> None:
        """End the session: everything to the disk, the file compressed. Calling it again does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._sync is not None:
            wait([self._sync])
        if self._owns_executor:
            self._executor.shutdown()
        try:
            self._writer.close()
        except (OSError, SoftstrikeError) as error:
            self._text = f"{self._writer.path} is kept as it is, not compressed: {error}"

    def _durability(self) -> Durability:
        if self._closed:
            return Durability.CLOSED
        if not self._writer.usable:
            return Durability.STOPPED
        sync = self._sync
        done = sync is not None and sync.done() and sync.exception() is None
        saved = self._sync_count if done else self._saved_count
        return Durability.SAVED if saved == self._writer.count else Durability.BUFFERED

    def _save(self, now_ns: int) -> None:
        """About once a second of session time, let the other thread wait for the disk."""
        self._note_saved()
        if now_ns >= self._due_ns and self._sync is None:
            self._writer.flush()
            self._sync_count = self._writer.flushed
            self._sync = self._executor.submit(_fsync_and_room, self._writer)
            self._due_ns = now_ns + SYNC_NS

    def _note_saved(self) -> None:
        sync = self._sync
        if sync is not None and sync.done():
            self._sync = None
            self._free_bytes = sync.result()
            self._saved_count = self._sync_count

    def _stop(self, error: OSError, now_ns: int) -> None:
        """Leave the torn file alone: nothing is ever put behind a torn block."""
        self._writer.abandon()
        self._lost_items += self._writer.count - self._writer.flushed
        self._sync = None
        self._due_ns = now_ns + RETRY_NS
        reason = error.strerror or error
        self._text = (
            f"Not recording: {self._writer.path} could not be written ({reason}). What was recorded is kept; "
            "free some space or change the disk, recording then goes on by itself in a new file."
        )
        self._tell()

    def _start_new_file(self, now_ns: int) -> None:
        self._due_ns = now_ns + RETRY_NS
        number = len(self.paths) + 1
        while (path := part_path(self._first_path, number)).exists():
            number += 1
        header = msgspec.structs.replace(self._header, continues_from=self._first_path.name)
        try:
            writer = SessionWriter(path, header, open_file=self._open_file)
        except (EnvironmentProblem, UsageError):
            return  # said already when recording stopped
        self._earlier_paths.append(self._writer.path)
        self._earlier_items += self._writer.flushed
        self._saved_count = 0
        self._writer = writer
        self._text = f"Recording goes on in {path}."
        self._tell()

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change(self.status)


def _fsync_and_room(writer: SessionWriter) -> int | None:
    """Wait for the disk, then ask how much room it has left, bytes; the system may not tell."""
    writer.fsync()
    try:
        return shutil.disk_usage(writer.path.parent).free
    except OSError:
        return None
