"""The measure cursors of a replay: two moments, their distance, and the acceleration at each; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from dashboards.states import DASH
from dashboards.units import shown, unit
from imu.units import NS_PER_MS, NS_PER_S, s_to_ns

if TYPE_CHECKING:
    from imu.store.overview import Overview, SensorTrace

__all__ = ["CursorState", "Measure", "value_at_g"]

NEAR_NS = 50 * NS_PER_MS
"""A sample farther from the cursor than this says nothing about it."""

NAMES = ("A", "B")
FIRST_SHARES = (0.55, 0.45)


class CursorState(msgspec.Struct, frozen=True):
    """Both cursors on one trace.

    Attributes
    ----------
    x_s : tuple of 2 float
        Places on the time axis, s; the right edge is 0.
    chosen : int
        Which of them the keys move: 0 or 1.
    text : str
        What is read off.
    """

    x_s: tuple[float, float]
    chosen: int
    text: str


def value_at_g(trace: SensorTrace, t_ns: int) -> float | None:
    """Return the norm of the sample nearest to a moment.

    Parameters
    ----------
    trace : SensorTrace
        One sensor of a session.
    t_ns : int
        Session time, ns.

    Returns
    -------
    float or None
        In g; None without a sample within 50 ms.
    """
    times_ns, values_g = trace.t_ns[0], trace.high_g[0]
    after = int(np.searchsorted(times_ns, t_ns))
    near = [place for place in (after - 1, after) if 0 <= place < len(times_ns)]
    if not near:
        return None
    best = min(near, key=lambda place: abs(int(times_ns[place]) - t_ns))
    value_g = float(values_g[best])
    return value_g if abs(int(times_ns[best]) - t_ns) <= NEAR_NS and np.isfinite(value_g) else None


class Measure:
    """Two cursors, in session time."""

    def __init__(self) -> None:
        self.on = False
        self.chosen = 1
        self._t_ns = [0, 0]

    @property
    def span_ms(self) -> float:
        """Time from the first cursor to the second, ms; negative when they stand the other way round."""
        return (self._t_ns[1] - self._t_ns[0]) / NS_PER_MS

    def toggle(self, now_ns: int, window_s: float) -> None:
        """Show the cursors in the middle of what is seen, or hide them."""
        self.on = not self.on
        self._t_ns = [now_ns - s_to_ns(share * window_s) for share in FIRST_SHARES]
        self.chosen = 1

    def choose_other(self) -> None:
        """Let the keys move the other cursor."""
        self.chosen = 1 - self.chosen

    def move(self, by_ms: float) -> None:
        """Move the chosen cursor."""
        self._t_ns[self.chosen] += round(by_ms * NS_PER_MS)

    def pick(self, x_s: float, now_ns: int) -> None:
        """Choose the cursor that is nearer to a place on the time axis, and put it there."""
        t_ns = now_ns + s_to_ns(x_s)
        self.chosen = min((0, 1), key=lambda number: abs(self._t_ns[number] - t_ns))
        self._t_ns[self.chosen] = t_ns

    def drag(self, x_s: float, now_ns: int) -> None:
        """Put the chosen cursor on a place of the time axis."""
        self._t_ns[self.chosen] = now_ns + s_to_ns(x_s)

    def state(self, overview: Overview, sensor: str, now_ns: int) -> CursorState | None:
        """Return the cursors on the trace of one sensor; None while they are off."""
        if not self.on:
            return None
        trace = overview.traces.get(sensor)
        values_g = [None if trace is None else value_at_g(trace, t_ns) for t_ns in self._t_ns]
        texts = [f"{name} {_g_text(value_g)}" for name, value_g in zip(NAMES, values_g, strict=True)]
        delta = "\N{GREEK CAPITAL LETTER DELTA}"
        texts.append(f"{delta}t {_signed(self.span_ms, 1)} ms")
        if values_g[0] is not None and values_g[1] is not None:
            texts.append(f"{delta} {_minus(shown(values_g[1] - values_g[0], 2))} {unit()}")
        first_s, second_s = ((t_ns - now_ns) / NS_PER_S for t_ns in self._t_ns)
        return CursorState((first_s, second_s), self.chosen, "   ".join(texts))


def _g_text(value_g: float | None) -> str:
    return DASH if value_g is None else f"{shown(value_g, 2)} {unit()}"


def _signed(value: float, digits: int) -> str:
    return _minus(f"{value:.{digits}f}")


def _minus(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}")
