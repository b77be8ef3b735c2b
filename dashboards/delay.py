"""How long it takes from an impact to the screen; free of Qt."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imu.sinks.mailbox import Stamp

__all__ = ["DelayMeter"]

KEPT = 600


class DelayMeter:
    """Adds up the two parts of a delay that no single clock sees.

    From the impact to the arrival of the packet that told it is session time; from there to the painted
    frame is this machine's own clock. So the figure holds for a live session, for the simulator and for a
    replay at the recorded pace.
    """

    def __init__(self) -> None:
        self._delays_ms: deque[float] = deque(maxlen=KEPT)
        self._screen_ms: deque[float] = deque(maxlen=KEPT)
        self._waiting: list[Stamp] = []

    @property
    def latest_ms(self) -> float | None:
        """Median of the latest ten delays from impact to screen, ms, None before the first."""
        return round(float(np.median(list(self._delays_ms)[-10:])), 0) if self._delays_ms else None

    @property
    def screen_ms(self) -> tuple[float, ...]:
        """Delays from packet to painted frame, ms, latest last."""
        return tuple(self._screen_ms)

    def fed(self, stamps: Iterable[Stamp]) -> None:
        """Take what has just been given to the window."""
        self._waiting += stamps

    def painted(self, now_ns: int) -> None:
        """Say that everything fed so far is on the screen.

        Parameters
        ----------
        now_ns : int
            The machine's monotonic clock, ns.
        """
        for stamp in self._waiting:
            screen_ms = (now_ns - stamp.put_ns) / NS_PER_MS
            self._screen_ms.append(screen_ms)
            if stamp.event_ns is not None:
                self._delays_ms.append((stamp.arrival_ns - stamp.event_ns) / NS_PER_MS + screen_ms)
        self._waiting.clear()
