"""What a sink is, and the two notices that the engine adds to what flows."""

from __future__ import annotations

from typing import Protocol

import msgspec

__all__ = ["EngineFault", "Rewound", "Sink"]


class EngineFault(msgspec.Struct, frozen=True, gc=False):
    """Something inside softstrike failed while a session ran; raw data are recorded all the same.

    Attributes
    ----------
    where : str
        ``"chain"`` or the sink's class.
    text : str
        One plain sentence.
    final : bool
        True when this part will not be tried again in this session.
    """

    where: str
    text: str
    final: bool = False


class Rewound(msgspec.Struct, frozen=True, gc=False):
    """The source began anew: what was known no longer holds, the inputs of ``epoch`` follow."""

    epoch: int


class Sink(Protocol):
    """Takes everything that flows: inputs, what the chain makes of them, notices.

    A sink states in its docstring whether it is lossless or drops the oldest and counts. It takes what it
    knows and passes over the rest. Both methods are called from the engine's thread only, and neither may
    block: a slow reader waits on its own side.
    """

    def put(self, item: object) -> None:
        """Take one value; it is frozen and may be kept."""

    def close(self) -> None:
        """End; called once, a second call does nothing."""
