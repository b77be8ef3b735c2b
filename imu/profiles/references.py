"""Checks that several parts of a profile share: roles, UUIDs, ``"$name"`` and their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imu.profiles.values import possible_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imu.profiles.base import Value
    from imu.profiles.schema import Profile, Service

    Complaints = Iterator[tuple[str, str]]

__all__ = ["positive", "reference", "role_known", "uuid_valid"]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def uuid_valid(key: str, uuid: str) -> Complaints:
    """Tell of text that is no UUID."""
    if not UUID.fullmatch(uuid):
        yield key, f"{uuid!r} is not a 128-bit UUID in lower case, e.g. 00001fff-0000-1000-8000-00805f9b34fb"


def role_known(gatt: Mapping[str, str], key: str, role: str) -> Complaints:
    """Tell of a role without a characteristic."""
    if role not in gatt:
        yield key, f"role {role!r} is not one of the roles in [gatt]: {', '.join(gatt)}"


def reference(profile: Profile | Service, key: str, value: Value) -> Complaints:
    """Tell of a ``"$name"`` without a parameter."""
    params = getattr(profile, "params", {})
    if isinstance(value, str) and value[1:] not in params:
        yield key, f"{value!r} names no parameter; [params] has: {', '.join(params) or 'none'}"


def positive(profile: Profile, key: str, value: Value, greatest: float) -> Complaints:
    """Tell of a value that is, or could be, outside ``(0, greatest]``."""
    broken = list(reference(profile, key, value))
    yield from broken
    for each in () if broken else possible_values(value, profile):
        if not 0 < each <= greatest:
            yield key, f"{each:g} is not between 0 and {greatest:g}"
