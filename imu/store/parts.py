"""Sessions in several files: after the disk refused ``NAME.mcap`` a recorder goes on in ``NAME.2.mcap``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from imu.errors import InputError
from imu.store.session_reader import BLOCK_INPUTS, SessionReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imu.model import Input, InputBlock
    from imu.store.topics import Derived

__all__ = ["JoinedReader", "Reader", "numbered", "open_session", "part_path"]


def part_path(first: Path, number: int) -> Path:
    """Where the part of a session with a number is, from 2 on."""
    return first.with_suffix(f".{number}{first.suffix}")


def numbered(first: Path) -> list[Path]:
    """Files beside a session that may be parts of it, by their names alone; usually none."""
    names = (part_path(first, number) for number in itertools.count(2))
    return list(itertools.takewhile(Path.is_file, names))


def open_session(first: Path | str) -> Reader:
    """Open a session, with all its parts when it begins in this file.

    Raises
    ------
    SessionFileError
        The file holds no session.
    """
    readers = _readers(Path(first))
    return readers[0] if len(readers) == 1 else JoinedReader(readers)


def _readers(first: Path) -> list[SessionReader]:
    readers = [SessionReader(first)]
    header = readers[0].header
    for path in numbered(first):
        try:
            part = SessionReader(path)
        except InputError:
            continue  # a file of another kind, or a part whose very header was not written any more
        whole = (part.header.origin_ns, part.header.started_utc, part.header.sensors)
        if part.header.continues_from == first.name and whole == (
            header.origin_ns,
            header.started_utc,
            header.sensors,
        ):
            readers.append(part)
    return readers


class JoinedReader:
    """Reads the parts of a session one after the other, as :class:`imu.store.SessionReader` reads one file.

    Parameters
    ----------
    readers : sequence of SessionReader
        The parts, in order.

    Attributes
    ----------
    path : pathlib.Path
        The first file.
    files : tuple of pathlib.Path
        All of them.
    header : SessionHeader
        Header of the first one.
    """

    def __init__(self, readers: Sequence[SessionReader]) -> None:
        self._readers = tuple(readers)
        self.files = tuple(reader.path for reader in self._readers)
        self.path = self.files[0]
        self.header = self._readers[0].header

    @property
    def closed(self) -> bool:
        """Whether every part was closed in order; the one before a full disk never is."""
        return all(reader.closed for reader in self._readers)

    @property
    def complete(self) -> bool:
        """Whether every part was, and no byte is damaged."""
        return all(reader.complete for reader in self._readers)

    @property
    def lost_bytes(self) -> int:
        """Bytes that could not be used."""
        return sum(reader.lost_bytes for reader in self._readers)

    @property
    def unreadable(self) -> int:
        """Messages that did not hold what their topic promises, counted while reading."""
        return sum(reader.unreadable for reader in self._readers)

    def inputs(self) -> Iterator[Input]:
        """Yield the inputs in the order in which they were recorded."""
        return itertools.chain.from_iterable(reader.inputs() for reader in self._readers)

    def blocks(self, least: int = BLOCK_INPUTS) -> Iterator[InputBlock]:
        """Yield the inputs side by side, see :meth:`imu.store.SessionReader.blocks`."""
        return itertools.chain.from_iterable(reader.blocks(least) for reader in self._readers)

    def derived(self) -> Iterator[Derived]:
        """Yield what was derived in the order in which it was recorded."""
        return itertools.chain.from_iterable(reader.derived() for reader in self._readers)

    def span_ns(self) -> tuple[int, int] | None:
        """Arrival of the first and of the last input, ns; None without inputs."""
        spans = [span for reader in self._readers if (span := reader.span_ns())]
        return (spans[0][0], spans[-1][1]) if spans else None


Reader = SessionReader | JoinedReader
"""What :func:`open_session` gives."""
