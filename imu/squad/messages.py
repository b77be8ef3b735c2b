"""What a runner's hub sends to the squad's board: small, closed messages, packed with MessagePack.

Topics are ``softstrike/v1/<squad>/<runner>/<kind>``. Samples are never sent. Every message carries its own
time, so that one that comes late or twice is known as such whatever the broker does.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec

from imu.errors import UsageError
from imu.model import Basis, LinkState, Phase, Placement, Rule, Side, Strike

__all__ = [
    "FLAG",
    "LARGEST_PACKET",
    "LARGEST_PAYLOAD",
    "PREFIX",
    "STATUS",
    "STEP",
    "SUMMARY",
    "BadMessageError",
    "FlagMessage",
    "Message",
    "SensorState",
    "StatusMessage",
    "StepMessage",
    "SummaryMessage",
    "Topic",
    "check_name",
    "kind_of",
    "pack",
    "parse_topic",
    "unpack",
]

PREFIX = "softstrike/v1"
LARGEST_PAYLOAD = 8192
"""Bytes; whatever is larger is dropped unread."""

LARGEST_PACKET = LARGEST_PAYLOAD + 512
"""Bytes of an MQTT packet: the largest payload with its topic."""

STATUS, STEP, FLAG, SUMMARY = "status", "step", "flag", "summary"

_NAME = re.compile(r"[\w][\w .\-]{0,47}")

Text = Annotated[str, msgspec.Meta(max_length=300)]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Value = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]  # also refuses what is not a number
Time = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class BadMessageError(Exception):
    """A message that cannot be what it says; it is counted and dropped. ``str(error)`` says why."""


class SensorState(msgspec.Struct, frozen=True, array_like=True):
    """State of one sensor: which, where, its link, battery (percent), lost share and silence (s)."""

    sensor: Name
    side: Side
    placement: Placement
    link: LinkState
    battery_percent: Value | None
    lost_share: Share | None
    silent_s: Value


class StatusMessage(msgspec.Struct, frozen=True, tag=STATUS):
    """A hub is there, or (as its last will) gone; retained.

    Attributes
    ----------
    t_ms : int
        When it was said, ms since 1970.
    online : bool
        Whether the hub is there.
    session : str
        Random identity of the session; empty in the last will.
    sensors : tuple of SensorState
        Its sensors.
    """

    t_ms: Time
    online: bool
    session: Name = ""
    sensors: Annotated[tuple[SensorState, ...], msgspec.Meta(max_length=8)] = ()


class StepMessage(msgspec.Struct, frozen=True, tag=STEP):
    """One accepted running step.

    Attributes
    ----------
    t_ms : int
        When it was known, ms since 1970.
    session, number : str, int
        Identity: session, and running number of the message in it.
    sensor, side : str, Side
        Which foot.
    peak_g : float or None
        Impact: axial peak at the shank where it is known, else the resultant, g.
    clipped : bool
        The peak is a lower bound.
    strike : Strike
        Landing type.
    excessive : bool or None
        Whether it was higher than the usual.
    late : bool
        Kept while the broker was out of reach and sent afterwards.
    """

    t_ms: Time
    session: Name
    number: Count
    sensor: Name
    side: Side
    peak_g: Value | None
    clipped: bool
    strike: Strike
    excessive: bool | None
    late: bool = False


class FlagMessage(msgspec.Struct, frozen=True, tag=FLAG):
    """A flag was raised or lowered; `t_ms`, `session`, `number` and `late` as in :class:`StepMessage`."""

    t_ms: Time
    session: Name
    number: Count
    sensor: Name
    rule: Rule
    raised: bool
    value: Value | None
    limit: Value | None
    unit: Name
    basis: Basis
    text: Text
    late: bool = False


class SummaryMessage(msgspec.Struct, frozen=True, tag=SUMMARY):
    """How it goes, about once every few seconds; retained.

    Attributes
    ----------
    t_ms, session
        As in :class:`StepMessage`.
    phase : Phase or None
        What the runner is doing.
    steps : int
        Accepted running steps so far.
    cadence_spm : float or None
        Latest cadence.
    impact_g : dict of str to float
        Mean of the latest steps per sensor, g.
    usual_g : dict of str to float
        What it is held against, g.
    heel_share : dict of str to float
        Share of heel landings among the latest decided ones, per sensor.
    recent : tuple of FlagMessage
        The latest flags again: what a broker that died had taken, but not handed on, is made good by these.
    """

    t_ms: Time
    session: Name
    phase: Phase | None
    steps: Count
    cadence_spm: Value | None
    impact_g: Annotated[dict[Name, Value], msgspec.Meta(max_length=8)]
    usual_g: Annotated[dict[Name, Value], msgspec.Meta(max_length=8)]
    heel_share: Annotated[dict[Name, Share], msgspec.Meta(max_length=8)]
    recent: Annotated[tuple[FlagMessage, ...], msgspec.Meta(max_length=12)] = ()


Message = StatusMessage | StepMessage | FlagMessage | SummaryMessage
"""Anything a hub sends."""

_KINDS: Final = {STATUS: StatusMessage, STEP: StepMessage, FLAG: FlagMessage, SUMMARY: SummaryMessage}
_DECODERS: Final = {kind: msgspec.msgpack.Decoder(type_) for kind, type_ in _KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder()


class Topic(msgspec.Struct, frozen=True):
    """Where a message belongs."""

    squad: str
    runner: str
    kind: str

    def __str__(self) -> str:
        return f"{PREFIX}/{self.squad}/{self.runner}/{self.kind}"


def check_name(name: str, what: str) -> str:
    """Check a name that becomes a part of a topic.

    Raises
    ------
    UsageError
        It is empty, too long, or has characters that would say something else in a topic.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{what} {name!r}: use up to 48 letters, digits, spaces, dots, hyphens and underscores, "
            "beginning with a letter or digit"
        )
    return name


def parse_topic(text: str, squad: str) -> Topic:
    """Read a topic of a squad.

    Raises
    ------
    BadMessageError
        It is none of ours.
    """
    parts = text.removeprefix(f"{PREFIX}/").split("/")
    if not text.startswith(f"{PREFIX}/") or len(parts) != len(Topic.__struct_fields__):
        raise BadMessageError("foreign topic")
    topic = Topic(*parts)
    if topic.squad != squad or topic.kind not in _KINDS or not _NAME.fullmatch(topic.runner):
        raise BadMessageError("foreign topic")
    return topic


def kind_of(message: Message) -> str:
    """Return the last part of a message's topic."""
    return next(kind for kind, type_ in _KINDS.items() if isinstance(message, type_))


def pack(message: Message) -> bytes:
    """Pack a message."""
    return _ENCODER.encode(message)


def unpack(kind: str, payload: bytes) -> Message:
    """Read a message that came on a topic of `kind`.

    Raises
    ------
    BadMessageError
        It is too large, malformed, or of another kind than its topic.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise BadMessageError("oversized")
    try:
        message: Message = _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError("malformed") from error
    return message
