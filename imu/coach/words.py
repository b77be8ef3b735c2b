"""The words of a cue: what to do, never what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.model import CueKind

if TYPE_CHECKING:
    from imu.model import Side

__all__ = ["cue_text"]

_LANDING_STAGES = {1: "up on your toes for these steps", 2: "land on the ball of the foot, under your hips"}
_WORDS = {
    CueKind.SOFTER: "softer, slightly quicker steps",
    CueKind.QUICKER: "slightly quicker, shorter steps",
}


def cue_text(kind: CueKind, side: Side, stage: int = 2) -> str:
    """Say a cue in plain words.

    Parameters
    ----------
    kind : CueKind
        What it asks for.
    side : Side
        The leg it speaks of.
    stage : int
        Of the practice of landing: 1 on the toes, 2 on the balls of the feet.
    """
    words = _LANDING_STAGES[stage] if kind is CueKind.LANDING else _WORDS[kind]
    return f"{side.capitalize()}: {words}."
