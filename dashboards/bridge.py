"""Between the engine's thread and the window: the protocols of what comes in, and the timer that polls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dashboards.viewmodel import RunnerView

__all__ = ["Bridge", "MailboxLike", "Transport", "items_of"]

FRAME_MS = 33


class MailboxLike(Protocol):
    """What the window needs of :class:`imu.sinks.mailbox.Mailbox`."""

    def drain(self) -> object:
        """Return all that came since the last call, as :func:`items_of` takes it."""


class Transport(Protocol):
    """What the transport bar needs of a replay, as :class:`imu.sources.replay.ReplaySource` has it.

    All methods may be called from the GUI's thread.
    """

    @property
    def position_s(self) -> float:
        """Time of the session that is played, s since its begin."""

    @property
    def duration_s(self) -> float:
        """Length of the session, s."""

    @property
    def playing(self) -> bool:
        """Whether time goes on."""

    @property
    def speed(self) -> float:
        """Times the recorded pace; infinity for as fast as possible."""

    def resume(self) -> None:
        """Go on."""

    def pause(self) -> None:
        """Stop time."""

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as recorded; infinity for as fast as possible."""

    def seek(self, position_s: float) -> None:
        """Go on from another time, s since the session's begin."""


def items_of(contents: object) -> Iterator[object]:
    """Flatten what a mailbox held: samples first, then what was made of them.

    Parameters
    ----------
    contents : object
        A struct or data class. Of its fields, dicts hold lists of samples by sensor and lists hold anything
        else; other fields (counts) are passed over.

    Yields
    ------
    object
        Values of :mod:`imu.model`.
    """
    fields = [getattr(contents, name) for name in _field_names(contents)]
    for held in fields:
        if isinstance(held, dict):
            for batches in held.values():
                yield from batches
    for held in fields:
        if isinstance(held, list | tuple):
            yield from held


def _field_names(contents: object) -> tuple[str, ...]:
    if isinstance(contents, msgspec.Struct):
        return contents.__struct_fields__
    return tuple(getattr(contents, "__dataclass_fields__", ()))


class Bridge(QObject):
    """Polls the mailbox at 30 Hz and feeds the view model; the engine never waits for it.

    Parameters
    ----------
    mailbox : MailboxLike
        Where the engine puts what it knows.
    view : RunnerView
        Takes the items.
    parent : QObject, optional
        Owner, in Qt's sense.
    """

    polled = Signal()

    def __init__(self, mailbox: MailboxLike, view: RunnerView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._view = view
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.poll)

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    def stop(self) -> None:
        """Stop polling, after one last look, so that nothing stays behind."""
        self._timer.stop()
        self.poll()

    def poll(self) -> None:
        """Feed what came, then tell the window to draw."""
        self.feed(items_of(self._mailbox.drain()))

    def feed(self, items: Iterable[object]) -> None:
        """Feed items and tell the window to draw."""
        self._view.feed(items)
        self.polled.emit()
