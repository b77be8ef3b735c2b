"""Flags: what the runner or coach should notice."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["Basis", "Flag", "ImpactLimit", "Rule"]


class Rule(enum.StrEnum):
    """The rules that raise flags."""

    HEEL_STRIKE = "heel_strike"
    EXCESSIVE_IMPACT = "excessive_impact"
    SENSOR_TROUBLE = "sensor_trouble"


class Basis(enum.StrEnum):
    """What a limit rests on: the own baseline, the first steps of this session, or a general figure."""

    PERSONAL = "personal"
    SESSION = "session"
    GENERAL = "general"


class Flag(msgspec.Struct, frozen=True, gc=False):
    """A flag was raised or lowered.

    Attributes
    ----------
    sensor : str
        The sensor it speaks of.
    rule : Rule
        Which rule.
    raised : bool
        True when it begins, False when it ends.
    t_ns : int
        Session time, ns.
    step : int or None
        The deciding step, None for sensor trouble.
    value, limit : float or None
        The deciding value and the limit it was held against, in `unit`.
    unit : str
        Unit of both, e.g. ``"g"`` or ``"share"``.
    basis : Basis
        Personal or general limit.
    text : str
        The reason in plain words.
    """

    sensor: str
    rule: Rule
    raised: bool
    t_ns: int
    step: int | None
    value: float | None
    limit: float | None
    unit: str
    basis: Basis
    text: str


class ImpactLimit(msgspec.Struct, frozen=True, gc=False):
    """The impact limit now in force for a sensor; emitted when it becomes known and when it changes.

    Attributes
    ----------
    sensor : str
        The sensor.
    limit_g : float
        Limit, g.
    basis : Basis
        What it rests on.
    axial : bool
        Held against the axial peak (True) or the resultant peak (False).
    """

    sensor: str
    limit_g: float
    basis: Basis
    axial: bool
