"""What a virtual sensor feels: simulated movement, or that of a recorded session."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from imu.decode import Decoder
from imu.errors import UsageError
from imu.model import Packet, RawBatch

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from imu.model import SensorInfo
    from imu.sources.sim import SimSensorStream

    FloatArray = NDArray[np.float64]

__all__ = ["Motion", "Movement", "RecordedMotion", "SimulatedMotion"]


class Movement(NamedTuple):
    """Specific force in g and angular rate in degrees per second (None without a gyroscope), (n, 3) each."""

    acc_g: FloatArray
    gyr_dps: FloatArray | None


class Motion(Protocol):
    """Samples by their number; always the same ones."""

    rate_hz: float

    def samples(self, first: int, count: int) -> Movement:
        """Return samples ``[first, first + count)``."""


class SimulatedMotion:
    """Movement of a simulated sensor.

    Parameters
    ----------
    stream : SimSensorStream
        Its samples; they start when the session does.
    """

    def __init__(self, stream: SimSensorStream) -> None:
        self.rate_hz = stream.sensor.rate_hz
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
    sensor : str, optional
        Its name in the session; the first one when left out.

    Raises
    ------
    UsageError
        The session has no such sensor, or none of its samples.
    SessionFileError
        No session.
    """

    def __init__(self, path: Path, sensor: str | None = None) -> None:
        from imu.chain import profile_of  # noqa: PLC0415 - the whole chain
        from imu.store import SessionReader  # noqa: PLC0415 - the session file's libraries

        reader = SessionReader(path)
        info = _sensor(reader.header.sensors, sensor, path)
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
        self.rate_hz = info.rate_hz
        self._acc = np.concatenate([batch.acc_g for batch in batches])
        gyr = [batch.gyr_dps for batch in batches if batch.gyr_dps is not None]
        self._gyr = np.concatenate(gyr) if len(gyr) == len(batches) else None

    def samples(self, first: int, count: int) -> Movement:
        """Return samples ``[first, first + count)`` of the endless repetition."""
        index = np.arange(first, first + count) % len(self._acc)
        return Movement(self._acc[index], None if self._gyr is None else self._gyr[index])


def _sensor(sensors: tuple[SensorInfo, ...], wanted: str | None, path: Path) -> SensorInfo:
    found = [each for each in sensors if wanted in (None, each.sensor)]
    if not found:
        names = ", ".join(each.sensor for each in sensors) or "none"
        raise UsageError(f"{path}: there is no sensor {wanted!r}; it has: {names}")
    return found[0]
