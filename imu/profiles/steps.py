"""The steps of a session: what is written to a sensor and what it must answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from imu.profiles.base import Byte, Name, Offset, Seconds, Short, Template
from imu.profiles.wire import WireType

__all__ = ["Capture", "Expect", "Offer", "Read", "Session", "Step", "Subscribe", "Tlv", "Wait", "Write"]


class Subscribe(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="subscribe"):
    """Switch on the notifications of a role."""

    role: Name


class Write(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="write"):
    """Write bytes, given as a template (see :mod:`imu.profiles.template`).

    Attributes
    ----------
    role, bytes
        Where to, and what.
    response : bool
        Whether to write with response.
    answer : str or None
        The packet rule without samples whose frame the sensor then sends, where it does: it is decoded like
        any packet and is not waited for.
    """

    role: Name
    bytes: Template
    response: bool = True
    answer: Name | None = None


class Tlv(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a list of ``id u8, count u8, values``; `sizes` are the bytes of one value of each id."""

    id: Byte
    sizes: Annotated[tuple[Annotated[int, Meta(ge=1, le=32)], ...], Meta(min_length=1, max_length=32)]


class Capture(Struct, frozen=True, forbid_unknown_fields=True):
    """A number in a reply that sets the parameter `param`.

    Attributes
    ----------
    param : str
        The parameter.
    at, type
        Where the number stands in the reply, or the list if `tlv` is given.
    tlv : Tlv or None
        The number is the first value of this entry of a list.
    optional : bool
        Whether a reply without it leaves the parameter as it is; else such a reply is an error.
    """

    param: Name
    at: Offset
    type: WireType
    tlv: Tlv | None = None
    optional: bool = False


class Offer(Struct, frozen=True, forbid_unknown_fields=True):
    """A list in a reply that must hold the value of `param`: what the sensor can do. No entry, no limit."""

    param: Name
    at: Offset
    type: WireType
    tlv: Tlv


class Expect(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="expect"):
    """Wait for a reply.

    Attributes
    ----------
    role : str
        Where it arrives.
    prefix : str
        Template of the first bytes; other notifications are passed over.
    ok_at, ok
        Offset of the status byte and the values that mean success; without `ok_at` any reply does.
    capture : tuple of Capture
        Numbers to take over.
    offers : tuple of Offer
        What the sensor says it can do, compared with the parameters in force.
    says : tuple of pairs
        Values of the status byte and what they mean, for people.
    timeout_s : float
        Longest wait, s.
    """

    role: Name
    prefix: Template
    ok_at: Offset | None = None
    ok: Annotated[tuple[Byte, ...], Meta(min_length=1, max_length=32)] = (0,)
    capture: Annotated[tuple[Capture, ...], Meta(max_length=16)] = ()
    offers: Annotated[tuple[Offer, ...], Meta(max_length=16)] = ()
    says: Annotated[tuple[tuple[Byte, Short], ...], Meta(max_length=32)] = ()
    timeout_s: Seconds = 5.0


class Wait(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="wait"):
    """Let some time pass, ms."""

    ms: Annotated[float, Meta(gt=0, le=10_000)]


class Read(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="read"):
    """Read a role's value and take numbers over."""

    role: Name
    capture: Annotated[tuple[Capture, ...], Meta(max_length=16)] = ()


Step = Subscribe | Write | Expect | Wait | Read
Steps = Annotated[tuple[Step, ...], Meta(max_length=64)]
FirstSteps = Annotated[tuple[Step, ...], Meta(min_length=1, max_length=64)]


class Session(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps that start, stop and keep alive the stream; `keepalive_s` is the time between keep-alives."""

    start: FirstSteps
    stop: Steps = ()
    keepalive: Steps = ()
    keepalive_s: Seconds | None = None
