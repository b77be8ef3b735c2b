"""What a virtual sensor feels: simulated movement, or that of a recorded session."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from imu.decode import Decoder
from imu.errors import UsageError
from imu.model import Packet, RawBatch

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from imu.sources.sim import SimSensorStream

    FloatArray = NDArray[np.float64]

__all__ = ["Motion", "Movement", "RecordedMotion", "SimulatedMotion", "Wearer", "simulated_wearer"]


class Movement(NamedTuple):
    """Specific force in g and angular rate in degrees per second (None without a gyroscope), (n, 3) each."""

    acc_g: FloatArray
    gyr_dps: FloatArray | None


class Motion(Protocol):
    """Samples by their number; always the same ones."""

    def samples(self, first: int, count: int) -> Movement:
        """Return samples ``[first, first + count)``."""


Wearer = Callable[[float], Motion]
"""Gives the movement at a sampling rate, Hz: the host chooses it when it starts the stream."""


def simulated_wearer(place: str, *, scenario: str = "two_shoes", seed: int = 1, duration_s: float) -> Wearer:
    """Movement of one leg of a simulated runner.

    Parameters
    ----------
    place : str
        ``left-shoe``, ``right-shoe``, ``left-shin`` or ``right-shin``, as the scenario has it.
    scenario : str
        Name of the scenario.
    seed : int
        Seed; two sensors with one seed are two legs of one runner.
    duration_s : float
        For how long there is movement.
    """
    from imu.sources.sim import ready_session  # noqa: PLC0415 - the simulator

    session = ready_session(scenario, seed=seed, duration_s=duration_s)
    return lambda rate_hz: SimulatedMotion(session.stream(place, rate_hz=rate_hz))


class SimulatedMotion:
    """Movement of a simulated sensor.

    Parameters
    ----------
    stream : SimSensorStream
        Its samples; they start when the session does.
    """

    def __init__(self, stream: SimSensorStream) -> None:
        self._stream = stream
        self._has_gyro = stream.sensor.has_gyro
        self._blocks: dict[int, Movement] = {}

    def samples(self, first: int, count: int) -> Movement:
        """Return samples ``[first, first + count)``."""
        size = self._stream.block_size
        numbers = range(first // size, (first + count - 1) // size + 1)
        blocks = [self._block(number) for number in numbers]
        begin = first - numbers[0] * size
        acc = np.concatenate([block.acc_g for block in blocks])[begin : begin + count]
        if not self._has_gyro:
            return Movement(acc, None)
        gyr = [block.gyr_dps for block in blocks if block.gyr_dps is not None]
        return Movement(acc, np.concatenate(gyr)[begin : begin + count])

    def _block(self, number: int) -> Movement:
        if number not in self._blocks:
            made = self._stream.block(number)
            self._blocks = {key: old for key, old in self._blocks.items() if key >= number - 1}
            self._blocks[number] = Movement(made.acc_g, made.gyr_dps)
        return self._blocks[number]


class RecordedMotion:
    """Movement of one sensor of a session file, over and over; what the radio lost is left out.

    Parameters
    ----------
    path : pathlib.Path
        Session file.
    side : str, optional
        Leg whose sensor it is; without, or when the session has but one, the first sensor.

    Raises
    ------
    UsageError
        The session has no samples of that sensor.
    SessionFileError
        No session.
    """

    def __init__(self, path: Path, side: str | None = None) -> None:
        from imu.chain import profile_of  # noqa: PLC0415 - the whole chain
        from imu.store import SessionReader  # noqa: PLC0415 - the session file's libraries

        reader = SessionReader(path)
        legs = [each for each in reader.header.sensors if each.side == side and each.placement.on_leg]
        info = (*legs, *reader.header.sensors)[0]
        decoder = Decoder(profile_of(info), info.sensor, info.params or None)
        batches = [
            out
            for item in reader.inputs()
            if isinstance(item, Packet) and item.sensor == info.sensor
            for out in decoder.push(item)
            if isinstance(out, RawBatch) and len(out)
        ]
        if not batches:
            raise UsageError(f"{path}: sensor {info.sensor!r} has no samples to play")
        self._rate_hz, self._step = info.rate_hz, 1.0
        self._acc = np.concatenate([batch.acc_g for batch in batches])
        gyr = [batch.gyr_dps for batch in batches if batch.gyr_dps is not None]
        self._gyr = np.concatenate(gyr) if len(gyr) == len(batches) else None

    def at(self, rate_hz: float) -> RecordedMotion:
        """Return the same movement sampled at another rate, by the nearest sample."""
        other = copy.copy(self)
        other._step = self._rate_hz / rate_hz  # noqa: SLF001 - a copy of itself
        return other

    def samples(self, first: int, count: int) -> Movement:
        """Return samples ``[first, first + count)`` of the endless repetition."""
        index = np.rint(np.arange(first, first + count) * self._step).astype(np.int64) % len(self._acc)
        return Movement(self._acc[index], None if self._gyr is None else self._gyr[index])
