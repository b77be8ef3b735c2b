"""A stand-in for bluetoothd: the part of ``org.bluez`` that bleak uses, on a bumble host.

    python bluez_stand_in.py TRANSPORT

It serves the bus at ``DBUS_SYSTEM_BUS_ADDRESS``, so that bleak with its stock BlueZ backend talks over real
D-Bus, HCI, L2CAP and ATT. It is kinder than the real one: what only bluetoothd shows is for
``make test-bluez``.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import uuid
from typing import TYPE_CHECKING, Any

from bumble import att
from bumble.core import AdvertisingData, BaseBumbleError, ProtocolError
from bumble.device import Device, DeviceConfiguration, Peer
from bumble.gatt import Characteristic as Gatt
from bumble.hci import Address
from bumble.transport import open_transport
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bumble.device import Advertisement, Connection

OBJECTS = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"
HCI0 = "/org/bluez/hci0"
FAILED = "org.bluez.Error.Failed"
NOTIFIES = Gatt.Properties.NOTIFY | Gatt.Properties.INDICATE
FLAGS = {
    Gatt.Properties.READ: "read",
    Gatt.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Gatt.Properties.WRITE: "write",
    Gatt.Properties.NOTIFY: "notify",
    Gatt.Properties.INDICATE: "indicate",
}
ATT_ERRORS = {
    0x02: "org.bluez.Error.NotPermitted",
    0x03: "org.bluez.Error.NotPermitted",
    0x06: "org.bluez.Error.NotSupported",
    0x08: "org.bluez.Error.NotAuthorized",
    0x0D: "org.bluez.Error.InvalidArguments",
}

Reply = tuple[str, list[Any]]
NOTHING: Reply = ("", [])
log = logging.getLogger(__name__)


class BusError(Exception):
    """An error of org.bluez, as bluetoothd would send it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def full(found: Any) -> str:
    """128-bit text of a bumble UUID."""
    return str(uuid.UUID(bytes=bytes(reversed(found.to_bytes(force_128=True)))))


class BlueZ:
    """Objects of org.bluez and what their methods do."""

    def __init__(self, radio: Device, bus: MessageBus) -> None:
        self.radio, self.bus = radio, bus
        self.tree: dict[str, dict[str, dict[str, Variant]]] = {}
        self.peers: dict[str, Address] = {}
        self.connections: dict[str, Connection] = {}
        self.attributes: dict[str, Any] = {}
        self.notifying: dict[str, Any] = {}
        self.discoverers: set[str] = set()
        self.connecting = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Offer the adapter and take the name."""
        self.bus.add_message_handler(self.on_message)
        self.tree["/org/bluez"] = {"org.bluez.AgentManager1": {}}
        self.tree[HCI0] = {
            ADAPTER: {
                "Address": Variant("s", "C0:C1:C2:C3:C4:C5"),
                "AddressType": Variant("s", "public"),
                "Name": Variant("s", "stand-in"),
                "Powered": Variant("b", True),
                "Discovering": Variant("b", False),
                "UUIDs": Variant("as", []),
                "Roles": Variant("as", ["central"]),
            }
        }
        await self.bus.request_name("org.bluez")
        self.radio.on("advertisement", self.on_advertisement)

    # --- the bus

    def later(self, work: Any) -> None:
        """Do something without being waited for."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        """Send a signal."""
        self.bus.send(
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=body,
            )
        )

    def add(self, path: str, interface: str, values: dict[str, Variant]) -> None:
        """Add an object."""
        self.tree.setdefault(path, {})[interface] = values
        self.signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: values}])

    def remove(self, path: str) -> None:
        """Remove an object."""
        self.signal("/", OBJECTS, "InterfacesRemoved", "oas", [path, list(self.tree.pop(path, {}))])

    def change(self, path: str, interface: str, **values: Variant) -> None:
        """Change properties."""
        self.tree[path][interface].update(values)
        self.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def on_message(self, message: Message) -> bool | None:
        """Take a method call for org.bluez."""
        mine = message.destination in {"org.bluez", self.bus.unique_name}
        if message.message_type is not MessageType.METHOD_CALL or not mine:
            return None
        self.later(self.answer(message))
        return True

    async def answer(self, message: Message) -> None:
        """Carry out a call and reply."""
        try:
            signature, body = await self.dispatch(message)
            reply = Message.new_method_return(message, signature, body)
        except BusError as error:
            reply = Message.new_error(message, error.name, str(error))
        except Exception as error:
            log.exception("%s.%s", message.interface, message.member)
            reply = Message.new_error(message, FAILED, repr(error))
        self.bus.send(reply)

    async def dispatch(self, message: Message) -> Reply:
        """Find the method of a call."""
        path, interface, member, body = message.path, message.interface, message.member, message.body
        if interface == OBJECTS:
            return "a{oa{sa{sv}}}", [self.tree]
        if path not in self.tree:
            raise BusError("org.freedesktop.DBus.Error.UnknownObject", path)
        if interface == PROPERTIES:
            if member == "Get":
                return "v", [self.tree[path][body[0]][body[1]]]
            return "a{sv}", [self.tree[path][body[0]]]
        method = getattr(self, f"{interface.rpartition('.')[2].lower()}_{member.lower()}", None)
        if method is None:
            raise BusError("org.freedesktop.DBus.Error.UnknownMethod", f"{interface}.{member}")
        return await method(message, path, *body)

    # --- adapter

    async def adapter1_setdiscoveryfilter(self, *_: Any) -> Reply:
        """Take any filter; everything is reported."""
        return NOTHING

    async def adapter1_startdiscovery(self, message: Message, path: str) -> Reply:
        """Scan while somebody wants it."""
        if not self.discoverers:
            await self.radio.start_scanning(legacy=True, filter_duplicates=False)
        self.discoverers.add(message.sender)
        self.change(path, ADAPTER, Discovering=Variant("b", True))
        return NOTHING

    async def adapter1_stopdiscovery(self, message: Message, path: str) -> Reply:
        """Stop scanning when nobody wants it."""
        if message.sender not in self.discoverers:
            raise BusError(FAILED, "No discovery started")
        self.discoverers.discard(message.sender)
        if not self.discoverers:
            await self.radio.stop_scanning(legacy=True)
        self.change(path, ADAPTER, Discovering=Variant("b", bool(self.discoverers)))
        return NOTHING

    def on_advertisement(self, seen: Advertisement) -> None:
        """Add or renew a device."""
        address = seen.address.to_string(with_type_qualifier=False)
        path = f"{HCI0}/dev_{address.replace(':', '_')}"
        name = seen.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        told = {"RSSI": Variant("n", seen.rssi)}
        if name is not None:
            told |= {"Name": Variant("s", str(name)), "Alias": Variant("s", str(name))}
        kind = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        uuids = [full(each) for listed in seen.data.get_all(kind) for each in listed]
        if uuids:
            told["UUIDs"] = Variant("as", uuids)
        if path in self.tree:
            self.change(path, DEVICE, **told)
            return
        self.peers[path] = seen.address
        booleans = (
            "Paired",
            "Bonded",
            "Trusted",
            "Blocked",
            "LegacyPairing",
            "Connected",
            "ServicesResolved",
        )
        usual = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", address),
            "UUIDs": Variant("as", []),
            "Adapter": Variant("o", HCI0),
            **{each: Variant("b", False) for each in booleans},
        }
        self.add(path, DEVICE, usual | told)

    # --- device

    async def device1_connect(self, _: Message, path: str) -> Reply:
        """Connect and resolve the services."""
        async with self.connecting:
            if path not in self.connections:
                try:
                    connection = await self.radio.connect(self.peers[path], timeout=10)
                except (BaseBumbleError, TimeoutError) as error:
                    raise BusError(FAILED, "le-connection-abort-by-local") from error
                self.connections[path] = connection
                connection.on("disconnection", lambda _reason: self.gone(path))
                self.change(path, DEVICE, Connected=Variant("b", True))
                self.later(self.resolve(path, connection))
        return NOTHING

    async def device1_disconnect(self, _: Message, path: str) -> Reply:
        """Disconnect."""
        if path in self.connections:
            await self.connections[path].disconnect()
        return NOTHING

    async def resolve(self, path: str, connection: Connection) -> None:
        """Discover the services and offer them."""
        peer = Peer(connection)
        await peer.request_mtu(517)
        await peer.discover_services()
        for service in peer.services:
            found = await service.discover_characteristics()
            for each in found:
                await each.discover_descriptors()
            if full(service.uuid).startswith("00001800"):
                continue  # bluetoothd keeps GAP to itself
            where = f"{path}/service{service.handle:04x}"
            own = {"UUID": Variant("s", full(service.uuid)), "Device": Variant("o", path)}
            self.add(where, SERVICE, own | {"Primary": Variant("b", True), "Includes": Variant("ao", [])})
            for each in found:
                self.offer(where, each, connection.att_mtu)
        self.change(path, DEVICE, ServicesResolved=Variant("b", True))

    def offer(self, service: str, found: Any, mtu: int) -> None:
        """Offer a characteristic and its descriptors."""
        path = f"{service}/char{found.handle - 1:04x}"
        self.attributes[path] = found
        values = {
            "UUID": Variant("s", full(found.uuid)),
            "Service": Variant("o", service),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", [name for bit, name in FLAGS.items() if found.properties & bit]),
            "MTU": Variant("q", mtu),
        }
        if found.properties & NOTIFIES:
            values["Notifying"] = Variant("b", False)
        self.add(path, CHARACTERISTIC, values)
        for descriptor in found.descriptors:
            below = f"{path}/desc{descriptor.handle:04x}"
            self.attributes[below] = descriptor
            self.add(
                below,
                DESCRIPTOR,
                {
                    "UUID": Variant("s", full(descriptor.type)),
                    "Characteristic": Variant("o", path),
                    "Value": Variant("ay", b""),
                },
            )

    def gone(self, path: str) -> None:
        """Forget a connection and what belonged to it."""
        self.connections.pop(path, None)
        below = [each for each in self.tree if each.startswith(f"{path}/")]
        for each in sorted(below, key=len, reverse=True):
            self.attributes.pop(each, None)
            self.notifying.pop(each, None)
            self.remove(each)
        self.change(path, DEVICE, ServicesResolved=Variant("b", False))
        self.change(path, DEVICE, Connected=Variant("b", False))

    # --- attributes

    async def att(self, work: Awaitable[Any]) -> Any:
        """Do one request; an ATT error becomes that of org.bluez."""
        try:
            return await work
        except (att.ATT_Error, ProtocolError) as error:
            name = ATT_ERRORS.get(error.error_code or 0, FAILED)
            raise BusError(name, f"Operation failed with ATT error: 0x{error.error_code:02x}") from error

    async def gattcharacteristic1_readvalue(self, _: Message, path: str, _options: Any) -> Reply:
        """Read."""
        return "ay", [bytes(await self.att(self.attributes[path].read_value()))]

    async def gattcharacteristic1_writevalue(
        self, _: Message, path: str, value: bytes, options: dict[str, Variant]
    ) -> Reply:
        """Write, with a response unless asked for a command."""
        kind = options.get("type")
        response = kind is None or kind.value == "request"
        await self.att(self.attributes[path].write_value(bytes(value), with_response=response))
        return NOTHING

    async def gattcharacteristic1_startnotify(self, _: Message, path: str) -> Reply:
        """Subscribe."""

        def take(value: bytes) -> None:
            self.change(path, CHARACTERISTIC, Value=Variant("ay", bytes(value)))

        self.notifying[path] = take
        await self.att(self.attributes[path].subscribe(take))
        self.change(path, CHARACTERISTIC, Notifying=Variant("b", True))
        return NOTHING

    async def gattcharacteristic1_stopnotify(self, _: Message, path: str) -> Reply:
        """Unsubscribe."""
        await self.att(self.attributes[path].unsubscribe(self.notifying.pop(path, None)))
        self.change(path, CHARACTERISTIC, Notifying=Variant("b", False))
        return NOTHING


async def main(transport: str) -> None:
    """Serve until killed."""
    async with await open_transport(transport) as line:
        address = Address("C0:C1:C2:C3:C4:C6", Address.RANDOM_DEVICE_ADDRESS)
        config = DeviceConfiguration(name="stand-in", address=address)
        radio = Device.from_config_with_hci(config, line.source, line.sink)
        await radio.power_on()
        bus = await MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True).connect()
        await BlueZ(radio, bus).start()
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
