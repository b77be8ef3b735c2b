"""The board's end: a thread that listens to a squad and leaves what comes for the screen to fetch."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from imu.squad.client import ConnectionState, end_thread, keep_connected
from imu.squad.messages import FLAG, PREFIX, STATUS, STEP, SUMMARY

if TYPE_CHECKING:
    from imu.squad.link import Link

__all__ = ["Heard", "Listener"]

MOST_WAITING = 100_000
"""Messages kept for a screen that does not come; then the oldest give way and are counted."""

_QUALITY = {STATUS: 1, FLAG: 1, SUMMARY: 1, STEP: 0}
"""Quality of service by kind. A step that is lost here is missing in the trace, its summary counts it: to
acknowledge three a second and runner would cost the board as much again as to read them."""


class Heard(msgspec.Struct, frozen=True):
    """One message as it came."""

    topic: str
    payload: bytes
    retained: bool


class Listener:
    """Listens to a squad until closed; comes back by itself when the broker goes.

    Parameters
    ----------
    link : Link
        The broker.
    squad : str
        The squad.
    """

    def __init__(self, link: Link, squad: str) -> None:
        self._link = link
        self._squad = squad
        self._heard: deque[Heard] = deque()
        self.state = ConnectionState()
        self.dropped = 0
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="squad-listener", daemon=True)
        self._thread.start()

    def fetch(self) -> list[Heard]:
        """Return what came since the last call, in order."""
        return [self._heard.popleft() for _ in range(len(self._heard))]

    def close(self) -> None:
        """Hang up."""
        end_thread(self._thread, self._loop, self._over.set)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        identifier = f"board-{secrets.token_hex(6)}"
        await keep_connected(
            self._link, identifier, self._listen, self._note, self._over, on_message=self._hear
        )

    def _note(self, state: ConnectionState) -> None:
        """Tell what the connection is; of use it is only once the squad is subscribed to, told there."""
        if not state.connected:
            self.state = state

    async def _listen(self, client: Any) -> None:
        wanted = [(f"{PREFIX}/{self._squad}/+/{kind}", quality) for kind, quality in _QUALITY.items()]
        await client.subscribe(wanted)
        self.state = ConnectionState(connected=True, text="connected")
        await self._over.wait()  # messages go to `_hear`

    def _hear(self, message: Any) -> None:
        payload = message.payload if isinstance(message.payload, bytes) else b""
        self._heard.append(Heard(message.topic.value, payload, message.retain))
        if len(self._heard) > MOST_WAITING:
            self._heard.popleft()
            self.dropped += 1
