"""What the window shows, as frozen values: the view model makes them, the widgets draw them; free of Qt."""

from __future__ import annotations

import enum

import msgspec

from imu.model import CueKind, ImpactLimit, LinkState, Phase, Side, Strike

__all__ = [
    "DASH",
    "BannerKind",
    "BannerState",
    "ChipState",
    "CueState",
    "DialState",
    "LandingShare",
    "LegState",
    "RunState",
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
    PAUSED = "paused"
    RETURNING = "returning"
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
    mounting : str
        What is known of how the sensor sits, in a word or two.
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
    mounting: str = DASH
    badges: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN


class DialState(msgspec.Struct, frozen=True):
    """How the foot lands: the rolling strike angle, else the share of heel strikes.

    Attributes
    ----------
    angle_deg : float or None
        Mean strike angle of the latest running steps, degrees, rounded to what is shown; positive = heel
        first. None when the sensor does not tell it.
    heel_share : float or None
        Share of heel strikes among the proven landings, 0 to 1; None when nothing was proven.
    note : str
        What the figure rests on.
    stale : bool
        The figures are not of now.
    """

    angle_deg: float | None = None
    heel_share: float | None = None
    note: str = ""
    stale: bool = True


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
    early : tuple of StepMark
        Contacts whose step is not finished yet; they stand on the trace only.
    landing : LandingShare
        Landing types among them.
    limit : ImpactLimit or None
        Limit in force, None while there is none.
    baseline_g : float or None
        The runner's usual impact, g, None when it is not known.
    target_g : float or None
        What the runner works towards, g, None without a baseline.
    dial : DialState
        How the foot lands.
    top_g : float
        Top of the scale, g.
    notice : str
        What stands in place of the trace; empty when there is a trace.
    more : tuple of LegState
        Further sensors on the same leg, of which the traces are shown below.
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
    early: tuple[StepMark, ...] = ()
    target_g: float | None = None
    dial: DialState = DialState()
    notice: str = ""
    more: tuple[LegState, ...] = ()


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


class CueState(msgspec.Struct, frozen=True):
    """The latest cue while it is fresh enough to be shown."""

    kind: CueKind
    side: Side
    text: str


class RunState(msgspec.Struct, frozen=True):
    """What is known of the run as a whole.

    Attributes
    ----------
    phase : Phase or None
        What the runner is doing; None until it is known.
    phase_for : str
        How long the phase has lasted, e.g. ``"03:12"``.
    asymmetry_percent : float or None
        Impact left against right, rounded to what is shown; positive = left greater.
    asymmetry, dose, lap, cues, delay : TileState
        Small figures.
    cue : CueState or None
        The cue that is shown now.
    """

    asymmetry: TileState
    dose: TileState
    lap: TileState
    cues: TileState
    delay: TileState
    phase: Phase | None = None
    phase_for: str = ""
    asymmetry_percent: float | None = None
    cue: CueState | None = None


class ViewState(msgspec.Struct, frozen=True):
    """All of a runner's window but the traces and the transport."""

    runner: str
    elapsed: str
    activity: str
    cadence: TileState
    banner: BannerState
    legs: tuple[LegState, ...]
    chips: tuple[ChipState, ...]
    run: RunState
