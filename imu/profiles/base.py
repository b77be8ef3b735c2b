"""What all tables of a profile's schema share: bounded numbers, names and texts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

__all__ = [
    "MAX_FRAME",
    "Byte",
    "Hex",
    "Ident",
    "Name",
    "Offset",
    "Row",
    "Seconds",
    "Short",
    "SignedOffset",
    "Template",
    "Value",
]

MAX_FRAME = 4096

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}\\Z")]
Ident = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,63}\\Z")]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Hex = Annotated[str, Meta(max_length=2 * MAX_FRAME, pattern="^[0-9A-Fa-f\\s]*\\Z")]
Template = Annotated[str, Meta(min_length=1, max_length=1000)]
Offset = Annotated[int, Meta(ge=0, lt=MAX_FRAME)]
SignedOffset = Annotated[int, Meta(gt=-MAX_FRAME, lt=MAX_FRAME)]
Byte = Annotated[int, Meta(ge=0, le=255)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Row = tuple[float, float, float]

Value = float | Annotated[str, Meta(pattern="^\\$[a-z][a-z0-9_]{0,31}\\Z")]
"""A number, or ``"$name"``: the value of a parameter."""
