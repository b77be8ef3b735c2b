"""Sources, chains and sinks that live in memory."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from imu.model import Packet, SessionHeader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


def packet(number: int) -> Packet:
    return Packet("shoe", number, number * 1000, "data", b"x")


class ListSource:
    """Yields given inputs; a callable among them is called, an exception raised."""

    header = SessionHeader(())

    def __init__(self, items: list[Any], *, endless: bool = False) -> None:
        self.items = items
        self.endless = endless
        self.closed = False

    async def inputs(self) -> AsyncIterator[Any]:
        try:
            for item in self.items:
                if isinstance(item, Exception):
                    raise item
                if callable(item):
                    item()
                else:
                    yield item
            if self.endless:
                await asyncio.Event().wait()
        finally:
            self.closed = True


class EchoChain:
    """Returns a text for each input; fails where it is told to."""

    def __init__(self, log: list[str], fail_at: set[int]) -> None:
        self.log = log
        self.fail_at = fail_at
        self.seen = 0
        log.append("new chain")

    def push(self, item: Any) -> list[str]:
        self.seen += 1
        number = item.arrival_ns // 1000
        self.log.append(f"chain {number}")
        if number in self.fail_at:
            raise ArithmeticError("made to fail")
        return [f"out {number} of {self.seen}"]

    def flush(self) -> list[str]:
        return [f"flushed after {self.seen}"]


class ListSink:
    """Keeps everything; fails for one type if asked to."""

    def __init__(
        self,
        log: list[str] | None = None,
        fail_on: type | None = None,
        on_put: Callable[[Any], object] = id,
    ) -> None:
        self.items: list[Any] = []
        self.closed = 0
        self.log = log
        self.fail_on = fail_on
        self.on_put = on_put

    def put(self, item: Any) -> None:
        if self.log is not None and isinstance(item, Packet):
            self.log.append(f"sink {item.seq}")
        if self.fail_on is not None and isinstance(item, self.fail_on):
            raise OSError("made to fail")
        self.items.append(item)
        self.on_put(item)

    def close(self) -> None:
        self.closed += 1

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.items if isinstance(item, kind)]


@pytest.fixture
def fakes() -> SimpleNamespace:
    return SimpleNamespace(packet=packet, Source=ListSource, Chain=EchoChain, Sink=ListSink)
