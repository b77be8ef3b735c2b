"""A backend of bleak on bumble: Bluetooth LE over any HCI transport, without the system's own Bluetooth.

It serves development and tests without hardware on every system, and a Bluetooth dongle that the system
does not manage. It needs ``pip install 'softstrike[virtual]'``.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bumble import att
from bumble.core import AdvertisingData, BaseBumbleError, ProtocolError
from bumble.device import Device, Peer
from bumble.gatt import Characteristic
from bumble.hci import Address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bleak.args import SizedBuffer
    from bleak.backends.client import NotifyCallback
    from bumble.device import Advertisement, Connection
    from bumble.gatt_client import CharacteristicProxy

__all__ = ["BumbleClient", "BumbleScanner", "bumble_backends"]

LARGEST_MTU = 517
SMALLEST_MTU = 23
ATT_HEAD = 3
_PROPERTIES = {
    Characteristic.Properties.BROADCAST: "broadcast",
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}


def bumble_backends(
    radio: Device, *, largest_mtu: int = LARGEST_MTU
) -> tuple[type[BumbleScanner], type[BumbleClient]]:
    """Make scanner and client classes that use one bumble host, for ``backend=`` of bleak.

    Parameters
    ----------
    radio : bumble.device.Device
        A host that is powered on.
    largest_mtu : int
        MTU that is asked for.
    """
    both: dict[str, Any] = {"radio": radio, "largest_mtu": largest_mtu}
    return type("Scanner", (BumbleScanner,), both), type("Client", (BumbleClient,), both)


class BumbleScanner(BaseBleakScanner):
    """Scans with a bumble host; made by :func:`bumble_backends`."""

    radio: ClassVar[Device]

    def __init__(
        self,
        detection_callback: Callable[[BLEDevice, AdvertisementData], None] | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices.clear()
        self.radio.on("advertisement", self._on_advertisement)
        await self.radio.start_scanning(legacy=True, active=self._active, filter_duplicates=False)

    async def stop(self) -> None:
        """Stop scanning."""
        self.radio.remove_listener("advertisement", self._on_advertisement)
        await self.radio.stop_scanning(legacy=True)

    def _on_advertisement(self, seen: Advertisement) -> None:
        data = seen.data
        name = _name(data)
        uuids = _service_uuids(data)
        services = {
            _text(found[0]): bytes(found[1])
            for kind in (AdvertisingData.SERVICE_DATA_16_BIT_UUID, AdvertisingData.SERVICE_DATA_128_BIT_UUID)
            for found in data.get_all(kind)
        }
        makers = {
            code: bytes(rest) for code, rest in data.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA)
        }
        told = AdvertisementData(name, makers, services, uuids, None, seen.rssi, (seen,))
        if not self.is_allowed_uuid(uuids):
            return
        address = seen.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, seen.address, told)
        self.call_detection_callbacks(device, told)


class BumbleClient(BaseBleakClient):
    """Connects with a bumble host; made by :func:`bumble_backends`."""

    radio: ClassVar[Device]
    largest_mtu: ClassVar[int]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self._target: Address = Address(self.address)
        self._name: str | None = None
        if isinstance(address_or_ble_device, BLEDevice):
            self._target, self._name = address_or_ble_device.details, address_or_ble_device.name
        self._connection: Connection | None = None
        self._subscribed: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """Name as advertised, else the address."""
        return self._name or self.address

    @property
    def mtu_size(self) -> int:
        """Negotiated MTU."""
        return SMALLEST_MTU if self._connection is None else self._connection.att_mtu

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        """Connect and discover all services."""
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self.radio.connect(self._target, timeout=None)
                self._connection = connection
                connection.on("disconnection", self._on_disconnection)
                self.services = await self._discover(Peer(connection))
        except (BaseBumbleError, asyncio.CancelledError, TimeoutError) as error:
            await self._give_up()
            if isinstance(error, BaseBumbleError):
                raise BleakError(f"{type(error).__name__}: {error}") from error
            raise
        if pair:
            await self.pair()

    async def disconnect(self) -> None:
        """Disconnect; nothing when there is no connection."""
        connection, self._disconnected_callback = self._connection, None
        if connection is not None:
            with contextlib.suppress(BaseBumbleError):  # it was lost at the same moment
                await connection.disconnect()

    async def pair(self, *_: Any, **__: Any) -> None:
        """Pair with the device."""
        await self._connected().pair()

    async def unpair(self) -> None:
        """Bumble hosts keep no bonds here."""
        raise BleakError("this backend keeps no bonds")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a value."""
        del use_cached
        return bytearray(await self._att(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a descriptor."""
        del use_cached
        return bytearray(await self._att(descriptor.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value."""
        await self._att(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._att(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        """Subscribe."""

        def take(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribed[characteristic.handle] = take
        await self._att(characteristic.obj.subscribe(take))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """End a subscription."""
        await self._att(characteristic.obj.unsubscribe(self._subscribed.pop(characteristic.handle, None)))

    def _connected(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def _att(self, work: Awaitable[Any]) -> Any:
        """Do one request; what the peer refuses, or a link lost meanwhile, becomes bleak's error."""
        self._connected()
        try:
            return await work
        except (att.ATT_Error, ProtocolError) as error:
            raise BleakGATTProtocolError(error.error_code or 0) from error
        except (BaseBumbleError, TimeoutError) as error:
            raise BleakError(f"{type(error).__name__}: {error}") from error

    async def _give_up(self) -> None:
        if self._connection is not None:
            await self.disconnect()

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._subscribed.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        await peer.request_mtu(self.largest_mtu)
        await peer.discover_services()
        found = BleakGATTServiceCollection()
        for service in peer.services:
            one = BleakGATTService(service, service.handle, _text(service.uuid))
            found.add_service(one)
            for each in await service.discover_characteristics():
                characteristic = self._characteristic(each, one)
                found.add_characteristic(characteristic)
                for descriptor in await each.discover_descriptors():
                    found.add_descriptor(
                        BleakGATTDescriptor(
                            descriptor, descriptor.handle, _text(descriptor.type), characteristic
                        )
                    )
        return found

    def _characteristic(
        self, each: CharacteristicProxy[bytes], service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        names: Any = [name for bit, name in _PROPERTIES.items() if each.properties & bit]
        return BleakGATTCharacteristic(
            each, each.handle, _text(each.uuid), names, lambda: self.mtu_size - ATT_HEAD, service
        )


def _text(found: Any) -> str:
    """128-bit text of a bumble UUID, whose bytes are little-endian."""
    return str(uuid.UUID(bytes=bytes(reversed(found.to_bytes(force_128=True)))))


def _name(data: AdvertisingData) -> str | None:
    for kind in (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME):
        if (name := data.get(kind)) is not None:
            return str(name)
    return None


def _service_uuids(data: AdvertisingData) -> list[str]:
    kinds = (
        AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
        AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
        AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
        AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    )
    lists: list[Any] = [listed for kind in kinds for listed in data.get_all(kind)]
    return [_text(each) for listed in lists for each in listed]
