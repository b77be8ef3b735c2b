"""What a frame holds: fields, readings and samples."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from imu.profiles.base import Name, Offset, SignedOffset, Value
from imu.profiles.wire import IntType, WireType

__all__ = ["Battery", "Block", "Condition", "Field", "Flags", "PacketRule", "Reading", "Samples"]


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
    """Battery charge in percent; the value `unknown`, and any above 100, says nothing.

    Attributes
    ----------
    at, type
        As in :class:`Field`.
    unknown : int or None
        Value that stands for "not known".
    mask : int or None
        The bits that hold the charge.
    table : tuple of pairs
        For a sensor that tells a voltage: least reading and the percent it means, rising. A reading
        below the first row means 0 %.
    """

    at: SignedOffset
    type: IntType = "u8"
    unknown: int | None = None
    mask: Annotated[int, Meta(ge=1)] | None = None
    table: Annotated[tuple[tuple[int, Annotated[float, Meta(ge=0, le=100)]], ...], Meta(max_length=64)] = ()


class Reading(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that the sensor itself computed: ``raw * scale``, named with its unit, e.g. ``speed_mps``."""

    name: Name
    at: Offset
    type: IntType
    scale: Annotated[float, Meta(gt=0, le=1e6)] = 1.0
    mask: Annotated[int, Meta(ge=1)] | None = None


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
    codec : str
        ``raw``: numbers as they are; ``delta_blocks``: a first sample, then blocks of a bit width (u8), a
        count (u8) and so many differences to the sample before, packed from the lowest bit on, signed. A
        floating-point type means differences of its bit pattern.
    """

    at: Offset
    blocks: Annotated[tuple[Block, ...], Meta(min_length=1, max_length=8)]
    tail: Offset = 0
    count: Annotated[int, Meta(ge=1, le=255)] | Field | None = None
    layout: Literal["interleaved", "planar"] = "interleaved"
    codec: Literal["raw", "delta_blocks"] = "raw"


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
    readings : tuple of Reading
        Values that the sensor itself computed.
    text : str or None
        The whole frame is UTF-8 text of this name, e.g. ``serial_number``.
    samples : Samples or None
        None for a frame that only tells of the sensor. Acceleration and angular rate may come in one frame
        or in frames of their own, which are then joined by device time.
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
    readings: Annotated[tuple[Reading, ...], Meta(max_length=16)] = ()
    text: Name | None = None
    samples: Samples | None = None
    trailing: bool = False
