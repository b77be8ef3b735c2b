"""Sinks of a live session: what is told while it runs, and the check of the mounting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.model import Cue, LinkChange, SampleBatch, Step
from imu.signal.mounting_check import CheckState, MountingCheck

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.model import SessionHeader
    from imu.signal.mounting_check import MountingReport

__all__ = ["CueTeller", "LinkTeller", "MountingSink"]


class LinkTeller:
    """Says every change of a link, once; lossless.

    Parameters
    ----------
    say : callable
        Takes a sentence, in the engine's thread.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def put(self, item: object) -> None:
        """Take one value."""
        if isinstance(item, LinkChange) and item.detail:
            self._say(item.detail)

    def close(self) -> None:
        """Nothing is held open."""


class CueTeller:
    """Says every cue, with the terminal's bell before it: where there is no window; lossless.

    Parameters
    ----------
    say : callable
        Takes a sentence, in the engine's thread.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def put(self, item: object) -> None:
        """Take one value."""
        if isinstance(item, Cue):
            self._say(f"\a{item.text}")

    def close(self) -> None:
        """Nothing is held open."""


class MountingSink:
    """Checks the mounting at the begin of a session and says what it finds; lossless.

    Parameters
    ----------
    header : SessionHeader
        The session's sensors.
    say : callable
        Takes a sentence, in the engine's thread.

    Attributes
    ----------
    report : MountingReport or None
        Outcome, once known.
    tell : callable or None
        Takes the check's state when it changes, and the report: a window's mailbox.
    """

    def __init__(self, header: SessionHeader, say: Callable[[str], None]) -> None:
        self.report: MountingReport | None = None
        self.tell: Callable[[object], None] | None = None
        self._check = MountingCheck(header)
        self._say = say
        self._told: CheckState | None = None

    def put(self, item: object) -> None:
        """Take one value."""
        if self._told is CheckState.DONE or not isinstance(item, SampleBatch | Step):
            return
        self.report = self._check.push(item)
        state = self._check.state
        if state is not self._told:
            self._told = state
            self._hand_on(state)
            if state is CheckState.STEPS:
                self._say("Standing still: set off now, with the left foot first.")
        if self.report is not None:
            self._hand_on(self.report)
            self._say(self.report.text)

    def _hand_on(self, told: CheckState | MountingReport) -> None:
        if self.tell is not None:
            self.tell(told)

    def close(self) -> None:
        """Nothing is held open."""
