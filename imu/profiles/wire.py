"""Number types as they stand in a packet: names, sizes and limits."""

from __future__ import annotations

from typing import Literal

__all__ = ["FORMATS", "IntType", "WireType", "int_limits", "is_float", "size_of", "struct_format"]

IntType = Literal[
    "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "u16be", "i16be", "u32be", "i32be", "u64be", "i64be"
]
"""Types of a header field; little-endian unless the name ends in ``be``."""

WireType = Literal[IntType, "i24", "i24be", "f32", "f64", "f32be", "f64be"]
"""Types of a sample."""

FORMATS = {
    "u8": "B",
    "i8": "b",
    "u16": "H",
    "i16": "h",
    "u32": "I",
    "i32": "i",
    "u64": "Q",
    "i64": "q",
    "f32": "f",
    "f64": "d",
}
"""Letter of each type in :mod:`struct`; ``i24`` has none."""


def size_of(wire_type: str) -> int:
    """Size in bytes."""
    return int(wire_type.removesuffix("be")[1:]) // 8


def is_float(wire_type: str) -> bool:
    """Whether it is a floating-point type."""
    return wire_type.startswith("f")


def int_limits(wire_type: str) -> tuple[int, int]:
    """Smallest and greatest value of an integer type."""
    bits = 8 * size_of(wire_type)
    return (0, 2**bits - 1) if wire_type.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def struct_format(wire_type: str) -> str:
    """Byte order and letter for :mod:`struct`, e.g. ``"<H"``; not for ``i24``."""
    return (">" if wire_type.endswith("be") else "<") + FORMATS[wire_type.removesuffix("be")]
