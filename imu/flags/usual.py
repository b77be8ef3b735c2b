"""The runner's usual impact at the present cadence."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from imu.model import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.config import CadenceBand
    from imu.model import Step

__all__ = ["UsualImpact"]

STRIDES = 8
FEWEST_STRIDES = 4
HYSTERESIS_SPM = 2.0


class UsualImpact:
    """Usual impact of one sensor; follows the cadence from band to band, without flicker at a border.

    Parameters
    ----------
    overall_g : float or None
        Usual impact at any cadence; None when the runner has no baseline.
    bands : sequence of CadenceBand
        Usual impact by band of cadence; outside of them the overall one is taken.
    """

    def __init__(self, overall_g: float | None, bands: Sequence[CadenceBand] = ()) -> None:
        self._overall_g = overall_g
        self._bands = tuple(bands)
        self._band: CadenceBand | None = None
        self._cadences_spm: list[float] = []

    @property
    def usual_g(self) -> float | None:
        """Usual impact now, g; None without a baseline."""
        return self._overall_g if self._band is None else self._band.usual_g

    @property
    def cadence_spm(self) -> float | None:
        """Median cadence of the latest strides, steps/min; None before there are enough."""
        return median(self._cadences_spm) if len(self._cadences_spm) >= FEWEST_STRIDES else None

    def take(self, step: Step) -> None:
        """Follow the cadence of an accepted running step."""
        if step.accepted and step.activity is Activity.RUN and step.cadence_spm is not None:
            self.follow(step.cadence_spm)

    def follow(self, cadence_spm: float) -> None:
        """Follow the cadence of one more stride, steps/min."""
        self._cadences_spm = [*self._cadences_spm[-(STRIDES - 1) :], cadence_spm]
        cadence = self.cadence_spm
        if cadence is None:
            return
        now = self._band
        if now and now.least_spm - HYSTERESIS_SPM <= cadence < now.below_spm + HYSTERESIS_SPM:
            return
        self._band = next((b for b in self._bands if b.least_spm <= cadence < b.below_spm), None)
