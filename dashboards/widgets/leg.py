"""One leg: trace, step strip, dial and landing shares in one panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from dashboards.theme import load_theme
from dashboards.widgets.base import Panel
from dashboards.widgets.dial import LandingDial
from dashboards.widgets.strip import LandingBar, StepStrip
from dashboards.widgets.trace import ImpactTrace
from imu.model import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.envelope import Trace
    from dashboards.states import LegState

__all__ = ["LegPanel"]


class LegPanel(Panel[str]):
    """Trace, step strip, dial and landing shares of one leg.

    Parameters
    ----------
    side : Side
        The dial stands at the leg's outer edge.
    sensors : int
        Number of sensors on the leg; each has a trace of its own.
    """

    def __init__(self, side: Side, sensors: int = 1) -> None:
        super().__init__()
        self.trace = ImpactTrace(named=sensors > 1)
        self.more = [ImpactTrace(named=True) for _ in range(sensors - 1)]
        self._strip = StepStrip()
        self._landing = LandingBar()
        self.dial = LandingDial()
        layout = QVBoxLayout(self)
        pad_px = load_theme().space.pad_px
        layout.setContentsMargins(pad_px // 2, pad_px // 2, pad_px // 2, pad_px // 2)
        layout.setSpacing(2)
        layout.addWidget(self.trace, 2)
        for trace in self.more:
            layout.addWidget(trace, 1)
        lower = QHBoxLayout()
        lower.addWidget(self._strip, 1)
        lower.insertWidget(0 if side is Side.LEFT else 1, self.dial)
        layout.addLayout(lower)
        layout.addWidget(self._landing)

    def show_leg(
        self, leg: LegState, trace: Trace, now_ns: int, window_s: float, more: Sequence[Trace] = ()
    ) -> None:
        """Draw one leg, and below it the traces of its further sensors."""
        self.trace.show_leg(leg, trace, now_ns, window_s)
        for shown, state, further in zip(self.more, leg.more, more, strict=True):
            shown.show_leg(state, further, now_ns, window_s)
        self._strip.show_state(leg)
        self._landing.show_state(leg.landing)
        self.dial.show_state(leg.dial)

    def set_low(self, low: bool) -> None:
        """Leave strip and dial out where there is little height, so that the trace keeps its own."""
        for widget in (self._strip, self.dial):
            widget.setVisible(not low)

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        for trace in (self.trace, *self.more):
            trace.restyle()

    def paint(self, painter: object, state: str) -> None:
        """Leave it to the widgets inside."""
