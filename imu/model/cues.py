"""Cues: what a runner is told while running."""

from __future__ import annotations

import enum

import msgspec

from imu.model.steps import Side

__all__ = ["Cue", "CueKind"]


class CueKind(enum.StrEnum):
    """What a cue asks for."""

    SOFTER = "softer"
    LANDING = "landing"
    QUICKER = "quicker"


class Cue(msgspec.Struct, frozen=True, gc=False):
    """One cue, decided by the chain, recorded like everything else, played by the sinks.

    Attributes
    ----------
    t_ns : int
        Session time of the decision, ns.
    kind : CueKind
        What it asks for.
    sensor : str
        The sensor whose steps decided.
    side : Side
        The leg it speaks of.
    step : int
        The deciding step of that sensor.
    value, target : float
        What was measured and what it was held against, in `unit`.
    unit : str
        Unit of both.
    text : str
        The cue in plain words.
    """

    t_ns: int
    kind: CueKind
    sensor: str
    side: Side
    step: int
    value: float
    target: float
    unit: str
    text: str
