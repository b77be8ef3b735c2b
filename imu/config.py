"""Configuration of a chain: all parameters in one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.errors import UsageError
from imu.metrics.params import PhaseParams, RunnerParams
from imu.signal.params import SignalParams
from imu.signal.strike_model import StrikeModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.model import SessionHeader

__all__ = [
    "ANY_SENSOR",
    "BAND_KEY",
    "BASELINE_KEY",
    "COACH_KEY",
    "FLAG_KEY",
    "IMPACT_LIMIT_KEY",
    "STRIKE_MODEL_KEY",
    "CadenceBand",
    "ChainConfig",
    "CoachParams",
    "FlagParams",
]

BASELINE_KEY = "baseline_g."
"""Prefix of a session's setting: usual resultant peak of a sensor, followed by the sensor's identity."""

STRIKE_MODEL_KEY = "strike_model."
"""Prefix of a session's settings that hold a landing model: ``strike_model.<sensor>.<name>``."""

ANY_SENSOR = "*"
"""Name under which a landing model holds for a table, whose sensor has no name of its own."""

BAND_KEY = "baseline_band_g."
"""Prefix of the same for a band of cadence: ``baseline_band_g.160-170.left-shin``."""

COACH_KEY = "coach."
"""Prefix of the settings of :class:`CoachParams`."""

FLAG_KEY = "flag."
"""Prefix of the settings of :class:`FlagParams`, e.g. ``flag.silence_s``."""

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

    def __post_init__(self) -> None:
        _check_ranges(self, FLAG_KEY, _FLAG_RANGES)


_FLAG_RANGES = {
    "baseline_factor": (1.0, 5.0),
    "share_raise": (0.0, 1.0),
    "share_lower": (0.0, 1.0),
    "silence_s": (0.1, 3600.0),
    "loss_share": (0.0, 1.0),
    "battery_percent": (0.0, 100.0),
}
"""Fields that a session may set, and what they may be."""


class CadenceBand(msgspec.Struct, frozen=True):
    """Usual impact while the cadence lies in ``[least_spm, below_spm)``, g."""

    least_spm: float
    below_spm: float
    usual_g: float


class CoachParams(msgspec.Struct, frozen=True):
    """Settings of a coached run; the header of the session carries those that differ, ``coach.run_s`` etc.

    Attributes
    ----------
    run_s : float
        Planned running time, s; 0 means that nothing is coached.
    on_share : float
        Share of it in which cues may come.
    retention_s : float
        Running time without cues after it, s.
    block_s : float
        Length of the blocks that are shuffled, s.
    seed : float
        Seed of the shuffle, a whole number.
    target_share : float
        The target as a share of the usual impact, 0.5 to 0.95.
    mean_steps : float
        Steps of one leg over which the impact is averaged.
    stay_steps : float
        So many steps in a row the mean must be above the target.
    cue_gap_s : float
        Least time between two cues, s.
    landing : float
        1 or 2 also cues the landing: first on the toes, then on the balls of the feet. 0 does not.
    step_rate_spm : float
        Cadence to keep up, steps/min; 0 asks for none.
    programme, session : float
        Which programme the run belongs to (the day on which it began, as 20250131) and its number in it.
    """

    run_s: float = 0.0
    on_share: float = 1.0
    retention_s: float = 120.0
    block_s: float = 30.0
    seed: float = 1.0
    target_share: float = 0.8
    mean_steps: float = 5.0
    stay_steps: float = 5.0
    cue_gap_s: float = 4.0
    landing: float = 0.0
    step_rate_spm: float = 0.0
    programme: float = 0.0
    session: float = 0.0

    def __post_init__(self) -> None:
        _check_ranges(self, COACH_KEY, _COACH_RANGES)

    def settings(self) -> dict[str, float]:
        """Return what a session's header must carry: the values that differ from the defaults."""
        usual = CoachParams()
        return {
            f"{COACH_KEY}{name}": getattr(self, name)
            for name in self.__struct_fields__
            if getattr(self, name) != getattr(usual, name)
        }


_COACH_RANGES = {
    "run_s": (0.0, 4 * 3600.0),
    "on_share": (0.0, 1.0),
    "retention_s": (0.0, 3600.0),
    "block_s": (5.0, 600.0),
    "target_share": (0.5, 0.95),
    "mean_steps": (1.0, 50.0),
    "stay_steps": (1.0, 50.0),
    "cue_gap_s": (3.0, 60.0),
    "landing": (0.0, 2.0),
    "step_rate_spm": (0.0, 240.0),
}


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
    bands : dict of str to tuple of CadenceBand
        The same per sensor and band of cadence, where enough steps are known of it.
    coach : CoachParams
        Cues.
    strike_models : dict of str to StrikeModel
        Landing models per sensor, made by ``softstrike calibrate``; of use to sensors without a gyroscope
        and to shanks.
    """

    signal: SignalParams = msgspec.field(default_factory=SignalParams)
    flags: FlagParams = msgspec.field(default_factory=FlagParams)
    runner: RunnerParams = msgspec.field(default_factory=RunnerParams)
    phases: PhaseParams = msgspec.field(default_factory=PhaseParams)
    baselines_g: dict[str, float] = msgspec.field(default_factory=dict)
    bands: dict[str, tuple[CadenceBand, ...]] = msgspec.field(default_factory=dict)
    coach: CoachParams = msgspec.field(default_factory=CoachParams)
    strike_models: dict[str, StrikeModel] = msgspec.field(default_factory=dict)

    @classmethod
    def from_header(cls, header: SessionHeader) -> ChainConfig:
        """Return the settings that a session's header carries; those of newer software are passed over.

        Raises
        ------
        UsageError
            A setting is out of its range or its name cannot be read.
        """
        baselines = {
            key.removeprefix(BASELINE_KEY): value
            for key, value in header.config.items()
            if key.startswith(BASELINE_KEY)
        }
        coach = _fields(header.config, COACH_KEY, CoachParams.__struct_fields__)
        flags = _fields(header.config, FLAG_KEY, tuple(_FLAG_RANGES))
        if IMPACT_LIMIT_KEY in header.config:
            flags["general_limit_g"] = header.config[IMPACT_LIMIT_KEY]
        return cls(
            flags=msgspec.structs.replace(FlagParams(), **flags),
            baselines_g=baselines,
            bands=_bands(header.config),
            coach=CoachParams(**coach),
            strike_models=_strike_models(header.config),
        )


def _check_ranges(params: msgspec.Struct, prefix: str, ranges: Mapping[str, tuple[float, float]]) -> None:
    for name, (least, most) in ranges.items():
        value = getattr(params, name)
        if not least <= value <= most:
            raise UsageError(f"setting {prefix}{name}: must be from {least:g} to {most:g}, not {value:g}")


def _fields(settings: Mapping[str, float], prefix: str, known: tuple[str, ...]) -> dict[str, float]:
    """Return the settings of a prefix by field; those of newer software are passed over."""
    return {
        name: value
        for key, value in settings.items()
        if key.startswith(prefix) and (name := key.removeprefix(prefix)) in known
    }


def _strike_models(settings: Mapping[str, float]) -> dict[str, StrikeModel]:
    """Landing models that a header carries as numbers."""
    values: dict[str, dict[str, float]] = {}
    for key, value in settings.items():
        if key.startswith(STRIKE_MODEL_KEY):
            sensor, _, name = key.removeprefix(STRIKE_MODEL_KEY).rpartition(".")
            values.setdefault(sensor, {})[name] = value
    return {sensor: StrikeModel.from_numbers(numbers) for sensor, numbers in values.items()}


def _bands(settings: dict[str, float]) -> dict[str, tuple[CadenceBand, ...]]:
    """Bands of cadence by sensor, from below."""
    found: dict[str, list[CadenceBand]] = {}
    for key, usual_g in settings.items():
        if not key.startswith(BAND_KEY):
            continue
        span, _, sensor = key.removeprefix(BAND_KEY).partition(".")
        least, _, below = span.partition("-")
        if not (least.isdecimal() and below.isdecimal() and sensor):
            raise UsageError(f"setting {key}: must be named like {BAND_KEY}160-170.left-shin")
        found.setdefault(sensor, []).append(CadenceBand(float(least), float(below), usual_g))
    return {sensor: tuple(sorted(bands, key=lambda b: b.least_spm)) for sensor, bands in found.items()}
