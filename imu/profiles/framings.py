"""How notifications become frames: one each, slices of a byte stream, or parts that go on."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from imu.profiles.base import MAX_FRAME, Byte, Offset, SignedOffset, Value

__all__ = ["Check", "Continued", "Framing", "Notification", "Stream", "ValidByte"]


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

    sync: Annotated[str, Meta(min_length=2, max_length=32, pattern="^([0-9A-Fa-f]{2})+\\Z")]
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
    length : float, str or None
        Bytes of a complete frame, or
    part_bytes : int or None
        bytes of a full part: a shorter part ends its frame.
    check : Check or None
        Checksum of the whole frame.
    """

    code_at: Offset
    first: Byte
    next: Byte
    header: Annotated[int, Meta(ge=1, le=64)]
    length: Value | None = None
    part_bytes: Annotated[int, Meta(ge=2, le=512)] | None = None
    check: Check | None = None


Framing = Notification | Stream | Continued
