"""``softstrike sensors``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from imu.cli.radio import ListenSeconds, Radio  # noqa: TC001 - cyclopts reads the annotations
from imu.model import Placement, Side  # noqa: TC001 - cyclopts reads the annotations

if TYPE_CHECKING:
    from imu.sources.ble.air import Stack
    from imu.sources.ble.registry import KnownSensor
    from imu.sources.ble.scan import Sighting

__all__ = ["sensors"]

sensors = App(
    name="sensors",
    help="Say which sensor is worn by whom and where; see and change what is known.",
    help_format="plaintext",
)


@sensors.default
@sensors.command(name="list")
def list_sensors() -> int:
    """List the known sensors and the file that says so."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from imu.cli.app import OK
    from imu.cli.radio import known_sensors
    from imu.folders import sensors_file

    known = known_sensors()
    if known:
        table = Table()
        for heading in ("known as", "name", "serial number", "runner", "worn", "profile"):
            table.add_column(heading)
        for each in known:
            cells = (each.known_as, each.name, each.serial, each.runner, each.place, each.profile)
            table.add_row(*map(escape, cells))
        Console().print(table)
    else:
        print("No sensor is bound yet: softstrike sensors bind NAME --runner ... --placement ... --side ...")
    print(f"file: {sensors_file()}")
    return OK


@sensors.command
def bind(
    name: str,
    /,
    *,
    runner: str,
    placement: Placement,
    side: Side,
    known_as: str = "",
    profile: str = "",
    serial: str | None = None,
    setting: Annotated[dict[str, float] | None, Parameter(name="--set")] = None,
    listen: ListenSeconds = 10.0,
    radio: Radio = "system",
) -> int:
    """Bind a sensor to a runner and a place. It must be near: its serial number is read from it.

    Parameters
    ----------
    name : str
        Name that it advertises; softstrike scan shows it.
    runner : str
        Who wears it.
    placement : Placement
        shoe, shank or pelvis; a pelvis sensor is an auxiliary beside those of the legs.
    side : Side
        left or right.
    known_as : str
        What you call it.
    profile : str
        Id of its firmware profile; found by its advertisement when left out.
    serial : str
        Its serial number, if you know it: then it need not be near.
    setting : dict[str, float]
        Values of the profile's parameters, e.g. --set.rate_hz 416.
    listen : float
        How long to look for it, s.
    radio : str
        system, or a transport of bumble such as usb:0 or tcp-client:127.0.0.1:9000.
    """
    from imu.cli.app import OK
    from imu.cli.radio import known_sensors, with_radio
    from imu.errors import UsageError
    from imu.profiles import find_profile, resolve_params
    from imu.sources.ble.registry import KnownSensor, checked

    before = known_sensors()
    host_id = ""
    if serial is None:
        seen, serial = with_radio(radio, lambda stack: _ask(stack, name, listen))
        profile, host_id = profile or seen.profile, "" if serial else seen.host_id
    if not profile:
        raise UsageError(f"no firmware profile fits {name!r}: add --profile (softstrike profile list)")
    params = dict(setting or {})
    resolve_params(find_profile(profile), params)
    new = checked(KnownSensor(name, profile, runner, placement, side, serial, known_as, host_id, params))
    _keep(before, new)
    told = f"serial number {serial}" if serial else "it tells no serial number"
    print(f"{new.title} ({told}) is {runner}'s {new.place}")
    return OK


def _keep(before: tuple[KnownSensor, ...], new: KnownSensor) -> None:
    """Write the sensor into the file, and tell whose it was."""
    from imu.folders import sensors_file
    from imu.sources.ble.registry import bind as bound
    from imu.sources.ble.registry import save_sensors

    save_sensors(sensors_file(), bound(before, new))
    for old in before:
        if old.identity == new.identity and old.owner != new.owner:
            print(f"it was bound to {old.owner} before")


@sensors.command
def rename(sensor: str, known_as: str, /) -> int:
    """Call a sensor by a name of your own.

    Parameters
    ----------
    sensor : str
        What it is called now, its advertised name or its serial number.
    known_as : str
        New name.
    """
    from imu.cli.app import OK
    from imu.cli.radio import known_sensors
    from imu.folders import sensors_file
    from imu.sources.ble.registry import checked, save_sensors
    from imu.sources.ble.registry import rename as renamed

    save_sensors(sensors_file(), map(checked, renamed(known_sensors(), sensor, known_as)))
    print(f"{sensor} is now called {known_as}")
    return OK


@sensors.command
def forget(sensor: str, /) -> int:
    """Forget a sensor; recorded sessions stay as they are.

    Parameters
    ----------
    sensor : str
        What it is called, its advertised name or its serial number.
    """
    from imu.cli.app import OK
    from imu.cli.radio import known_sensors
    from imu.folders import sensors_file
    from imu.sources.ble.registry import forget as without
    from imu.sources.ble.registry import save_sensors

    save_sensors(sensors_file(), without(known_sensors(), sensor))
    print(f"{sensor} is forgotten")
    return OK


async def _ask(stack: Stack, name: str, listen_s: float) -> tuple[Sighting, str]:
    """Find the one sensor of that name and ask for its serial number."""
    from imu.errors import EnvironmentProblem, UsageError
    from imu.sources.ble.scan import ask_serial, look_around

    near = [each for each in await look_around(stack, listen_s) if each.name == name]
    if not near:
        raise EnvironmentProblem(
            f"no sensor {name!r} was heard in {listen_s:g} s: switch it on and come near"
        )
    if len(near) > 1:
        raise UsageError(f"{len(near)} sensors are called {name!r}: switch the others off, or add --serial")
    return near[0], await ask_serial(stack, near[0].host_id)
