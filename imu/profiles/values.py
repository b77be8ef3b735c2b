"""Parameters of a profile: which values they have and which they could have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from imu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.profiles.base import Value
    from imu.profiles.schema import Param, Profile

__all__ = [
    "Nominal",
    "highest",
    "nominal",
    "played_params",
    "possible_values",
    "resolve_params",
    "value_of",
]


class Nominal(NamedTuple):
    """What a sensor measures with given parameters; see :class:`imu.profiles.schema.Sensor`."""

    rate_hz: float
    acc_range_g: float
    gyr_range_dps: float | None


def value_of(value: Value, params: Mapping[str, float]) -> float:
    """Return a number as it is, a ``"$name"`` from `params`."""
    return params[value[1:]] if isinstance(value, str) else value


def possible_values(value: Value, profile: Profile) -> tuple[float, ...]:
    """All values that a number or ``"$name"`` is known to take in this profile."""
    if not isinstance(value, str):
        return (value,)
    param = profile.params[value[1:]]
    if param.of is not None:
        return tuple(to for _, to in param.table)
    return (*param.allowed, *(() if param.default is None else (param.default,)))


def resolve_params(profile: Profile, given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Values of all parameters: as given, else from the profile's tables and defaults.

    Parameters
    ----------
    profile : Profile
        The profile.
    given : mapping of str to float, optional
        Values that differ from the defaults.

    Returns
    -------
    dict of str to float
        One value for each parameter of the profile.

    Raises
    ------
    UsageError
        A name that the profile does not have, or a value that it does not allow.
    """
    values = dict(given or {})
    for name, value in values.items():
        _check_given(profile, name, value)
    for name, param in profile.params.items():
        if name not in values and param.default is not None:
            values[name] = param.default
    for name, param in profile.params.items():
        if name not in values:
            values[name] = _from_table(param, values)
    return values


def _check_given(profile: Profile, name: str, value: float) -> None:
    param = profile.params.get(name)
    if param is None:
        known = ", ".join(profile.params) or "none"
        raise UsageError(f"profile {profile.id!r} has no parameter {name!r}; it has: {known}")
    if not math.isfinite(value) or (param.allowed and value not in param.allowed):
        allowed = ", ".join(f"{each:g}" for each in param.allowed) or "any finite number"
        raise UsageError(
            f"parameter {name!r} of profile {profile.id!r} cannot be {value!r}; allowed: {allowed}"
        )


def _from_table(param: Param, values: Mapping[str, float]) -> float:
    key = values[str(param.of)]
    return dict(param.table)[key]


def nominal(profile: Profile, params: Mapping[str, float] | None = None) -> Nominal:
    """Rate and ranges with these parameters.

    Parameters
    ----------
    profile : Profile
        The profile.
    params : mapping of str to float, optional
        Values that differ from the defaults.

    Returns
    -------
    Nominal
        Rate in Hz, ranges in g and degrees per second.

    Raises
    ------
    UsageError
        As :func:`resolve_params`.
    """
    values = resolve_params(profile, params)
    sensor = profile.sensor
    gyr = None if sensor.gyr_range_dps is None else value_of(sensor.gyr_range_dps, values)
    return Nominal(value_of(sensor.rate_hz, values), value_of(sensor.acc_range_g, values), gyr)


def highest(profile: Profile) -> Nominal:
    """Highest rate and widest ranges that a profile can ask for.

    Parameters
    ----------
    profile : Profile
        The profile.

    Returns
    -------
    Nominal
        Rate in Hz, ranges in g and degrees per second.
    """
    sensor = profile.sensor
    gyr = None if sensor.gyr_range_dps is None else max(possible_values(sensor.gyr_range_dps, profile))
    rate_hz = max(possible_values(sensor.rate_hz, profile))
    return Nominal(rate_hz, max(possible_values(sensor.acc_range_g, profile)), gyr)


def played_params(profile: Profile, given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Values that a virtual sensor plays: those of `given`, else of `played`, else the defaults.

    Parameters
    ----------
    profile : Profile
        The profile.
    given : mapping of str to float, optional
        Values that differ.

    Returns
    -------
    dict of str to float
        One value for each parameter.

    Raises
    ------
    UsageError
        As :func:`resolve_params`.
    """
    played = {name: param.played for name, param in profile.params.items() if param.played is not None}
    return resolve_params(profile, {**played, **(given or {})})
