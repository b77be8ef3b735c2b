"""Which sensor belongs to whom and where it is worn: one TOML file, read and written by pure functions.

A sensor is known by the name that it advertises and the serial number that it tells (Device Information
Service), never by its address: macOS hides addresses, and many sensors change theirs.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated

import msgspec

from imu.errors import InputError, UsageError
from imu.model import Placement, Side
from imu.store.files import PRIVATE, new_file, told_plainly
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "KnownSensor",
    "SensorsFileError",
    "bind",
    "checked",
    "find",
    "forget",
    "load_sensors",
    "maybe",
    "of_runner",
    "parse_sensors",
    "rename",
    "render_sensors",
    "save_sensors",
]

HEAD = """\
# Which sensor belongs to whom and where it is worn. `softstrike sensors` writes this file; you may edit it.
schema = 1
"""
LARGEST_BYTES = 1_000_000

_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class SensorsFileError(InputError):
    """The file of known sensors cannot be used; the message names file and key."""


class KnownSensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sensor and where it is worn.

    Attributes
    ----------
    name, serial : str
        Identity: the advertised name, and the serial number as the sensor tells it, ``""`` for none.
    profile : str
        Id of its firmware profile.
    runner : str
        Who wears it.
    placement, side : Placement, Side
        Where.
    known_as : str
        What people call it.
    host_id : str
        How this computer knows it (an address, on macOS a made-up id). Used only to tell two sensors of one
        name apart that tell no serial number.
    up : tuple of 3 float or None
        Direction of "up" in the sensor's frame while standing, from the last good check of the mounting.
    params : dict of str to float
        Parameters of the profile that differ from its defaults, e.g. ``rate_hz``.
    """

    name: _Word
    profile: _Word
    runner: _Word
    placement: Placement
    side: Side
    serial: Annotated[str, msgspec.Meta(max_length=64)] = ""
    known_as: Annotated[str, msgspec.Meta(max_length=64)] = ""
    host_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    params: dict[str, float] = msgspec.field(default_factory=dict)
    up: tuple[float, float, float] | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What no two sensors share."""
        return self.name, self.serial, "" if self.serial else self.host_id

    @property
    def place(self) -> str:
        """Its name inside a session, e.g. ``"left-shoe"``."""
        if not self.placement.on_leg:
            return str(self.placement)
        return f"{self.side}-{'shoe' if self.placement is Placement.SHOE else 'shin'}"

    @property
    def owner(self) -> str:
        """Who wears it where, in words, e.g. ``"Ada (left shoe)"``."""
        return f"{self.runner} ({self.place.replace('-', ' ')})"

    @property
    def title(self) -> str:
        """What to call it in a sentence."""
        return self.known_as or self.name


class _File(msgspec.Struct, forbid_unknown_fields=True):
    schema: int
    sensor: Annotated[tuple[KnownSensor, ...], msgspec.Meta(max_length=1000)] = ()


def parse_sensors(text: str, path: Path | str | None = None) -> tuple[KnownSensor, ...]:
    """Read the file's text.

    Parameters
    ----------
    text : str
        The text; an empty one knows no sensor.
    path : pathlib.Path or str, optional
        For the error's sentence.

    Returns
    -------
    tuple of KnownSensor
        In the file's order.

    Raises
    ------
    SensorsFileError
        No TOML, an unknown or wrong key, one sensor twice, or two sensors of a runner in one place.
    """
    if not text.strip():
        return ()
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SensorsFileError(
            f"this is no TOML: {error}; correct the line or delete it", path=path
        ) from error
    except msgspec.ValidationError as error:
        raise SensorsFileError(_named(str(error)), path=path) from error
    if found.schema != 1:
        raise SensorsFileError(f"key `schema`: {found.schema} is newer than this version knows", path=path)
    for number, sensor in enumerate(found.sensor):
        clash = _clash(found.sensor[:number], sensor)
        if clash:
            raise SensorsFileError(f"key `sensor[{number}]`: {clash}", path=path)
    return found.sensor


def render_sensors(sensors: Iterable[KnownSensor]) -> str:
    """Write sensors as the file's text; :func:`parse_sensors` reads the same back."""
    return HEAD + "".join(_table(sensor) for sensor in sensors)


def load_sensors(path: Path) -> tuple[KnownSensor, ...]:
    """Read the file; one that is not there knows no sensor.

    Raises
    ------
    SensorsFileError
        As :func:`parse_sensors`, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise SensorsFileError("it is longer than 1 MB, so it is not a file of sensors", path=path)
        return parse_sensors(data.decode("utf-8"), path)
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise SensorsFileError("it is not UTF-8 text", path=path) from error
    except OSError as error:
        raise SensorsFileError(f"it cannot be read: {error.strerror}", path=path) from error


def save_sensors(path: Path, sensors: Iterable[KnownSensor]) -> None:
    """Replace the file as a whole: a crash leaves the old one or the new one, never a half.

    Raises
    ------
    EnvironmentProblem
        The system refuses it.
    """
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_text(render_sensors(sensors), encoding="utf-8")


def checked(sensor: KnownSensor) -> KnownSensor:
    """Return a sensor made from a user's words, if the file could hold it.

    Raises
    ------
    UsageError
        An empty or overlong value.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(sensor), KnownSensor)
    except msgspec.ValidationError as error:
        raise UsageError(_named(str(error)).replace("key ", "", 1)) from error


def bind(sensors: tuple[KnownSensor, ...], new: KnownSensor) -> tuple[KnownSensor, ...]:
    """Add a sensor, or bind one that is known already anew.

    Raises
    ------
    UsageError
        The runner wears another sensor in that place.
    """
    others = tuple(each for each in sensors if each.identity != new.identity)
    clash = _clash(others, new)
    if clash:
        raise UsageError(f"{clash}: forget that one first (softstrike sensors forget)")
    return (*others, new)


def find(sensors: Iterable[KnownSensor], word: str) -> KnownSensor:
    """Find a sensor by what it is called, its name or its serial number.

    Raises
    ------
    UsageError
        None or several fit.
    """
    fits = [each for each in sensors if word and word in {each.known_as, each.name, each.serial}]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UsageError(f"{word!r} fits {len(fits)} sensors: give the serial number of one")
    known = ", ".join(sorted({each.title for each in sensors})) or "none"
    raise UsageError(f"no sensor {word!r} is known; known are: {known}")


def maybe(sensors: Iterable[KnownSensor], name: str, host_id: str = "") -> tuple[KnownSensor, ...]:
    """Sensors that one which advertises may be; only its serial number, read on connecting, makes it certain.

    Parameters
    ----------
    sensors : iterable of KnownSensor
        Those that are known.
    name, host_id : str
        As advertised, and how this computer knows it.
    """
    fits = tuple(each for each in sensors if each.name == name)
    return tuple(each for each in fits if each.host_id and each.host_id == host_id) or fits


def forget(sensors: tuple[KnownSensor, ...], word: str) -> tuple[KnownSensor, ...]:
    """Leave out the sensor that `word` fits; errors as :func:`find`."""
    gone = find(sensors, word)
    return tuple(each for each in sensors if each is not gone)


def rename(sensors: tuple[KnownSensor, ...], word: str, known_as: str) -> tuple[KnownSensor, ...]:
    """Call a sensor by another name of the user's own; errors as :func:`find`, or the name is taken."""
    one = find(sensors, word)
    if any(each is not one and known_as in {each.known_as, each.name} for each in sensors):
        raise UsageError(f"another sensor is called {known_as!r} already: choose another name")
    return tuple(msgspec.structs.replace(one, known_as=known_as) if each is one else each for each in sensors)


def of_runner(sensors: Iterable[KnownSensor], runner: str | None) -> tuple[KnownSensor, ...]:
    """Sensors of a runner; without a name of the only runner there is.

    Raises
    ------
    UsageError
        No sensor is bound to that runner, or several runners are there and none is named.
    """
    known = tuple(sensors)
    runners = sorted({each.runner for each in known})
    if not known:
        raise UsageError(
            "no sensor is bound yet: softstrike scan shows those near, then softstrike sensors bind NAME "
            "--runner NAME --placement shoe --side left says which one is worn where (or all of it in a "
            "window: softstrike settings --window); --simulate does without any"
        )
    if runner is None and len(runners) > 1:
        raise UsageError(
            f"sensors of several runners are known: add --runner with one of {', '.join(runners)}"
        )
    wanted = runners[0] if runner is None else runner
    found = tuple(sorted((each for each in known if each.runner == wanted), key=lambda each: each.place))
    if not found:
        raise UsageError(f"no sensor is bound to runner {wanted!r}; known runners: {', '.join(runners)}")
    return found


def _clash(others: Iterable[KnownSensor], new: KnownSensor) -> str:
    """Say what keeps a sensor from standing beside others; empty when nothing does."""
    for other in others:
        if other.identity == new.identity:
            return f"sensor {new.name!r} with serial number {new.serial!r} is there twice"
        if (other.runner, other.place) == (new.runner, new.place):
            return f"{new.runner} wears {other.title!r} as {new.place} already"
    return ""


def _named(problem: str) -> str:
    """Turn msgspec's sentence into ours: the key first."""
    text, _, where = problem.partition(" - at `$")
    key = where.rstrip("`").lstrip(".")
    return f"key `{key}`: {text}" if key else text


def _table(sensor: KnownSensor) -> str:
    values = msgspec.to_builtins(sensor)
    params, up = values.pop("params", {}), values.pop("up", None)
    lines = [f"{key} = {_string(str(value))}" for key, value in values.items() if value]
    if params:
        inside = ", ".join(f"{_string(key)} = {float(value)!r}" for key, value in params.items())
        lines.append(f"params = {{ {inside} }}")
    if up:
        lines.append(f"up = [{', '.join(f'{float(each)!r}' for each in up)}]")
    return "\n[[sensor]]\n" + "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """Write a TOML basic string: JSON's escapes are TOML's, save for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


ready(_File, KnownSensor)
