"""Looking around: which sensors advertise, and what one of them tells of itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from imu.errors import EnvironmentProblem
from imu.profiles import builtin_profiles
from imu.sources.ble.services import BATTERY_SERVICE
from imu.sources.ble.troubles import explain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from imu.profiles import Profile
    from imu.sources.ble.air import Stack

__all__ = ["Sighting", "ask_serial", "clean", "look_around", "profile_for"]

LONGEST_NAME = 64
MOST_SIGHTINGS = 1000
FULL_PERCENT = 100


class Sighting(msgspec.Struct, frozen=True):
    """A device that advertises.

    Attributes
    ----------
    name : str
        As advertised, cleaned for showing.
    host_id : str
        How this computer knows it.
    rssi_dbm : int
        Strength of the last advertisement, dBm.
    profile : str
        Id of the firmware profile that fits; ``""`` for none.
    battery_percent : int or None
        Where the advertisement tells it.
    """

    name: str
    host_id: str
    rssi_dbm: int
    profile: str = ""
    battery_percent: int | None = None


def clean(text: str) -> str:
    """Leave out what is no printable character: control codes, direction marks; cut at 64."""
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST_NAME]


def profile_for(name: str, uuids: Iterable[str], makers: Iterable[int], profiles: Iterable[Profile]) -> str:
    """Id of the first profile that fits an advertisement by name or service, else by maker; else ``""``."""
    services, codes = {uuid.lower() for uuid in uuids}, set(makers)
    by_maker = ""
    for profile in profiles:
        match = profile.match
        if any(name.startswith(prefix) for prefix in match.name_prefixes):
            return profile.id
        if services & {uuid.lower() for uuid in match.service_uuids}:
            return profile.id
        if not by_maker and match.manufacturer_id in codes:
            by_maker = profile.id
    return by_maker


async def look_around(stack: Stack, duration_s: float) -> list[Sighting]:
    """Listen to advertisements.

    Parameters
    ----------
    stack : Stack
        What of bleak to use.
    duration_s : float
        How long, s.

    Returns
    -------
    list of Sighting
        The strongest first; at most a thousand.

    Raises
    ------
    EnvironmentProblem
        Bluetooth cannot be used; the sentence says why.
    """
    profiles = tuple(builtin_profiles().values())
    seen: dict[str, Sighting] = {}

    def take(device: BLEDevice, told: AdvertisementData) -> None:
        if device.address in seen or len(seen) < MOST_SIGHTINGS:
            name = told.local_name or device.name or ""
            seen[device.address] = Sighting(
                clean(name),
                device.address,
                told.rssi,
                profile_for(name, told.service_uuids, told.manufacturer_data, profiles),
                _battery(told),
            )

    try:
        scanner = stack.scanner(take)
        await scanner.start()
        try:
            await asyncio.sleep(duration_s)
        finally:
            await scanner.stop()
    except Exception as error:
        raise EnvironmentProblem(explain(error, "Bluetooth").text) from error
    return sorted(seen.values(), key=lambda each: -each.rssi_dbm)


async def ask_serial(stack: Stack, host_id: str, *, timeout_s: float = 15.0) -> str:
    """Connect to a device and read its serial number; ``""`` when it tells none.

    Raises
    ------
    EnvironmentProblem
        It is not there any more, or the connection fails; the sentence says why.
    """
    from imu.sources.ble.air import Air  # noqa: PLC0415 - bleak, through link
    from imu.sources.ble.link import read_text  # noqa: PLC0415 - bleak
    from imu.sources.ble.services import SERIAL_NUMBER  # noqa: PLC0415

    air = Air(stack)
    try:
        async with asyncio.timeout(timeout_s):
            device = await air.find(lambda found, _: found.address == host_id)
            async with air.turn():
                client = stack.client(device, lambda _: None)
                try:
                    await client.connect()
                    return await read_text(client, SERIAL_NUMBER)
                finally:
                    await client.disconnect()
    except Exception as error:
        raise EnvironmentProblem(explain(error, "the sensor").text) from error
    finally:
        await air.close()


def _battery(told: AdvertisementData) -> int | None:
    data = told.service_data.get(BATTERY_SERVICE, b"")
    return data[0] if len(data) == 1 and data[0] <= FULL_PERCENT else None
