"""The source when the radio itself fails: told in a sentence, tried again, the other shoe untouched."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from imu.model import LinkChange, LinkState
from imu.sources.ble.air import Stack
from tests.ble.rig import Rig, compute
from tests.ble.virtual_time import run_virtual

if TYPE_CHECKING:
    from collections.abc import Callable

    from bleak import BleakClient


class Disturbed:
    """A radio whose parts fail as a test wants, and which notes what is done with it."""

    def __init__(self, inner: Stack) -> None:
        self.inner = inner
        self.scan_error: Exception | None = None
        self.connect_error: dict[str, Exception] = {}
        self.clients: list[BleakClient] = []
        self.disconnected: list[BleakClient] = []
        self.attempts_s: list[float] = []
        self.hang = False

    def stack(self) -> Stack:
        return Stack(self._scanner, self._client)

    def _scanner(self, seen: Any) -> Any:
        if self.scan_error is not None:
            raise self.scan_error
        return self.inner.scanner(seen)

    def _client(self, device: Any, gone: Any) -> BleakClient:
        client = self.inner.client(device, gone)
        self.clients.append(client)
        connect, disconnect = client.connect, client.disconnect

        async def connecting(**options: Any) -> None:
            if device.name in self.connect_error:
                self.attempts_s.append(asyncio.get_running_loop().time())
                raise self.connect_error[device.name]
            await connect(**options)

        async def disconnecting() -> None:
            self.disconnected.append(client)
            await disconnect()
            if self.hang:
                await asyncio.Event().wait()

        client.connect, client.disconnect = connecting, disconnecting  # type: ignore[method-assign]
        return client


async def run(rig: Rig, prepare: Callable[[Disturbed], None], act: Callable[[Disturbed], Any]) -> Disturbed:
    await rig.start()
    assert rig.stack is not None
    radio = Disturbed(rig.stack)
    prepare(radio)
    rig.stack = radio.stack()
    async with rig.running():
        await act(radio)
    return radio


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("NO_BLUETOOTH", "no Bluetooth adapter was found"),
        ("POWERED_OFF", "Bluetooth is switched off"),
        ("DENIED_BY_USER", "does not let softstrike use Bluetooth"),
    ],
)
def test_an_unusable_adapter_is_told_once_and_used_as_soon_as_it_can_be(reason: str, said: str) -> None:
    async def scene() -> Rig:
        rig = Rig()
        error = BleakBluetoothNotAvailableError("no", BleakBluetoothNotAvailableReason[reason])

        async def act(radio: Disturbed) -> None:
            await asyncio.sleep(15.0)
            radio.scan_error = None
            await asyncio.sleep(6.0)

        await run(rig, lambda radio: setattr(radio, "scan_error", error), act)
        return rig

    rig = run_virtual(scene())
    for place in ("left-shoe", "right-shoe"):
        assert sum(said in text for text in rig.texts(place)) >= 1
        assert rig.of(LinkChange, place)[-1].state is LinkState.CONNECTED


def test_a_full_adapter_costs_the_other_shoe_nothing_and_is_not_asked_in_a_storm() -> None:
    full = BleakError("le-connection-concurrent-connection-limit")

    async def scene() -> tuple[Rig, Disturbed]:
        rig = Rig()
        radio = await run(
            rig,
            lambda radio: radio.connect_error.update({"softstrike left": full}),
            lambda _: asyncio.sleep(30.0),
        )
        return rig, radio

    rig, radio = run_virtual(scene())
    assert any("holds no further connection" in text for text in rig.texts("left-shoe"))
    waits_s = [b - a for a, b in zip(radio.attempts_s[:-1], radio.attempts_s[1:], strict=True)]
    assert min(waits_s) >= 4.0
    assert compute(rig).ledger["right-shoe"].lost == 0
    assert rig.of(LinkChange, "right-shoe")[-1].state is LinkState.CONNECTED


def test_each_attempt_has_a_client_of_its_own_and_the_dead_one_is_disconnected() -> None:
    async def scene() -> Disturbed:
        rig = Rig()

        async def act(_: Disturbed) -> None:
            for _ in range(3):
                await rig.until(lambda: all(sensor.streaming for sensor in rig.sensors))
                await rig.sensors[0].drop()
                await asyncio.sleep(2.0)

        return await run(rig, lambda _: None, act)

    radio = run_virtual(scene())
    assert len(radio.clients) == 5
    assert len({id(client) for client in radio.clients}) == 5
    assert {id(client) for client in radio.disconnected} == {id(client) for client in radio.clients}


def test_a_disconnection_that_never_ends_does_not_keep_the_sensor_away() -> None:
    async def scene() -> Rig:
        rig = Rig()

        async def act(radio: Disturbed) -> None:
            await rig.until_streaming()
            radio.hang = True
            await rig.sensors[0].drop()
            await asyncio.sleep(6.0)

        await run(rig, lambda _: None, act)
        return rig

    rig = run_virtual(scene())
    states = [change.state for change in rig.of(LinkChange, "left-shoe")]
    assert LinkState.LOST in states
    assert states[-1] is LinkState.CONNECTED
