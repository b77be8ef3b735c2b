"""Hostile profiles, made from good ones: every value of the wrong type, and numbers that are none."""

from __future__ import annotations

import json
import math
import tomllib
from typing import TYPE_CHECKING, Any

from imu.profiles import find_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOVESENSE", "POLAR", "WITMOTION", "spoiled", "write_toml"]

POLAR, MOVESENSE, WITMOTION = (
    find_profile(name).text for name in ("polar-verity-sense", "movesense-gsp", "witmotion-wt9011dcl")
)
SPOILS = {"text": "x\n[y]", "list": [[["deep"]]], "table": {"at": {"at": 1}}, "true": True, "nan": math.nan}


def write_toml(tree: dict[str, Any]) -> str:
    """Text of a tree, with inline tables throughout."""
    return "\n".join(f"{json.dumps(key)} = {_value(value)}" for key, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value) if isinstance(value, float) else json.dumps(value)


def spoiled(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of copies in which one number, text or flag of the schema is something else."""
    tree = tomllib.loads(text)
    for path, value in list(_leaves(tree, ())):
        for name, spoil in SPOILS.items():
            if type(spoil) is type(value) or (name == "nan" and isinstance(value, str)):
                continue
            yield f"{'.'.join(map(str, path))} is {name}", write_toml(_put(tree, path, spoil))


def _leaves(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path and path[0] == "vector" and path[1:2] != (0,):
        return
    items = node.items() if isinstance(node, dict) else enumerate(node[:1])
    for key, value in items:
        if isinstance(value, dict | list):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _put(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(node, dict):
        return {key: _put(each, path[1:], value) if key == path[0] else each for key, each in node.items()}
    return [_put(each, path[1:], value) if i == path[0] else each for i, each in enumerate(node)]
