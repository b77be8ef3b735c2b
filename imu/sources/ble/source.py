"""Sensors over Bluetooth LE as a source: one supervisor per sensor, all packets in one order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imu import __version__
from imu.errors import UsageError
from imu.model import LinkChange, Packet, SensorInfo, SessionHeader, Tick
from imu.profiles import find_profile, nominal, resolve_params
from imu.sources.ble.air import Air, open_stack
from imu.sources.ble.machine import SILENT_S, LinkMachine
from imu.sources.ble.troubles import TroubleKind, explain
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from imu.model import Input
    from imu.profiles import Profile
    from imu.sources.ble.air import OpenStack, Stack
    from imu.sources.ble.link import Link
    from imu.sources.ble.machine import Notice
    from imu.sources.ble.registry import KnownSensor

__all__ = ["BleSource", "header_of"]

STRANGER_S = 60.0
"""A device that turned out to be somebody else's is passed over for this long, s."""


def header_of(sensors: Sequence[KnownSensor], *, origin_ns: int = 0, started_utc: str = "") -> SessionHeader:
    """Make the header of a live session from what is known of its sensors.

    Raises
    ------
    UsageError
        No sensor, two in one place, or parameters that a profile does not allow.
    ProfileError
        An unknown profile.
    """
    places = [known.place for known in sensors]
    if not places or len(set(places)) < len(places):
        raise UsageError("a session needs at least one sensor, and each in a place of its own")
    return SessionHeader(
        sensors=tuple(_info(known) for known in sensors),
        runner=sensors[0].runner,
        started_utc=started_utc,
        origin_ns=origin_ns,
        software=f"softstrike {__version__}",
        origin="live",
    )


def _info(known: KnownSensor) -> SensorInfo:
    profile = find_profile(known.profile)
    rates = nominal(profile, known.params)
    return SensorInfo(
        sensor=known.place,
        placement=known.placement,
        side=known.side,
        rate_hz=rates.rate_hz,
        profile=profile.id,
        profile_toml=profile.text,
        accel_range_g=rates.acc_range_g,
        has_gyro=rates.gyr_range_dps is not None,
        params=resolve_params(profile, known.params),
        name=known.name,
        serial=known.serial,
    )


class BleSource:
    """Streams from bound sensors, and brings each back by itself whenever it is lost.

    Sensors that are not there yet are searched for; the session runs with those that are. A sensor of
    somebody else is never used: the advertised name leads to a device, its serial number decides.

    Parameters
    ----------
    sensors : sequence of KnownSensor
        What to stream from.
    open_radio : callable, optional
        Opens the radio inside the loop that iterates; the system's own when left out.
    clock_ns : callable, optional
        The host's monotonic clock, ns; it must run with the event loop's.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.

    Raises
    ------
    UsageError, ProfileError
        As :func:`header_of`.
    """

    def __init__(
        self,
        sensors: Sequence[KnownSensor],
        *,
        open_radio: OpenStack | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        began = datetime.now(UTC).isoformat(timespec="seconds")
        self.header = header_of(sensors, origin_ns=clock_ns(), started_utc=began)
        self._sensors = tuple(sensors)
        self._open_radio = open_radio
        self._clock_ns = clock_ns

    async def inputs(self) -> AsyncIterator[Input]:
        """Yield packets, changes of the links and ticks as they come; ends only when it is closed."""
        async with (
            (self._open_radio or open_stack)() as stack,
            contextlib.aclosing(self._stream(stack)) as stream,
        ):
            async for item in stream:
                yield item

    async def _stream(self, stack: Stack) -> AsyncGenerator[Input]:
        queue: asyncio.Queue[Input | BaseException] = asyncio.Queue()
        air = Air(stack)
        keepers = [Supervisor(known, air, stack, self._clock_ns, queue.put_nowait) for known in self._sensors]
        tasks = [asyncio.create_task(work) for work in (self._tick(queue), *(k.run() for k in keepers))]
        for task in tasks:
            task.add_done_callback(lambda done: _tell_failure(done, queue))
        try:
            while True:
                item = await queue.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await air.close()

    async def _tick(self, queue: asyncio.Queue[Input | BaseException]) -> None:
        due_ns = self._clock_ns()
        while True:
            queue.put_nowait(Tick(self._clock_ns()))
            due_ns += NS_PER_S
            await asyncio.sleep(max(0.0, (due_ns - self._clock_ns()) / NS_PER_S))


def _tell_failure(task: asyncio.Task[None], queue: asyncio.Queue[Input | BaseException]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        queue.put_nowait(error)


class Supervisor:
    """Keeps one sensor streaming: search, connect, configure, watch, and again.

    Parameters
    ----------
    known : KnownSensor
        The sensor.
    air : Air
        Shared with the other sensors.
    stack : Stack
        What of bleak to use.
    clock_ns : callable
        Monotonic clock, ns.
    put : callable
        Takes the inputs.
    """

    def __init__(
        self,
        known: KnownSensor,
        air: Air,
        stack: Stack,
        clock_ns: Callable[[], int],
        put: Callable[[Input], None],
    ) -> None:
        self._known, self._air, self._stack, self._clock_ns, self._put = known, air, stack, clock_ns, put
        self._profile: Profile = find_profile(known.profile)
        self._machine = LinkMachine(known.title, silent_s=min(SILENT_S, self._profile.link.idle_timeout_s))
        self._sample_roles = frozenset(rule.role for rule in self._profile.packet if rule.samples)
        self._strangers: dict[str, int] = {}
        self._packets = 0

    async def run(self) -> None:
        """Go on until cancelled; then stop the stream and disconnect, within bounds."""
        while True:
            self._tell(self._machine.go_on(self._clock_ns()))
            try:
                device = await self._air.find(self._wants)
                await self._attend(device)
            except Exception as error:  # noqa: BLE001 - whatever a radio raises, the search goes on
                trouble = explain(error, self._known.title)
                if trouble.kind is TroubleKind.STRANGER:
                    self._strangers[device.address] = self._clock_ns()
                self._tell(self._machine.end(self._clock_ns(), trouble.text, least_s=trouble.retry_s))
            await asyncio.sleep(self._machine.retry_s)

    async def _attend(self, device: BLEDevice) -> None:
        """Stream from a device until it is lost."""
        from imu.sources.ble.link import Link  # noqa: PLC0415 - bleak

        link = Link(self._stack, device, self._known, self._profile, self._take)
        try:
            self._tell(self._machine.go_on(self._clock_ns()))
            async with self._air.turn():
                await link.connect()
            self._tell(self._machine.go_on(self._clock_ns()))
            told = await link.configure()
            firmware = f", firmware {told.firmware}" if told.firmware else ""
            self._tell(self._machine.go_on(self._clock_ns(), firmware))
            why = await self._watch(link)
            self._tell(self._machine.end(self._clock_ns(), f"{self._known.title}: {why}"))
        finally:
            await link.close()

    async def _watch(self, link: Link) -> str:
        """Wait until the stream ends and return why."""
        gone = asyncio.create_task(link.gone.wait())
        alive = asyncio.create_task(link.keep_alive())
        wanted = {gone, alive} if self._profile.session.keepalive else {gone}
        try:
            while (left_s := self._machine.silence_left_s(self._clock_ns())) > 0:
                done, _ = await asyncio.wait(wanted, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                if gone in done:
                    return "the connection was lost; searching"
                if alive in done:
                    await alive
            return f"no samples for {self._machine.silent_s:g} s; connecting anew"
        finally:
            gone.cancel()
            alive.cancel()
            await asyncio.gather(gone, alive, return_exceptions=True)

    def _wants(self, device: BLEDevice, advertisement: AdvertisementData) -> bool:
        known = self._known
        if (advertisement.local_name or device.name) != known.name:
            return False
        if known.host_id and not known.serial and device.address != known.host_id:
            return False
        met_ns = self._strangers.get(device.address)
        return met_ns is None or self._clock_ns() - met_ns > STRANGER_S * NS_PER_S

    def _take(self, role: str, payload: bytes) -> None:
        now_ns = self._clock_ns()
        if role in self._sample_roles:
            self._machine.heard(now_ns)
        self._put(Packet(self._known.place, self._packets, now_ns, role, payload))
        self._packets += 1

    def _tell(self, notice: Notice | None) -> None:
        if notice is not None:
            self._put(LinkChange(self._known.place, self._clock_ns(), notice.state, notice.text))
