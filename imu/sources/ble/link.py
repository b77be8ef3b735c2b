"""One attempt at one sensor: connect, make sure who it is, start its stream, keep it alive, take leave."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

from bleak.exc import BleakError

from imu.decode import AwaitReply, Pause, ReadValue, SessionScript, SwitchOn, WriteBytes
from imu.profiles import builtin_services
from imu.profiles.steps import Expect, Read, Subscribe
from imu.sources.ble.services import FIRMWARE, SERIAL_NUMBER
from imu.sources.ble.troubles import LinkError, TroubleKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.device import BLEDevice

    from imu.decode import Action
    from imu.profiles import Profile
    from imu.sources.ble.air import Stack
    from imu.sources.ble.registry import KnownSensor

    Deliver = Callable[[str, bytes], None]

__all__ = ["DISCONNECT_S", "STOP_S", "STRANGER_RETRY_S", "Link", "Told", "read_text"]

DISCONNECT_S = 3.0
"""Longest wait for a disconnection, s: real bluetoothd takes 2.4 s, a dead one for ever."""

STOP_S = 1.0
"""Longest time for the steps that stop a stream, s."""

STRANGER_RETRY_S = 4.0

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """What a sensor says of itself; ``""`` for what it does not say."""

    serial: str
    firmware: str


class Link:
    """One connection, from its begin to its end; never used twice.

    Parameters
    ----------
    stack : Stack
        What of bleak to use.
    device : BLEDevice
        Where the sensor was seen just now.
    known : KnownSensor
        Who it should be.
    profile : Profile
        Its firmware profile.
    deliver : callable
        Takes every notification as role and bytes, until the link is closed.
    """

    def __init__(
        self, stack: Stack, device: BLEDevice, known: KnownSensor, profile: Profile, deliver: Deliver
    ) -> None:
        self.gone = asyncio.Event()
        self._known, self._profile, self._deliver = known, profile, deliver
        self._client: BleakClient = stack.client(device, lambda _: self.gone.set())
        self._script = SessionScript(profile, known.params)
        session = profile.session
        steps = (*session.start, *session.stop, *session.keepalive)
        self._replying = {step.role for step in steps if isinstance(step, Expect)}
        self._replies: dict[str, asyncio.Queue[bytes]] = {}
        self._subscribed: set[str] = set()
        self._started = self._closed = False

    async def connect(self) -> None:
        """Make the connection and discover the services."""
        await self._client.connect()

    async def configure(self) -> Told:
        """Ask who it is, subscribe, then start the stream.

        Returns
        -------
        Told
            What it says of itself.

        Raises
        ------
        LinkError
            It is somebody else's sensor, or its firmware does not fit the profile.
        SensorRefusedError, BleakError, TimeoutError
            It says no, or nothing.
        """
        serial, firmware = [await read_text(self._client, uuid) for uuid in (SERIAL_NUMBER, FIRMWARE)]
        told = Told(serial, firmware)
        if self._known.serial and told.serial != self._known.serial:
            other = f"its serial number is {told.serial}" if told.serial else "it tells no serial number"
            raise LinkError(
                TroubleKind.STRANGER,
                f"a sensor of that name is near, but {other}, not {self._known.serial}: it is left alone",
                STRANGER_RETRY_S,
            )
        await self._drive(self._script.start())
        self._started = True
        await self._listen_aside()
        return told

    async def keep_alive(self) -> None:
        """Write the keep-alive when it is due; runs until it is cancelled or fails."""
        period_s = self._script.keepalive_s
        while period_s is not None and self._profile.session.keepalive:
            await asyncio.sleep(period_s)
            await self._drive(self._script.keepalive())

    async def close(self) -> None:
        """Tell the sensor to stop, and end the connection, even one that is dead: both within bounds.

        A dead client keeps its connection to BlueZ open, which would deliver every packet once more after
        the next reconnection.
        """
        if self._started and not self.gone.is_set():
            await self._bounded("stop", self._drive(self._script.stop()), STOP_S)
        self._closed = True
        await self._bounded("disconnect", self._client.disconnect(), DISCONNECT_S)

    async def _bounded(self, what: str, work: Awaitable[None], limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await work
        except Exception as error:  # noqa: BLE001 - the link ends either way
            log.info("%s of %s: %s %s", what, self._known.title, type(error).__name__, error)

    async def _drive(self, phase: Generator[Action, bytes | None, None]) -> None:
        """Carry out the actions of a script."""
        self._replies = {role: asyncio.Queue() for role in self._replying}
        answer: bytes | None = None
        limit: float | None = None
        loop = asyncio.get_running_loop()
        try:
            while True:
                action = phase.send(answer)
                if not isinstance(action, AwaitReply):
                    limit, answer = None, await self._do(action)
                    continue
                limit = loop.time() + action.timeout_s if limit is None else limit
                async with asyncio.timeout_at(limit):
                    answer = await self._replies[action.role].get()
        except StopIteration:
            return
        finally:
            self._replies = {}
            phase.close()

    async def _do(self, action: Action) -> bytes | None:
        match action:
            case SwitchOn(role=role, uuid=uuid):
                await self._subscribe(role, self._characteristic(role, uuid))
            case WriteBytes(role=role, uuid=uuid, data=data, response=response):
                where = self._characteristic(role, uuid)
                able = {"write": True, "write-without-response": False}
                kinds = [kind for name, kind in able.items() if name in where.properties]
                response = response if response in kinds or not kinds else kinds[0]
                await self._client.write_gatt_char(where, data, response=response)
                await asyncio.sleep(self._profile.link.write_pace_ms / 1e3)
            case Pause(seconds=seconds):
                await asyncio.sleep(seconds)
            case ReadValue(role=role, uuid=uuid):
                value = bytes(await self._client.read_gatt_char(self._characteristic(role, uuid)))
                self._deliver(role, value)
                return value
            case AwaitReply():
                raise AssertionError("awaited elsewhere")
        return None

    def _characteristic(self, role: str, uuid: str) -> BleakGATTCharacteristic:
        found = self._client.services.get_characteristic(uuid)
        if found is None:
            raise LinkError(
                TroubleKind.OTHER,
                f"it has no characteristic {uuid} ({role!r} of profile {self._profile.id!r}): "
                "bind it with the profile of its firmware",
                STRANGER_RETRY_S,
            )
        return found

    async def _subscribe(self, role: str, characteristic: BleakGATTCharacteristic) -> None:
        if characteristic.uuid in self._subscribed:
            return
        self._subscribed.add(characteristic.uuid)

        def take(_: BleakGATTCharacteristic, data: bytearray) -> None:
            if self._closed:
                return  # a late word of a connection that was given up
            payload = bytes(data)
            if (waiting := self._replies.get(role)) is not None:
                waiting.put_nowait(payload)
            self._deliver(role, payload)

        await self._client.start_notify(
            characteristic, take, bluez={"use_start_notify": not self._profile.link.acquire_notify}
        )

    async def _listen_aside(self) -> None:
        """Take the standard services along where they are: battery, information, speed and cadence.

        No stream depends on them, so a sensor that cannot tell them streams all the same.
        """
        for service in builtin_services().values():
            for step in service.session.start:
                if not isinstance(step, Read | Subscribe) or step.role in self._profile.gatt:
                    continue
                found = self._client.services.get_characteristic(service.gatt[step.role])
                try:
                    if found is not None and isinstance(step, Subscribe) and "notify" in found.properties:
                        await self._subscribe(step.role, found)
                    elif found is not None and isinstance(step, Read) and "read" in found.properties:
                        self._deliver(step.role, bytes(await self._client.read_gatt_char(found)))
                except BleakError as error:
                    log.info("%s does not tell %s: %s", self._known.title, step.role, error)


async def read_text(client: BleakClient, uuid: str) -> str:
    """Read a text of the Device Information Service; ``""`` when the sensor has or tells none."""
    found = client.services.get_characteristic(uuid)
    if found is None or "read" not in found.properties:
        return ""
    data = bytes(await client.read_gatt_char(found))
    return "".join(c for c in data.decode("utf-8", "replace") if c.isprintable()).strip()[:64]
