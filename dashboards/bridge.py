"""Between the engine and the window: the timer that polls the mailbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal

from imu.sinks.mailbox import Mailbox
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.viewmodel import RunnerView
    from imu.sinks.mailbox import MailboxContents

__all__ = ["Bridge", "Drained", "items_of"]

FRAME_MS = 33
LEAST_MS = 12
PAINTED = QEvent.Type(QEvent.registerEventType())
AFTER_PAINTING = Qt.EventPriority.LowEventPriority.value - 1
"""Qt paints what asked for it at low priority; what is posted below that comes when all is painted."""


class Drained(Protocol):
    """What is polled: the mailbox of an engine, or the player of a replay."""

    def drain(self) -> MailboxContents:
        """Return what came since the last look."""


def items_of(contents: MailboxContents) -> Iterator[object]:
    """Flatten what a mailbox held: samples first, then what was made of them.

    Parameters
    ----------
    contents : MailboxContents
        What :meth:`imu.sinks.mailbox.Mailbox.drain` returned.

    Yields
    ------
    object
        Values of :mod:`imu.model` and notices of the engine.
    """
    for batches in contents.batches.values():
        yield from batches
    for held in msgspec.structs.astuple(contents):
        if isinstance(held, list):
            yield from held


class Bridge(QObject):
    """Polls the mailbox at 30 Hz, and at once when a flag came; the engine never waits for it.

    Parameters
    ----------
    mailbox : Drained
        Where the engine puts what it knows.
    view : RunnerView
        Takes the items.
    parent : QObject, optional
        Owner, in Qt's sense.
    """

    polled = Signal()
    urgent = Signal()

    def __init__(self, mailbox: Drained, view: RunnerView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._view = view
        self._epoch = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.poll)
        self._looked_ns = 0
        self.urgent.connect(self._look_soon)
        if isinstance(mailbox, Mailbox):
            mailbox.wake = self.urgent.emit

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    def stop(self) -> None:
        """Stop polling, after one last look, so that nothing stays behind."""
        self._timer.stop()
        if isinstance(self._mailbox, Mailbox):
            self._mailbox.wake = None
        self.poll()

    def _look_soon(self) -> None:
        """Look before the time for what must be told; not more often than a screen can show."""
        if time.monotonic_ns() - self._looked_ns >= LEAST_MS * NS_PER_MS:
            self.poll()

    def poll(self) -> None:
        """Feed what came, then tell the window to draw."""
        self._looked_ns = time.monotonic_ns()
        contents = self._mailbox.drain()
        if contents.epoch != self._epoch:
            self._epoch = contents.epoch
            self._view.clear()
        self._view.feed(items_of(contents))
        if contents.closed:
            self._view.end()
        self.polled.emit()
        if contents.stamps:
            QCoreApplication.postEvent(self, QEvent(PAINTED), AFTER_PAINTING)

    def event(self, event: QEvent) -> bool:
        """Note that what was fed is on the screen."""
        if event.type() == PAINTED:
            self._view.delay.painted(time.monotonic_ns())
            return True
        return super().event(event)
