"""The scrolling trace: least and greatest value per time bin, so that a frame costs the same at any rate."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from imu.units import NS_PER_S

__all__ = ["Envelope", "Trace"]


class Trace(msgspec.Struct, frozen=True, eq=False):
    """Two points per bin, ready to be drawn.

    Attributes
    ----------
    x_s : ndarray of float64, shape (n,)
        Time before the right edge, s, rising up to 0.
    y : ndarray of float64, shape (n,)
        Least and greatest value of each bin in turn.
    connect : ndarray of int32, shape (n,)
        1 where a point is joined to the next, 0 before missing samples.
    """

    x_s: NDArray[np.float64]
    y: NDArray[np.float64]
    connect: NDArray[np.int32]


class Envelope:
    """Ring of bins that lie fixed in time, so that the picture scrolls without flicker.

    Parameters
    ----------
    window_s : float
        Length of the window, s.
    bins : int
        Number of bins in it; about one per pixel.
    join_s : float
        Longest stretch without samples that is still joined by a line, s.
    """

    def __init__(self, window_s: float = 10.0, bins: int = 600, join_s: float = 0.1) -> None:
        self.window_s = window_s
        self._bin_ns = round(window_s * NS_PER_S / bins)
        self._join_bins = max(1, round(join_s * NS_PER_S / self._bin_ns))
        self._low = np.full(bins, np.inf)
        self._high = np.full(bins, -np.inf)
        self._head: int | None = None

    def clear(self) -> None:
        """Forget all samples."""
        self._low.fill(np.inf)
        self._high.fill(-np.inf)
        self._head = None

    def add(
        self,
        t_ns: NDArray[np.int64],
        value: NDArray[np.floating],
        high: NDArray[np.floating] | None = None,
    ) -> None:
        """Take samples in rising time.

        Parameters
        ----------
        t_ns : ndarray of int64, shape (n,)
            Times, ns.
        value : ndarray of float64, shape (n,)
            Values; those that are not finite are left out.
        high : ndarray, shape (n,), optional
            Greatest values, where each entry stands for several samples and `value` is the least.
        """
        number = t_ns // self._bin_ns
        keep = np.isfinite(value)
        if len(number) == 0 or not keep.any():
            return
        self._advance(int(number[-1]))
        keep &= number > self._newest() - len(self._low)
        number = number[keep]
        if len(number) == 0:
            return
        begins = np.flatnonzero(np.diff(number, prepend=number[0] - 1))  # of each bin: times rise
        slot = number[begins] % len(self._low)
        low, top = value[keep], (value if high is None else high)[keep]
        self._low[slot] = np.minimum(self._low[slot], np.minimum.reduceat(low, begins))
        self._high[slot] = np.maximum(self._high[slot], np.maximum.reduceat(top, begins))

    def _newest(self) -> int:
        return -1 if self._head is None else self._head

    def _advance(self, head: int) -> None:
        """Empty the bins that the window moves into."""
        size = len(self._low)
        old = head - size if self._head is None else self._head
        if head <= old:
            return
        stale = np.arange(max(old + 1, head - size + 1), head + 1) % size
        self._low[stale] = np.inf
        self._high[stale] = -np.inf
        self._head = head

    def read(self, now_ns: int) -> Trace:
        """Return the window that ends at `now_ns`.

        Parameters
        ----------
        now_ns : int
            Time of the right edge, ns.

        Returns
        -------
        Trace
            Empty when no sample lies in the window.
        """
        size = len(self._low)
        edge = now_ns // self._bin_ns
        number = np.arange(edge - size + 1, min(edge, self._newest()) + 1)
        number = number[number > self._newest() - size]
        slot = number % size
        filled = np.isfinite(self._low[slot])
        number, slot = number[filled], slot[filled]
        y = np.stack([self._low[slot], self._high[slot]], axis=1).ravel()
        x_s = np.repeat((number - edge) * (self._bin_ns / NS_PER_S), 2)
        connect = np.ones(len(y), np.int32)
        if len(number):
            connect[1:-1:2] = np.diff(number) <= self._join_bins
        return Trace(x_s=x_s, y=y, connect=connect)
