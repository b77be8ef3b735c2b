"""How a sensor sits, in a word for its chip: the mounting check, and what the strides tell; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.states import DASH
from imu.signal.mounting_check import CheckState, Posture
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from imu.model import MountingEstimate
    from imu.signal.mounting_check import MountingReport

__all__ = ["CHECK_WORDS", "REPORT_SHOWN_NS", "Mounting"]

REPORT_SHOWN_NS = 30 * NS_PER_S
"""How long a finding stands in the banner, and a sensor that has turned on its chip."""

CHECK_WORDS = {
    CheckState.STILL: (
        "Stand still for 3 s",
        "Then set off with the left foot: whether the sensors sit well is checked.",
    ),
    CheckState.STEPS: (
        "Set off now",
        "With the left foot first: after 10 steps you are told whether the sensors sit well.",
    ),
}
"""What a runner is asked to do while the check goes on: headline and detail."""


class Mounting:
    """What is known of how one sensor sits."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self.clear()

    def clear(self) -> None:
        """Forget everything: a replay jumped."""
        self._found: Posture | None = None
        self._checked = False
        self._learnt = False
        self._turned_ns: int | None = None

    def add_report(self, report: MountingReport) -> None:
        """Take the outcome of the check; two sensors that are swapped are both wrong."""
        mine = [
            each.what
            for each in report.findings
            if each.sensor == self._sensor or each.what is Posture.SWAPPED
        ]
        self._checked = self._sensor in report.up or bool(mine)
        self._found = mine[0] if mine else None

    def add_estimate(self, estimate: MountingEstimate) -> None:
        """Take what standing and strides tell of the sensor's axes."""
        self._learnt = estimate.up is not None
        if estimate.changed:
            self._turned_ns = estimate.known_ns

    def badge(self, now_ns: int) -> str:
        """Return what limits the sensor's figures; empty when nothing does."""
        if self._turned_ns is not None and 0 <= now_ns - self._turned_ns < REPORT_SHOWN_NS:
            return "has turned"
        return "" if self._found is None else self._found.value

    @property
    def word(self) -> str:
        """The state in a word or two."""
        if self._found is not None:
            return self._found.value
        if self._checked:
            return "good"
        return "learnt" if self._learnt else DASH
