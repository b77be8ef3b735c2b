"""The run as a whole: phase, asymmetry, dose, laps, cues and delay; free of Qt."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dashboards.states import DASH, CueState, RunState, TileState, Tone
from dashboards.units import in_units, shown, unit
from imu.model import CuePeriodKind, Marker, PhaseChange, RunnerMetrics, Side
from imu.units import NS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from imu.model import Cue, CuePeriod

__all__ = ["EVEN_PERCENT", "Course", "clock_text"]

EVEN_PERCENT = 3.0
"""Legs that differ by less are told as even."""

CUE_SHOWN_NS = 3 * NS_PER_S
CUE_WINDOW_NS = 300 * NS_PER_S
STALE_NS = 5 * NS_PER_S
SLOW_MS = 200.0
PERIOD_WORDS = {
    CuePeriodKind.UNCUED: "without cues for now",
    CuePeriodKind.RETENTION: "no cues: what is kept?",
    CuePeriodKind.OVER: "planned run is over",
}
MARKS = {"mark": "Mark", "note": "Note", "lap": "Lap"}


def clock_text(time_s: float) -> str:
    """Return a time of the session, e.g. ``"12:05"`` or ``"1:02:05"``."""
    minutes, seconds = divmod(int(max(0.0, time_s)), int(S_PER_MIN))
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


class Course:
    """Takes what speaks of the runner as a whole.

    Parameters
    ----------
    origin_ns : int
        Session time of the beginning, ns.
    """

    def __init__(self, origin_ns: int) -> None:
        self._origin_ns = origin_ns
        self.clear()

    def clear(self) -> None:
        """Forget everything: a replay jumped."""
        self.metrics: RunnerMetrics | None = None
        self.phase: PhaseChange | None = None
        self.period: CuePeriod | None = None
        self.paused_ns: int | None = None
        self._cue: Cue | None = None
        self._cue_times_ns: deque[int] = deque(maxlen=1000)
        self._marker: Marker | None = None
        self._laps = 0
        self._lap_ns = self._origin_ns

    def add_marker(self, marker: Marker) -> None:
        """Take a mark, lap, note, pause or resume."""
        if marker.kind == "pause":
            self.paused_ns = marker.arrival_ns
        elif marker.kind == "resume":
            self.paused_ns = None
        elif marker.kind in MARKS:
            self._marker = marker
        if marker.kind == "lap":
            self._laps += 1
            self._lap_ns = marker.arrival_ns

    def add_cue(self, cue: Cue) -> None:
        """Take a cue; the newest one is shown."""
        self._cue = cue
        self._cue_times_ns.append(cue.t_ns)

    def state(self, now_ns: int, delay_ms: float | None, sound: str = "") -> RunState:
        """Return what is to be shown.

        Parameters
        ----------
        now_ns : int
            The window's time, ns.
        delay_ms : float or None
            Latest delay from impact to screen, ms.
        sound : str
            Whether cues can be heard, in words.
        """
        percent = self.metrics.impact_asymmetry_percent if self.metrics else None
        return RunState(
            phase=self.phase.phase if self.phase else None,
            phase_for=clock_text((now_ns - self.phase.t_ns) / NS_PER_S) if self.phase else "",
            asymmetry=_asymmetry(percent),
            asymmetry_percent=None if percent is None else round(percent, 1),
            dose=self._dose(),
            lap=self._lap(now_ns),
            cues=self._cues(now_ns, sound),
            delay=_delay(delay_ms),
            cue=self._fresh_cue(now_ns),
        )

    def _dose(self) -> TileState:
        metrics = self.metrics
        if metrics is None or not metrics.impacts:
            return TileState("Impacts so far", tone=Tone.STALE)
        count, sum_g = sum(metrics.impacts.values()), sum(metrics.impact_sum_g.values())
        return TileState(
            "Impacts so far",
            _grouped(count),
            note=f"{_grouped(round(float(shown(sum_g, 0))))} {unit()} in sum",
        )

    def _lap(self, now_ns: int) -> TileState:
        value = clock_text((now_ns - self._lap_ns) / NS_PER_S)
        marker = self._marker
        note = ""
        if marker is not None:
            at = clock_text((marker.arrival_ns - self._origin_ns) / NS_PER_S)
            note = marker.text if marker.kind == "note" and marker.text else f"{MARKS[marker.kind]} at {at}"
        return TileState(f"Lap {self._laps + 1}", value, note=note)

    def _cues(self, now_ns: int, sound: str) -> TileState:
        times_ns = self._cue_times_ns
        recent = sum(now_ns - CUE_WINDOW_NS < time_ns <= now_ns for time_ns in times_ns)
        note = f"in 5 min, {len(times_ns)} in all" if times_ns else "none so far"
        if self.period is not None and self.period.kind is not CuePeriodKind.CUED:
            note = PERIOD_WORDS[self.period.kind]
        return TileState(
            f"Cues, {sound}" if sound else "Cues",
            str(recent),
            note=note,
            tone=Tone.PLAIN if times_ns else Tone.STALE,
        )

    def _fresh_cue(self, now_ns: int) -> CueState | None:
        cue = self._cue
        if cue is None or not 0 <= now_ns - cue.t_ns < CUE_SHOWN_NS:
            return None
        return CueState(cue.kind, cue.side, in_units(cue.text))


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _asymmetry(percent: float | None) -> TileState:
    if percent is None:
        return TileState("Impact left : right", note="too few steps yet", tone=Tone.STALE)
    if abs(percent) < EVEN_PERCENT:
        return TileState("Impact left : right", "even", note=f"within {EVEN_PERCENT:g} %")
    side = Side.LEFT if percent > 0 else Side.RIGHT
    return TileState("Impact left : right", f"{abs(percent):.0f} %", note=f"more on the {side.value}")


def _delay(delay_ms: float | None) -> TileState:
    if delay_ms is None:
        return TileState("Impact to screen", DASH, "ms", tone=Tone.STALE)
    tone = Tone.TROUBLE if delay_ms > SLOW_MS else Tone.PLAIN
    return TileState("Impact to screen", f"{delay_ms:.0f}", "ms", tone=tone)
