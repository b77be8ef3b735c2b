"""The closed schema of a firmware profile: one TOML file that describes one sensor's firmware.

There are no expressions: a value is a number or the name of a parameter (``"$rate_hz"``), and everything a
profile can say is listed here. Unknown keys are refused. What one key cannot know of another (offsets,
references, overlaps) is checked by :mod:`imu.profiles.checks`. The steps of a session are in
:mod:`imu.profiles.steps`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from imu.model import Placement
from imu.profiles.base import (
    MAX_FRAME,
    Byte,
    Hex,
    Ident,
    Name,
    Offset,
    Row,
    Seconds,
    Short,
    SignedOffset,
    Value,
)
from imu.profiles.steps import Session
from imu.profiles.wire import IntType, WireType

__all__ = [
    "Battery",
    "Block",
    "Check",
    "Condition",
    "Continued",
    "Field",
    "Flags",
    "Framing",
    "Link",
    "Match",
    "Notification",
    "PacketRule",
    "Param",
    "Profile",
    "Samples",
    "Sensor",
    "SeqRule",
    "Stream",
    "TimeRule",
    "ValidByte",
    "Vector",
]


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
        Longest notification the firmware sends.
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
    """

    default: float | None = None
    allowed: Annotated[tuple[float, ...], Meta(max_length=64)] = ()
    unit: Annotated[str, Meta(max_length=32)] = ""
    of: Name | None = None
    table: Annotated[tuple[tuple[float, float], ...], Meta(max_length=64)] = ()


class Sensor(Struct, frozen=True, forbid_unknown_fields=True):
    """What the sensor measures: rate in Hz, ends of the ranges in g and degrees per second."""

    rate_hz: Value
    acc_range_g: Value
    gyr_range_dps: Value | None = None


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """A checksum over the bytes ``[begin, end)`` of the frame.

    Attributes
    ----------
    kind : str
        ``crc32`` (IEEE 802.3, u32), ``crc16`` (CCITT, start 0xFFFF, u16), ``sum8`` or ``xor8`` (u8);
        multi-byte values little-endian.
    at : int
        Where it stands; negative = counted from the end of the frame.
    begin, end : int
        What it covers; `end` is counted from the frame's end (0 = to the end).
    """

    kind: Literal["crc32", "crc16", "sum8", "xor8"]
    at: SignedOffset
    begin: Offset = 0
    end: Annotated[int, Meta(gt=-MAX_FRAME, le=0)] = 0


class ValidByte(Struct, frozen=True, forbid_unknown_fields=True):
    """A byte of a stream's frame that can only hold one of these values."""

    at: Offset
    among: Annotated[tuple[Byte, ...], Meta(min_length=1, max_length=256)]


class Notification(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="notification"):
    """Each notification is one frame."""

    check: Check | None = None


class Stream(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="stream"):
    """Notifications are slices of a byte stream.

    Attributes
    ----------
    sync : str
        Bytes with which each frame begins, in hex.
    length : int or None
        Length of every frame, or
    length_at, length_add
        offset of a byte which, plus `length_add`, is the frame's length.
    valid : tuple of ValidByte
        Bytes that tell a true frame from a false start.
    check : Check or None
        Checksum of a frame.
    priority : bool
        Each notification begins with a byte ``255 - k`` and k whole frames that overtake the stream.
    """

    sync: Annotated[str, Meta(min_length=2, max_length=32, pattern="^([0-9A-Fa-f]{2})+$")]
    length: Annotated[int, Meta(ge=1, lt=MAX_FRAME)] | None = None
    length_at: Offset | None = None
    length_add: Annotated[int, Meta(ge=0, lt=MAX_FRAME)] = 0
    valid: Annotated[tuple[ValidByte, ...], Meta(max_length=16)] = ()
    check: Check | None = None
    priority: bool = False


class Continued(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="continued"):
    """A frame may go on in further notifications, told apart by a code byte.

    Attributes
    ----------
    code_at : int
        Offset of the code byte.
    first, next : int
        Code of a frame's first part and of the parts that follow.
    header : int
        Bytes of each further part that are not content.
    length : float or str
        Bytes of a complete frame.
    check : Check or None
        Checksum of the whole frame.
    """

    code_at: Offset
    first: Byte
    next: Byte
    header: Annotated[int, Meta(ge=1, le=64)]
    length: Value
    check: Check | None = None


Framing = Notification | Stream | Continued


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """A number in the frame (through `mask`) that must equal `eq` for the packet rule to apply."""

    at: Offset
    eq: Value
    type: IntType = "u8"
    mask: Annotated[int, Meta(ge=1)] | None = None


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole number in the frame; a negative offset counts from the frame's end."""

    at: SignedOffset
    type: IntType


class Battery(Struct, frozen=True, forbid_unknown_fields=True):
    """Battery charge in percent; the value `unknown`, and any above 100, says nothing."""

    at: SignedOffset
    type: IntType = "u8"
    unknown: int | None = None


class Flags(Struct, frozen=True, forbid_unknown_fields=True):
    """Bits with names.

    Attributes
    ----------
    at, type
        As in :class:`Field`.
    bits : tuple of str
        Names from bit 0 upwards; ``""`` = reserved.
    acc_clip, gyr_clip : str or None
        The bits which say that a sample of the frame reached the end of the range.
    """

    at: SignedOffset
    type: IntType
    bits: Annotated[tuple[Annotated[str, Meta(max_length=32)], ...], Meta(min_length=1, max_length=64)]
    acc_clip: str | None = None
    gyr_clip: str | None = None


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """Three channels x, y, z of one quantity: ``value = raw * scale + offset`` in `unit`."""

    quantity: Literal["acc", "gyr", "other"]
    type: WireType
    unit: Literal["g", "mg", "m/s2", "dps", "mdps", "rad/s", ""] = ""
    scale: Value = 1.0
    offset: Annotated[float, Meta(ge=-1e9, le=1e9)] = 0.0


class Samples(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the samples are.

    Attributes
    ----------
    at : int
        Offset of the first.
    tail : int
        Bytes after the last.
    count : int, Field or None
        How many: a number, a field of the frame, or as many as fit when left out.
    layout : str
        ``interleaved``: all channels of a sample together; ``planar``: one block after the other.
    blocks : tuple of Block
        The quantities, in the order in which they stand.
    """

    at: Offset
    blocks: Annotated[tuple[Block, ...], Meta(min_length=1, max_length=8)]
    tail: Offset = 0
    count: Annotated[int, Meta(ge=1, le=255)] | Field | None = None
    layout: Literal["interleaved", "planar"] = "interleaved"


class PacketRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of frame.

    Attributes
    ----------
    name, role : str
        Its name, and the role on which it arrives.
    when : tuple of Condition
        What tells it from the others; the first rule that fits is used.
    counter, seq : Field or None
        The device's clock and the sequence number.
    battery, flags : Battery, Flags or None
        What the sensor says of itself.
    samples : Samples or None
        None for a frame that only tells of the sensor.
    trailing : bool
        Whether further bytes may follow and are passed over.
    """

    name: Name
    role: Name
    when: Annotated[tuple[Condition, ...], Meta(max_length=8)] = ()
    counter: Field | None = None
    seq: Field | None = None
    battery: Battery | None = None
    flags: Flags | None = None
    samples: Samples | None = None
    trailing: bool = False


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
    battery_percent, flags
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
    gatt : dict of str to str
        128-bit UUID of the characteristic of each role.
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
    notes: Annotated[str, Meta(max_length=4000)] = ""
    link: Link = Link()
    params: Annotated[dict[Name, Param], Meta(max_length=32)] = field(default_factory=dict)
    framing: dict[Name, Framing] = field(default_factory=dict)
    seq: SeqRule | None = None
    text: str = ""
