"""Inputs: everything a session consists of, in the order in which it arrived."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["Command", "Input", "LinkChange", "LinkState", "Marker", "Packet", "Tick"]


class LinkState(enum.StrEnum):
    """State of the radio link to one sensor."""

    SEARCHING = "searching"
    CONNECTED = "connected"
    LOST = "lost"
    CLOSED = "closed"


class Packet(msgspec.Struct, frozen=True, gc=False):
    """One notification as it came, before any parsing.

    Attributes
    ----------
    sensor : str
        Identity of the sensor inside the session, e.g. ``"left-shoe"``.
    seq : int
        Running number given on arrival, per sensor, starting at 0.
    arrival_ns : int
        Host's monotonic clock on arrival, ns.
    channel : str
        Role of the characteristic in the firmware profile, e.g. ``"data"``.
    payload : bytes
        The bytes, untouched.
    """

    sensor: str
    seq: int
    arrival_ns: int
    channel: str
    payload: bytes


class LinkChange(msgspec.Struct, frozen=True, gc=False):
    """The link of a sensor changed; ``detail`` is one plain sentence."""

    sensor: str
    arrival_ns: int
    state: LinkState
    detail: str = ""


class Tick(msgspec.Struct, frozen=True, gc=False):
    """The host's clock, recorded once a second so that silence is data too."""

    arrival_ns: int


class Marker(msgspec.Struct, frozen=True, gc=False):
    """A mark, lap or note of the user."""

    arrival_ns: int
    kind: str
    text: str = ""


class Command(msgspec.Struct, frozen=True, gc=False):
    """A change asked for by a user while the session runs, e.g. a new limit; recorded like any input."""

    arrival_ns: int
    name: str
    value: float


Input = Packet | LinkChange | Tick | Marker | Command
"""Anything a source yields."""
