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
    from dashboards.envelope import Trace
    from dashboards.states import LegState

__all__ = ["LegPanel"]


class LegPanel(Panel[str]):
    """Trace, step strip, dial and landing shares of one leg.

    Parameters
    ----------
    side : Side
        The dial stands at the leg's outer edge.
    """

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.trace = ImpactTrace()
        self._strip = StepStrip()
        self._landing = LandingBar()
        self.dial = LandingDial()
        layout = QVBoxLayout(self)
        pad_px = load_theme().space.pad_px
        layout.setContentsMargins(pad_px // 2, pad_px // 2, pad_px // 2, pad_px // 2)
        layout.setSpacing(2)
        layout.addWidget(self.trace, 1)
        lower = QHBoxLayout()
        lower.addWidget(self._strip, 1)
        lower.insertWidget(0 if side is Side.LEFT else 1, self.dial)
        layout.addLayout(lower)
        layout.addWidget(self._landing)

    def show_leg(self, leg: LegState, trace: Trace, now_ns: int, window_s: float) -> None:
        """Draw one leg."""
        self.trace.show_leg(leg, trace, now_ns, window_s)
        self._strip.show_state(leg)
        self._landing.show_state(leg.landing)
        self.dial.show_state(leg.dial)

    def set_low(self, low: bool) -> None:
        """Leave strip and dial out where there is little height, so that the trace keeps its own."""
        for widget in (self._strip, self.dial):
            widget.setVisible(not low)

    def restyle(self) -> None:
        """Take the colours of the theme in use."""
        self.trace.restyle()

    def paint(self, painter: object, state: str) -> None:
        """Leave it to the widgets inside."""
