"""The simulator as a source: a simulated session in real time, faster, or as fast as it can be computed."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from imu.errors import UsageError
from imu.model import Placement, Side
from imu.sources.sim.scenario import SCENARIOS
from imu.sources.sim.sensors import SimSensor
from imu.sources.sim.session import ORIGIN_NS, simulate
from imu.units import ns_to_s

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from imu.model import Input, SessionHeader
    from imu.sources.replay import Pacer
    from imu.sources.sim.radio import RadioModel
    from imu.sources.sim.session import SimulatedSession

__all__ = ["SimulatorSource", "pair_of", "ready_session"]

ITEMS_PER_TURN = 64
SOON_S = 0.001
RANGE_G = {Placement.SHANK: 16.0, Placement.SHOE: 32.0}
CLOCK_PPM = {Side.LEFT: 18.0, Side.RIGHT: -11.0}


def pair_of(placement: Placement, *, rate_hz: float = 208.0) -> tuple[SimSensor, SimSensor]:
    """Left and right sensor of one placement, with the range usual there and clocks that disagree."""
    left, right = (
        SimSensor(
            sensor=f"{side}-{'shoe' if placement is Placement.SHOE else 'shin'}",
            placement=placement,
            side=side,
            rate_hz=rate_hz,
            accel_range_g=RANGE_G[placement],
            clock_ppm=CLOCK_PPM[side],
        )
        for side in (Side.LEFT, Side.RIGHT)
    )
    return left, right


def ready_session(
    name: str,
    *,
    seed: int = 1,
    duration_s: float | None = None,
    radio: RadioModel | Mapping[str, RadioModel] | None = None,
    rate_hz: float = 208.0,
    origin_ns: int = ORIGIN_NS,
) -> SimulatedSession:
    """Simulate a ready scenario with a pair of sensors.

    Parameters
    ----------
    name : str
        ``"two_shoes"``, ``"two_shins"`` or ``"demo"``.
    seed : int
        Seed of everything.
    duration_s : float, optional
        Length, s: shorter cuts the scenario, longer repeats it.
    radio : RadioModel or mapping of str to RadioModel, optional
        A good link when left out.
    rate_hz : float
        Sampling rate; the reference firmware allows 104, 208, 416, 833 and 1666.
    origin_ns : int
        Host's monotonic clock at its begin, ns.

    Returns
    -------
    SimulatedSession
        The session.

    Raises
    ------
    UsageError
        An unknown name, and as :func:`simulate`.
    """
    if name not in SCENARIOS:
        raise UsageError(f"there is no scenario {name!r}; choose one of {', '.join(SCENARIOS)}.")
    scenario = SCENARIOS[name]()
    if duration_s is not None:
        scenario = scenario.repeated(duration_s)
    sensors = pair_of(Placement.SHANK if name == "two_shins" else Placement.SHOE, rate_hz=rate_hz)
    return simulate(scenario, sensors, seed=seed, radio=radio, duration_s=duration_s, origin_ns=origin_ns)


class SimulatorSource:
    """Yields a simulated session when its inputs are due.

    Parameters
    ----------
    session : SimulatedSession
        What to yield.
    speed : float
        1.0 is real time, ``math.inf`` as fast as possible.
    pacer : Pacer, optional
        Clock and waiting; the host's when not given.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.

    Raises
    ------
    UsageError
        When the speed is not greater than 0.
    """

    def __init__(self, session: SimulatedSession, speed: float = 1.0, *, pacer: Pacer | None = None) -> None:
        if not speed > 0:
            raise UsageError(f"the speed of a simulation must be greater than 0, not {speed}.")
        self.header: SessionHeader = session.header
        self._session = session
        self._speed = speed
        self._pacer = pacer

    async def inputs(self) -> AsyncIterator[Input]:
        """Yield the inputs when they are due."""
        pacer = self._pacer or _host_pacer()
        start_ns = pacer.now_ns()
        for count, item in enumerate(self._session.inputs()):
            after_s = ns_to_s(item.arrival_ns - self.header.origin_ns) / self._speed
            while not math.isinf(self._speed):
                delay_s = after_s - ns_to_s(pacer.now_ns() - start_ns)
                if delay_s < SOON_S:
                    break
                await pacer.wait(delay_s)
            if count % ITEMS_PER_TURN == 0:
                await asyncio.sleep(0)
            yield item


def _host_pacer() -> Pacer:
    from imu.sources.replay import LoopPacer  # noqa: PLC0415 - brings the session file's libraries along

    return LoopPacer()
