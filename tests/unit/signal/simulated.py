"""Simulated runs as detectors take them, with their truth."""

from __future__ import annotations

import numpy as np

from imu.model import Placement, SampleBatch, SensorInfo, Side
from imu.sources.sim import Bout, Motion, Scenario, SimSensor, Truth, simulate

__all__ = ["RATE_HZ", "play", "run"]

RATE_HZ = 208.0
AS_WORN = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def run(
    placement: Placement,
    angle_deg: float,
    *,
    seed: int = 1,
    seconds: float = 20.0,
    has_gyro: bool = True,
    mounting: tuple[float, ...] | None = None,
) -> tuple[SensorInfo, SampleBatch, Truth]:
    """Stand for 3 s, then run, landing at a strike angle."""
    bouts = (
        Bout(motion=Motion.STAND, duration_s=3.0),
        Bout(motion=Motion.RUN, duration_s=seconds, strike_angle_deg=angle_deg, strike_sd_deg=2.5),
    )
    return play(bouts, placement, seed=seed, has_gyro=has_gyro, mounting=mounting)


def play(
    bouts: tuple[Bout, ...],
    placement: Placement,
    *,
    seed: int = 1,
    has_gyro: bool = True,
    mounting: tuple[float, ...] | None = None,
) -> tuple[SensorInfo, SampleBatch, Truth]:
    """Do what the bouts say."""
    worn = SimSensor(
        sensor="left",
        placement=placement,
        side=Side.LEFT,
        rate_hz=RATE_HZ,
        has_gyro=has_gyro,
        mounting=mounting,
    )
    session = simulate(Scenario("run", bouts), (worn,), seed=seed)
    stream = session.stream("left")
    count = round(sum(bout.duration_s for bout in bouts) * RATE_HZ)
    blocks = [stream.block(k) for k in range(-(-count // stream.block_size))]
    t_ns = np.rint(np.concatenate([b.t_s for b in blocks]) * 1e9).astype(np.int64)[:count]
    acc, gyr, clipped = (
        np.concatenate([getattr(b, name) for b in blocks])[:count] for name in ("acc_g", "gyr_dps", "clipped")
    )
    batch = SampleBatch("left", 0, t_ns, acc, gyr if has_gyro else None, clipped)
    return session.header.sensors[0], batch, session.truth["left"]
