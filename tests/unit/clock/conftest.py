"""A sensor with a clock of its own behind a radio, and what came of its packets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imu.clock import Timeline, TimelineParams
from imu.model import Fault, Gap, RawBatch, SampleBatch

if TYPE_CHECKING:
    from collections.abc import Callable

START_NS = 10_000_000_000
LEAST_DELAY_NS = 4_000_000


@dataclass(frozen=True)
class Sensor:
    """Makes frames in the order of sampling; sample `k` of frame `i` reads ``i * n + k``."""

    n: int = 20
    rate_hz: float = 400.0
    unit_ns: int = 1000
    wrap_bits: int = 32
    seq_bits: int | None = 16
    marks: str = "last"
    source: str = "packet"
    seq_counts: str = "packets"
    drift_ppm: float = 0.0
    seq0: int = 0
    device0_ns: int = 0

    @property
    def params(self) -> TimelineParams:
        return TimelineParams(
            rate_hz=self.rate_hz,
            unit_ns=self.unit_ns,
            wrap_bits=self.wrap_bits,
            marks=self.marks,  # type: ignore[arg-type]
            source=self.source,  # type: ignore[arg-type]
            seq_bits=self.seq_bits,
            seq_counts=self.seq_counts,  # type: ignore[arg-type]
        )

    def timeline(self) -> Timeline:
        return Timeline("shoe", self.params)

    def but(self, **changes: object) -> Sensor:
        return replace(self, **changes)  # type: ignore[arg-type]

    def last_ns(self, number: int) -> float:
        """Tell the true host time of the last sample of a frame."""
        return START_NS + ((number + 1) * self.n - 1) * 1e9 / self.rate_hz

    def frame(self, number: int, arrival_ns: float | None = None) -> RawBatch:
        """Frame `number`; by default it arrives after the least delay."""
        last_ns = self.last_ns(number)
        marked_ns = last_ns - (self.n - 1) * 1e9 / self.rate_hz * (self.marks == "first")
        ticks = round((self.device0_ns + (marked_ns - START_NS) * (1 + self.drift_ppm * 1e-6)) / self.unit_ns)
        step = self.n if self.seq_counts == "samples" else 1
        acc_g = np.repeat(number * self.n + np.arange(self.n, dtype=float), 3).reshape(-1, 3)
        return RawBatch(
            sensor="shoe",
            arrival_ns=round(last_ns + LEAST_DELAY_NS if arrival_ns is None else arrival_ns),
            seq=None if self.seq_bits is None else (self.seq0 + number * step) % (1 << self.seq_bits),
            counter=ticks % (1 << self.wrap_bits) if self.source == "packet" else None,
            acc_g=acc_g,
            gyr_dps=None,
            clipped=np.zeros(self.n, dtype=bool),
        )

    def frames(self, numbers: range | list[int]) -> list[RawBatch]:
        return [self.frame(i) for i in numbers]

    def radio(self, duration_s: float, seed: int, interval_s: float) -> list[RawBatch]:
        """Frames as a radio with connection events and stalls of 0.2 to 2 s delivers them."""
        rng = np.random.default_rng(seed)
        count = int(duration_s * self.rate_hz / self.n)
        sent_ns = np.array([self.last_ns(i) for i in range(count)])
        arrival_ns = sent_ns + LEAST_DELAY_NS + rng.uniform(0, interval_s * 1e9, count)
        begin_ns = START_NS + 20e9
        while begin_ns < sent_ns[-1]:
            end_ns = begin_ns + rng.uniform(0.2e9, 2e9)
            arrival_ns[(arrival_ns >= begin_ns) & (arrival_ns < end_ns)] = end_ns
            begin_ns = end_ns + rng.exponential(20e9)
        return [self.frame(i, t) for i, t in enumerate(np.maximum.accumulate(arrival_ns))]


@dataclass
class Outcome:
    """What a timeline made of frames, by kind."""

    items: list[SampleBatch | Gap | Fault]

    @property
    def batches(self) -> list[SampleBatch]:
        return [x for x in self.items if isinstance(x, SampleBatch)]

    @property
    def gaps(self) -> list[Gap]:
        return [x for x in self.items if isinstance(x, Gap)]

    @property
    def faults(self) -> list[Fault]:
        return [x for x in self.items if isinstance(x, Fault)]

    @property
    def t_ns(self) -> np.ndarray:
        return np.concatenate([b.t_ns for b in self.batches])

    @property
    def values(self) -> list[int]:
        return [int(v) for b in self.batches for v in b.acc_g[:, 0]]

    def rises(self) -> bool:
        """Whether time rises strictly, gaps lie between their neighbours, and indices add up."""
        end_ns, index = -1, 0
        for item in self.items:
            if isinstance(item, Fault):
                continue
            t0, t1 = (item.start_ns, item.end_ns) if isinstance(item, Gap) else (item.t_ns[0], item.t_ns[-1])
            if t0 < end_ns or t1 < t0 or item.index0 != index:
                return False
            index += max(item.lost, 0) if isinstance(item, Gap) else len(item)
            end_ns = t1
        return bool(np.all(np.diff(self.t_ns) > 0))


def _feed(timeline: Timeline, frames: list[RawBatch]) -> Outcome:
    return Outcome([item for frame in frames for item in timeline.push(frame)])


@pytest.fixture(scope="session")
def sensor() -> Sensor:
    return Sensor()


@pytest.fixture(scope="session")
def feed() -> Callable[[Timeline, list[RawBatch]], Outcome]:
    return _feed
