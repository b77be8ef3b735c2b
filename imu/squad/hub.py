"""The runner's end: a sink that sends what the squad should hear, now or when the network is back."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec

from imu.squad.client import IN_FLIGHT, ConnectionState, end_thread, keep_connected
from imu.squad.composer import Composer
from imu.squad.messages import FLAG, STATUS, STEP, SUMMARY, StatusMessage, Topic, kind_of, pack, unpack
from imu.squad.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imu.model import SessionHeader
    from imu.squad.link import Link
    from imu.squad.messages import Message
    from imu.squad.outbox import Waiting

__all__ = ["Hub", "now_ms"]

LATE_MS = 10_000
"""A step or flag that waited longer is marked late: it is history, nothing to act on."""

EXPIRY_S = 30
"""Time after which a broker throws an undelivered live step away, s."""

CLOSING_S = 3.0
"""Longest wait for the last messages when a session ends, s."""

BACKLOG_PER_S = 20
"""Late messages sent per second; a board takes 30."""

_LATEST = (STATUS, SUMMARY)


def now_ms() -> int:
    """Wall clock, ms since 1970; only labels messages."""
    return time.time_ns() // 1_000_000


class Hub:
    """Sends steps, flags, status and summaries of one runner; raw samples never leave.

    Policy: flags and steps are lossless (kept on disk until the broker has acknowledged them), of status and
    summary only the latest is sent. :meth:`put` never waits.

    Parameters
    ----------
    link : Link
        The broker; its user is the runner.
    squad : str
        The squad.
    header : SessionHeader
        The session.
    outbox : pathlib.Path
        File of the messages that wait.
    clock_ms : callable
        Wall clock, ms since 1970.
    on_state : callable, optional
        Told, in the hub's own thread, when the broker is reached or lost, once each.

    Raises
    ------
    EnvironmentProblem
        The outbox cannot be used.
    """

    def __init__(
        self,
        link: Link,
        squad: str,
        header: SessionHeader,
        outbox: Path,
        *,
        clock_ms: Callable[[], int] = now_ms,
        on_state: Callable[[ConnectionState], None] | None = None,
    ) -> None:
        self._link = link
        self._squad = squad
        self._clock_ms = clock_ms
        self._on_state = on_state
        self._composer = Composer(header, secrets.token_hex(8))
        self._outbox = Outbox(outbox)
        self._latest: dict[str, bytes] = {}
        self._closed = self._leaving = False
        self.state = ConnectionState()
        self._loop = asyncio.new_event_loop()
        self._work, self._over = asyncio.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="squad-hub", daemon=True)
        self._thread.start()

    def put(self, item: object) -> None:
        """Take a value; what the squad should hear of it is sent by another thread."""
        if isinstance(item, Composer.TAKES) and not self._closed:
            self._loop.call_soon_threadsafe(self._take, item, self._clock_ms())

    def close(self) -> None:
        """Send what can be sent at once and say goodbye; what is left waits on disk."""
        if self._closed:
            return
        self._closed = True
        end_thread(self._thread, self._loop, self._say_goodbye)

    @property
    def waiting(self) -> int:
        """Messages that the broker has not acknowledged yet."""
        return len(self._outbox)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        identifier = f"hub-{self._squad}-{self._link.user}"
        await keep_connected(self._link, identifier, self._pump, self._note, self._over, will=self._will())
        self._outbox.close()

    def _take(self, item: object, at_ms: int) -> None:
        """Keep what is said of a value until it is sent; runs in the hub's thread."""
        for message in self._composer.take(item, at_ms):
            self._keep(message, at_ms)

    def _keep(self, message: Message, at_ms: int) -> None:
        kind, payload = kind_of(message), pack(message)
        if kind in _LATEST:
            self._latest[kind] = payload
        else:
            self._outbox.put(self._topic(kind), payload, at_ms, precious=kind == FLAG)
        self._work.set()

    def _say_goodbye(self) -> None:
        """Say that it ends; the connection ends when that is sent, or has had its time."""
        at_ms, self._leaving = self._clock_ms(), True
        self._keep(self._composer.status(at_ms, online=False), at_ms)
        if self.state.connected:
            self._loop.call_later(CLOSING_S, self._over.set)
        else:
            self._over.set()

    def _note(self, state: ConnectionState) -> None:
        changed, self.state = state != self.state, state
        if changed and self._on_state is not None:
            self._on_state(state)

    def _topic(self, kind: str) -> str:
        return str(Topic(self._squad, self._link.user, kind))

    def _will(self) -> Any:
        import aiomqtt  # noqa: PLC0415 - an extra, and slow to import

        gone = StatusMessage(t_ms=0, online=False)
        return aiomqtt.Will(self._topic(STATUS), pack(gone), qos=1, retain=True)

    async def _pump(self, client: Any) -> None:
        """Send whatever there is to send, oldest first, for as long as the connection holds."""
        if not self._leaving:
            self._keep(self._composer.status(self._clock_ms()), self._clock_ms())
        while True:
            self._work.clear()
            for kind in list(self._latest):
                await self._send_latest(client, kind)
            while waiting := self._outbox.first(IN_FLIGHT):
                if self._is_late(waiting[0]):
                    # A backlog goes out at a pace that no board takes for a flood.
                    waiting = waiting[:BACKLOG_PER_S]
                    await asyncio.sleep(1.0)
                sent = await asyncio.gather(
                    *(self._send(client, one) for one in waiting), return_exceptions=True
                )
                for error in filter(None, sent):
                    raise error
            if self._leaving and not self._latest and not len(self._outbox):
                self._over.set()
            await self._work.wait()

    async def _send_latest(self, client: Any, kind: str) -> None:
        """Send status or summary; one that does not arrive is sent again, unless there is a newer one."""
        payload = self._latest.pop(kind)
        try:
            await client.publish(self._topic(kind), payload, qos=1, retain=True)
        except BaseException:
            self._latest.setdefault(kind, payload)
            raise

    def _is_late(self, waiting: Waiting) -> bool:
        return self._clock_ms() - waiting[3] > LATE_MS

    async def _send(self, client: Any, waiting: Waiting) -> None:
        number, topic, payload, _ = waiting
        if self._is_late(waiting):
            await client.publish(topic, _marked_late(topic, payload), qos=1)
        else:
            await client.publish(topic, payload, qos=1, properties=_expiry(topic))
        self._outbox.acknowledged(number)


def _marked_late(topic: str, payload: bytes) -> bytes:
    message = unpack(topic.rpartition("/")[2], payload)
    return pack(msgspec.structs.replace(message, late=True))


def _expiry(topic: str) -> Any:
    """MQTT 5: a live step that could not be delivered is worth nothing soon; a flag is kept."""
    if not topic.endswith(f"/{STEP}"):
        return None
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 - an extra, and slow to import
    from paho.mqtt.properties import Properties  # noqa: PLC0415

    properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = EXPIRY_S
    return properties
