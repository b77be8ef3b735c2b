"""What the embedded broker asks before it does anything; imported only where one is hosted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amqtt.adapters import StreamReaderAdapter
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin

if TYPE_CHECKING:
    import asyncio

    from amqtt.session import Session

    from imu.squad.broker import Gate

__all__ = ["GATES", "BoundedReader", "OwnTopics", "TokenAuth"]

GATES: dict[str, Gate] = {}
"""Gates of the brokers that run, by the name in their configuration."""


class BoundedReader(StreamReaderAdapter):  # type: ignore[misc]
    """Reads packets up to a size; a larger one ends the connection unread.

    Parameters
    ----------
    reader : asyncio.StreamReader
        The line.
    begin : bytes
        What has been read of it already.
    most : int
        Bytes of the largest packet.
    gate : Gate
        Where a refusal is counted.
    """

    def __init__(self, reader: asyncio.StreamReader, begin: bytes, most: int, gate: Gate) -> None:
        super().__init__(reader)
        self._begin = begin
        self._most = most
        self._gate = gate

    async def read(self, n: int = -1) -> bytes:
        """Read `n` bytes, or none when that is more than a packet of ours."""
        if not 0 <= n <= self._most:
            self._gate.refuse(None, "oversized packet")
            return b""
        begin, self._begin = self._begin[:n], self._begin[n:]
        rest = n - len(begin)
        return begin + (bytes(await super().read(rest)) if rest else b"")


class TokenAuth(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in who knows the secret."""

    @dataclass
    class Config:
        """Configuration: name of the gate."""

        gate: str = ""

    async def authenticate(self, *, session: Session) -> bool:
        """Whether a session may begin."""
        gate = GATES[self.config.gate]
        if gate.access.lets_in(session.username, session.password):
            return True
        return gate.refuse(session.username, "wrong or no token")


class OwnTopics(BaseTopicPlugin):  # type: ignore[misc]
    """A runner writes its own topics and reads nothing; the board reads its squad and writes nothing."""

    @dataclass
    class Config:
        """Configuration: name of the gate."""

        gate: str = ""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Whether a session may do something with a topic."""
        gate, user = GATES[self.config.gate], (session.username or "") if session is not None else ""
        if action is Action.PUBLISH:
            return gate.access.may_publish(user, topic or "") or gate.refuse(user, "not its topic to write")
        return gate.access.may_read(user, topic or "") or gate.refuse(user, "not its topic to read")
