"""Recent rows of a stream under absolute indices, in one array that is moved seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["History"]

Scalar = TypeVar("Scalar", bound=np.generic)


class History(Generic[Scalar]):
    """Append-only rows with absolute indices of which the oldest may be dropped.

    Parameters
    ----------
    width : int
        Values per row; 0 for a plain sequence of scalars.
    dtype : type
        Type of the values, e.g. ``np.float64``.

    Attributes
    ----------
    start, end : int
        Absolute indices ``[start, end)`` of the rows that are held.
    """

    def __init__(self, dtype: type[Scalar], width: int = 0) -> None:
        self._array: NDArray[Scalar] = np.empty((256, width) if width else 256, dtype)
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
        size = max(len(self._array), 256)
        while size < 2 * (held + extra):
            size *= 2
        array = np.empty((size, *self._array.shape[1:]), self._array.dtype)
        array[:held] = self._array[self._head : self._head + held]
        self._array, self._head = array, 0

    def drop_before(self, index: int) -> None:
        """Forget rows before an absolute index."""
        cut = min(max(index, self.start), self.end)
        self._head += cut - self.start
        self.start = cut

    def rows(self, first: int, stop: int) -> NDArray[Scalar]:
        """Return the rows of ``[first, stop)``, all of them held, as a view."""
        offset = self._head - self.start
        return self._array[first + offset : stop + offset]

    def take(self, indices: NDArray[np.signedinteger[Any]]) -> NDArray[Scalar]:
        """Return rows at absolute indices, clamped to what is held; shape ``indices.shape + (width,)``."""
        clamped = np.clip(indices, self.start, self.end - 1)
        taken: NDArray[Scalar] = self._array[clamped + (self._head - self.start)]
        return taken
