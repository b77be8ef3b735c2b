"""Simulated runners, step by step: they hear cues, or do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from imu.config import ChainConfig, CoachParams
from imu.model import Cue, CuePeriod, Placement, SensorInfo, Side, Step
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imu.coach import Coach

__all__ = ["SHINS", "USUAL_G", "Runner", "config", "hear", "steps"]

USUAL_G = 8.0
SHINS = tuple(
    SensorInfo(sensor=f"{side}-shin", placement=Placement.SHANK, side=side, rate_hz=208.0) for side in Side
)
START_NS = 5_000_000_000


def config(**coach: float) -> ChainConfig:
    """Make the settings of a coached run with the usual baseline on both shins."""
    return ChainConfig(
        baselines_g={info.sensor: USUAL_G for info in SHINS}, coach=CoachParams(**{"run_s": 600.0, **coach})
    )


def steps(
    seconds: float, impact_g: Callable[[Side, int], float], *, stride_ms: float = 700.0, **changes: Any
) -> Iterator[Step]:
    """Make steps of both legs in turn; `impact_g` tells the impact by leg and number."""
    for number in range(int(seconds * 2000 / stride_ms)):
        side = (Side.LEFT, Side.RIGHT)[number % 2]
        contact_ns = START_NS + int(number * stride_ms / 2 * 1e6)
        usual: dict[str, Any] = {
            "step": number // 2,
            "sensor": f"{side}-shin",
            "side": side,
            "initial_contact_ns": contact_ns,
            "toe_off_ns": contact_ns + 250_000_000,
            "stride_time_ms": stride_ms,
            "peak_accel_g": impact_g(side, number // 2),
            "known_ns": contact_ns + 300_000_000,
        }
        yield made_step(**{**usual, **changes})


def hear(coach: Coach, made: Iterator[Step]) -> tuple[list[Cue], list[CuePeriod]]:
    """All cues and stretches that steps lead to."""
    out = [item for step in made for item in coach.push(step)]
    return [o for o in out if isinstance(o, Cue)], [o for o in out if isinstance(o, CuePeriod)]


class Runner:
    """A runner whose impact falls a little with each cue of a leg, by `response`, and never below 60 %."""

    def __init__(self, response: float) -> None:
        self.response = response
        self.level = dict.fromkeys(Side, 1.0)

    def run(self, coach: Coach, seconds: float) -> tuple[list[Step], list[Cue | CuePeriod]]:
        """Run and listen."""
        ran: list[Step] = []
        told: list[Cue | CuePeriod] = []
        for planned in steps(seconds, lambda _side, number: USUAL_G * (1 + 0.05 * (number % 3 - 1))):
            step = msgspec.structs.replace(
                planned, peak_accel_g=planned.peak_accel_g * self.level[planned.side]
            )  # type: ignore[operator]
            ran.append(step)
            for item in coach.push(step):
                told.append(item)
                if isinstance(item, Cue):
                    self.level[item.side] = max(0.6, self.level[item.side] * (1 - self.response))
        return ran, told
