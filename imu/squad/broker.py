"""The embedded broker: a squad needs no server, the coach's laptop is one."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from imu.errors import EnvironmentProblem
from imu.squad.access import Access
from imu.squad.client import end_thread
from imu.squad.messages import LARGEST_PACKET

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

__all__ = ["EmbeddedBroker"]

MOST_CONNECTIONS = 250
_PATIENCE_S = 10.0
_LONGEST_START_S = 60.0
_LEVEL_5 = 5
_UNSUPPORTED_LEVEL = bytes((0x20, 3, 0, 0x84, 0))
_LONGEST_HEADER, _NAME_AND_LEVEL = 5, 7
_PLUGINS = "imu.squad.broker_plugins"


class Gate(msgspec.Struct):
    """What the broker's plugins share: who may do what, and what was refused, by user and reason."""

    access: Access
    refused: Counter[tuple[str, str]]

    def refuse(self, user: str | None, reason: str) -> bool:
        """Count a refusal; always False."""
        self.refused[(user or "")[:64], reason] += 1
        return False


class EmbeddedBroker:
    """A broker in this process, in a thread of its own.

    It speaks MQTT 3.1.1. Packets larger than a message of ours end the connection before they are read.

    Parameters
    ----------
    access : Access
        Who may do what.
    host, port : str, int
        Where it listens; port 0 chooses a free one.
    certificate, key : pathlib.Path, optional
        PEM files; with them the line is encrypted.

    Attributes
    ----------
    refused : Counter
        What was refused, by user and reason.
    port : int
        Where it listens.

    Raises
    ------
    EnvironmentProblem
        The package is not installed, or the address cannot be used.
    """

    def __init__(
        self,
        access: Access,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self.refused: Counter[tuple[str, str]] = Counter()
        self.port = port
        self._gate = Gate(access, self.refused)
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._ready = threading.Event()
        self._error: Exception | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Future[None]] = set()
        tls = None if certificate is None else _tls(certificate, key)
        self._thread = threading.Thread(target=self._run, args=(host, tls), name="squad-broker", daemon=True)
        self._thread.start()
        if not self._ready.wait(_LONGEST_START_S):
            self._error = TimeoutError(f"it has not begun within {_LONGEST_START_S:.0f} s")
        if self._error is not None:
            raise EnvironmentProblem(f"no broker can listen at {host}:{port}: {self._error}")

    def close(self) -> None:
        """End; every client is disconnected."""
        end_thread(self._thread, self._loop, self._over.set)

    def _run(self, host: str, tls: ssl.SSLContext | None) -> None:
        try:
            self._loop.run_until_complete(self._serve(host, tls))
        except Exception as error:  # noqa: BLE001 - told by whoever waits for the broker
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self, host: str, tls: ssl.SSLContext | None) -> None:
        from amqtt.broker import Broker  # noqa: PLC0415 - an extra, and slow to import

        from imu.squad.broker_plugins import GATES  # noqa: PLC0415 - imports amqtt

        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.CRITICAL)
        name = f"{id(self):x}"
        GATES[name] = self._gate
        plugins = {f"{_PLUGINS}.{kind}": {"gate": name} for kind in ("TokenAuth", "OwnTopics")}
        broker = Broker({"listeners": {"default": {"type": "external"}}, "plugins": plugins})
        await broker.start()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connected(broker, reader, writer))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

        handshake = None if tls is None else _PATIENCE_S
        server = await asyncio.start_server(
            connected, host, self.port, ssl=tls, ssl_handshake_timeout=handshake
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        # The library under it may wait for ever for a client that is gone: what does not end is cut off.
        await _bounded(broker.shutdown())
        for writer in self._writers:
            writer.close()
        await _bounded(*self._serving)
        del GATES[name]

    async def _connected(
        self, broker: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one client until it is gone."""
        from amqtt.adapters import StreamWriterAdapter  # noqa: PLC0415 - an extra, and slow to import

        from imu.squad.broker_plugins import BoundedReader  # noqa: PLC0415 - imports amqtt

        if len(self._writers) >= MOST_CONNECTIONS:
            self._gate.refuse(None, "too many connections")
            writer.close()
            return
        self._writers.add(writer)
        try:
            begin = await asyncio.wait_for(_begin(reader), _PATIENCE_S)
            if begin[-1] == _LEVEL_5:
                writer.write(_UNSUPPORTED_LEVEL)
                await writer.drain()
                return
            bounded = BoundedReader(reader, begin, LARGEST_PACKET, self._gate)
            await broker.external_connected(bounded, StreamWriterAdapter(writer), "default")
        except (OSError, EOFError, TimeoutError):
            self._gate.refuse(None, "no MQTT client")
        finally:
            self._writers.discard(writer)
            writer.close()


async def _bounded(*work: Awaitable[None]) -> None:
    """Wait for work to end; cancel what takes too long."""
    tasks = [asyncio.ensure_future(one) for one in work]
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=_PATIENCE_S)
    for task in late:
        task.cancel()
    await asyncio.wait(tasks, timeout=_PATIENCE_S)


async def _begin(reader: asyncio.StreamReader) -> bytes:
    """Read a client's first packet up to the level of the protocol, which amqtt asks for too late."""
    begin = await reader.readexactly(2)
    while begin[-1] & 0x80 and len(begin) < _LONGEST_HEADER:
        begin += await reader.readexactly(1)
    return begin + await reader.readexactly(_NAME_AND_LEVEL)


def _tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise EnvironmentProblem(f"{certificate} cannot be used as a certificate: {error}") from error
    return context
