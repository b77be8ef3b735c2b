"""What the window shows, as frozen values: the view model makes them, the widgets draw them; free of Qt."""

from __future__ import annotations

import enum

import msgspec

from imu.model import ImpactLimit, LinkState, Side, Strike

__all__ = [
    "DASH",
    "BannerKind",
    "BannerState",
    "ChipState",
    "LandingShare",
    "LegState",
    "StepMark",
    "TileState",
    "Tone",
    "ViewState",
]


DASH = "\N{EN DASH}"
"""Stands for what is not known."""


class Tone(enum.StrEnum):
    """How loudly something is said; a widget turns it into a colour and a shape."""

    PLAIN = "plain"
    STALE = "stale"
    GOOD = "good"
    HEEL = "heel"
    IMPACT = "impact"
    TROUBLE = "trouble"


class BannerKind(enum.StrEnum):
    """The banner's states, least urgent first."""

    WAITING = "waiting"
    READY = "ready"
    GOOD = "good"
    HEEL_STRIKE = "heel_strike"
    EXCESSIVE_IMPACT = "excessive_impact"
    SENSOR_TROUBLE = "sensor_trouble"
    ENGINE_TROUBLE = "engine_trouble"
    ENDED = "ended"


class TileState(msgspec.Struct, frozen=True):
    """One big figure; ``value`` is a dash when nothing is known, ``bound`` a sign before it."""

    caption: str
    value: str = DASH
    unit: str = ""
    note: str = ""
    tone: Tone = Tone.PLAIN
    bound: str = ""


class StepMark(msgspec.Struct, frozen=True):
    """One step in the strip and on the trace.

    Attributes
    ----------
    step : int
        Number of the step of its sensor.
    peak_ns : int
        Time of the impact's peak, ns.
    strike : Strike
        Landing type: colour and shape of the mark.
    impact_g : float or None
        Height of the mark, the peak that the limit is held against; None when unknown.
    flagged : bool
        The step's impact is above the limit.
    """

    step: int
    peak_ns: int
    strike: Strike
    impact_g: float | None
    flagged: bool


class LandingShare(msgspec.Struct, frozen=True):
    """Number of steps of each landing type among the latest steps."""

    counts: tuple[tuple[Strike, int], ...] = ()

    @property
    def total(self) -> int:
        """Number of steps counted."""
        return sum(count for _, count in self.counts)


class ChipState(msgspec.Struct, frozen=True):
    """One sensor's health in short texts.

    Attributes
    ----------
    name : str
        The sensor, in words.
    link : LinkState
        State of the radio link.
    rate, loss, battery, clock : str
        Texts with units; a dash when unknown.
    badges : tuple of str
        What limits the sensor's figures, e.g. ``"low rate"``.
    tone : Tone
        Good, plain (waiting) or trouble.
    """

    name: str
    link: LinkState
    rate: str = DASH
    loss: str = DASH
    battery: str = DASH
    clock: str = DASH
    badges: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN


class LegState(msgspec.Struct, frozen=True):
    """All of one leg but its trace.

    Attributes
    ----------
    title : str
        The leg's sensor in words.
    impact, heel, contact : TileState
        Its figures.
    steps : tuple of StepMark
        Its latest steps, oldest first.
    landing : LandingShare
        Landing types among them.
    limit : ImpactLimit or None
        Limit in force, None while there is none.
    baseline_g : float or None
        The runner's usual impact, g, None when it is not known.
    top_g : float
        Top of the scale, g.
    notice : str
        What stands in place of the trace; empty when there is a trace.
    """

    side: Side
    title: str
    impact: TileState
    heel: TileState
    contact: TileState
    steps: tuple[StepMark, ...]
    landing: LandingShare
    limit: ImpactLimit | None
    baseline_g: float | None
    top_g: float
    notice: str = ""


class BannerState(msgspec.Struct, frozen=True):
    """What is said across the window.

    Attributes
    ----------
    kind : BannerKind
        Colour and shape.
    headline, detail : str
        What it is, and the reason in words.
    lasting : str
        How long it has been so, e.g. ``"for 12 s"``.
    others : tuple of str
        Further flags that are up.
    """

    kind: BannerKind
    headline: str
    detail: str = ""
    lasting: str = ""
    others: tuple[str, ...] = ()


class ViewState(msgspec.Struct, frozen=True):
    """All of a runner's window but the traces and the transport."""

    runner: str
    elapsed: str
    activity: str
    cadence: TileState
    banner: BannerState
    legs: tuple[LegState, ...]
    chips: tuple[ChipState, ...]
