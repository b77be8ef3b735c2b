"""What the commands share that use Bluetooth: the choice of the radio, and the sensors that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imu.sources.ble.air import Stack
    from imu.sources.ble.registry import KnownSensor

__all__ = ["ListenSeconds", "Radio", "known_sensors", "with_radio"]

T = TypeVar("T")

Radio = Annotated[str, Parameter(name="--radio")]
"""Option: ``system``, or a transport of bumble."""

ListenSeconds = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=300))]
"""Option: how long to listen, s."""


def with_radio(radio: str, work: Callable[[Stack], Awaitable[T]]) -> T:
    """Open a radio, do something with it, close it."""
    import asyncio

    from imu.sources.ble.air import open_stack

    async def main() -> T:
        async with open_stack(radio) as stack:
            return await work(stack)

    return asyncio.run(main())


def known_sensors() -> tuple[KnownSensor, ...]:
    """Read the file of known sensors."""
    from imu.folders import sensors_file
    from imu.sources.ble.registry import load_sensors

    return load_sensors(sensors_file())
