"""Recovering a damaged session: everything sound goes into a new file, and what is missing is named."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from imu.errors import SessionFileError, UsageError
from imu.store.files import PRIVATE, new_file
from imu.store.sealing import checksum, message_orders, write_sealed
from imu.store.session_reader import SessionReader

__all__ = ["Missing", "Recovered", "recover"]


class Missing(NamedTuple):
    """Values that are missing between two that are there: how many, and the session times around them, ns."""

    values: int
    after_ns: int
    before_ns: int


class Recovered(NamedTuple):
    """What came of a recovery.

    Attributes
    ----------
    path : pathlib.Path
        The new file.
    values : int
        Values in it, inputs and derived ones.
    lost_bytes : int
        Bytes of the damaged file that could not be used.
    missing : tuple of Missing
        Values known to be missing, in order. What the end of the file lost cannot be counted.
    closed : bool
        Whether the damaged file had been closed in order.
    """

    path: Path
    values: int
    lost_bytes: int
    missing: tuple[Missing, ...]
    closed: bool

    @property
    def clean(self) -> bool:
        """Whether nothing is known to be lost."""
        return not self.lost_bytes and not self.missing


def recover(path: Path | str, out: Path | str) -> Recovered:
    """Write everything sound of a session into a new file, closed, compressed and indexed.

    Parameters
    ----------
    path : pathlib.Path or str
        The session file, however damaged. It is only read.
    out : pathlib.Path or str
        The new file, which must not exist.

    Returns
    -------
    Recovered

    Raises
    ------
    SessionFileError
        There is nothing to recover.
    UsageError
        The new file exists.
    EnvironmentProblem
        The system refuses the new file.
    """
    path, out = Path(path), Path(out)
    if out.exists():
        raise UsageError(f"{out} exists already and is not overwritten: choose another name")
    reader = SessionReader(path)
    values, missing = _account(reader)
    if not values:
        raise SessionFileError("holds its header and nothing else: there is nothing to recover", path=path)
    with new_file(out, mode=PRIVATE) as temporary:
        with temporary.open("wb") as file:
            write_sealed(file, reader)
        if checksum(SessionReader(temporary)) != checksum(reader):
            raise SessionFileError("its recovered copy differs: nothing was written", path=path)
    return Recovered(out, values, reader.lost_bytes, missing, closed=reader.closed)


def _account(reader: SessionReader) -> tuple[int, tuple[Missing, ...]]:
    """Count the values, and those missing between them: each has its place in the order of the session."""
    count, missing = 0, []
    last, last_ns = 0, reader.header.origin_ns
    for order, time_ns in message_orders(reader):
        if order > last + 1:
            missing.append(Missing(order - last - 1, last_ns, time_ns))
        last, last_ns = max(order, last), time_ns
        count += 1
    return count, tuple(missing)
