"""A seeded simulator: a gait model with known truth, the sensors that feel it and the radio between."""

from imu.sources.sim.radio import RadioLink, RadioModel
from imu.sources.sim.scenario import SCENARIOS, Bout, Motion, Scenario, demo, two_shins, two_shoes
from imu.sources.sim.sensors import Limb, SampleBlock, SimSensor, SimSensorStream
from imu.sources.sim.session import SimulatedSession, Truth, simulate
from imu.sources.sim.source import SimulatorSource, pair_of, ready_session

__all__ = [
    "SCENARIOS",
    "Bout",
    "Limb",
    "Motion",
    "RadioLink",
    "RadioModel",
    "SampleBlock",
    "Scenario",
    "SimSensor",
    "SimSensorStream",
    "SimulatedSession",
    "SimulatorSource",
    "Truth",
    "demo",
    "pair_of",
    "ready_session",
    "simulate",
    "two_shins",
    "two_shoes",
]
