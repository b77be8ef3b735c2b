"""Made-up motion and its packets, as a sensor with a given firmware would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.decode import Encoder
from imu.errors import UsageError
from imu.profiles import nominal
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from imu.profiles import Profile

    FloatArray = NDArray[np.float64]

__all__ = ["Frames"]

MOST_SAMPLES = 20
STRIDE_S = 0.7


class Frames:
    """Frames of a run, one after the other.

    Parameters
    ----------
    profile : Profile
        The firmware.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults.
    seed : int
        Same seed, same motion.
    packets : sequence of str, optional
        Packet rules to use instead of the first that fit.

    Attributes
    ----------
    count : int
        Samples of each frame.
    has_acc, has_gyr : bool
        What the frames hold.
    """

    def __init__(
        self,
        profile: Profile,
        params: Mapping[str, float] | None = None,
        seed: int = 0,
        packets: Sequence[str] | None = None,
    ) -> None:
        self._encoder = Encoder(profile, params, packets=packets)
        self._profile, self._ranges = profile, nominal(profile, params)
        self.has_acc, self.has_gyr, self.count = self._held()
        self._rng = np.random.default_rng(seed)

    def samples(self, number: int) -> tuple[FloatArray | None, FloatArray | None]:
        """Acceleration in g and angular rate in degrees per second of a frame, shape (count, 3) each."""
        time_s = (number * self.count + np.arange(self.count)) / self._ranges.rate_hz
        phase = 2 * np.pi * time_s / STRIDE_S
        spike = np.exp(-30.0 * (1.0 - np.cos(phase)))
        acc = np.stack([0.5 * np.sin(phase), 1.0 + 1.1 * self._ranges.acc_range_g * spike, spike], axis=1)
        gyr = np.stack([200 * np.sin(phase), 50 * np.cos(phase), 400 * np.sin(phase + 1)], axis=1)
        acc += self._rng.normal(0.0, 0.02, acc.shape)
        gyr += self._rng.normal(0.0, 1.0, gyr.shape)
        return (acc if self.has_acc else None), (gyr if self.has_gyr else None)

    def counter(self, number: int) -> int:
        """Device time of a frame's marked sample in ticks; it may exceed the counter's width."""
        time = self._profile.time
        sample = number * self.count + (self.count - 1 if time.marks == "last" else 0)
        return round(sample / self._ranges.rate_hz * NS_PER_S / time.unit_ns)

    def sequence(self, number: int) -> int:
        """Sequence number of a frame."""
        by_samples = self._profile.seq is not None and self._profile.seq.counts == "samples"
        return number * self.count if by_samples else number

    def notifications(self, number: int) -> list[tuple[str, bytes]]:
        """Roles and payloads of a frame."""
        return self._encoder.notifications(self.counter(number), self.sequence(number), *self.samples(number))

    def run(self, frames: int) -> Iterator[tuple[int, str, bytes]]:
        """Host time in ns, role and payload of every notification of so many frames."""
        frame_ns = self.count / self._ranges.rate_hz * NS_PER_S
        for number in range(frames):
            for role, payload in self.notifications(number):
                yield round((number + 1) * frame_ns), role, payload

    def _held(self) -> tuple[bool, bool, int]:
        for acc, gyr in ((True, True), (True, False), (False, True)):
            try:
                least, most = self._encoder.count_range(acc=acc, gyr=gyr)
            except UsageError:
                continue
            return acc, gyr, max(least, min(most, MOST_SAMPLES))
        raise UsageError(f"profile {self._profile.id!r} has no packet with samples")
