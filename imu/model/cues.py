"""Cues: what a runner is told while running."""

from __future__ import annotations

import enum

import msgspec

from imu.model.steps import Side

__all__ = ["Cue", "CueKind", "CuePeriod", "CuePeriodKind"]


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


class CuePeriodKind(enum.StrEnum):
    """What a stretch of a coached run is for.

    ``CUED``: cues come when they are due. ``UNCUED``: the runner goes without, by schedule. ``RETENTION``: no
    cues, to see what has been kept. ``OVER``: the planned running time has passed.
    """

    CUED = "cued"
    UNCUED = "uncued"
    RETENTION = "retention"
    OVER = "over"


class CuePeriod(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a coached run began.

    Attributes
    ----------
    t_ns : int
        Session time at which it began, ns.
    kind : CuePeriodKind
        What it is for.
    running_s : float
        Running time at which it began, s: pauses and walking do not count.
    """

    t_ns: int
    kind: CuePeriodKind
    running_s: float
