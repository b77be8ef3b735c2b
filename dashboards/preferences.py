"""What is remembered between runs, in one TOML file: runner, limits, look and sound; free of Qt."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from dashboards.limits import LIMITS, limit_problem
from dashboards.theme import theme_names
from dashboards.units import UNIT_NAMES
from imu.errors import InputError, UsageError
from imu.folders import config_folder
from imu.store.files import PRIVATE, new_file, read_small, told_plainly

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "HINTS",
    "Preferences",
    "load_preferences",
    "preferences_file",
    "remember",
    "save_preferences",
    "with_value",
]

HEAD = "# Settings of softstrike. `softstrike settings` writes this file; you may edit it.\n"
LARGEST_BYTES = 64 * 1024


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is remembered.

    Attributes
    ----------
    runner : str
        Who runs when several runners have sensors and none is named; ``""`` for nobody.
    impact_limit_g : float or None
        General limit of the axial peak at the shin, g; None for the built-in one. A runner with a baseline
        is held against that instead.
    theme : str
        Theme of all windows.
    volume : float
        Loudness of cues, from 0 to 1.
    muted : bool
        Whether cues begin in silence.
    replay_cues : bool
        Whether cues are heard in a replay too, at the recorded pace.
    units : str
        Unit of accelerations on the screen: ``"g"`` or ``"m/s2"``.
    above_usual_percent, heel_share_percent, silence_s, loss_percent, battery_percent : float or None
        Limits, see :data:`dashboards.limits.LIMITS`; None for the built-in ones.
    """

    runner: str = ""
    impact_limit_g: float | None = None
    theme: str = "dark"
    volume: float = 0.6
    muted: bool = False
    replay_cues: bool = False
    units: str = "g"
    above_usual_percent: float | None = None
    heel_share_percent: float | None = None
    silence_s: float | None = None
    loss_percent: float | None = None
    battery_percent: float | None = None


HINTS = {
    "runner": "who runs when several runners have sensors; empty: nobody",
    "theme": ", ".join(theme_names()),
    "volume": "loudness of cues, 0 to 1",
    "muted": "true or false: whether cues begin in silence",
    "replay_cues": "true or false: whether cues are heard in a replay too, at the recorded pace",
    "units": f"accelerations on the screen: {', '.join(UNIT_NAMES)}",
    **{
        key: f"{limit.hint}, {limit.low:g} to {limit.high:g} {limit.unit}; empty: {limit.usual:g}"
        for key, limit in LIMITS.items()
    },
}
"""What each value means, in words."""


def preferences_file() -> Path:
    """File of the settings."""
    return config_folder() / "dashboard.toml"


def load_preferences() -> Preferences:
    """Read the settings; where there is no file, the usual ones.

    Raises
    ------
    InputError
        The file cannot be used; names file and key.
    """
    path = preferences_file()
    data = read_small(path, LARGEST_BYTES, "is longer than 64 kB: that is no file of settings")
    if data is None:
        return Preferences()
    try:
        found = msgspec.convert(tomllib.loads(data.decode("utf-8")), Preferences)
    except msgspec.ValidationError as error:
        raise InputError(_named(str(error)), path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"is not TOML: {error}; correct the line or delete it", path=path) from error
    problem = _problem(found)
    if problem:
        raise InputError(problem, path=path)
    return found


def save_preferences(preferences: Preferences) -> None:
    """Replace the file as a whole: a crash leaves the old one or the new one, never a half.

    Raises
    ------
    EnvironmentProblem
        The system refuses it.
    """
    import tomlkit  # noqa: PLC0415 - start-up time

    path = preferences_file()
    values = {key: value for key, value in msgspec.to_builtins(preferences).items() if value is not None}
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_text(HEAD + tomlkit.dumps(values), encoding="utf-8")


def remember(**values: object) -> Preferences:
    """Change some values and keep the rest; nothing is written when nothing differs.

    Raises
    ------
    InputError, EnvironmentProblem
        As reading and writing do.
    """
    before = load_preferences()
    after = msgspec.structs.replace(before, **values)
    if after != before:
        save_preferences(after)
    return after


def with_value(preferences: Preferences, key: str, text: str) -> Preferences:
    """Change one value by its name, from what a user typed.

    Parameters
    ----------
    preferences : Preferences
        The settings before.
    key : str
        A field of :class:`Preferences`.
    text : str
        Its value; an empty text is the usual value.

    Returns
    -------
    Preferences
        The settings with it.

    Raises
    ------
    UsageError
        No such setting, or not a value that it can have.
    """
    if key not in HINTS:
        raise UsageError(f"there is no setting {key!r}: choose {', '.join(HINTS)}")
    value: object = text or getattr(Preferences(), key)
    try:
        changed = msgspec.convert({**msgspec.to_builtins(preferences), key: value}, Preferences, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"{key} cannot be {text!r}: {HINTS[key]}") from error
    problem = _problem(changed)
    if problem:
        raise UsageError(problem)
    return changed


def _problem(preferences: Preferences) -> str:
    """Say which value cannot be; empty when all can."""
    if preferences.theme not in theme_names():
        return f"key `theme`: there is no theme {preferences.theme!r}: choose {', '.join(theme_names())}"
    if preferences.units not in UNIT_NAMES:
        return f"key `units`: there is no unit {preferences.units!r}: choose {', '.join(UNIT_NAMES)}"
    if not 0.0 <= preferences.volume <= 1.0:
        return f"key `volume`: must be from 0 to 1, not {preferences.volume:g}"
    return limit_problem(msgspec.structs.asdict(preferences))


def _named(problem: str) -> str:
    """Turn msgspec's sentence into ours: the key first."""
    text, _, where = problem.partition(" - at `$.")
    return f"key `{where.rstrip('`')}`: {text}" if where else text
