"""Replay of a recorded session: the same inputs in the same order, at any speed."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from typing import TYPE_CHECKING, Protocol

from imu.errors import SessionFileError, UsageError
from imu.store import open_session
from imu.units import ns_to_s, s_to_ns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from imu.model import Input, SessionHeader

__all__ = ["LoopPacer", "Pacer", "ReplaySource"]

ITEMS_PER_TURN = 256
"""Inputs yielded without waiting before other tasks of the loop get a turn."""

SOON_S = 0.001
"""An input due within this time is due now: the timers of a loop are not finer."""


class Pacer(Protocol):
    """The only clock and the only waiting of a replay; tests replace it."""

    def now_ns(self) -> int:
        """Time of a monotonic clock, ns."""

    async def wait(self, timeout_s: float | None) -> None:
        """Wait, until woken at the latest; without a timeout only for that."""

    def wake(self) -> None:
        """End a wait, from any thread; a wake-up before the wait ends the next one."""


class LoopPacer:
    """Paces by the host's clock on the running asyncio loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._woken = False
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def now_ns(self) -> int:
        """Time of the host's monotonic clock, ns."""
        return time.monotonic_ns()

    async def wait(self, timeout_s: float | None) -> None:
        """Wait until woken, or for `timeout_s` seconds."""
        event = asyncio.Event()
        with self._lock:
            if self._woken:
                event.set()
            self._waiter = (asyncio.get_running_loop(), event)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return
        finally:
            with self._lock:
                self._waiter = None
                self._woken = False

    def wake(self) -> None:
        """End the wait, from any thread."""
        with self._lock:
            self._woken = True
            if self._waiter is not None:
                loop, event = self._waiter
                loop.call_soon_threadsafe(event.set)


class ReplaySource:
    """Plays a session file as if it came from sensors.

    Whatever the speed, pauses and seeks, the inputs of one epoch are the file's inputs from the first one
    on, in the recorded order: nothing is ever skipped, for a chain's state rests on all that came
    before. Seeking forward therefore plays at full speed up to the target. Seeking back begins a new *epoch*:
    :attr:`on_rewind` is called in the thread that iterates, between the last input of the old epoch and
    the first of the new one, and whoever owns the chain makes a fresh one there.

    :meth:`inputs` runs in one asyncio loop; every other method may be called from any thread.

    Parameters
    ----------
    path : pathlib.Path or str
        A session file.
    speed : float
        1.0 is the recorded pace, 2.0 twice as fast, ``math.inf`` as fast as possible.
    hold : bool
        Wait at the end for a seek back or :meth:`stop`, instead of ending.
    pacer : Pacer, optional
        Clock and waiting; the host's when not given.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.
    duration_s : float
        From the first to the last input, s.
    on_rewind : callable or None
        Called with the number of the new epoch.

    Raises
    ------
    SessionFileError
        When the file holds no session or no inputs.
    UsageError
        When the speed is not greater than zero.
    """

    def __init__(
        self,
        path: Path | str,
        speed: float = 1.0,
        *,
        hold: bool = False,
        pacer: Pacer | None = None,
    ) -> None:
        self._reader = open_session(path)
        span = self._reader.span_ns()
        if span is None:
            raise SessionFileError("nothing to replay: it holds no inputs", path=self._reader.path)
        self._first_ns, last_ns = span
        self.header: SessionHeader = self._reader.header
        self.duration_s = ns_to_s(last_ns - self._first_ns)
        self.on_rewind: Callable[[int], None] | None = None
        self._pacer = pacer or LoopPacer()
        self._hold = hold
        self._lock = threading.Lock()
        self._speed = _checked_speed(speed)
        self._paused = self._stopped = self._ended = False
        self._epoch = 0
        self._position_ns = self._first_ns
        self._hurry_to_ns: int | None = None
        self._anchor: tuple[int, int] | None = None

    @property
    def epoch(self) -> int:
        """How many times the replay has been rewound."""
        return self._epoch

    @property
    def position_s(self) -> float:
        """Time of the latest input since the first one, s."""
        return ns_to_s(self._position_ns - self._first_ns)

    @property
    def speed(self) -> float:
        """Speed in force."""
        return self._speed

    @property
    def playing(self) -> bool:
        """Whether inputs flow: not paused, not at the end."""
        return not (self._paused or self._stopped or self._ended)

    def pause(self) -> None:
        """Stop after the current input."""
        self._change(paused=True)

    def resume(self) -> None:
        """Go on at the speed in force."""
        self._change(paused=False)

    def set_speed(self, speed: float) -> None:
        """Change the speed from here on.

        Raises
        ------
        UsageError
            When it is not greater than zero.
        """
        self._change(speed=_checked_speed(speed))

    def seek(self, position_s: float) -> None:
        """Go to `position_s` seconds after the first input; paused stays paused.

        Raises
        ------
        UsageError
            When it is not a number.
        """
        if math.isnan(position_s):
            raise UsageError("the time to go to must be a number of seconds")
        target_ns = self._first_ns + s_to_ns(min(max(position_s, 0.0), self.duration_s))
        self._change(target_ns=target_ns)

    def stop(self) -> None:
        """End the iteration for good."""
        self._change(stopped=True)

    async def inputs(self) -> AsyncIterator[Input]:
        """Yield the inputs when they are due.

        Ends after the last input, unless `hold` was asked for, and after :meth:`stop`.
        """
        epoch = self._epoch
        while True:
            for count, item in enumerate(self._reader.inputs()):
                if not await self._due(item.arrival_ns, epoch):
                    break
                self._position_ns = item.arrival_ns
                yield item
                if count % ITEMS_PER_TURN == 0:
                    await asyncio.sleep(0)
            else:
                await self._wait_at_end(epoch)
            with self._lock:
                if self._stopped or epoch == self._epoch:
                    return
                epoch = self._epoch
                self._position_ns = self._first_ns
            if self.on_rewind is not None:
                self.on_rewind(epoch)

    async def _due(self, arrival_ns: int, epoch: int) -> bool:
        """Wait for an input's time; False when it is not wanted any more."""
        while True:
            with self._lock:
                if self._stopped or epoch != self._epoch:
                    return False
                delay_s = self._delay_s(arrival_ns)
            if delay_s is not None and delay_s < SOON_S:
                return True
            await self._pacer.wait(delay_s)

    def _delay_s(self, arrival_ns: int) -> float | None:
        """Time until an input is due, s; None while paused."""
        now_ns = self._pacer.now_ns()
        if self._hurry_to_ns is not None:
            if arrival_ns <= self._hurry_to_ns:
                return 0.0
            self._anchor = (now_ns, self._hurry_to_ns)
            self._hurry_to_ns = None
        if self._paused:
            return None
        if math.isinf(self._speed):
            return 0.0
        if self._anchor is None:
            self._anchor = (now_ns, self._position_ns)
        start_ns, from_ns = self._anchor
        return ns_to_s(start_ns - now_ns) + ns_to_s(arrival_ns - from_ns) / self._speed

    async def _wait_at_end(self, epoch: int) -> None:
        while self._hold and not self._stopped and epoch == self._epoch:
            self._ended = True
            await self._pacer.wait(None)
        self._ended = epoch == self._epoch

    def _change(
        self,
        *,
        paused: bool | None = None,
        speed: float | None = None,
        target_ns: int | None = None,
        stopped: bool = False,
    ) -> None:
        """Change what is asked for, then let a waiting iteration see it."""
        with self._lock:
            self._stopped = self._stopped or stopped
            self._paused = self._paused if paused is None else paused
            self._speed = self._speed if speed is None else speed
            self._anchor = None
            if target_ns is not None:
                self._hurry_to_ns = target_ns
                self._epoch += target_ns < self._position_ns
        self._pacer.wake()


def _checked_speed(speed: float) -> float:
    if not speed > 0:
        raise UsageError(
            f"speed must be greater than 0, got {speed}: 1 is the recorded pace, inf the fastest"
        )
    return float(speed)
