"""The state machine of one sensor's link: no radio and no clock, so that a test can walk every path."""

from __future__ import annotations

import enum

import msgspec

from imu.model import LinkState
from imu.units import NS_PER_S

__all__ = ["BACK_OFF_S", "SILENT_S", "STEADY_S", "LinkMachine", "Notice", "Phase"]

BACK_OFF_S = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Wait before the next attempt after the first, second, ... failure in a row; the last one stays."""

STEADY_S = 5.0
"""A stream that lasted this long was a success: the next loss begins with the shortest wait again."""

SILENT_S = 2.0
"""Streaming means samples within this time; a firmware profile may ask for less."""


class Phase(enum.StrEnum):
    """What is being done for a sensor.

    ``SEARCHING``: waiting for its advertisement. ``CONNECTING``: the link is being made. ``CONFIGURING``:
    it is asked who it is, and its stream is started. ``STREAMING``: samples flow. ``WAITING``: the last
    attempt ended, the next one comes after :attr:`LinkMachine.retry_s`.
    """

    SEARCHING = "searching"
    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    STREAMING = "streaming"
    WAITING = "waiting"


class Notice(msgspec.Struct, frozen=True):
    """A change worth telling: the state for the session and one plain sentence."""

    state: LinkState
    text: str


_NEXT = {
    Phase.WAITING: Phase.SEARCHING,
    Phase.SEARCHING: Phase.CONNECTING,
    Phase.CONNECTING: Phase.CONFIGURING,
    Phase.CONFIGURING: Phase.STREAMING,
}
_LINK = {
    Phase.SEARCHING: LinkState.SEARCHING,
    Phase.CONNECTING: LinkState.SEARCHING,
    Phase.CONFIGURING: LinkState.SEARCHING,
    Phase.STREAMING: LinkState.CONNECTED,
}


class LinkMachine:
    """Follows one sensor from search to stream and back, as often as it takes.

    Parameters
    ----------
    title : str
        What the sensor is called in sentences.
    silent_s : float
        Silence after which a stream counts as lost, s.

    Attributes
    ----------
    phase : Phase
        What is being done now.
    failures : int
        Attempts that failed since the last steady stream.
    """

    def __init__(self, title: str, *, silent_s: float = SILENT_S) -> None:
        self.title = title
        self.silent_s = silent_s
        self.phase = Phase.WAITING
        self.failures = 0
        self._since_ns = 0
        self._heard_ns = 0
        self._least_s = 0.0
        self._told: Notice | None = None

    @property
    def retry_s(self) -> float:
        """Wait before the next search, s."""
        return max(self._least_s, BACK_OFF_S[min(max(self.failures - 1, 0), len(BACK_OFF_S) - 1)])

    def go_on(self, now_ns: int, detail: str = "") -> Notice | None:
        """Enter the next phase: the one before has done what it should; `detail` is added to what is told.

        Raises
        ------
        RuntimeError
            From a phase that does not end by itself; a mistake in the driver.
        """
        if self.phase not in _NEXT:
            raise RuntimeError(f"a link cannot go on from {self.phase}")
        self.phase = _NEXT[self.phase]
        self._since_ns = self._heard_ns = now_ns
        return self._tell(_LINK[self.phase], f"{self.title}: {self.phase}{detail}")

    def heard(self, now_ns: int) -> None:
        """Take note that samples came."""
        self._heard_ns = now_ns

    def silence_left_s(self, now_ns: int) -> float:
        """Time until the stream counts as lost, s; not above 0 when it is."""
        return self.silent_s - (now_ns - self._heard_ns) / NS_PER_S

    def end(self, now_ns: int, text: str, *, least_s: float = 0.0) -> Notice | None:
        """Note that an attempt or the stream ended.

        Parameters
        ----------
        now_ns : int
            Time, ns.
        text : str
            Why, as one plain sentence.
        least_s : float
            Least wait before the next attempt, s.
        """
        lasted_s = (now_ns - self._since_ns) / NS_PER_S
        streamed = self.phase is Phase.STREAMING
        self.failures = 1 if streamed and lasted_s >= STEADY_S else self.failures + 1
        self._least_s = least_s
        self.phase = Phase.WAITING
        return self._tell(LinkState.LOST if streamed else LinkState.SEARCHING, text)

    def _tell(self, state: LinkState, text: str) -> Notice | None:
        """Tell a thing once, however often it is tried."""
        notice = Notice(state, text)
        if notice == self._told:
            return None
        self._told = notice
        return notice
