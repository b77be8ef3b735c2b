"""What waits to be sent, on disk: minutes without a network, or a power cut, lose no flag."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from imu.errors import EnvironmentProblem
from imu.store.files import PRIVATE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Outbox", "Waiting"]

Waiting = tuple[int, str, bytes, int]
"""Number in the outbox, topic, payload, and when it was put in, ms since 1970."""

_MOST = 100_000
"""Messages kept: about nine hours of two feet. Then the oldest steps give way, never flags."""

_PATIENCE_S = 0.5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL, payload BLOB NOT NULL, put_ms INTEGER NOT NULL, precious INTEGER NOT NULL
)
"""


class Outbox:
    """Messages in the order in which they shall go out; each stays until it is acknowledged.

    Parameters
    ----------
    path : pathlib.Path
        File of the outbox; made when it is not there. One session uses it at a time.

    Raises
    ------
    EnvironmentProblem
        The file cannot be used, or another session uses it.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(PRIVATE)
            self._base = sqlite3.connect(path, _PATIENCE_S, check_same_thread=False, isolation_level=None)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise EnvironmentProblem(f"{path} cannot be used to keep unsent messages: {error}") from error
        self._count = int(self._base.execute("SELECT count(*) FROM outbox").fetchone()[0])
        self.dropped = 0

    def __len__(self) -> int:
        return self._count

    def put(self, topic: str, payload: bytes, now_ms: int, *, precious: bool) -> None:
        """Keep a message until it is acknowledged; `precious` ones never give way."""
        self._base.execute(
            "INSERT INTO outbox (topic, payload, put_ms, precious) VALUES (?, ?, ?, ?)",
            (topic, payload, now_ms, precious),
        )
        self._count += 1
        if self._count > _MOST:
            self._drop_oldest()

    def first(self, most: int = 100) -> list[Waiting]:
        """Oldest messages, in order."""
        rows = self._base.execute(
            "SELECT number, topic, payload, put_ms FROM outbox ORDER BY number LIMIT ?", (most,)
        )
        return rows.fetchall()

    def acknowledged(self, number: int) -> None:
        """Forget a message that has arrived."""
        self._count -= self._base.execute("DELETE FROM outbox WHERE number = ?", (number,)).rowcount

    def close(self) -> None:
        """End; what waits is kept for the next time."""
        self._base.close()

    def _drop_oldest(self) -> None:
        gone = self._base.execute(
            "DELETE FROM outbox WHERE number IN "
            "(SELECT number FROM outbox WHERE NOT precious ORDER BY number LIMIT ?)",
            (_MOST // 100,),
        ).rowcount
        self._count -= gone
        self.dropped += gone
