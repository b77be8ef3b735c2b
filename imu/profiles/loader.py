"""Reads firmware profiles and standard services: TOML text in, a checked profile out."""

from __future__ import annotations

import functools
import math
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from imu.errors import ProfileError
from imu.profiles.checks import complaints, service_complaints
from imu.profiles.schema import Profile, Service
from imu.typed import ready

__all__ = [
    "MAX_BYTES",
    "builtin_profiles",
    "builtin_services",
    "find_profile",
    "load_profile",
    "parse_profile",
    "parse_service",
]

Described = TypeVar("Described", Profile, Service)

MAX_BYTES = 64 * 1024
"""Greatest size of a profile."""

MAX_DEPTH = 8
WHERE = re.compile(r"(?P<message>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL)
NAMED_FIELD = re.compile(r"(?:unknown|required) field `(?P<name>[^`]*)`")


def parse_profile(text: str, path: Path | str | None = None) -> Profile:
    """Read a profile from its text.

    The profile's test vectors are not run here: :func:`imu.decode.check_vectors` does.

    Parameters
    ----------
    text : str
        The TOML text, at most 64 kB.
    path : Path or str, optional
        Where it is from, for messages.

    Returns
    -------
    Profile
        A profile that has passed all checks.

    Raises
    ------
    ProfileError
        Not TOML, an unknown key, a wrong value, or keys that contradict each other.
    """
    profile = _read(text, path, Profile)
    for key, complaint in complaints(profile):
        raise ProfileError(complaint, path=path, key=key)
    return msgspec.structs.replace(profile, text=text)


def parse_service(text: str, path: Path | str | None = None) -> Service:
    """Read a standard service from its text; parameters and errors as :func:`parse_profile`."""
    service = _read(text, path, Service)
    for key, complaint in service_complaints(service):
        raise ProfileError(complaint, path=path, key=key)
    return msgspec.structs.replace(service, text=text)


def load_profile(path: Path | str) -> Profile:
    """Read a profile from a file.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    Profile
        As :func:`parse_profile`.

    Raises
    ------
    ProfileError
        As :func:`parse_profile`, and when the file cannot be read.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise ProfileError("cannot be read: it is not a file", path=path)
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _too_large(path)
        text = data.decode()
    except OSError as error:
        raise ProfileError(f"cannot be read: {error.strerror or error}", path=path) from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"is not UTF-8 text: byte {error.start} cannot be read", path=path) from error
    return parse_profile(text, path)


@functools.cache
def builtin_profiles() -> dict[str, Profile]:
    """Profiles that come with softstrike, by id.

    Returns
    -------
    dict of str to Profile
        Do not change it: it is shared.
    """
    from firmware_profiles import profile_files  # noqa: PLC0415 - importlib.resources costs start-up time

    profiles = [parse_profile(file.read_text("utf-8"), file.name) for file in profile_files()]
    return {profile.id: profile for profile in profiles}


@functools.cache
def builtin_services() -> dict[str, Service]:
    """Return the standard services that are read besides the samples, by id.

    Returns
    -------
    dict of str to Service
        ``battery``, ``device-information`` and ``running-speed-cadence``. Do not change it: it is shared.
    """
    from firmware_profiles import service_files  # noqa: PLC0415 - importlib.resources costs start-up time

    services = [parse_service(file.read_text("utf-8"), file.name) for file in service_files()]
    return {service.id: service for service in services}


def find_profile(profile_id: str) -> Profile:
    """Built-in profile with this id.

    Parameters
    ----------
    profile_id : str
        E.g. ``"softstrike-reference"``.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    ProfileError
        There is none.
    """
    try:
        return builtin_profiles()[profile_id]
    except KeyError:
        known = ", ".join(sorted(builtin_profiles()))
        raise ProfileError(f"there is no firmware profile {profile_id!r}; known are: {known}") from None


def _too_large(path: Path | str | None) -> ProfileError:
    return ProfileError(f"is larger than {MAX_BYTES // 1024} kB; a profile never needs that much", path=path)


def _read(text: str, path: Path | str | None, kind: type[Described]) -> Described:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_large(path)
    return _convert(_parse_toml(text, path), path, kind)


def _parse_toml(text: str, path: Path | str | None) -> dict[str, Any]:
    try:
        tree = tomllib.loads(text)
    except RecursionError:
        raise ProfileError("is nested too deeply", path=path) from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"is not valid TOML: {error}", path=path) from error
    except ValueError as error:  # an integer with too many digits
        raise ProfileError(f"holds a value that cannot be read: {error}", path=path) from error
    _check_tree(tree, "", 0, path)
    if "text" in tree:
        raise ProfileError("Object contains unknown field `text`", path=path, key="text")
    return tree


def _check_tree(node: object, key: str, depth: int, path: Path | str | None) -> None:
    if depth > MAX_DEPTH:
        raise ProfileError(f"is nested deeper than {MAX_DEPTH} levels", path=path, key=key)
    if isinstance(node, float) and not math.isfinite(node):
        raise ProfileError(f"{node!r} is not a finite number", path=path, key=key)
    if isinstance(node, str) and (hidden := _hidden(node)):
        raise ProfileError(f"holds the invisible character {hidden}", path=path, key=key)
    if isinstance(node, dict):
        for name, value in node.items():
            if hidden := _hidden(name):
                raise ProfileError(f"has a key with the invisible character {hidden}", path=path, key=key)
            _check_tree(value, f"{key}.{name}" if key else name, depth + 1, path)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            _check_tree(value, f"{key}[{i}]", depth + 1, path)


def _hidden(text: str) -> str | None:
    """Tell of a character that a reader would not see, so that one name could pass for another."""
    if text.isascii() and text.isprintable():
        return None
    hidden = (each for each in text if unicodedata.category(each)[0] == "C" and each not in "\n\r\t")
    return next((f"U+{ord(each):04X}" for each in hidden), None)


def _convert(tree: dict[str, Any], path: Path | str | None, kind: type[Described]) -> Described:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        message, key = _locate(str(error))
        raise ProfileError(message, path=path, key=_name_entry(tree, key, kind)) from None


def _locate(message: str) -> tuple[str, str | None]:
    """Split a message of msgspec into what is wrong and where."""
    found = WHERE.fullmatch(message)
    if found is None:
        return message, None
    parts = [(found["path"] or "").lstrip(".")]
    named = NAMED_FIELD.search(found["message"])
    if named is not None:
        parts.append(named["name"])
    return found["message"], ".".join(part for part in parts if part) or None


def _name_entry(tree: dict[str, Any], key: str | None, kind: type[Described]) -> str | None:
    """Replace the ``[...]`` by which msgspec means some entry of a top-level table by the entry's name."""
    section, found, rest = (key or "").partition("[...]")
    if not found or section not in tree:
        return key
    for name, value in tree[section].items():
        try:
            msgspec.convert({**tree, section: {name: value}}, kind)
        except msgspec.ValidationError as error:
            if (_locate(str(error))[1] or "").startswith(f"{section}[...]"):
                return f"{section}.{name}{rest}"
    return key


ready(Profile, Service)
