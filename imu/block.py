"""The one shape of every processing stage: parameters, state, ``push`` and ``flush``.

A block obeys the six laws of ``docs/architecture``: determinism, chunking, resume, causality, purity, gap.
Parameters are frozen and given at construction, coefficients derive from them, and everything that changes
lives in one explicit state object, so that :meth:`Block.snapshot` and :meth:`Block.restore` are written once.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

__all__ = ["Block"]

In = TypeVar("In")
Out = TypeVar("Out")
State = TypeVar("State")


class Block(ABC, Generic[In, Out, State]):
    """An incremental stage.

    Attributes
    ----------
    latency_s : float
        Longest time by which an output lags the input that it speaks of, s.
    """

    latency_s: float = 0.0
    _state: State

    @abstractmethod
    def push(self, item: In) -> list[Out]:
        """Take one input and return what is now known; the input is never changed."""

    def flush(self) -> list[Out]:
        """Return what is still held back; the input has ended."""
        return []

    def snapshot(self) -> State:
        """Copy of the whole state, independent of this block."""
        return copy.deepcopy(self._state)

    def restore(self, state: State) -> None:
        """Go on from a snapshot of a block with the same parameters."""
        self._state = copy.deepcopy(state)
