"""Running virtual sensors on a transport, and what they can be told meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bumble.transport import open_transport

from imu.errors import EnvironmentProblem, UsageError
from imu.sources.virtual.air import VirtualAir
from imu.sources.virtual.sensor import VirtualSensor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bumble.transport.common import Transport

    from imu.profiles import Profile
    from imu.sources.sim import RadioLink
    from imu.sources.virtual.motion import Wearer
    from imu.sources.virtual.sensor import SensorSettings

    Part = tuple[SensorSettings, Wearer, RadioLink | None]

__all__ = ["COMMANDS", "offers_adapter", "sensors_on", "tell"]

_ADAPTER_SCHEMES = ("vhci", "tcp-server", "unix-server", "ws-server", "pty")


def offers_adapter(transport: str) -> bool:
    """Tell whether a host is at the other end of a transport: it gets a virtual adapter."""
    return transport.partition(":")[0] in _ADAPTER_SCHEMES


@contextlib.asynccontextmanager
async def sensors_on(
    transport: str, profile: Profile, parts: Sequence[Part]
) -> AsyncIterator[list[VirtualSensor]]:
    """Switch virtual sensors on, and off at the end.

    Parameters
    ----------
    transport : str
        A transport of bumble. ``vhci``, ``tcp-server:HOST:PORT``, ``unix-server:``, ``ws-server:`` and
        ``pty`` offer a virtual adapter to a host at the other end; any other leads to a real controller,
        which carries one sensor.
    profile : Profile
        Firmware that they play.
    parts : sequence of (SensorSettings, Wearer, RadioLink or None)
        One for each sensor.

    Yields
    ------
    list of VirtualSensor
        They advertise.

    Raises
    ------
    UsageError
        Several sensors on one real controller.
    EnvironmentProblem
        The transport cannot be opened.
    """
    async with contextlib.AsyncExitStack() as held:
        try:
            line = await held.enter_async_context(await open_transport(transport))
        except Exception as error:
            raise EnvironmentProblem(f"transport {transport!r} cannot be opened: {error}") from error
        sensors = _made(line, transport, profile, parts)
        try:
            for sensor in sensors:
                await sensor.start()
            yield sensors
        finally:
            await asyncio.gather(*(sensor.stop() for sensor in sensors), return_exceptions=True)


def _made(line: Transport, transport: str, profile: Profile, parts: Sequence[Part]) -> list[VirtualSensor]:
    if not offers_adapter(transport):
        if len(parts) > 1:
            raise UsageError("a real controller carries one virtual sensor: start the command once for each")
        settings, wearer, radio = parts[0]
        return [VirtualSensor(profile, wearer, line.source, line.sink, settings, radio=radio)]
    air = VirtualAir()
    air.offer(line, kernel=transport.startswith("vhci"))
    return [
        VirtualSensor(profile, wearer, *air.controller(settings.name), settings, radio=radio)
        for settings, wearer, radio in parts
    ]


async def _stall(sensor: VirtualSensor) -> None:
    sensor.stalled = True


async def _flow(sensor: VirtualSensor) -> None:
    sensor.stalled = False


COMMANDS: dict[str, tuple[Callable[[VirtualSensor], object], str]] = {
    "drop": (VirtualSensor.drop, "break the connection, go on advertising"),
    "leave": (VirtualSensor.leave, "go out of reach"),
    "back": (VirtualSensor.come_back, "be in reach again"),
    "cycle": (lambda sensor: sensor.come_back(power_cycled=True), "be in reach again, switched off and on"),
    "stall": (_stall, "stay connected but send nothing"),
    "flow": (_flow, "send again"),
}
"""What a line on standard input makes of all sensors, or of the one whose name ends in the second word."""


async def tell(sensors: Sequence[VirtualSensor], line: str) -> str:
    """Carry out a line and return what to answer."""
    word, _, whom = line.strip().partition(" ")
    if word not in COMMANDS:
        return "commands: " + "; ".join(f"{name} [SENSOR] - {text}" for name, (_, text) in COMMANDS.items())
    meant = [sensor for sensor in sensors if sensor.settings.name.endswith(whom.strip())]
    for sensor in meant:
        await COMMANDS[word][0](sensor)  # type: ignore[misc]
    return f"{word}: {', '.join(sensor.settings.name for sensor in meant) or 'no such sensor'}"
