"""The one way to a broker: connect, tell why when it fails, and come back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator, Callable, Coroutine

    from imu.squad.link import Link

__all__ = ["ConnectionState", "end_thread", "keep_connected"]

BACK_OFF_S = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Waits between attempts to connect; the last one repeats."""

KEEP_ALIVE_S = 10
TIMEOUT_S = 10.0
IN_FLIGHT = 50
LONGEST_END_S = 45.0
"""Longest wait for a thread to end, s: an attempt to connect may take most of it."""

_UNSUPPORTED = 132
_REFUSED = ("Not authorized", "Bad user name or password", "Connection Refused: not authorised")

log = logging.getLogger(__name__)


class ConnectionState(msgspec.Struct, frozen=True):
    """Whether the broker is reached, and if not why, in one plain sentence."""

    connected: bool = False
    text: str = "connecting"


def end_thread(thread: threading.Thread, loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Ask a thread with an event loop to stop, and wait for it; one that does not is left behind and told.

    Parameters
    ----------
    thread : threading.Thread
        The thread; it should be a daemon, so that one left behind ends with the program.
    loop : asyncio.AbstractEventLoop
        Its loop.
    stop : callable
        Called in the loop.
    """
    with contextlib.suppress(RuntimeError):  # the loop is closed: the thread has ended by itself
        loop.call_soon_threadsafe(stop)
    thread.join(LONGEST_END_S)
    if thread.is_alive():
        log.warning("%s has not ended after %.0f s and is left behind", thread.name, LONGEST_END_S)


async def keep_connected(
    link: Link,
    identifier: str,
    work: Callable[[Any], Coroutine[Any, Any, None]],
    on_state: Callable[[ConnectionState], None],
    over: asyncio.Event,
    *,
    will: Any = None,
    on_message: Callable[[Any], None] = lambda _: None,
) -> None:
    """Connect and do `work` with the client, again and again until it is over.

    An attempt to connect is never cut short, since the library under it would leave its socket open.

    Parameters
    ----------
    link : Link
        The broker.
    identifier : str
        The client's identity; a second client of the same identity takes its place.
    work : callable
        Coroutine function that is given a connected ``aiomqtt.Client``.
    on_state : callable
        Told every change.
    over : asyncio.Event
        Set when the connection shall end.
    will : aiomqtt.Will, optional
        What the broker says when the connection dies.
    on_message : callable, optional
        Given every ``aiomqtt.Message`` as it comes; none goes to the client's iterator of messages, which
        costs a task of asyncio for each.
    """
    import aiomqtt  # noqa: PLC0415 - an extra, and slow to import

    protocol, failures = aiomqtt.ProtocolVersion.V5, 0
    while not over.is_set():
        try:
            async with _client(link, identifier, protocol, will, on_message) as client:
                failures = 0
                on_state(ConnectionState(connected=True, text="connected"))
                await _first(work(client), _lost(client), over.wait())
        except (aiomqtt.MqttError, OSError) as error:
            if getattr(error, "rc", None) == _UNSUPPORTED and protocol is aiomqtt.ProtocolVersion.V5:
                # The embedded broker speaks 3.1.1 only; what 5 adds is carried in the messages as well.
                protocol = aiomqtt.ProtocolVersion.V311
                continue
            failures += 1
            on_state(ConnectionState(text=_why(link, error)))
            log.info("%r: %s", link, error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1])


async def _first(*work: Coroutine[Any, Any, Any]) -> None:
    """Do several things until the first is done or fails; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _lost(client: Any) -> None:
    """Raise as soon as the line dies, which the client's iterator of messages tells."""
    async for _ in client.messages:
        pass  # there are none: they go straight to who takes them


@contextlib.asynccontextmanager
async def _client(
    link: Link, identifier: str, protocol: Any, will: Any, on_message: Callable[[Any], None]
) -> AsyncIterator[Any]:
    import aiomqtt  # noqa: PLC0415 - an extra, and slow to import

    client = aiomqtt.Client(
        link.host,
        link.port,
        identifier=identifier,
        username=link.user,
        password=link.token or None,
        protocol=protocol,
        will=will,
        keepalive=KEEP_ALIVE_S,
        timeout=TIMEOUT_S,
        tls_context=link.context(),
        max_inflight_messages=IN_FLIGHT,
        logger=log,
        queue_type=_straight_to(on_message),
    )
    async with client:
        yield client


def _straight_to(on_message: Callable[[Any], None]) -> type[asyncio.Queue[Any]]:
    """Make a queue of messages that holds none: whatever is put in goes straight on."""

    class Straight(asyncio.Queue[Any]):
        def put_nowait(self, item: Any) -> None:
            on_message(item)

    return Straight


def _why(link: Link, error: Exception) -> str:
    where, text = f"{link.host}:{link.port}", str(error)
    if any(word.lower() in text.lower() for word in _REFUSED):
        return f"the broker {where} does not let {link.user!r} in: ask for a new invitation"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"the broker {where} shows a certificate that is not trusted: ask for a new invitation"
    return f"the broker {where} is not reached; trying again"
