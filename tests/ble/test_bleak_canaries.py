"""What we lean on in bleak: when one of these fails after an update, read its change log first."""

from __future__ import annotations

import inspect

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTServiceCollection

from imu.sources.ble.air import stack_of
from imu.sources.ble.bumble_backend import BumbleClient, BumbleScanner


def test_scanner_and_client_take_a_backend_of_ones_own() -> None:
    assert "backend" in inspect.signature(BleakScanner.__init__).parameters
    assert {"backend", "disconnected_callback", "timeout"} <= set(
        inspect.signature(BleakClient.__init__).parameters
    )


def test_a_backend_need_do_no_more_than_ours_does() -> None:
    assert BaseBleakClient.__abstractmethods__ <= set(vars(BumbleClient))
    assert BaseBleakScanner.__abstractmethods__ <= set(vars(BumbleScanner))
    assert not BumbleClient.__abstractmethods__
    assert not BumbleScanner.__abstractmethods__


def test_start_notify_takes_the_choice_of_bluez() -> None:
    assert "bluez" in inspect.signature(BleakClient.start_notify).parameters


def test_an_advertisement_tells_name_strength_services_and_makers() -> None:
    assert {"local_name", "rssi", "service_uuids", "service_data", "manufacturer_data"} <= set(
        AdvertisementData._fields
    )


def test_a_missing_characteristic_is_none() -> None:
    assert BleakGATTServiceCollection().get_characteristic("0000fff0-0000-1000-8000-00805f9b34fb") is None


async def test_a_client_that_never_connected_can_be_disconnected() -> None:
    client = stack_of((BumbleScanner, BumbleClient)).client(BLEDevice("F0:F1:F2:F3:F4:01", "x", None), print)
    await client.disconnect()
    assert not client.is_connected


@pytest.mark.parametrize(
    "name", ["connect", "disconnect", "read_gatt_char", "write_gatt_char", "start_notify"]
)
def test_what_is_awaited_is_a_coroutine(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(BleakClient, name))
