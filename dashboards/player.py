"""The player of a replay: any moment of a session at once, from its overview; free of Qt.

It stands where the mailbox of a live session stands and offers the same control as a replayed source, so that
the window does not know the difference.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING

from dashboards.leg import STRIP_STEPS
from imu.errors import UsageError
from imu.model import (
    Cue,
    CuePeriod,
    Flag,
    ImpactLimit,
    LinkChange,
    Marker,
    MountingEstimate,
    PhaseChange,
    RunnerMetrics,
    SensorHealth,
    Step,
)
from imu.signal.mounting_check import MountingReport
from imu.sinks.mailbox import MailboxContents, TraceBlock
from imu.units import NS_PER_S, ns_to_s, s_to_ns

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.store.overview import Overview

__all__ = ["SPAN_S", "Player"]

SPAN_S = 60.0
"""How much of the traces is fetched after a jump: the longest time axis."""

MAX_STEP_S = 20.0
"""Session time per frame at the greatest speed; each step is still shown."""

RECENT_NS = 10 * NS_PER_S
OFTEN = (SensorHealth, RunnerMetrics)
LATEST = (
    ImpactLimit,
    SensorHealth,
    LinkChange,
    PhaseChange,
    RunnerMetrics,
    CuePeriod,
    MountingEstimate,
    MountingReport,
)
"""Types of which only what was last told matters after a jump."""

LISTS: dict[type, str] = {
    Step: "steps",
    Flag: "flags",
    ImpactLimit: "limits",
    SensorHealth: "health",
    LinkChange: "links",
    Marker: "markers",
    PhaseChange: "phases",
    RunnerMetrics: "metrics",
    Cue: "cues",
    CuePeriod: "periods",
    MountingEstimate: "mountings",
    MountingReport: "mountings",
}


class Player:
    """Plays an overview.

    Parameters
    ----------
    overview : Overview
        The session.
    speed : float
        1.0 is the recorded pace, infinity as fast as it can be shown.
    clock_ns : callable
        Monotonic clock, ns; tests replace it.

    Attributes
    ----------
    loop_s : tuple of 2 float or None
        Stretch that is played again and again, s since the beginning.
    on_cue : callable or None
        Given each cue that is passed at the recorded pace; at another pace, or by a jump, none sounds.
    """

    def __init__(
        self, overview: Overview, speed: float = 1.0, *, clock_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.overview = overview
        self.loop_s: tuple[float, float] | None = None
        self.on_cue: Callable[[Cue], object] | None = None
        self._clock_ns = clock_ns
        self._speed = speed
        self._playing = True
        self._now_ns = self._shown_ns = overview.begin_ns - 1
        self._epoch = 0
        self._jumped = False
        self._looked_ns = clock_ns()

    def grow(self, overview: Overview) -> None:
        """Go on with more of the same session; what is shown is fetched anew."""
        self.overview = overview
        self._jumped = True

    @property
    def position_s(self) -> float:
        """Time since the beginning, s."""
        return max(0.0, ns_to_s(self._now_ns - self.overview.begin_ns))

    @property
    def duration_s(self) -> float:
        """Length of the session, s."""
        return ns_to_s(self.overview.end_ns - self.overview.begin_ns)

    @property
    def speed(self) -> float:
        """Times the recorded pace."""
        return self._speed

    @property
    def playing(self) -> bool:
        """Whether time goes on: not paused, not at the end."""
        return self._playing and self._now_ns < self.overview.end_ns

    def pause(self) -> None:
        """Stand still."""
        self._playing = False

    def resume(self) -> None:
        """Go on; from the end, begin again."""
        if self._now_ns >= self.overview.end_ns:
            self.seek(0.0)
        self._playing = True
        self._looked_ns = self._clock_ns()

    def set_speed(self, speed: float) -> None:
        """Change the speed from here on.

        Raises
        ------
        UsageError
            When it is not greater than zero.
        """
        if not speed > 0:
            raise UsageError(f"speed must be greater than 0, got {speed}: 1 is the recorded pace")
        self._speed = speed

    def seek(self, position_s: float) -> None:
        """Go to a time since the beginning, s; what lies before or behind the session is its edge."""
        if math.isnan(position_s):
            raise UsageError("the time to go to must be a number of seconds")
        inside_s = min(max(position_s, 0.0), self.duration_s)
        self._now_ns = self.overview.begin_ns + s_to_ns(inside_s)
        self._jumped = True

    def set_loop(self, begin_s: float | None, end_s: float | None = None) -> None:
        """Play this stretch again and again, s since the beginning; None plays on."""
        self.loop_s = None
        if begin_s is not None and end_s is not None and abs(end_s - begin_s) > 1.0:
            self.loop_s = (min(begin_s, end_s), max(begin_s, end_s))

    def drain(self) -> MailboxContents:
        """Return what came since the last look, as a mailbox would; after a jump all that is shown."""
        self._move()
        if self._jumped:
            self._jumped = False
            self._epoch += 1
            contents = self._everything()
        else:
            contents = self._between(self._shown_ns, self._now_ns)
            if self.on_cue is not None and self._speed == 1.0:
                for cue in contents.cues:
                    self.on_cue(cue)
        self._shown_ns = self._now_ns
        return contents

    def _move(self) -> None:
        looked_ns, self._looked_ns = self._looked_ns, self._clock_ns()
        if not self.playing or self._jumped:
            return
        passed_s = ns_to_s(self._looked_ns - looked_ns) * self._speed if self._speed < math.inf else math.inf
        self._now_ns = min(self._now_ns + s_to_ns(min(passed_s, MAX_STEP_S)), self.overview.end_ns)
        if self.loop_s is not None and self.position_s >= self.loop_s[1]:
            self.seek(self.loop_s[0])

    def _between(self, begin_ns: int, end_ns: int) -> MailboxContents:
        contents = MailboxContents(epoch=self._epoch)
        for kind, name in LISTS.items():
            getattr(contents, name).extend(self.overview.tracks[kind].between(begin_ns, end_ns))
        contents.batches = {sensor: [block] for sensor, block in self._blocks(begin_ns, end_ns)}
        return contents

    def _blocks(self, begin_ns: int, end_ns: int) -> list[tuple[str, TraceBlock]]:
        blocks = []
        for sensor, trace in self.overview.traces.items():
            t_ns, low_g, high_g = trace.window(begin_ns, end_ns)
            samples_ns = trace.t_ns[0]
            first, last = samples_ns.searchsorted([max(begin_ns, end_ns - RECENT_NS), end_ns], side="right")
            clipped = trace.clipped[first:last].nonzero()[0]
            clipped_ns = int(samples_ns[first + clipped[-1]]) if len(clipped) else None
            blocks.append((sensor, TraceBlock(sensor, t_ns, low_g, high_g, clipped_ns)))
        return blocks

    def _everything(self) -> MailboxContents:
        """Return what a window shows that has followed the session up to now."""
        now_ns, tracks = self._now_ns, self.overview.tracks
        contents = MailboxContents(epoch=self._epoch)
        for kind, name in LISTS.items():
            before = tracks[kind].between(-1, now_ns)
            if kind in OFTEN:
                before = before[-64:]  # told each second, so the latest of each sensor is among them
            if kind in LATEST:
                before = list({getattr(item, "sensor", ""): item for item in before}.values())
            elif kind is Step:
                before = _latest_steps(before, len(self.overview.traces))
            getattr(contents, name).extend(before)
        contents.batches = {
            sensor: [block] for sensor, block in self._blocks(now_ns - s_to_ns(SPAN_S), now_ns)
        }
        return contents


def _latest_steps(steps: list[Step], sensors: int) -> list[Step]:
    """Return what the strips show; one sensor may be silent while another goes on, so look back further."""
    counts: Counter[str] = Counter()
    latest: list[Step] = []
    for step in reversed(steps):
        if counts[step.sensor] < STRIP_STEPS:
            latest.append(step)
            counts[step.sensor] += 1
        if len(latest) == sensors * STRIP_STEPS:
            break
    return latest[::-1]
