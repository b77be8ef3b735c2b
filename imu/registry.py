"""The registry of all blocks: what the six laws of ``docs/architecture`` are tested over.

A new block is added to :func:`cases`, once per kind of sensor that takes another path through it. A firmware
profile that comes with softstrike is in it by itself.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from imu.chain import SensorChain
from imu.clock import Timeline, TimelineParams
from imu.coach import Coach, HoldMeter
from imu.config import CadenceBand, ChainConfig, CoachParams
from imu.decode import Decoder, Joiner, JoinerParams
from imu.flags import Judge
from imu.metrics import PhaseParams, PhaseTracker, RunnerParams, RunnerTracker
from imu.model import Placement, SensorInfo, Side, Strike
from imu.profiles import builtin_profiles, nominal
from imu.signal import SignalParams, StepDetector, StrikeModel
from imu.signal.regular import Regulariser
from imu.signal.strike_model import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imu.block import Block
    from imu.profiles import Profile

__all__ = ["BlockCase", "Takes", "cases", "sensor_of"]

RATE_HZ = 200.0
BASELINE_G = 9.0
WHOLE_CHAINS = ("polar-verity-sense", "softstrike-reference", "wmf-shoe")
"""Of these sensors the whole chain is a case: with and without joining, and with single samples."""


class Takes(enum.StrEnum):
    """What a block is fed with."""

    SAMPLES = "samples"
    FRAMES = "frames"
    APART = "apart"
    PACKETS = "packets"
    STEPS = "steps"
    HOLDS = "holds"
    MOMENTS = "moments"
    WATCHED = "watched"


@dataclass(frozen=True)
class BlockCase:
    """One block as it is built for one kind of sensor.

    Attributes
    ----------
    name : str
        Unique name of the case, e.g. ``"step-detector shank acc"``.
    takes : Takes
        What it is fed with.
    sensor : SensorInfo
        The sensor that its input comes from.
    make : callable
        Makes a new block; two calls share nothing.
    """

    name: str
    takes: Takes
    sensor: SensorInfo
    make: Callable[[], Block[Any, Any, Any]]


def sensor_of(profile: Profile, placement: Placement) -> SensorInfo:
    """Sensor with a firmware and its default settings, worn on the left.

    Parameters
    ----------
    profile : Profile
        The firmware.
    placement : Placement
        Where it is worn.

    Returns
    -------
    SensorInfo
        Named ``"left"``, which does not depend on the placement.
    """
    usual = nominal(profile)
    return SensorInfo(
        sensor="left",
        placement=placement,
        side=Side.LEFT,
        rate_hz=usual.rate_hz,
        profile=profile.id,
        accel_range_g=usual.acc_range_g,
        has_gyro=usual.gyr_range_dps is not None,
    )


def cases() -> dict[str, BlockCase]:
    """All blocks with typical parameters.

    Returns
    -------
    dict of str to BlockCase
        By name.
    """
    joined = [*_judge_cases(), *_coach_cases(), *_runner_cases()]
    found = [*_signal_cases(), *_count_cases(), *joined]
    for profile in builtin_profiles().values():
        found += _profile_cases(profile)
    return {case.name: case for case in found}


def _signal_cases() -> Iterator[BlockCase]:
    on_leg = [place for place in Placement if place.on_leg]
    for placement, has_gyro in product(on_leg, (False, True)):
        info = SensorInfo(
            sensor="left", placement=placement, side=Side.LEFT, rate_hz=RATE_HZ, has_gyro=has_gyro
        )
        name = f"{placement} {'acc+gyr' if has_gyro else 'acc'}"
        yield BlockCase(f"step-detector {name}", Takes.SAMPLES, info, partial(StepDetector, info))
        if not has_gyro:
            model = partial(StepDetector, info, strike_model=_landing_model(placement))
            yield BlockCase(f"step-detector {name} calibrated", Takes.SAMPLES, info, model)
        if placement is Placement.SHOE:
            yield BlockCase(f"regulariser {name}", Takes.SAMPLES, info, _regulariser)


def _landing_model(placement: Placement) -> StrikeModel:
    """Return a landing model as a calibration makes it; its weights tell landings apart by no one's gait."""
    weights = tuple((-1.0) ** k / (k + 1) for k in range(FEATURES))
    return StrikeModel(placement, RATE_HZ, Strike.MIDFOOT, weights, bias=0.1)


def _regulariser() -> Regulariser:
    params = SignalParams()
    return Regulariser(RATE_HZ, params.bridge_s, params.torn_s)


def _count_cases() -> Iterator[BlockCase]:
    """Sensors that tell the time by counting samples, or not at all: no shipped profile needs it yet."""
    info = SensorInfo(sensor="left", placement=Placement.SHANK, side=Side.LEFT, rate_hz=RATE_HZ)
    rules = {
        "numbered": TimelineParams(RATE_HZ, source="count", seq_bits=8),
        "unnumbered": TimelineParams(RATE_HZ, source="arrival"),
    }
    for name, params in rules.items():
        yield BlockCase(f"timeline {name}", Takes.FRAMES, info, partial(Timeline, info.sensor, params))


def _judge_cases() -> Iterator[BlockCase]:
    settings = {
        "general": (Placement.SHANK, ChainConfig()),
        "personal": (Placement.SHANK, ChainConfig(baselines_g={"left": BASELINE_G})),
        "session": (Placement.SHOE, ChainConfig()),
    }
    for name, (placement, config) in settings.items():
        info = SensorInfo(sensor="left", placement=placement, side=Side.LEFT, rate_hz=RATE_HZ)
        yield BlockCase(f"judge {name}", Takes.STEPS, info, partial(Judge, (info,), config))


def _coach_cases() -> Iterator[BlockCase]:
    info = SensorInfo(sensor="left", placement=Placement.SHOE, side=Side.LEFT, rate_hz=RATE_HZ)
    usual = {"left": BASELINE_G}
    settings = {
        "faded": ChainConfig(
            baselines_g=usual,
            bands={"left": (CadenceBand(150.0, 170.0, BASELINE_G - 1.0),)},
            coach=CoachParams(run_s=24.0, on_share=0.8, block_s=5.0, retention_s=2.0, cue_gap_s=3.0),
        ),
        "landing and step rate": ChainConfig(
            baselines_g=usual,
            coach=CoachParams(run_s=40.0, target_share=0.95, cue_gap_s=3.0, landing=2.0, step_rate_spm=220.0),
        ),
    }
    for name, config in settings.items():
        yield BlockCase(f"coach {name}", Takes.STEPS, info, partial(Coach, (info,), config))
    shin = SensorInfo(sensor="left", placement=Placement.SHANK, side=Side.LEFT, rate_hz=RATE_HZ)
    yield BlockCase("hold-meter", Takes.HOLDS, shin, HoldMeter)


def _runner_cases() -> Iterator[BlockCase]:
    info = SensorInfo(sensor="left", placement=Placement.SHANK, side=Side.LEFT, rate_hz=RATE_HZ)
    other = SensorInfo(sensor="right", placement=Placement.SHANK, side=Side.RIGHT, rate_hz=RATE_HZ)
    yield BlockCase("runner usual", Takes.MOMENTS, info, partial(RunnerTracker, (info, other)))
    short = RunnerParams(asymmetry_steps=5, asymmetry_window=8, clipped_share=1.0)
    yield BlockCase("runner short", Takes.MOMENTS, info, partial(RunnerTracker, (info, other), short))
    yield BlockCase("phases usual", Takes.WATCHED, info, PhaseTracker)
    hasty = PhaseParams(
        still_s=3.0, least_easy_s=8.0, least_bout_s=3.0, least_run_s=6.0, epoch_s=3.0, epoch_steps=3
    )
    yield BlockCase("phases hasty", Takes.WATCHED, info, partial(PhaseTracker, hasty))


def _profile_cases(profile: Profile) -> Iterator[BlockCase]:
    info = sensor_of(profile, Placement.SHOE)
    params = TimelineParams.from_profile(profile, info.rate_hz)
    name = profile.id
    yield BlockCase(f"decoder {name}", Takes.PACKETS, info, partial(Decoder, profile, info.sensor))
    yield BlockCase(f"timeline {name}", Takes.FRAMES, info, partial(Timeline, info.sensor, params))
    apart = JoinerParams.from_profile(profile, info.rate_hz)
    if apart is not None:
        yield BlockCase(f"joiner {name}", Takes.APART, info, partial(Joiner, info.sensor, apart))
    if name in WHOLE_CHAINS:
        yield BlockCase(f"sensor-chain {name}", Takes.PACKETS, info, partial(SensorChain, info))
