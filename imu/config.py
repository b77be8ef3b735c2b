"""Configuration of a chain: all parameters in one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.metrics.params import PhaseParams, RunnerParams
from imu.signal.params import SignalParams

if TYPE_CHECKING:
    from imu.model import SessionHeader

__all__ = ["BASELINE_KEY", "IMPACT_LIMIT_KEY", "ChainConfig", "FlagParams"]

BASELINE_KEY = "baseline_g."
"""Prefix of a session's setting: usual resultant peak of a sensor, followed by the sensor's identity."""

IMPACT_LIMIT_KEY = "impact_limit_g"
"""Name of the session's setting, and of the command, for the general limit."""


class FlagParams(msgspec.Struct, frozen=True):
    """Limits of the rules.

    Attributes
    ----------
    general_limit_g : float
        General limit of the axial peak at the shank, for runners without a baseline.
    baseline_factor : float
        A step is excessive above this multiple of the own baseline.
    least_excess_g : float
        A shank's resultant peak below this is never called excessive against a baseline.
    session_steps : int
        First accepted running steps of a session that a shoe without a baseline is held against.
    clipped_share : float
        With more clipped steps among those, impact is not judged.
    window : int
        Steps over which the flag for impact is decided.
    raise_count, lower_count : int
        The flag rises at this many excessive steps in the window and falls at this many.
    share_window : int
        Decided landings over which the heel-strike share is taken.
    share_raise, share_lower : float
        The flag rises at this share and falls at this one.
    silence_s : float
        No samples for this long is trouble.
    loss_share : float
        So many lost samples since the last tick are trouble.
    battery_percent : float
        A battery at or below this is trouble.
    """

    general_limit_g: float = 8.0
    baseline_factor: float = 1.2
    least_excess_g: float = 10.0
    session_steps: int = 20
    clipped_share: float = 0.2
    window: int = 5
    raise_count: int = 3
    lower_count: int = 1
    share_window: int = 10
    share_raise: float = 0.7
    share_lower: float = 0.4
    silence_s: float = 2.0
    loss_share: float = 0.25
    battery_percent: float = 10.0


class ChainConfig(msgspec.Struct, frozen=True):
    """Everything that a chain's output depends on, besides its inputs.

    Attributes
    ----------
    signal : SignalParams
        Signal chain.
    flags : FlagParams
        Rules.
    runner : RunnerParams
        Both feet joined.
    phases : PhaseParams
        Phases of the session.
    baselines_g : dict of str to float
        Usual resultant peak per sensor, g.
    """

    signal: SignalParams = msgspec.field(default_factory=SignalParams)
    flags: FlagParams = msgspec.field(default_factory=FlagParams)
    runner: RunnerParams = msgspec.field(default_factory=RunnerParams)
    phases: PhaseParams = msgspec.field(default_factory=PhaseParams)
    baselines_g: dict[str, float] = msgspec.field(default_factory=dict)

    @classmethod
    def from_header(cls, header: SessionHeader) -> ChainConfig:
        """Return the settings that a session's header carries."""
        baselines = {
            key.removeprefix(BASELINE_KEY): value
            for key, value in header.config.items()
            if key.startswith(BASELINE_KEY)
        }
        limit = header.config.get(IMPACT_LIMIT_KEY, FlagParams().general_limit_g)
        return cls(flags=FlagParams(general_limit_g=limit), baselines_g=baselines)
