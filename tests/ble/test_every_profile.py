"""Every profile that ships, end to end: a virtual sensor made from it, bleak, the source and the chain."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from imu.chain import Chain
from imu.model import Fault, LinkChange, LinkState, Packet, SampleBatch, SensorHealth
from imu.profiles import Profile, builtin_profiles, nominal
from imu.sources.virtual.motion import Motion, Movement, simulated_wearer
from imu.sources.virtual.sensor import SensorSettings, VirtualSensor
from tests.ble.rig import Rig, known_sensor
from tests.ble.virtual_time import run_virtual

RUNNING_S = 8.0


async def stream(profile: Profile, wearer: object, seconds: float) -> tuple[Rig, VirtualSensor]:
    rig = Rig()
    name = f"{next(iter(profile.match.name_prefixes), 'sensor')} 1"
    rig.known = [known_sensor(0, name=name, profile=profile.id, params={})]
    rig.sensors = [
        VirtualSensor(
            profile,
            wearer,  # type: ignore[arg-type]
            *rig.air.controller("sensor"),
            SensorSettings(name=name, serial="0000"),
        )
    ]
    await rig.start()
    async with rig.running():
        await rig.until(lambda: rig.sensors[0].streaming)
        await asyncio.sleep(seconds)
    return rig, rig.sensors[0]


@pytest.mark.parametrize("name", sorted(builtin_profiles()))
def test_a_virtual_sensor_of_each_profile_streams_without_a_fault(name: str) -> None:
    profile = builtin_profiles()[name]
    wearer = simulated_wearer("left-shoe", scenario="demo", duration_s=RUNNING_S + 5.0)
    rig, _ = run_virtual(stream(profile, wearer, RUNNING_S))
    assert rig.source is not None
    chain = Chain(rig.source.header)
    out = [each for item in rig.items for each in chain.push(item)]
    assert [each for each in out if isinstance(each, Fault)] == []
    samples = sum(len(each) for each in out if isinstance(each, SampleBatch))
    assert samples == pytest.approx(nominal(profile).rate_hz * RUNNING_S, rel=0.1)
    health = [each for each in out if isinstance(each, SensorHealth)][-1]
    assert health.battery_percent == pytest.approx(92, abs=1)
    assert health.ledger.lost in {0, None}
    assert rig.of(LinkChange)[-1].state is LinkState.CONNECTED
    told = {packet.channel for packet in rig.of(Packet)}
    assert {"battery_level", "serial_number", "firmware_revision"} <= told


class Turning:
    """A known movement: gravity turns slowly, as the rate says."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz

    def samples(self, first: int, count: int) -> Movement:
        angle = np.arange(first, first + count) / self._rate_hz
        flat = np.zeros_like(angle)
        acc = np.stack([np.sin(angle), flat, np.cos(angle)], axis=1)
        gyr = np.stack([flat, flat + np.degrees(1.0), flat], axis=1)
        return Movement(acc, gyr)


def worn(rate_hz: float) -> Motion:
    return Turning(rate_hz)


@pytest.mark.parametrize("name", sorted(builtin_profiles()))
def test_the_scale_that_only_the_sensor_knows_reaches_the_samples(name: str) -> None:
    rig, sensor = run_virtual(stream(builtin_profiles()[name], worn, 2.0))
    assert rig.source is not None
    chain = Chain(rig.source.header)
    out = [each for item in rig.items for each in chain.push(item)]
    batches = [each for each in out if isinstance(each, SampleBatch)]
    length = np.linalg.norm(np.concatenate([batch.acc_g for batch in batches]), axis=1)
    assert np.abs(length - 1.0).max() < 0.02
    rates = [batch.gyr_dps for batch in batches if batch.gyr_dps is not None]
    assert np.abs(np.concatenate(rates)[:, 1] - np.degrees(1.0)).max() < 0.5
    params = chain.sensors["left-shoe"].decoder.counts.params
    assert params == pytest.approx(sensor._script.params)
