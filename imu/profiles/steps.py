"""The steps of a session: what is written to a sensor and what it must answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from imu.profiles.base import Byte, Name, Offset, Seconds, Template
from imu.profiles.wire import WireType

__all__ = ["Capture", "Expect", "Read", "Session", "Step", "Subscribe", "Wait", "Write"]


class Subscribe(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="subscribe"):
    """Switch on the notifications of a role."""

    role: Name


class Write(Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="write"):
    """Write bytes, given as a template (see :mod:`imu.profiles.template`)."""

    role: Name
    bytes: Template
    response: bool = True


class Capture(Struct, frozen=True, forbid_unknown_fields=True):
    """A number in a reply that sets the parameter `param`; offset counted from the start of the reply."""

    param: Name
    at: Offset
    type: WireType


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
    timeout_s : float
        Longest wait, s.
    """

    role: Name
    prefix: Template
    ok_at: Offset | None = None
    ok: Annotated[tuple[Byte, ...], Meta(max_length=32)] = (0,)
    capture: Annotated[tuple[Capture, ...], Meta(max_length=16)] = ()
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
