"""What is told while sensors are looked for from the window, in each state of the search; free of Qt."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from imu.sources.ble.registry import maybe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.sources.ble.registry import KnownSensor
    from imu.sources.ble.scan import Sighting

__all__ = ["NearKind", "NearState", "near_line", "near_state", "sensors_among"]


class NearKind(enum.StrEnum):
    """How the search stands."""

    IDLE = "idle"
    SEARCHING = "searching"
    ASKING = "asking"
    FOUND = "found"
    NOBODY = "nobody"
    NO_RADIO = "no radio"


class NearState(msgspec.Struct, frozen=True):
    """What stands in place of the list while there is none."""

    kind: NearKind
    headline: str
    detail: str


_WORDS = {
    NearKind.IDLE: ("Which sensors are near?", "Switch them on, keep them within a few metres, then look."),
    NearKind.SEARCHING: ("Looking …", "Listening to what is near for 5 s."),
    NearKind.ASKING: ("Asking for the serial number …", "So that it is known again under any address."),
    NearKind.NOBODY: (
        "No sensor was heard",
        "Switch it on, or wake it by moving it. One that is connected to a phone stays silent.",
    ),
    NearKind.NO_RADIO: ("Bluetooth cannot be used", ""),
    NearKind.FOUND: ("", ""),
}


def near_state(kind: NearKind, detail: str = "") -> NearState:
    """Return what is told in a state; `detail` stands in place of the usual words."""
    headline, usual = _WORDS[kind]
    return NearState(kind, headline, detail[:1].upper() + detail[1:] if detail else usual)


def sensors_among(sightings: Sequence[Sighting], known: Sequence[KnownSensor]) -> tuple[Sighting, ...]:
    """Return those that are sensors: a firmware profile fits, or one of that name is known."""
    return tuple(each for each in sightings if each.profile or maybe(known, each.name, each.host_id))


def near_line(sighting: Sighting, known: Sequence[KnownSensor]) -> str:
    """Return what a list says of a sensor that is near: name, strength, battery, and to whom it is bound."""
    parts = [sighting.name or sighting.host_id, f"{sighting.rssi_dbm} dBm"]
    if sighting.battery_percent is not None:
        parts.append(f"battery {sighting.battery_percent} %")
    bound = maybe(known, sighting.name, sighting.host_id)
    if bound:
        parts.append(f"already bound to {' or '.join(each.owner for each in bound)}")
    return "  \N{MIDDLE DOT}  ".join(parts)
