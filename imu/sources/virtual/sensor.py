"""A virtual sensor: a GATT peripheral that is built from a firmware profile and speaks its whole protocol."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import math
from typing import TYPE_CHECKING

import msgspec
from bumble import hci
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address

from imu.decode import Encoder, SensorScript
from imu.profiles import characteristics, nominal
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from imu.profiles import Characteristic as Offered
    from imu.profiles import Profile
    from imu.sources.sim import RadioLink
    from imu.sources.virtual.motion import Motion, Wearer

__all__ = ["SensorSettings", "VirtualSensor"]

DEFAULT_MTU = 247
ATT_HEAD = 3
ADVERTISING_MS = 100
PACKET_S = 0.02
"""A packet is sent at least this often: what waits in a sensor is latency for the runner."""

FULL_PERCENT = 100.0
EMPTYING_PERCENT_PER_H = 6.0
S_PER_H = 3600.0
SHORT_AD = 31
SHORT_UUID = 2
"""Bytes of an advertisement, and of a UUID that the Bluetooth SIG assigned."""

log = logging.getLogger(__name__)


class SensorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a virtual sensor says of itself.

    Attributes
    ----------
    name, serial, firmware : str
        Advertised name, serial number and firmware revision of the Device Information Service.
    address : str
        Static random address.
    mtu : int
        Largest ATT MTU that it agrees to, 23 to 517.
    battery_percent : float
        Charge at power-on; it falls slowly.
    clock_start_s : float
        What its clock says at power-on, s.
    clock_ppm : float
        Rate error of its clock; positive = runs fast.
    """

    name: str = "softstrike 0001"
    serial: str = "0001"
    firmware: str = "virtual"
    address: str = "F0:F1:F2:F3:F4:01"
    mtu: int = DEFAULT_MTU
    battery_percent: float = 92.0
    clock_start_s: float = 0.0
    clock_ppm: float = 0.0


class VirtualSensor:
    """A sensor without hardware.

    Its clock runs from power-on; samples are taken all the time and sent while the stream runs and somebody
    has subscribed. A lost connection ends the stream, as in real firmware.

    Parameters
    ----------
    profile : Profile
        Firmware that it plays.
    wearer : Wearer
        What it feels, at the rate that the host asks for; sample 0 is felt when :meth:`start` is called.
    source, sink
        HCI of a Bluetooth controller, as bumble's transports give them.
    settings : SensorSettings, optional
        What it says of itself.
    radio : RadioLink, optional
        What the air does to its notifications; a perfect link when left out.

    Attributes
    ----------
    sent, lost : int
        Notifications given to the radio, and those that the simulated air lost.
    repeated : int
        Notifications that the air delivered once more.
    """

    def __init__(
        self,
        profile: Profile,
        wearer: Wearer,
        source: TransportSource,
        sink: TransportSink,
        settings: SensorSettings | None = None,
        *,
        radio: RadioLink | None = None,
    ) -> None:
        self.profile, self._wearer = profile, wearer
        self.settings = settings or SensorSettings()
        self.sent = self.lost = self.repeated = 0
        self.stalled = False
        self._has_gyro = False
        self._radio = radio
        address = Address(self.settings.address, Address.RANDOM_DEVICE_ADDRESS)
        config = DeviceConfiguration(
            name=self.settings.name,
            address=address,
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self.device = Device.from_config_with_hci(config, source, sink)
        self._script = SensorScript(profile)
        self._first_role = {uuid: role for role, uuid in reversed(profile.gatt.items())}
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._battery: Characteristic[bytes] = Characteristic(
            UUID.from_16_bits(0x2A19),
            Characteristic.Properties.READ | Characteristic.Properties.NOTIFY,
            Characteristic.READABLE,
            CharacteristicValue(read=lambda _: bytes([round(self.battery_percent)])),
        )
        self._connection: Connection | None = None
        self._stream: asyncio.Task[None] | None = None
        self._begin_s = self._boot_s = 0.0
        self._seq = 0
        self._build()

    @property
    def connected(self) -> bool:
        """Whether a host is connected."""
        return self._connection is not None

    @property
    def streaming(self) -> bool:
        """Whether the host has started the stream."""
        return self._stream is not None and not self._stream.done()

    @property
    def battery_percent(self) -> float:
        """Charge, percent."""
        used = EMPTYING_PERCENT_PER_H * (self._now_s() - self._begin_s) / S_PER_H
        return min(max(self.settings.battery_percent - used, 0.0), FULL_PERCENT)

    async def start(self) -> None:
        """Switch it on: its clock starts, it advertises."""
        await self.device.power_on()
        self._begin_s = self._boot_s = self._now_s()
        await self._advertise()

    async def stop(self) -> None:
        """Switch it off for good."""
        await self.leave()
        await self.device.power_off()

    async def drop(self) -> None:
        """Break the connection and go on advertising, as after a short disturbance."""
        if self._connection is not None:
            await self.device.disconnect(self._connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)

    async def leave(self) -> None:
        """Go out of reach: no connection, no advertisement."""
        await self.device.stop_advertising()
        await self.drop()
        await self.device.stop_advertising()

    async def come_back(self, *, power_cycled: bool = False) -> None:
        """Be in reach again; after a power cycle clock and sequence number start anew."""
        if power_cycled:
            self._boot_s, self._seq = self._now_s(), 0
        await self._advertise()

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    # --- what it looks like

    def _build(self) -> None:
        """Offer the profile's services, and the battery and information services beside them."""
        settings, profile = self.settings, self.profile
        own: dict[str, list[Characteristic[bytes]]] = {}
        for each in characteristics(profile):
            if self._first_role[each.uuid] == each.role:
                made = self._made(each)
                self._characteristics[each.role] = made
                own.setdefault(each.service or each.uuid, []).append(made)
        texts = {0x2A24: profile.title, 0x2A25: settings.serial, 0x2A26: settings.firmware}
        can_read = Characteristic.Properties.READ
        information = [
            Characteristic(UUID.from_16_bits(number), can_read, Characteristic.READABLE, text.encode())
            for number, text in texts.items()
            if text
        ]
        self.device.add_services(
            [
                *(Service(UUID(uuid), listed) for uuid, listed in own.items()),
                Service(UUID.from_16_bits(0x180F), [self._battery]),
                Service(UUID.from_16_bits(0x180A), information),
            ]
        )
        self.device.gatt_server.max_mtu = settings.mtu
        self._set_advertisement(UUID((*profile.match.service_uuids, *own)[0]))
        self.device.on("connection", self._on_connection)

    def _set_advertisement(self, own: UUID) -> None:
        flags = bytes(
            [AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED]
        )
        kind = (
            AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
            if len(own.to_bytes()) > SHORT_UUID
            else AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        )
        name = self.settings.name.encode()[: SHORT_AD - 5]
        head = AdvertisingData([(AdvertisingData.FLAGS, flags), (AdvertisingData.COMPLETE_LOCAL_NAME, name)])
        self.device.advertising_data = bytes(head)
        self.device.scan_response_data = bytes(AdvertisingData([(kind, own.to_bytes())]))

    async def _advertise(self) -> None:
        if self._connection is None:
            await self.device.start_advertising(auto_restart=True)

    def _made(self, each: Offered) -> Characteristic[bytes]:
        """Characteristic with the properties that the profile's steps need."""
        same = [one for one in characteristics(self.profile) if one.uuid == each.uuid]
        can = Characteristic.Properties
        properties, permissions = can(0), Characteristic.Permissions(0)
        for one in same:
            properties |= can.NOTIFY if one.notify else can(0)
            properties |= can.WRITE if one.write else can(0)
            properties |= can.WRITE_WITHOUT_RESPONSE if one.write_without_response else can(0)
            properties |= can.READ if one.read else can(0)
        if properties & (can.WRITE | can.WRITE_WITHOUT_RESPONSE):
            permissions |= Characteristic.WRITEABLE
        if properties & can.READ:
            permissions |= Characteristic.READABLE
        value = CharacteristicValue[bytes](
            read=lambda _: self._script.read(each.role),
            write=lambda _, data: self._on_write(each.role, bytes(data)),
        )
        made: Characteristic[bytes] = Characteristic(UUID(each.uuid), properties, permissions, value)
        made.on("subscription", lambda *_: self._follow_script())
        return made

    # --- what it does

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        self._script.drop_link()
        connection.on("disconnection", self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._end_stream()

    def _on_write(self, role: str, data: bytes) -> None:
        same = [each for each, uuid in self.profile.gatt.items() if uuid == self.profile.gatt[role]]
        replies = next(filter(None, (self._script.receive(each, data) for each in same)), [])
        self._follow_script()
        for where, reply in replies:
            self._later(self._notify(where, reply))

    def _follow_script(self) -> None:
        """Begin or end the stream as the commands so far want it."""
        if not self._script.streaming:
            self._end_stream()
        elif self._connection is not None and not self.streaming:
            self._stream = asyncio.get_running_loop().create_task(self._run_stream())
            self._stream.add_done_callback(self._tell_failure)

    def _tell_failure(self, stream: asyncio.Task[None]) -> None:
        error = None if stream.cancelled() else stream.exception()
        if error is not None:
            log.error("%s cannot stream", self.settings.name, exc_info=error)

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, role: str, payload: bytes) -> None:
        """Send a notification to whoever has subscribed; the link cuts what is longer than it carries."""
        first = self._first_role[self.profile.gatt[role]]
        try:
            await self.device.notify_subscribers(self._characteristics[first], payload)
        except (BaseBumbleError, TimeoutError) as error:
            log.info("%s could not notify: %s", self.settings.name, error)

    async def _run_stream(self) -> None:
        """Send packets when they are due: produced on the sensor's clock, delayed by the air."""
        waiting: list[tuple[float, int, str, bytes]] = []
        order = itertools.count()
        packets = self._packets()
        ready_s, role, payload = next(packets)
        while True:
            due_s = min(ready_s, waiting[0][0]) if waiting else ready_s
            await asyncio.sleep(max(0.0, due_s - self._now_s()))
            if waiting and waiting[0][0] <= ready_s:
                await self._send(*heapq.heappop(waiting)[2:])
                continue
            for arrival_s in self._arrivals(ready_s):
                heapq.heappush(waiting, (arrival_s, next(order), role, payload))
            ready_s, role, payload = next(packets)

    async def _send(self, role: str, payload: bytes) -> None:
        if not self.stalled:
            await self._notify(role, payload)

    def _arrivals(self, ready_s: float) -> list[float]:
        """When a notification reaches the host; counts what the air does."""
        self.sent += 1
        if self._radio is None:
            return [ready_s]
        arrivals = [at / NS_PER_S for at in self._radio.arrivals(round(ready_s * NS_PER_S))]
        self.lost += not arrivals
        self.repeated += max(0, len(arrivals) - 1)
        return arrivals

    def _packets(self) -> Iterator[tuple[float, str, bytes]]:
        """Yield notifications with the times at which they are complete, from now on."""
        nominal_hz = nominal(self.profile, self._script.params).rate_hz
        rate_hz = nominal_hz * (1.0 + 1e-6 * self.settings.clock_ppm)
        motion = self._wearer(nominal_hz)
        encoder = Encoder(self.profile, self._script.params)
        count = self._packet_samples(motion, encoder, rate_hz)
        first = math.ceil((self._now_s() - self._begin_s) * rate_hz)
        for index in itertools.count(first, count):
            felt = motion.samples(index, count)
            marked = index if self.profile.time.marks == "first" else index + count - 1
            on_clock_s = (
                self.settings.clock_start_s
                + marked / nominal_hz
                - (self._boot_s - self._begin_s) * (1.0 + 1e-6 * self.settings.clock_ppm)
            )
            notifications = encoder.notifications(
                round(on_clock_s * NS_PER_S / self.profile.time.unit_ns),
                self._seq,
                felt.acc_g,
                felt.gyr_dps if self._has_gyro else None,
                battery_percent=self.battery_percent,
            )
            by_packets = self.profile.seq is None or self.profile.seq.counts == "packets"
            self._seq += 1 if by_packets else count
            for role, payload in notifications:
                yield self._begin_s + (index + count - 1) / rate_hz, role, payload

    def _packet_samples(self, motion: Motion, encoder: Encoder, rate_hz: float) -> int:
        """Choose how many samples a packet has: what 20 ms hold and the link carries."""
        turns = nominal(self.profile, self._script.params).gyr_range_dps is not None
        self._has_gyro = turns and motion.samples(0, 1).gyr_dps is not None
        least, most = encoder.count_range(gyr=self._has_gyro)
        room = (self._connection.att_mtu if self._connection else self.settings.mtu) - ATT_HEAD
        wanted = min(most, max(least, round(rate_hz * PACKET_S)))
        for count in range(wanted, least - 1, -1):
            felt = motion.samples(0, count)
            found = encoder.notifications(0, 0, felt.acc_g, felt.gyr_dps if self._has_gyro else None)
            if all(len(payload) <= room for _, payload in found):
                return count
        return least
