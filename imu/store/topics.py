"""What a session file holds: one MCAP topic per kind of value, with its encoding.

Packets and commands are MessagePack, so that bytes and every float survive; everything else is JSON with a
JSON schema, so that common MCAP viewers plot steps and health with numbers as numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from mcap.records import Channel, Schema

from imu.errors import UsageError
from imu.model import (
    Command,
    Cue,
    CuePeriod,
    Fault,
    Flag,
    Gap,
    Impact,
    Input,
    Landing,
    LinkChange,
    Marker,
    MountingEstimate,
    Packet,
    PhaseChange,
    RunnerMetrics,
    SensorHealth,
    SensorStatus,
    SessionHeader,
    Step,
    Tick,
)
from imu.store.framing import encode_record
from imu.store.packing import PackedPackets
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "DERIVED_TYPES",
    "HEADER_KIND",
    "INPUT_TYPES",
    "KINDS",
    "PACKED_KIND",
    "Derived",
    "Kind",
    "Recordable",
    "Router",
    "kind_of_topic",
]

Derived = (
    Step
    | Impact
    | Landing
    | MountingEstimate
    | Flag
    | Cue
    | CuePeriod
    | PhaseChange
    | RunnerMetrics
    | Gap
    | Fault
    | SensorHealth
    | SensorStatus
)
"""Values that a chain derives and a session file keeps."""

Recordable = Input | Derived
"""Anything that a session file keeps, beside its header."""


class Kind(NamedTuple):
    """How one type is kept.

    Attributes
    ----------
    name : str
        First part of the topic.
    type : type
        The type of its values.
    time : str
        Attribute that holds the time, ns.
    is_input : bool
        Whether a replay needs it.
    per_sensor : bool
        Whether each sensor has a topic of its own.
    binary : bool
        MessagePack instead of JSON.
    """

    name: str
    type: type[msgspec.Struct]
    time: str
    is_input: bool = False
    per_sensor: bool = False
    binary: bool = False

    @property
    def encoding(self) -> str:
        """Encoding as MCAP names it."""
        return "msgpack" if self.binary else "json"

    def encode(self, item: msgspec.Struct) -> bytes:
        """Bytes of a value."""
        return _ENCODE[self.binary](item)

    def decoder(self) -> Callable[[bytes], Any]:
        """Make a function that turns the data of a message into a value."""
        if self.binary:
            return msgspec.msgpack.Decoder(self.type).decode
        return msgspec.json.Decoder(self.type).decode


HEADER_KIND = Kind("session", SessionHeader, "origin_ns")
PACKED_KIND = Kind("packed", PackedPackets, "arrival_ns", is_input=True, per_sensor=True, binary=True)
"""Packets of a closed session; only sealing writes them."""

KINDS = (
    Kind("packets", Packet, "arrival_ns", is_input=True, per_sensor=True, binary=True),
    Kind("links", LinkChange, "arrival_ns", is_input=True),
    Kind("ticks", Tick, "arrival_ns", is_input=True),
    Kind("markers", Marker, "arrival_ns", is_input=True),
    Kind("commands", Command, "arrival_ns", is_input=True, binary=True),
    Kind("steps", Step, "known_ns", per_sensor=True),
    Kind("flags", Flag, "t_ns"),
    Kind("cues", Cue, "t_ns"),
    Kind("cue_periods", CuePeriod, "t_ns"),
    Kind("gaps", Gap, "end_ns"),
    Kind("faults", Fault, "arrival_ns"),
    Kind("health", SensorHealth, "t_ns", per_sensor=True),
    Kind("status", SensorStatus, "arrival_ns"),
    Kind("impacts", Impact, "known_ns", per_sensor=True),
    Kind("landings", Landing, "known_ns", per_sensor=True),
    Kind("mountings", MountingEstimate, "known_ns", per_sensor=True),
    Kind("phases", PhaseChange, "known_ns"),
    Kind("runner", RunnerMetrics, "t_ns"),
)
"""Every kind of value that a session file holds, beside its header."""

INPUT_TYPES = tuple(kind.type for kind in KINDS if kind.is_input)
DERIVED_TYPES = tuple(kind.type for kind in KINDS if not kind.is_input)

_BY_NAME = {kind.name: kind for kind in (HEADER_KIND, PACKED_KIND, *KINDS)}
_ENCODE = {True: msgspec.msgpack.Encoder().encode, False: msgspec.json.Encoder().encode}
_ENUM_TYPE = {"type": "string"}


def kind_of_topic(topic: str) -> Kind | None:
    """Kind of the values of a topic; None for topics of other or newer software."""
    return _BY_NAME.get(topic.removeprefix("/").split("/")[0])


class Router:
    """Finds channel, time and bytes of a value.

    Parameters
    ----------
    header : SessionHeader
        Its sensors are the only ones that may be recorded.
    """

    def __init__(self, header: SessionHeader) -> None:
        self.header = header
        self._channels: list[tuple[str, Kind]] = [("/session", HEADER_KIND)]
        self._routes: dict[type, tuple[Kind, dict[str, int]]] = {}
        for kind in (*KINDS, PACKED_KIND):
            names = [info.sensor for info in header.sensors] if kind.per_sensor else [""]
            ids = {}
            for name in names:
                self._channels.append((f"/{kind.name}/{name}" if name else f"/{kind.name}", kind))
                ids[name] = len(self._channels)
            self._routes[kind.type] = (kind, ids)

    def encode(self, item: Recordable) -> tuple[int, int, bytes]:
        """Channel id, time in ns and bytes of a value.

        Raises
        ------
        UsageError
            For a type that is not kept, or a sensor that the header does not name.
        """
        route = self._routes.get(type(item))
        if route is None:
            raise UsageError(f"a {type(item).__name__} is not kept in session files: record packets instead")
        kind, ids = route
        sensor = getattr(item, "sensor", "") if kind.per_sensor else ""
        channel = ids.get(sensor)
        if channel is None:
            raise UsageError(f"sensor {sensor!r} is not in the session's header: add it before recording")
        return channel, getattr(item, kind.time), kind.encode(item)

    def encode_header(self) -> tuple[int, int, bytes]:
        """Channel id, time in ns and bytes of the header."""
        return 1, self.header.origin_ns, HEADER_KIND.encode(self.header)

    def definitions(self) -> bytes:
        """Return the schema and channel records of every topic."""
        parts = []
        schema_ids: dict[str, int] = {}
        for channel_id, (topic, kind) in enumerate(self._channels, start=1):
            if not kind.binary and kind.name not in schema_ids:
                schema_ids[kind.name] = len(schema_ids) + 1
                schema = msgspec.json.encode(_plain_schema(kind.type))
                name = f"softstrike.{kind.type.__name__}"
                parts.append(encode_record(Schema(schema_ids[kind.name], schema, "jsonschema", name)))
            schema_id = schema_ids.get(kind.name, 0)
            parts.append(encode_record(Channel(channel_id, topic, kind.encoding, {}, schema_id)))
        return b"".join(parts)


def _plain_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON schema without references and unions, which viewers do not follow."""
    (root,), definitions = msgspec.json.schema_components([kind])
    return _simplified(root, definitions)


def _simplified(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow references, take the first of a union (the other is null), keep the shape only."""
    if "$ref" in node:
        return _simplified(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in node:
        return _simplified(node["anyOf"][0], definitions)
    if "enum" in node:
        return _ENUM_TYPE
    plain: dict[str, Any] = {"type": node["type"]}
    alike = [node["items"]] if node.get("items") else node.get("prefixItems", [])  # of a tuple, the first
    if alike:
        plain["items"] = _simplified(alike[0], definitions)
    if isinstance(node.get("additionalProperties"), dict):
        plain["additionalProperties"] = _simplified(node["additionalProperties"], definitions)
    elif node["type"] == "object":
        plain["properties"] = {
            name: _simplified(child, definitions) for name, child in node.get("properties", {}).items()
        }
    return plain


ready(*(kind.type for kind in KINDS))
