"""Byte templates of a session's writes and replies: a closed syntax without expressions.

A template is a row of

- pairs of hex digits: ``01 ff``,
- ``{name:type}``: the value of a parameter as a number of that type, e.g. ``{rate_hz:u16}``,
- ``'text'``: ASCII text in which ``{name}`` is the value in decimal digits, e.g. ``'/Meas/IMU6/{rate_hz}'``.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from imu.profiles.wire import WireType, int_limits, is_float, size_of, struct_format

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ByteTemplate", "pack_number", "unpack_number"]

TOKEN = re.compile(
    r"\s+|(?P<hex>[0-9A-Fa-f]{2})|\{(?P<name>[a-z][a-z0-9_]*):(?P<type>\w+)\}|'(?P<text>[^'\n]*)'"
)
TEXT = re.compile(r"\{(?P<name>[a-z][a-z0-9_]*)\}|(?P<plain>[ -z|~]+)")
DIGITS = "digits"


def pack_number(value: float, wire_type: str) -> bytes:
    """Bytes of a number.

    Raises
    ------
    ValueError
        It is no whole number of that type, or too large for it.
    """
    if is_float(wire_type):
        try:
            return struct.pack(struct_format(wire_type), value)
        except OverflowError:
            raise ValueError(f"{value!r} does not fit into {wire_type}") from None
    low, high = int_limits(wire_type)
    if value != int(value) or not low <= value <= high:
        raise ValueError(f"{value!r} does not fit into {wire_type}")
    return int(value).to_bytes(size_of(wire_type), _order(wire_type), signed=low < 0)


def unpack_number(data: bytes, wire_type: str) -> float:
    """Return the number that these bytes hold; inverse of :func:`pack_number`."""
    if is_float(wire_type):
        return float(struct.unpack(struct_format(wire_type), data)[0])
    return int.from_bytes(data, _order(wire_type), signed=int_limits(wire_type)[0] < 0)


def _order(wire_type: str) -> Literal["big", "little"]:
    return "big" if wire_type.endswith("be") else "little"


class _Slot(NamedTuple):
    name: str
    type: str


class ByteTemplate:
    """A parsed template.

    Parameters
    ----------
    text : str
        The template.

    Attributes
    ----------
    names : tuple of str
        The parameters that it uses.

    Raises
    ------
    ValueError
        The text is not a template; the message says where.
    """

    def __init__(self, text: str) -> None:
        self._parts = _parse(text)
        self._pattern = re.compile(b"".join(map(_pattern, self._parts)), re.DOTALL)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters in it, in order."""
        return tuple(part.name for part in self._parts if isinstance(part, _Slot))

    def render(self, params: Mapping[str, float]) -> bytes:
        """Bytes with these values.

        Raises
        ------
        ValueError
            A value does not fit into its place.
        """
        return b"".join(part if isinstance(part, bytes) else _fill(part, params) for part in self._parts)

    def match(self, data: bytes) -> dict[str, float] | None:
        """Values that `data` holds, or None when it does not begin like this template."""
        found = self._pattern.match(data)
        if found is None:
            return None
        slots = [part for part in self._parts if isinstance(part, _Slot)]
        return {slot.name: _value(slot, raw) for slot, raw in zip(slots, found.groups(), strict=True)}


def _parse(text: str) -> tuple[bytes | _Slot, ...]:
    parts: list[bytes | _Slot] = []
    at = 0
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"cannot be read from {text[at : at + 12]!r} on")
        at = token.end()
        if token["hex"]:
            parts.append(bytes.fromhex(token["hex"]))
        elif token["name"]:
            if token["type"] not in get_args(WireType):
                raise ValueError(f"{token['type']!r} is not a number type")
            parts.append(_Slot(token["name"], token["type"]))
        elif token["text"] is not None:
            parts += _parse_text(token["text"])
    if not parts:
        raise ValueError("is empty")
    return tuple(parts)


def _parse_text(text: str) -> list[bytes | _Slot]:
    parts: list[bytes | _Slot] = []
    at = 0
    while at < len(text):
        token = TEXT.match(text, at)
        if token is None:
            raise ValueError(f"has text that cannot be read from {text[at : at + 12]!r} on")
        at = token.end()
        parts.append(_Slot(token["name"], DIGITS) if token["name"] else token["plain"].encode("ascii"))
    return parts


def _pattern(part: bytes | _Slot) -> bytes:
    if isinstance(part, bytes):
        return re.escape(part)
    return rb"(\d+)" if part.type == DIGITS else b"(.{%d})" % size_of(part.type)


def _fill(slot: _Slot, params: Mapping[str, float]) -> bytes:
    value = params[slot.name]
    if slot.type != DIGITS:
        return pack_number(value, slot.type)
    if value != int(value) or value < 0:
        raise ValueError(f"{value!r} is not a whole number")
    return str(int(value)).encode("ascii")


def _value(slot: _Slot, raw: bytes) -> float:
    return float(raw) if slot.type == DIGITS else unpack_number(raw, slot.type)
