"""``softstrike scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from imu.cli.radio import ListenSeconds, Radio  # noqa: TC001 - cyclopts reads the annotations

if TYPE_CHECKING:
    from imu.sources.ble.registry import KnownSensor
    from imu.sources.ble.scan import Sighting

__all__ = ["scan"]


def scan(
    *,
    listen: ListenSeconds = 5.0,
    everything: Annotated[bool, Parameter(name="--all", negative=())] = False,
    radio: Radio = "system",
) -> int:
    """List the sensors that are near: name, profile, strength, battery if told, and what they are known as.

    Parameters
    ----------
    listen : float
        How long to listen, s.
    everything : bool
        Show devices too that no firmware profile fits.
    radio : str
        system, or a transport of bumble such as usb:0 or tcp-client:127.0.0.1:9000.
    """
    from imu.cli.app import NOTHING_USABLE, OK
    from imu.cli.radio import known_sensors, with_radio
    from imu.sources.ble.scan import look_around

    known = known_sensors()
    found = with_radio(radio, lambda stack: look_around(stack, listen))
    shown = [each for each in found if everything or each.profile or _known_as(each, known)]
    if not shown:
        more = "" if everything else "; add --all to see other devices"
        print(f"No sensor was heard in {listen:g} s: switch it on, or wake it by moving it{more}.")
        return NOTHING_USABLE
    _print(shown, known)
    return OK


def _known_as(sighting: Sighting, known: tuple[KnownSensor, ...]) -> str:
    from imu.sources.ble.registry import maybe

    fits = maybe(known, sighting.name, sighting.host_id)
    return ", ".join(f"{each.title} ({each.runner}, {each.place})" for each in fits)


def _print(sightings: list[Sighting], known: tuple[KnownSensor, ...]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Sensors near")
    for heading in ("name", "profile", "RSSI", "battery", "known as"):
        table.add_column(heading)
    for each in sightings:
        battery = "" if each.battery_percent is None else f"{each.battery_percent} %"
        cells = (each.name or each.host_id, each.profile, f"{each.rssi_dbm} dBm", battery)
        table.add_row(*map(escape, (*cells, _known_as(each, known))))
    Console().print(table)
