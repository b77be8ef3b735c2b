"""Jerk energy: the rotation-free signal in which every contact stands out.

The norm of the change of the acceleration *vector* from sample to sample does not depend on how the sensor
is mounted, knows no gravity and no slow swing of the leg, and is greatest just after the foot meets the
ground, on the shoe as on the shank, in running as in walking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter1d

from imu.signal.history import History

if TYPE_CHECKING:
    from imu.model.samples import FloatArray
    from imu.signal.params import SignalParams

__all__ = ["FALLING", "Candidate", "JerkEnergy", "sliding_sum"]


FALLING = 1
"""Samples by which the energy must have passed a candidate when it first comes."""

_LONG = 500
_HOP_S = 0.08
"""So often steps come out; in between, packets that tell nothing early cost next to nothing."""
_KEEP_RATE = 1.25
"""Sensors up to this multiple of the detection rate are not averaged."""


class Candidate(NamedTuple):
    """A local maximum of jerk energy: place on the detection grid and value in g/s.

    It comes twice: as soon as the energy falls, and once more when it is `settled` that nothing greater
    lies within the radius after it.
    """

    at: int
    energy: float
    settled: bool = True


def sliding_sum(values: FloatArray, width: int) -> FloatArray:
    """Sum of `width` neighbours along the last axis, in an order that no chunking can change.

    Running sums would be faster and would carry rounding errors from chunk to chunk (law 2).
    """
    stop = values.shape[-1] - width + 1
    total = values[..., :stop].copy()
    for k in range(1, width):
        total += values[..., k : k + stop]
    return total


def _group_means(rows: FloatArray, size: int) -> FloatArray:
    """Mean of every `size` rows, added up in their order; long columns are summed one by one for speed."""
    if len(rows) <= _LONG:
        return _sum_groups(rows, size) / size
    return np.column_stack([_sum_groups(rows[:, axis], size) / size for axis in range(rows.shape[1])])


def _sum_groups(rows: FloatArray, size: int) -> FloatArray:
    total = rows[0::size] + rows[1::size]
    for shift in range(2, size):
        total += rows[shift::size]
    return total


class JerkEnergy:
    """Incremental detection grid, its jerk energy and the candidates in it.

    Parameters
    ----------
    rate_hz : float
        Rate of the even grid that comes in.
    columns : int
        3 with an accelerometer only, 6 with a gyroscope.
    params : SignalParams
        Windows and floor.

    Attributes
    ----------
    factor : int
        Samples averaged into one of the detection grid.
    rate_hz : float
        Rate of the detection grid.
    data : History
        Acceleration (and rate), averaged, by detection index.
    square : History
        Squared norm of the change of acceleration since the sample before, (g/s)².
    complete : int
        All candidates before this detection index are known.
    radius : int
        A settled candidate is the greatest energy within so many samples on both sides.
    half : int
        Half-width of the energy's window: so many samples after a place its energy is known.
    after : int
        Samples after a candidate that its timing may use.
    """

    def __init__(self, rate_hz: float, columns: int, params: SignalParams) -> None:
        self.factor = (
            max(1, round(rate_hz / params.detect_rate_hz)) if rate_hz > 1.25 * params.detect_rate_hz else 1
        )
        self.rate_hz = rate_hz / self.factor
        self.half = max(1, round(params.energy_window_s * self.rate_hz) // 2)
        self.after = self.half + max(1, int(params.after_s * self.rate_hz))
        self.radius = max(2, round(params.candidate_radius_s * self.rate_hz))
        self._scanned = 0
        self._open: list[Candidate] = []
        self._floor = params.energy_floor_gps
        self.data = History(np.float64, columns)
        self.square = History(np.float64)
        self.energy = History(np.float64)
        self._columns = columns
        self._rest = np.empty((0, columns))
        self.complete = 0
        self._hop = max(1, round(_HOP_S * self.rate_hz))

    def look_at(self, index: int) -> int:
        """Return the detection index at which what an index brings is looked at: the last one of its hop."""
        return index - index % self._hop + self._hop - 1

    @property
    def looked(self) -> int:
        """Detection index before which every hop is whole."""
        return self.data.end - self.data.end % self._hop

    def samples_to(self, end: int) -> int:
        """Return how many more samples at the full rate it takes for :attr:`data` to reach an end."""
        return (end - self.data.end) * self.factor - len(self._rest)

    def push(self, acc_g: FloatArray, gyr_dps: FloatArray | None) -> list[Candidate]:
        """Take even samples, shape (n, 3) each, and return the candidates that became known."""
        self._extend(self._averaged(acc_g, gyr_dps))
        first, stop = self.energy.end, self.square.end - self.half
        if stop - first < 1:
            return []
        width = 2 * self.half + 1
        padded = self.square.windows([first - self.half], stop - first + 2 * self.half)[0]
        self.energy.append(np.sqrt(sliding_sum(padded, width) / width))
        return self._candidates()

    def finish(self) -> list[Candidate]:
        """Return the candidates at the end of the record, where the windows are cut short."""
        tail = self.square.end - self.energy.end
        if tail <= 0:
            return []
        indices = np.arange(self.energy.end - self.half, self.square.end + self.half)
        width = 2 * self.half + 1
        self.energy.append(np.sqrt(sliding_sum(self.square.take(indices), width) / width))
        return self._candidates(at_end=True)

    def _averaged(self, acc_g: FloatArray, gyr_dps: FloatArray | None) -> FloatArray:
        """Return rows of the detection grid that are now whole; a rest of less than one is kept."""
        k, rest = self.factor, len(self._rest)
        whole = (rest + len(acc_g)) // k
        out = np.zeros((whole, self._columns))
        taken = whole * k - rest
        rests = np.zeros((rest + len(acc_g) - whole * k, self._columns)) if k > 1 else self._rest
        for part, columns in ((acc_g, slice(0, 3)), (gyr_dps, slice(3, 6))):
            if part is None:
                continue
            if k == 1:
                out[:, columns] = part
                continue
            if taken < 0:
                rests[:, columns] = np.concatenate((self._rest[:, columns], part))
                continue
            joined = np.concatenate((self._rest[:, columns], part[:taken])) if rest else part[:taken]
            out[:, columns] = _group_means(joined, k)
            rests[:, columns] = part[taken:]
        self._rest = rests
        return out

    def _extend(self, data: FloatArray) -> None:
        if not len(data):
            return
        before = self.data.end
        self.data.append(data)
        acc = self.data.rows(max(before - 1, self.data.start), self.data.end)
        change = acc[1:, :3] - acc[:-1, :3]
        change *= change
        square = (change[:, 0] + change[:, 1] + change[:, 2]) * self.rate_hz**2
        self.square.append(np.concatenate(([0.0], square)) if before == 0 else square)

    def _candidates(self, *, at_end: bool = False) -> list[Candidate]:
        """Return the candidates that came up or were settled, in the order in which this became known."""
        end = self.energy.end
        found = self._peaks(self._scanned, end - (0 if at_end else FALLING))
        self._scanned = max(self._scanned, end - (0 if at_end else FALLING))
        self._open += found
        self.complete = max(self.complete, end - (0 if at_end else self.radius))
        known = [(c.at + FALLING, 1, c) for c in found]
        while self._open and self._open[0].at < self.complete:
            c = self._open.pop(0)
            after = self.energy.rows(c.at + 1, min(c.at + self.radius + 1, end))
            if not len(after) or after.max() <= c.energy:
                known.append((c.at + self.radius, 0, Candidate(c.at, c.energy)))
        return [candidate for _, _, candidate in sorted(known)]

    def _peaks(self, first: int, stop: int) -> list[Candidate]:
        """Candidates in ``[first, stop)``: greatest energy from the radius before to a little after."""
        if stop <= first:
            return []
        low = max(first - self.radius, self.energy.start)
        energy = self.energy.rows(low, min(stop + FALLING, self.energy.end))
        inner = energy[first - low : stop - low]
        size = self.radius + FALLING + 1
        greatest = maximum_filter1d(energy, size, mode="constant", origin=self.radius - size // 2)
        peaks = np.flatnonzero((greatest[first - low : stop - low] == inner) & (inner > self._floor))
        found = []
        for p in peaks.tolist():
            before = energy[max(first - low + p - self.radius, 0) : first - low + p]
            if not len(before) or before.max() < inner[p]:  # of equals the first
                found.append(Candidate(first + p, float(inner[p]), settled=False))
        return found

    def drop_before(self, index: int) -> None:
        """Forget what lies before a detection index."""
        self.data.drop_before(index)
        self.square.drop_before(index)
        self.energy.drop_before(index)
