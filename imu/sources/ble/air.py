"""The air that all sensors share: one scan for whoever is missing, one connection at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, NamedTuple

from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bleak import BleakClient, BleakScanner
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

    Seen = Callable[[BLEDevice, AdvertisementData], None]
    Wants = Callable[[BLEDevice, AdvertisementData], bool]
    Gone = Callable[[BleakClient], None]

__all__ = ["CONNECT_S", "RESCAN_S", "SYSTEM", "Air", "OpenStack", "Stack", "open_stack", "stack_of"]

SYSTEM = "system"
"""Radio of the operating system."""


CONNECT_S = 10.0
"""Longest wait for a connection, s."""

RESCAN_S = 10.0
"""A scan begins anew after this time: an adapter that was switched off and on does not say so."""

STOP_SCAN_S = 3.0

log = logging.getLogger(__name__)


class Stack(NamedTuple):
    """What is used of bleak: something that scans, and a new client for each attempt."""

    scanner: Callable[[Seen], BleakScanner]
    client: Callable[[BLEDevice, Gone], BleakClient]


def stack_of(
    backends: tuple[type[BaseBleakScanner], type[BaseBleakClient]] | None = None,
) -> Stack:
    """Return bleak with the system's own backend, or with one of your own.

    Parameters
    ----------
    backends : tuple of scanner and client class, optional
        Backends as bleak takes them; the system's when left out.
    """
    from bleak import BleakClient, BleakScanner  # noqa: PLC0415 - loads the system's Bluetooth

    scan, connect = backends or (None, None)
    return Stack(
        lambda seen: BleakScanner(detection_callback=seen, backend=scan),
        lambda device, gone: BleakClient(
            device, disconnected_callback=gone, timeout=CONNECT_S, backend=connect
        ),
    )


@contextlib.asynccontextmanager
async def open_stack(radio: str = SYSTEM) -> AsyncIterator[Stack]:
    """Open a radio inside the running loop.

    Parameters
    ----------
    radio : str
        ``"system"`` for the operating system's Bluetooth, else a transport of bumble, e.g. ``usb:0`` or
        ``tcp-client:127.0.0.1:9000``.

    Raises
    ------
    EnvironmentProblem
        bumble is not installed, or the transport cannot be opened.
    """
    if radio == SYSTEM:
        yield stack_of()
        return
    async with contextlib.AsyncExitStack() as held:
        try:
            from bumble.transport import open_transport  # noqa: PLC0415 - an extra

            from imu.sources.ble.bumble_backend import bumble_backends  # noqa: PLC0415 - an extra
            from imu.sources.virtual.air import host_on  # noqa: PLC0415 - an extra

            transport = await held.enter_async_context(await open_transport(radio))
            host = await host_on(transport.source, transport.sink)
        except ImportError as error:
            raise EnvironmentProblem(
                "a radio of your own needs: pip install 'softstrike[virtual]'"
            ) from error
        except Exception as error:
            raise EnvironmentProblem(f"radio {radio!r} cannot be opened: {error}") from error
        yield stack_of(bumble_backends(host))


OpenStack = Callable[[], AbstractAsyncContextManager[Stack]]
"""Opens a radio inside the loop that uses it."""


class _Search(NamedTuple):
    wants: Wants
    found: asyncio.Future[BLEDevice]


class Air:
    """Finds sensors and hands out the right to connect.

    While anybody searches, one scanner runs for all; it stops for every connection, since many adapters
    cannot do both. Whoever waits for a connection comes before the scan.

    Parameters
    ----------
    stack : Stack
        What of bleak to use.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = asyncio.Lock()
        self._searches: list[_Search] = []
        self._pause = asyncio.Event()
        self._scan: asyncio.Task[None] | None = None

    async def find(self, wants: Wants) -> BLEDevice:
        """Wait until a device advertises that is wanted.

        Raises
        ------
        Exception
            Whatever keeps the scanner from starting, e.g. an adapter that is switched off.
        """
        search = _Search(wants, asyncio.get_running_loop().create_future())
        self._searches.append(search)
        if self._scan is None:
            self._scan = asyncio.create_task(self._scan_while_wanted())
        try:
            return await search.found
        finally:
            self._searches.remove(search)
            if not self._searches:
                self._pause.set()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Have the adapter for yourself while a connection is made."""
        self._pause.set()
        async with self._lock:
            yield

    async def close(self) -> None:
        """End the scan and wait until the adapter is quiet."""
        if self._scan is not None:
            self._scan.cancel()
            await asyncio.gather(self._scan, return_exceptions=True)

    async def _scan_while_wanted(self) -> None:
        try:
            while self._searches:
                async with self._lock:
                    self._pause.clear()
                    if self._searches:
                        await self._scan_until_paused()
        except Exception as error:  # noqa: BLE001 - whoever searches gets it and says it in a sentence
            for search in self._searches:
                if not search.found.done():
                    search.found.set_exception(error)
        finally:
            self._scan = None

    async def _scan_until_paused(self) -> None:
        scanner = self._stack.scanner(self._seen)
        await scanner.start()
        try:
            async with asyncio.timeout(RESCAN_S):
                await self._pause.wait()
        except TimeoutError:
            log.debug("scanning anew")
        finally:
            async with asyncio.timeout(STOP_SCAN_S):
                await scanner.stop()

    def _seen(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        for search in self._searches:
            if not search.found.done() and search.wants(device, advertisement):
                search.found.set_result(device)
                return
