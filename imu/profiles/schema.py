"""The closed schema of a firmware profile: one TOML file that describes one sensor's firmware.

There are no expressions: a value is a number or the name of a parameter (``"$rate_hz"``), and everything a
profile can say is listed here, in :mod:`imu.profiles.framings`, :mod:`imu.profiles.packets` and
:mod:`imu.profiles.steps`. Unknown keys are refused. What one key cannot know of another (offsets,
references, overlaps) is checked by :mod:`imu.profiles.checks`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from imu.model import Placement
from imu.profiles.base import Hex, Ident, Name, Row, Seconds, Short, Value
from imu.profiles.framings import Framing
from imu.profiles.packets import PacketRule
from imu.profiles.steps import Session

__all__ = ["Link", "Match", "Param", "Profile", "Sensor", "SeqRule", "Service", "TimeRule", "Vector"]

Roles = Annotated[tuple[Name, ...], Meta(min_length=1, max_length=16)]


class TimeRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How a sample gets its time.

    Attributes
    ----------
    source : str
        ``"packet"``: the frame carries the device's clock; ``"count"``: samples are counted at the nominal
        rate; ``"arrival"``: only the host's clock on arrival is known.
    unit_ns : int
        One tick of the device's clock, ns.
    wrap_bits : int
        The clock starts again at ``2**wrap_bits`` ticks; without a clock it has no meaning.
    marks : str
        Whether the clock marks the ``"first"`` or the ``"last"`` sample of the frame.
    """

    source: Literal["packet", "count", "arrival"]
    unit_ns: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1
    wrap_bits: Annotated[int, Meta(ge=1, le=64)] = 32
    marks: Literal["first", "last"] = "last"


class SeqRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What the sequence number counts (``"packets"`` or ``"samples"``) and at which bit it wraps."""

    bits: Annotated[int, Meta(ge=1, le=64)]
    counts: Literal["packets", "samples"] = "packets"


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """How an advertisement is recognised: any prefix of the name, or any service; never the address."""

    name_prefixes: Annotated[tuple[Short, ...], Meta(max_length=16)] = ()
    service_uuids: Annotated[tuple[str, ...], Meta(max_length=16)] = ()
    manufacturer_id: Annotated[int, Meta(ge=0, le=0xFFFF)] | None = None


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """What the radio link must give.

    Attributes
    ----------
    payload_bytes : int
        Longest notification the firmware sends; the link needs an MTU of 3 bytes more.
    write_pace_ms : float
        Least time between two writes, ms.
    acquire_notify : bool
        Whether BlueZ shall hand notifications over through a socket (needed by some firmware).
    idle_timeout_s : float
        Silence after which the link counts as lost, s.
    """

    payload_bytes: Annotated[int, Meta(ge=1, le=512)] = 244
    write_pace_ms: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    acquire_notify: bool = False
    idle_timeout_s: Seconds = 3.0


class Param(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that differs between sensors or sessions: a rate, a range, a scale.

    Attributes
    ----------
    default : float or None
        Value unless another is asked for; None when it follows from `of` and `table`.
    allowed : tuple of float
        The values it can take; empty = any.
    unit : str
        For people.
    of, table
        The value follows from parameter `of` by the pairs of `table`.
    played : float or None
        What a virtual sensor tells when the true value comes from the sensor; else the default.
    """

    default: float | None = None
    allowed: Annotated[tuple[float, ...], Meta(max_length=64)] = ()
    unit: Annotated[str, Meta(max_length=32)] = ""
    of: Name | None = None
    table: Annotated[tuple[tuple[float, float], ...], Meta(max_length=64)] = ()
    played: float | None = None


class Sensor(Struct, frozen=True, forbid_unknown_fields=True):
    """What the sensor measures.

    Attributes
    ----------
    rate_hz, acc_range_g, gyr_range_dps : float or str
        Sampling rate in Hz, ends of the ranges in g and degrees per second.
    acc_ranges_g : tuple of float
        Where the sensor does not say which range is in force: those that it could be. The decoder then takes
        the least that holds everything seen so far.
    """

    rate_hz: Value
    acc_range_g: Value
    gyr_range_dps: Value | None = None
    acc_ranges_g: Annotated[tuple[Annotated[float, Meta(gt=0, le=1e6)], ...], Meta(max_length=16)] = ()


class Vector(Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes and what they must decode to; given keys are compared, left-out keys are not.

    Attributes
    ----------
    name : str
        What it shows and where it is from.
    packet : str
        The packet rule that it must use.
    hex : tuple of str
        The notifications, in order.
    params : dict of str to float
        Parameters that differ from the defaults.
    samples : int
        How many samples come out in all.
    acc_g, gyr_dps : tuple of rows
        The first samples, in g and degrees per second.
    tolerance : float
        Allowed difference of a value.
    clipped : int or None
        How many samples are clipped.
    seq, counter : int or None
        Of the last frame, as they stand in it.
    battery_percent, flags, readings, texts
        What the sensor said last.
    faults : tuple of str
        Kinds of the faults, in order.
    """

    name: Short
    packet: Name
    hex: Annotated[tuple[Hex, ...], Meta(min_length=1, max_length=32)]
    samples: Annotated[int, Meta(ge=0, le=4096)]
    params: dict[Name, float] = field(default_factory=dict)
    acc_g: Annotated[tuple[Row, ...], Meta(max_length=256)] = ()
    gyr_dps: Annotated[tuple[Row, ...], Meta(max_length=256)] = ()
    tolerance: Annotated[float, Meta(gt=0, le=1)] = 1e-6
    clipped: int | None = None
    seq: int | None = None
    counter: int | None = None
    battery_percent: float | None = None
    flags: tuple[str, ...] | None = None
    readings: dict[Name, float] | None = None
    texts: dict[Name, str] | None = None
    faults: tuple[str, ...] = ()


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """A firmware profile; the tables above are its parts.

    Attributes
    ----------
    schema : int
        Version of this schema.
    id, title, vendor, firmware : str
        Identity, name for people, maker, and the firmware versions it holds for.
    sources : tuple of str
        Where the facts are from.
    confidence : str
        ``vectors``: bytes of a real device or of the maker's own code; ``documented``: the maker's text;
        ``community``: others' code.
    placement : tuple of Placement
        Where it is usually worn.
    advice : str
        How to wear it, for the runner.
    gatt : dict of str to str
        128-bit UUID of the characteristic of each role.
    services : dict of str to tuple of str
        Roles of each service, by the service's UUID; left out when all belong to the first in `match`.
    text : str
        The file's own text, set by the loader; not a key.
    """

    schema: Literal[1]
    id: Ident
    title: Short
    match: Match
    gatt: Annotated[dict[Name, str], Meta(min_length=1, max_length=16)]
    sensor: Sensor
    session: Session
    time: TimeRule
    packet: Annotated[tuple[PacketRule, ...], Meta(min_length=1, max_length=32)]
    vector: Annotated[tuple[Vector, ...], Meta(min_length=1, max_length=64)]
    sources: Annotated[tuple[Short, ...], Meta(min_length=1, max_length=32)]
    confidence: Literal["vectors", "documented", "community"]
    vendor: Annotated[str, Meta(max_length=200)] = ""
    firmware: Annotated[str, Meta(max_length=200)] = ""
    placement: tuple[Placement, ...] = ()
    advice: Annotated[str, Meta(max_length=1000)] = ""
    notes: Annotated[str, Meta(max_length=4000)] = ""
    link: Link = Link()
    services: Annotated[dict[str, Roles], Meta(max_length=8)] = field(default_factory=dict)
    params: Annotated[dict[Name, Param], Meta(max_length=32)] = field(default_factory=dict)
    framing: dict[Name, Framing] = field(default_factory=dict)
    seq: SeqRule | None = None
    text: str = ""


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """A standard service as a side channel: readings that any sensor may offer besides its samples.

    Attributes
    ----------
    uuid : str
        128-bit UUID of the service.
    gatt, session, packet, vector, sources, confidence, notes
        As in :class:`Profile`, without samples; `session.start` says what to subscribe and read where the
        sensor offers it.
    """

    schema: Literal[1]
    id: Ident
    title: Short
    uuid: str
    gatt: Annotated[dict[Name, str], Meta(min_length=1, max_length=16)]
    session: Session
    packet: Annotated[tuple[PacketRule, ...], Meta(min_length=1, max_length=32)]
    vector: Annotated[tuple[Vector, ...], Meta(min_length=1, max_length=64)]
    sources: Annotated[tuple[Short, ...], Meta(min_length=1, max_length=32)]
    confidence: Literal["vectors", "documented", "community"]
    notes: Annotated[str, Meta(max_length=4000)] = ""
    text: str = ""
