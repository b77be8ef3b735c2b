"""Recent rows and marks of a stream under absolute indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imu.model.samples import IntArray

__all__ = ["History", "Marks"]

Scalar = TypeVar("Scalar", bound=np.generic)

_SMALLEST = 256


class History(Generic[Scalar]):
    """Append-only rows with absolute indices of which the oldest may be dropped.

    Parameters
    ----------
    dtype : type
        Type of the values, e.g. ``np.float64``.
    width : int
        Values per row; 0 for a plain sequence of scalars.

    Attributes
    ----------
    start, end : int
        Absolute indices ``[start, end)`` of the rows that are held.
    """

    def __init__(self, dtype: type[Scalar], width: int = 0) -> None:
        self._array: NDArray[Scalar] = np.empty((_SMALLEST, width) if width else _SMALLEST, dtype)
        self._head = 0
        self.start = 0
        self.end = 0

    def append(self, rows: NDArray[Scalar]) -> None:
        """Add rows at the end, shape (n, width) or (n,)."""
        held = self.end - self.start
        tail = self._head + held
        if tail + len(rows) > len(self._array):
            self._make_room(held, len(rows))
            tail = held
        self._array[tail : tail + len(rows)] = rows
        self.end += len(rows)

    def _make_room(self, held: int, extra: int) -> None:
        """Move what is held to the front of an array with as much room again."""
        old = self._array[self._head : self._head + held]
        size = len(self._array)
        while size < 2 * (held + extra):
            size *= 2
        if size > len(self._array) or self._head < held:
            self._array = np.empty((size, *self._array.shape[1:]), self._array.dtype)
        self._array[:held] = old
        self._head = 0

    def drop_before(self, index: int) -> None:
        """Forget rows before an absolute index."""
        if index > self.start:
            cut = min(index, self.end)
            self._head += cut - self.start
            self.start = cut

    def rows(self, first: int, stop: int) -> NDArray[Scalar]:
        """Return the rows of ``[first, stop)``, all of them held, as a view."""
        offset = self._head - self.start
        return self._array[first + offset : stop + offset]

    def take(self, indices: NDArray[np.signedinteger[Any]]) -> NDArray[Scalar]:
        """Return rows at absolute indices, clamped to what is held; shape ``indices.shape + (width,)``."""
        clamped = np.minimum(np.maximum(indices, self.start), self.end - 1)
        taken: NDArray[Scalar] = self._array[clamped + (self._head - self.start)]
        return taken

    def windows(self, first: list[int], length: int) -> NDArray[Scalar]:
        """Return `length` rows from each of the absolute indices on, clamped to what is held.

        Returns
        -------
        ndarray, shape (len(first), length[, width])
        """
        taken = np.empty((len(first), length, *self._array.shape[1:]), self._array.dtype)
        for k, a in enumerate(first):
            if self.start <= a and a + length <= self.end:
                taken[k] = self.rows(a, a + length)
            else:
                taken[k] = self.take(np.arange(a, a + length))
        return taken


class Marks:
    """Places of marked samples, e.g. clipped ones: few, so only the places are kept."""

    def __init__(self) -> None:
        self._places = np.empty(0, np.int64)

    def append(self, places: IntArray) -> None:
        """Add absolute places after those that are held."""
        if len(places):
            self._places = np.concatenate((self._places, places))

    def drop_before(self, place: int) -> None:
        """Forget places before an absolute place."""
        if len(self._places) and self._places[0] < place:
            self._places = self._places[np.searchsorted(self._places, place) :]

    def count(self, first: IntArray, stop: IntArray) -> IntArray:
        """Count the marked samples in each ``[first, stop)``."""
        return np.searchsorted(self._places, stop) - np.searchsorted(self._places, first)
