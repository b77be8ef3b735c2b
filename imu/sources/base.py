"""What a source is: the one way in which inputs reach the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from imu.model import Input, SessionHeader

__all__ = ["Control", "Rewindable", "Source"]


class Source(Protocol):
    """Yields the inputs of one session in the order in which they arrived.

    A live sensor, the simulator and a replayed file differ in nothing else. A source sets the pace: it yields
    an input when it is due. It yields a ``Tick`` about once a second, so that silence is told too. When the
    engine stops, the iterator is closed at its current ``await``: clean up in ``finally``.
    """

    @property
    def header(self) -> SessionHeader:
        """Header of the session, complete before the first input."""

    def inputs(self) -> AsyncIterator[Input]:
        """Yield the inputs; an asynchronous generator that is iterated once."""


@runtime_checkable
class Rewindable(Protocol):
    """A source that can begin anew.

    Attributes
    ----------
    on_rewind : callable or None
        Called with the number of the new epoch, in the thread that iterates, between the last input of the
        old epoch and the first of the new one. The engine sets it and then works with a fresh chain.
    """

    on_rewind: Callable[[int], None] | None


@runtime_checkable
class Control(Protocol):
    """A source whose time a user may move; every method may be called from any thread."""

    @property
    def position_s(self) -> float:
        """Time of the latest input since the first one, s."""

    @property
    def duration_s(self) -> float:
        """From the first to the last input, s."""

    @property
    def speed(self) -> float:
        """Times the recorded pace; infinity for as fast as possible."""

    @property
    def playing(self) -> bool:
        """Whether inputs flow."""

    def pause(self) -> None:
        """Stop after the current input."""

    def resume(self) -> None:
        """Go on."""

    def set_speed(self, speed: float) -> None:
        """Change the speed from here on."""

    def seek(self, position_s: float) -> None:
        """Go to a time since the first input, s."""
