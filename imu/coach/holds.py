"""Holds seen by gravity: the angle of a segment against standing, for the knee-to-wall test and planks."""

from __future__ import annotations

import math
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from imu.block import Block
from imu.model import SampleBatch, Side
from imu.units import s_to_ns

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AnkleResult", "Hold", "HoldMeter", "HoldParams", "TiltReading", "ankle_result"]

Vector = tuple[float, float, float]


LATEST = 20
"""Readings that a new one is held against."""


class HoldParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`HoldMeter`.

    Attributes
    ----------
    bin_s : float
        Samples are averaged over this long, s.
    upright_s : float
        So long the runner stands still at first, s: that is zero.
    still_g : float
        Within a bin no axis may stray further from its mean.
    least_deg : float
        Smaller angles are no hold.
    tolerance_deg : float
        How much the angle may change within a hold.
    hold_s : float
        Shortest hold, s.
    return_share : float
        A hold is over when the angle falls below this share of it.
    """

    bin_s: float = 0.1
    upright_s: float = 1.0
    still_g: float = 0.06
    least_deg: float = 10.0
    tolerance_deg: float = 2.5
    hold_s: float = 0.8
    return_share: float = 0.5


class TiltReading(msgspec.Struct, frozen=True, gc=False):
    """Angle against standing at this moment, degrees, and whether the segment is still."""

    t_ns: int
    angle_deg: float
    still: bool


class Hold(msgspec.Struct, frozen=True, gc=False):
    """The deepest hold between two returns.

    Attributes
    ----------
    t_ns : int
        Its begin, session time, ns.
    angle_deg : float
        Median angle against standing, degrees.
    held_s : float
        How long, s.
    """

    t_ns: int
    angle_deg: float
    held_s: float


class _State(msgspec.Struct):
    number: int | None = None
    samples: list[Vector] = msgspec.field(default_factory=list)
    standing: list[Vector] = msgspec.field(default_factory=list)
    upright: Vector | None = None
    run: list[TiltReading] = msgspec.field(default_factory=list)
    best: Hold | None = None


class HoldMeter(Block[SampleBatch, TiltReading | Hold, _State]):
    """Measure how far and how long a segment is held away from where it was while standing.

    The angle is the one between two directions of gravity in the sensor's own frame, so that it does not
    matter how the sensor is turned on the segment. Turning about the vertical is not seen.

    Parameters
    ----------
    params : HoldParams, optional
        Times and angles.

    Notes
    -----
    For the knee-to-wall (weight-bearing lunge) test see Powden 2015 (doi 10.1016/j.math.2015.01.004), where
    the tilt of the shin is read at the deepest lunge with the heel down. That the heel stays down is not seen
    here.
    """

    latency_s = 0.2

    def __init__(self, params: HoldParams | None = None) -> None:
        self.params = params or HoldParams()
        self._bin_ns = s_to_ns(self.params.bin_s)
        self._state = _State()

    def push(self, item: SampleBatch) -> list[TiltReading | Hold]:
        """Return a reading for each bin that is complete, and the holds that are over."""
        out: list[TiltReading | Hold] = []
        state = self._state
        for t_ns, acc_g in zip(item.t_ns.tolist(), item.acc_g.tolist(), strict=True):
            number = t_ns // self._bin_ns
            if state.number is not None and number != state.number:
                out += self._close_bin(number)
            state.number = number
            state.samples.append((acc_g[0], acc_g[1], acc_g[2]))
        return out

    def flush(self) -> list[TiltReading | Hold]:
        """Return the last hold; a bin that was not filled says nothing."""
        return self._over()

    def _close_bin(self, following: int) -> list[TiltReading | Hold]:
        """Read the bin that is complete; after a hole everything but the zero begins anew."""
        state = self._state
        number, samples = state.number or 0, state.samples
        state.samples = []
        mean, still = _gravity(samples, self.params.still_g)
        out = self._read((number + 1) * self._bin_ns, mean, still=still)
        if following > number + 1:
            out += self._over()
            state.standing = []
        return out

    def _read(self, t_ns: int, mean: Vector, *, still: bool) -> list[TiltReading | Hold]:
        state = self._state
        if state.upright is None:
            state.standing = [*state.standing, mean] if still else []
            if len(state.standing) * self.params.bin_s >= self.params.upright_s:
                state.upright = _mean(state.standing)
            return []
        reading = TiltReading(t_ns, _angle_deg(mean, state.upright), still)
        return [reading, *self._follow(reading)]

    def _follow(self, reading: TiltReading) -> list[TiltReading | Hold]:
        """Lengthen the run of still readings, keep the deepest, and tell it when the segment has returned."""
        state, params = self._state, self.params
        latest = state.run[-LATEST:] or [reading]
        held_deg = median(one.angle_deg for one in latest)
        if not (reading.still and abs(reading.angle_deg - held_deg) <= params.tolerance_deg):
            self._keep()
        if reading.still and reading.angle_deg >= params.least_deg:
            state.run.append(reading)
        if state.best and reading.angle_deg < params.return_share * state.best.angle_deg:
            return self._over()
        return []

    def _keep(self) -> None:
        """End the run of still readings; the deepest stays."""
        state, params = self._state, self.params
        run, state.run = state.run, []
        held_s = len(run) * params.bin_s
        if held_s < params.hold_s:
            return
        angle_deg = median(reading.angle_deg for reading in run)
        if state.best is None or angle_deg > state.best.angle_deg:
            state.best = Hold(run[0].t_ns - self._bin_ns, angle_deg, round(held_s, 3))

    def _over(self) -> list[TiltReading | Hold]:
        self._keep()
        best, self._state.best = self._state.best, None
        return [] if best is None else [best]


def _mean(vectors: Sequence[Vector]) -> Vector:
    """Mean, added up in order so that it does not depend on how samples came."""
    x, y, z = (fmean(vector[axis] for vector in vectors) for axis in range(3))
    return x, y, z


def _gravity(samples: Sequence[Vector], still_g: float) -> tuple[Vector, bool]:
    mean = _mean(samples)
    strayed = max(abs(value - usual) for sample in samples for value, usual in zip(sample, mean, strict=True))
    return mean, strayed <= still_g and abs(math.hypot(*mean) - 1.0) <= 2 * still_g


def _angle_deg(a: Vector, b: Vector) -> float:
    """Angle between two directions, degrees: exact for small ones too."""
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return math.degrees(math.atan2(math.hypot(*cross), dot))


TRIES = 3
REPEATS_WITHIN_DEG = 4.7
REAL_CHANGE_DEG = 5.0


class AnkleResult(msgspec.Struct, frozen=True):
    """Knee-to-wall test of one side.

    Attributes
    ----------
    side : Side
        Which side.
    tries_deg : tuple of float
        The tries, degrees; a test has three.
    mean_deg, spread_deg : float
        Their mean, and the greatest less the least.
    """

    side: Side
    tries_deg: tuple[float, ...]
    mean_deg: float
    spread_deg: float

    @property
    def complete(self) -> bool:
        """Whether there were three tries."""
        return len(self.tries_deg) >= TRIES

    @property
    def repeatable(self) -> bool:
        """Whether the tries lie within the smallest change that one tester can tell apart (Powden 2015)."""
        return self.complete and self.spread_deg <= REPEATS_WITHIN_DEG


def ankle_result(side: Side, holds: Sequence[Hold]) -> AnkleResult | None:
    """Sum up the first three tries of one side; None without any."""
    tries = tuple(round(hold.angle_deg, 1) for hold in holds[:TRIES])
    if not tries:
        return None
    return AnkleResult(side, tries, round(fmean(tries), 1), round(max(tries) - min(tries), 1))
