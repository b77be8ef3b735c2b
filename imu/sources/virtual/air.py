"""The air in a process: virtual Bluetooth controllers that hear each other."""

from __future__ import annotations

import asyncio

from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address, LeFeatureMask
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, Transport

__all__ = ["VirtualAir", "host_on"]

ACL_BYTES = 251
HOST_ADDRESS = "C0:C1:C2:C3:C4:C6"
ADAPTER_ADDRESS = "C0:C1:C2:C3:C4:C5"


class _Link(LocalLink):
    """A link that stamps data with the address under which the connection was made.

    bumble's own uses the sender's random address, and a host that connects with its public one, as BlueZ may,
    would get its answers dropped.
    """

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        there = self.find_le_controller(destination_address) if transport == PhysicalTransport.LE else None
        if there is None:
            super().send_acl_data(sender_controller, destination_address, transport, data)
            return
        sender = next(
            (
                each.self_address
                for each in sender_controller.le_connections.values()
                if each.peer_address == destination_address
            ),
            sender_controller.random_address,
        )
        asyncio.get_running_loop().call_soon(there.on_link_acl_data, sender, transport, data)


class VirtualAir:
    """Controllers in one process that hear each other; must be made inside a running event loop."""

    def __init__(self) -> None:
        self._link = _Link()  # type: ignore[no-untyped-call]

    def controller(self, name: str) -> tuple[Controller, AsyncPipeSink]:
        """Add a controller; return its HCI source and sink."""
        made = Controller(name, link=self._link)
        made.le_acl_data_packet_length = made.acl_data_packet_length = ACL_BYTES
        return made, AsyncPipeSink(made)

    def offer(self, transport: Transport, *, kernel: bool) -> Controller:
        """Add a controller that a host at the other end of a transport uses as its adapter.

        Parameters
        ----------
        transport : bumble.transport.common.Transport
            Open transport, e.g. of ``vhci`` or ``tcp-server:127.0.0.1:9000``.
        kernel : bool
            The host is a Linux kernel: features that bumble's controller only half has are left out.
        """
        made = Controller(
            "adapter",
            host_source=transport.source,
            host_sink=transport.sink,
            link=self._link,
            public_address=ADAPTER_ADDRESS,
        )
        made.le_acl_data_packet_length = made.acl_data_packet_length = ACL_BYTES
        if kernel:
            made.le_features &= ~(LeFeatureMask.LL_PRIVACY | LeFeatureMask.LE_EXTENDED_ADVERTISING)
        return made

    async def host(self) -> Device:
        """Add a host that can scan and connect, for the bumble backend of bleak."""
        return await host_on(*self.controller("host"))


async def host_on(source: object, sink: object) -> Device:
    """Make a bumble host on the HCI of a controller and power it on."""
    config = DeviceConfiguration(
        name="softstrike", address=Address(HOST_ADDRESS, Address.RANDOM_DEVICE_ADDRESS)
    )
    device = Device.from_config_with_hci(config, source, sink)  # type: ignore[arg-type]
    await device.power_on()
    return device
