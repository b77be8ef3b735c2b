"""Limits that a user may set, in one table from which file, window and commands are made; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.config import FLAG_KEY, IMPACT_LIMIT_KEY, FlagParams

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIMITS", "Limit", "limit_problem", "limit_settings"]

USUAL = FlagParams()
HYSTERESIS = USUAL.share_raise - USUAL.share_lower
PERCENT = 100.0


class Limit(msgspec.Struct, frozen=True):
    """One limit.

    Attributes
    ----------
    title : str
        What it is, as a label, with its unit.
    hint : str
        What it means, in a sentence.
    low, high : float
        Range.
    usual : float
        Value that is built in.
    unit : str
        Unit.
    """

    title: str
    hint: str
    low: float
    high: float
    usual: float
    unit: str


LIMITS: dict[str, Limit] = {
    "impact_limit_g": Limit(
        "Impact at the shin, g",
        "general impact limit at the shin, for a runner without a baseline",
        1.0,
        50.0,
        USUAL.general_limit_g,
        "g",
    ),
    "above_usual_percent": Limit(
        "Impact above the own usual, %",
        "a step so much above the runner's own usual impact is told as hard",
        5.0,
        200.0,
        round(PERCENT * (USUAL.baseline_factor - 1.0), 6),
        "%",
    ),
    "heel_share_percent": Limit(
        "Heel strikes, % of steps",
        "share of heel strikes from which on they are flagged",
        40.0,
        100.0,
        PERCENT * USUAL.share_raise,
        "%",
    ),
    "silence_s": Limit(
        "Silence of a sensor, s",
        "no samples for this long is trouble with the sensor",
        1.0,
        60.0,
        USUAL.silence_s,
        "s",
    ),
    "loss_percent": Limit(
        "Lost samples, %",
        "so many lost samples within a second are trouble with the sensor",
        1.0,
        90.0,
        PERCENT * USUAL.loss_share,
        "%",
    ),
    "battery_percent": Limit(
        "Low battery, %",
        "a battery at or below this is trouble with the sensor",
        1.0,
        50.0,
        USUAL.battery_percent,
        "%",
    ),
}
"""By the name that settings give them; None there is the value that is built in."""


def limit_problem(values: Mapping[str, float | None]) -> str:
    """Say which limit cannot be; empty when all can."""
    for key, limit in LIMITS.items():
        value = values.get(key)
        if value is not None and not limit.low <= value <= limit.high:  # NaN is nowhere
            return f"key `{key}`: must be from {limit.low:g} to {limit.high:g} {limit.unit}, not {value:g}"
    return ""


def limit_settings(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return what a session's header must carry for these limits; nothing for those that are built in."""
    known = {key: value for key in LIMITS if (value := values.get(key)) is not None}
    settings: dict[str, float] = {}
    for key, value in known.items():
        if key == "impact_limit_g":
            settings[IMPACT_LIMIT_KEY] = value
        elif key == "above_usual_percent":
            settings[f"{FLAG_KEY}baseline_factor"] = 1.0 + value / PERCENT
        elif key == "heel_share_percent":
            settings[f"{FLAG_KEY}share_raise"] = value / PERCENT
            settings[f"{FLAG_KEY}share_lower"] = round(value / PERCENT - HYSTERESIS, 6)
        elif key == "loss_percent":
            settings[f"{FLAG_KEY}loss_share"] = value / PERCENT
        else:
            settings[f"{FLAG_KEY}{key}"] = value
    return settings
