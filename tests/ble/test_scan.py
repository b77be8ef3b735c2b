"""Looking around and asking who is there, over virtual sensors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.errors import EnvironmentProblem
from imu.model import LinkChange, LinkState, Packet
from imu.profiles import builtin_profiles
from imu.sources.ble.scan import Sighting, ask_serial, clean, look_around, profile_for
from imu.sources.virtual.motion import simulated_wearer
from imu.sources.virtual.sensor import SensorSettings, VirtualSensor
from tests.ble.rig import Rig, known_sensor
from tests.ble.virtual_time import run_virtual

if TYPE_CHECKING:
    from imu.sources.ble.air import Stack


async def stack_near(rig: Rig) -> Stack:
    await rig.start()
    assert rig.stack is not None
    return rig.stack


def test_a_scan_names_sensor_profile_and_strength() -> None:
    async def scan() -> list[Sighting]:
        return await look_around(await stack_near(Rig()), 2.0)

    found = run_virtual(scan())
    assert {each.name for each in found} == {"softstrike left", "softstrike right"}
    assert {each.profile for each in found} == {"softstrike-reference"}
    assert all(-127 <= each.rssi_dbm <= 20 for each in found)


def test_the_serial_number_is_read_from_the_sensor() -> None:
    async def ask() -> str:
        return await ask_serial(await stack_near(Rig()), "F0:F1:F2:F3:F4:02")

    assert run_virtual(ask()) == "0001"


def test_a_sensor_that_is_not_there_is_told_in_a_sentence() -> None:
    async def ask() -> str:
        return await ask_serial(await stack_near(Rig()), "F0:F1:F2:F3:F4:77")

    with pytest.raises(EnvironmentProblem, match="did not answer"):
        run_virtual(ask())


def test_a_profile_is_found_by_name_service_or_maker() -> None:
    reference = builtin_profiles()["softstrike-reference"]
    (uuid,) = reference.match.service_uuids
    made = msgspec.structs.replace(reference.match, manufacturer_id=0xFFFF)
    profiles = [msgspec.structs.replace(reference, match=made)]
    assert profile_for("softstrike 3", [], [], profiles) == reference.id
    assert profile_for("other", [uuid.upper()], [], profiles) == reference.id
    assert profile_for("other", [], [0xFFFF], profiles) == reference.id
    assert profile_for("other", [], [1], profiles) == ""


def test_a_hostile_name_is_shown_cleaned() -> None:
    assert clean("\x1b[31mred\u202e" + "x" * 10_000) == "[31mred" + "x" * 57


def test_a_sensor_of_the_same_name_but_another_serial_number_is_left_alone() -> None:
    async def meet() -> tuple[Rig, bool]:
        rig = Rig()
        rig.known = [known_sensor(0, serial="9999"), known_sensor(1)]
        await rig.start()
        async with rig.running():
            await asyncio.sleep(20.0)
            attached = rig.sensors[0].connected
        return rig, attached

    rig, attached = run_virtual(meet())
    assert not attached
    assert rig.of(Packet, "left-shoe") == []
    assert sum("its serial number is 0000, not 9999" in text for text in rig.texts("left-shoe")) == 1
    assert rig.of(LinkChange, "right-shoe")[-1].state is LinkState.CONNECTED


def test_of_two_sensors_of_one_name_the_bound_one_is_found() -> None:
    async def meet() -> Rig:
        rig = Rig()
        twin = VirtualSensor(
            rig.sensors[0].profile,
            simulated_wearer("left-shoe", duration_s=60.0),
            *rig.air.controller("twin"),
            SensorSettings(name="softstrike left", serial="7777", address="F0:F1:F2:F3:F4:09"),
        )
        await twin.start()
        await rig.start()
        async with rig.running():
            await rig.until_streaming()
        assert not twin.connected
        return rig

    assert run_virtual(meet()).of(LinkChange, "left-shoe")[-1].state is LinkState.CONNECTED
