"""One TOML file per runner, made to be edited by hand; baselines stand beside it in a file of their own."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import msgspec

from imu.coach import Baseline
from imu.errors import InputError, UsageError
from imu.folders import runners_folder
from imu.store.files import PRIVATE, new_file
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "RunnerProfile",
    "Shoe",
    "add_runner",
    "add_shoe",
    "baselines_file",
    "find_runner",
    "keep_baselines",
    "list_runners",
    "read_baselines",
    "runner_file",
    "set_values",
    "slug_of",
]

MAX_BYTES = 64 * 1024
SLUG_LENGTH = 60
RANGES = {"mass_kg": (20.0, 300.0), "leg_length_m": (0.3, 1.5)}
HEAD = "# A runner of softstrike. Edit it as you like: what you write, comments too, is kept.\n"
_WHERE = re.compile(r"(?P<message>.*?)(?: - at (?:`key` in )?`\$\.?(?P<path>[^`]*)`)?", re.DOTALL)


class Shoe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A pair of shoes: its name, and since when it is worn (ISO 8601, may be empty)."""

    name: str
    since: str = ""


class RunnerProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of a runner.

    Attributes
    ----------
    name : str
        Name or nickname, as in the header of sessions.
    mass_kg, leg_length_m : float or None
        None when not told; only what needs them is then left out.
    shoes : tuple of Shoe
        Shoes; the first is the usual one.
    surfaces : tuple of str
        What is run on; the first is the usual one.
    note : str
        Free text.
    """

    name: str
    mass_kg: float | None = None
    leg_length_m: float | None = None
    shoes: tuple[Shoe, ...] = ()
    surfaces: tuple[str, ...] = ()
    note: str = ""


def slug_of(name: str) -> str:
    """Safe file name of a runner's name: letters, digits and hyphens.

    Raises
    ------
    UsageError
        Nothing is left of it.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    slug = re.sub(r"[^\w]+", "-", plain).strip("-_")[:SLUG_LENGTH].rstrip("-_")
    if not slug:
        raise UsageError(f"runner {name!r}: give a name with at least one letter or digit")
    return f"runner-{slug}" if slug in _RESERVED else slug


_RESERVED = {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}


def runner_file(name: str) -> Path:
    """File of a runner."""
    return runners_folder() / f"{slug_of(name)}.toml"


def baselines_file(name: str) -> Path:
    """File of a runner's baselines."""
    return runners_folder() / f"{slug_of(name)}.baselines.json"


def list_runners() -> list[RunnerProfile]:
    """All runners, by file name.

    Raises
    ------
    InputError
        A file cannot be used; names file and key.
    """
    return [_read(path) for path in sorted(runners_folder().glob("*.toml"))]


def find_runner(name: str) -> RunnerProfile:
    """Find a runner.

    Raises
    ------
    UsageError
        There is none of that name.
    InputError
        The file cannot be used; names file and key.
    """
    path = runner_file(name)
    if not path.is_file():
        raise UsageError(f"there is no runner {name!r}: add one with `softstrike runner add {name!r}`")
    return _read(path)


def add_runner(profile: RunnerProfile) -> Path:
    """Write the file of a new runner.

    Raises
    ------
    UsageError
        There is one already, or a value cannot be.
    """
    import tomlkit  # noqa: PLC0415 - start-up time

    path = runner_file(profile.name)
    _check(profile, path)
    if path.exists():
        raise UsageError(f"{path} exists already: change it with `softstrike runner set {profile.name!r}`")
    document = tomlkit.parse(HEAD)
    document.update(msgspec.to_builtins(profile))
    _write(path, tomlkit.dumps(document))
    return path


def set_values(name: str, changes: Mapping[str, object]) -> RunnerProfile:
    """Change values of a runner's file; the rest of it stays as it was written.

    Parameters
    ----------
    name : str
        The runner.
    changes : mapping of str to object
        Fields of :class:`RunnerProfile`; None takes a value out.

    Returns
    -------
    RunnerProfile
        The runner as changed.
    """
    document, path = _document(name)
    for key, value in changes.items():
        if value is None:
            document.pop(key, None)
        else:
            document[key] = msgspec.to_builtins(value)
    return _replace(document, path)


def add_shoe(name: str, shoe: Shoe) -> RunnerProfile:
    """Add a pair of shoes to a runner's file.

    Raises
    ------
    UsageError
        The runner has a pair of that name.
    """
    import tomlkit  # noqa: PLC0415 - start-up time

    profile = find_runner(name)
    if any(one.name.casefold() == shoe.name.casefold() for one in profile.shoes):
        raise UsageError(f"{profile.name} has a pair called {shoe.name!r} already: choose another name")
    document, path = _document(name)
    shoes = document.setdefault("shoes", tomlkit.aot())
    shoes.append(tomlkit.item(msgspec.to_builtins(shoe)))
    return _replace(document, path)


def read_baselines(name: str) -> tuple[Baseline, ...]:
    """Baselines of a runner, in the order in which they were learnt; none when there is no file.

    Raises
    ------
    InputError
        The file cannot be used.
    """
    path = baselines_file(name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Baseline, ...])
    except FileNotFoundError:
        return ()
    except (msgspec.DecodeError, OSError) as error:
        raise InputError(f"does not hold baselines ({error}): learn them anew", path=path) from error


def keep_baselines(name: str, learnt: Iterable[Baseline]) -> None:
    """Keep baselines: one of the same leg, shoe, placement and measure is replaced, others stay."""
    new = list(learnt)
    keys = {one.key for one in new}
    kept = [one for one in read_baselines(name) if one.key not in keys]
    data = msgspec.json.format(msgspec.json.encode([*kept, *new]))
    path = baselines_file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_bytes(data)


def _read(path: Path) -> RunnerProfile:
    return _convert(_text(path), path)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise InputError("is longer than 64 kB: that is no runner's file", path=path)
        return data.decode()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text: byte {error.start} cannot be read", path=path) from error


def _convert(text: str, path: Path) -> RunnerProfile:
    try:
        profile = msgspec.toml.decode(text, type=RunnerProfile)
    except msgspec.ValidationError as error:
        found = _WHERE.fullmatch(str(error))
        where = found["path"] if found and found["path"] else ""
        message = found["message"] if found else str(error)
        raise InputError(f"key `{where}`: {message}" if where else message, path=path) from error
    except msgspec.DecodeError as error:
        raise InputError(f"is not TOML: {error}", path=path) from error
    _check(profile, path)
    return profile


def _check(profile: RunnerProfile, path: Path) -> None:
    if not profile.name.strip():
        raise InputError("key `name`: give the runner a name", path=path)
    for key, (least, most) in RANGES.items():
        value = getattr(profile, key)
        if value is not None and not least <= value <= most:
            raise InputError(f"key `{key}`: must be from {least:g} to {most:g}, not {value:g}", path=path)


def _document(name: str) -> tuple[Any, Path]:
    import tomlkit  # noqa: PLC0415 - start-up time

    find_runner(name)
    path = runner_file(name)
    return tomlkit.parse(_text(path)), path


def _replace(document: Any, path: Path) -> RunnerProfile:
    """Check and write a changed file, whole or not at all."""
    import tomlkit  # noqa: PLC0415 - start-up time

    text = tomlkit.dumps(document)
    profile = _convert(text, path)
    if runner_file(profile.name) != path:
        raise UsageError(
            f"key `name`: {profile.name!r} belongs into {runner_file(profile.name).name}; keep it"
        )
    _write(path, text)
    return profile


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_text(text, encoding="utf-8")


ready(RunnerProfile, Baseline)
