"""Virtual sensors, a host and the source under test in one process; what comes out is kept and computed."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from typing import TYPE_CHECKING, Any, NamedTuple

from imu.chain import Chain
from imu.model import Fault, Gap, LinkChange, Packet, Placement, SampleBatch, SensorHealth, Side, Step, Tick
from imu.profiles import find_profile
from imu.sources.ble import BleSource, KnownSensor
from imu.sources.ble.air import Stack, stack_of
from imu.sources.ble.bumble_backend import bumble_backends
from imu.sources.sim import RadioLink, ready_session
from imu.sources.virtual.air import VirtualAir
from imu.sources.virtual.motion import Movement, SimulatedMotion
from imu.sources.virtual.sensor import SensorSettings, VirtualSensor
from tests.ble.virtual_time import clock_ns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from imu.model import Input, Ledger
    from imu.sources.sim import RadioModel, SimulatedSession

__all__ = ["PLACES", "Computed", "LoggedMotion", "Rig", "compute", "known_sensor"]

PLACES = ("left-shoe", "right-shoe")


class LoggedMotion(SimulatedMotion):
    """Motion that notes which samples a sensor has put into packets."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.taken: list[tuple[int, int]] = []

    def samples(self, first: int, count: int) -> Movement:
        if first:
            self.taken.append((first, count))
        return super().samples(first, count)


def known_sensor(number: int, *, rate_hz: float = 208.0, **changes: Any) -> KnownSensor:
    """Name a virtual sensor as the file of sensors would."""
    side = (Side.LEFT, Side.RIGHT)[number]
    usual: dict[str, Any] = {
        "name": f"softstrike {side}",
        "profile": "softstrike-reference",
        "runner": "anna",
        "placement": Placement.SHOE,
        "side": side,
        "serial": f"000{number}",
        "params": {"rate_hz": rate_hz},
    }
    return KnownSensor(**{**usual, **changes})


def _worn(motion: LoggedMotion, _rate_hz: float) -> LoggedMotion:
    return motion


class Rig:
    """Two virtual shoes of one runner; must be made inside a running loop.

    Parameters
    ----------
    rate_hz : float
        Sampling rate.
    radio : RadioModel, optional
        What the air does to notifications.
    mtu : int
        Largest MTU of the sensors.
    duration_s : float
        How much movement there is.
    now_ns : callable
        Clock of the source.
    """

    def __init__(
        self,
        *,
        rate_hz: float = 208.0,
        radio: RadioModel | None = None,
        mtu: int = 247,
        duration_s: float = 300.0,
        now_ns: Callable[[], int] = clock_ns,
    ) -> None:
        self.air = VirtualAir()
        self.rate_hz = rate_hz
        self.session: SimulatedSession = ready_session("two_shoes", rate_hz=rate_hz, duration_s=duration_s)
        self.motions = [LoggedMotion(self.session.stream(place)) for place in PLACES]
        self.sensors = [
            VirtualSensor(
                find_profile("softstrike-reference"),
                functools.partial(_worn, self.motions[number]),
                *self.air.controller(place),
                SensorSettings(
                    name=f"softstrike {place.partition('-')[0]}",
                    serial=f"000{number}",
                    address=f"F0:F1:F2:F3:F4:0{number + 1}",
                    mtu=mtu,
                ),
                radio=None if radio is None else RadioLink(radio, 1, place),
            )
            for number, place in enumerate(PLACES)
        ]
        self.known = [known_sensor(number, rate_hz=rate_hz) for number in range(len(PLACES))]
        self.items: list[Input] = []
        self.stack: Stack | None = None
        self._now_ns = now_ns
        self.source: BleSource | None = None

    async def start(self, *, mtu: int = 517) -> None:
        """Switch the sensors and the host on."""
        for sensor in self.sensors:
            await sensor.start()
        self.stack = stack_of(bumble_backends(await self.air.host(), largest_mtu=mtu))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[BleSource]:
        """Run the source and keep what it yields."""
        assert self.stack is not None
        stack = self.stack
        self.source = source = BleSource(
            self.known, open_radio=lambda: contextlib.nullcontext(stack), clock_ns=self._now_ns
        )
        task = asyncio.create_task(self._collect(source))
        try:
            yield source
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _collect(self, source: BleSource) -> None:
        async with contextlib.aclosing(source.inputs()) as inputs:  # type: ignore[type-var]
            async for item in inputs:
                self.items.append(item)

    async def until(self, what: Callable[[], bool], limit_s: float = 30.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(limit_s):
            while not what():  # noqa: ASYNC110 - any condition, in virtual time
                await asyncio.sleep(0.05)

    async def until_streaming(self) -> None:
        """Wait until both shoes have sent."""
        await self.until(lambda: {p.sensor for p in self.of(Packet)} == set(PLACES))

    def of(self, kind: type[Any], sensor: str | None = None) -> list[Any]:
        """Return the inputs of a kind so far."""
        return [
            item
            for item in self.items
            if isinstance(item, kind) and sensor in (None, getattr(item, "sensor", None))
        ]

    def texts(self, sensor: str | None = None) -> list[str]:
        """Return what was told of the links."""
        return [change.detail for change in self.of(LinkChange, sensor)]

    def packets(self, sensor: str) -> list[Packet]:
        """Return the data packets of a sensor."""
        return [packet for packet in self.of(Packet, sensor) if packet.channel == "data"]


class Computed(NamedTuple):
    """What the chain made of the inputs."""

    samples: dict[str, int]
    gaps: dict[str, list[Gap]]
    faults: dict[str, list[Fault]]
    steps: dict[str, list[Step]]
    ledger: dict[str, Ledger]
    health: list[SensorHealth]


def compute(rig: Rig) -> Computed:
    """Run the chain over what the source yielded."""
    assert rig.source is not None
    chain = Chain(rig.source.header)
    last = rig.items[-1].arrival_ns
    out = [each for item in (*rig.items, Tick(last)) for each in chain.push(item)]
    out += chain.flush()

    def of(kind: type[Any]) -> dict[str, list[Any]]:
        return {
            place: [each for each in out if isinstance(each, kind) and each.sensor == place]
            for place in PLACES
        }

    batches, health = of(SampleBatch), of(SensorHealth)
    return Computed(
        {place: sum(len(batch) for batch in batches[place]) for place in PLACES},
        of(Gap),
        of(Fault),
        of(Step),
        {place: health[place][-1].ledger for place in PLACES},
        [each for place in PLACES for each in health[place]],
    )


async def at_once(*works: Awaitable[Any]) -> None:
    """Do several things at the same moment."""
    await asyncio.gather(*works)
