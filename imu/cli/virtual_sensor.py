"""``softstrike virtual-sensor``."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from imu.cli.simulated import Duration, Seed  # noqa: TC001 - cyclopts reads the annotations

if TYPE_CHECKING:
    from imu.profiles import Profile
    from imu.sources.sim import RadioLink
    from imu.sources.virtual.motion import Wearer
    from imu.sources.virtual.sensor import SensorSettings, VirtualSensor

__all__ = ["virtual_sensor"]

_DAY_S = 86_400.0
_SIDES = ("left", "right")

Share = Annotated[float, Parameter(validator=validators.Number(gte=0, lt=1))]


def virtual_sensor(
    profile: str,
    /,
    *,
    transport: str = "tcp-server:127.0.0.1:9000",
    one: Annotated[bool, Parameter(negative=())] = False,
    name: str = "",
    serial: str = "virtual",
    play: Path | None = None,
    scenario: str = "two_shoes",
    seed: Seed = 1,
    loss: Share = 0.0,
    mtu: Annotated[int, Parameter(validator=validators.Number(gte=23, lte=517))] = 247,
    duration: Duration | None = None,
) -> int:
    """Play a pair of sensors without hardware, built from their profile; Ctrl-C switches them off.

    Lines on standard input act on them, e.g. "drop", "leave left", "back", "cycle" (back after a power
    cycle), "stall", "flow". On any system: softstrike virtual-sensor softstrike-reference, and in another
    terminal softstrike scan --radio tcp-client:127.0.0.1:9000. On Linux as root, --transport vhci makes a
    virtual adapter of the system itself.

    Parameters
    ----------
    profile : str
        Id of a profile that ships, or a profile's file (.toml).
    transport : str
        A transport of bumble: vhci, tcp-server:HOST:PORT, ... offer a virtual adapter with the sensors in its
        air; usb:0, serial:..., ... send one sensor out through a real controller (with --one).
    one : bool
        Play only the left sensor.
    name : str
        Advertised name; the side is added. By default what the profile recognises.
    serial : str
        Serial number; the side is added.
    play : Path
        Session file (.mcap) whose movement to play, over and over; else it is simulated.
    scenario : str
        Of simulated movement: two_shoes, two_shins or demo.
    seed : int
        Of simulated movement and loss.
    loss : float
        Share of notifications that get lost, 0 to 1.
    mtu : int
        Largest MTU that the sensors agree to.
    duration : float
        Switch off after this many s.
    """
    _need_bumble()
    found = _profile(profile)
    title = name or next(iter(found.match.name_prefixes), found.title[:16])
    parts = [
        (
            _settings(title, serial, side, number, mtu),
            _wearer(side, scenario, seed, play),
            _radio(loss, seed, side),
        )
        for number, side in enumerate(_SIDES[:1] if one else _SIDES)
    ]
    return asyncio.run(_run(transport, found, parts, duration))


def _need_bumble() -> None:
    from imu.errors import EnvironmentProblem

    try:
        import bumble  # noqa: F401 - whether it is there is the question
    except ImportError as error:
        raise EnvironmentProblem("virtual sensors need: pip install 'softstrike[virtual]'") from error


def _profile(word: str) -> Profile:
    from imu.profiles import find_profile, load_profile

    return load_profile(Path(word)) if word.endswith(".toml") else find_profile(word)


def _settings(name: str, serial: str, side: str, number: int, mtu: int) -> SensorSettings:
    from imu.sources.virtual.sensor import SensorSettings

    address = f"F0:F1:F2:F3:F4:{number + 1:02X}"
    return SensorSettings(name=f"{name} {side}", serial=f"{serial}-{side}", address=address, mtu=mtu)


def _wearer(side: str, scenario: str, seed: int, play: Path | None) -> Wearer:
    from imu.sources.virtual.motion import RecordedMotion, simulated_wearer

    if play is None:
        place = f"{side}-{'shin' if scenario == 'two_shins' else 'shoe'}"
        return simulated_wearer(place, scenario=scenario, seed=seed, duration_s=_DAY_S)
    return RecordedMotion(play, side=side).at


def _radio(loss: float, seed: int, side: str) -> RadioLink | None:
    from imu.sources.sim import RadioLink, RadioModel

    return RadioLink(RadioModel(loss=loss), seed, side) if loss else None


async def _run(
    transport: str,
    profile: Profile,
    parts: list[tuple[SensorSettings, Wearer, RadioLink | None]],
    duration_s: float | None,
) -> int:
    from imu.cli.app import OK
    from imu.sources.virtual.command import sensors_on

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: loop.call_soon_threadsafe(over.set))
    async with sensors_on(transport, profile, parts) as sensors:
        for sensor in sensors:
            settings = sensor.settings
            print(f"{settings.name}: serial number {settings.serial}, address {settings.address}")
        print("ready; Ctrl-C switches them off", flush=True)
        reader = asyncio.create_task(_obey(sensors))
        try:
            async with asyncio.timeout(duration_s):
                await over.wait()
        except TimeoutError:
            print("switched off")
        finally:
            reader.cancel()
    return OK


async def _obey(sensors: list[VirtualSensor]) -> None:
    """Carry out lines of standard input, which a thread reads: it cannot be waited for on every system."""
    from imu.sources.virtual.command import tell

    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True, name="standard input").start()
    while True:
        print(await tell(sensors, await lines.get()), flush=True)
