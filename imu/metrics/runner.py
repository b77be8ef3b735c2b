"""Rolling state of the runner: both feet joined, once per tick."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.block import Block
from imu.metrics.params import RunnerParams
from imu.model import Activity, Placement, RunnerMetrics, SensorInfo, Side, Step, Tick
from imu.units import MS_PER_S, s_to_ns, stride_to_cadence_spm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Sized

__all__ = ["RunnerTracker", "asymmetry_percent", "impact_bins"]

# Impact is the tibia's where there is a choice; contact time is sharper at the shoe.
_IMPACT_FIRST = (Placement.SHANK, Placement.SHOE)
_CONTACT_FIRST = (Placement.SHOE, Placement.SHANK)


def asymmetry_percent(left: float, right: float) -> float | None:
    """Symmetry index of two values.

    Parameters
    ----------
    left, right : float
        The same quantity of both sides.

    Returns
    -------
    float or None
        ``200 * (left - right) / (left + right)``, in percent, positive when left is greater; None when the
        sum is 0. It describes, it does not warn: in 836 runners more asymmetry did not go with more injuries
        (Malisoux 2024, doi 10.1136/bmjsem-2023-001787).
    """
    return 200.0 * (left - right) / (left + right) if left + right else None


def impact_bins(bins: Sequence[int], peak_g: float) -> tuple[int, ...]:
    """Count one more impact in bins of 1 g.

    Parameters
    ----------
    bins : sequence of int
        Counts so far.
    peak_g : float
        The impact, g.

    Returns
    -------
    tuple of int
        ``bins[k]`` counts the impacts in ``[k, k + 1)`` g; as long as the greatest impact needs.
    """
    at = max(0, int(peak_g))
    longer = [*bins, *([0] * (at + 1 - len(bins)))]
    longer[at] += 1
    return tuple(longer)


class _Foot(msgspec.Struct):
    strides_ms: deque[float]
    contacts_ms: deque[float]
    peaks_g: deque[float]
    clipped: deque[bool]
    last_ns: int | None = None
    impacts: int = 0
    impact_sum_g: float = 0.0
    bins: tuple[int, ...] = ()


class _State(msgspec.Struct):
    feet: dict[str, _Foot]
    told_ns: int | None = None
    news_ns: int | None = None


class RunnerTracker(Block[Step | Tick, RunnerMetrics, _State]):
    """Join the sensors of a session: cadence, asymmetry, dose.

    Accepted running steps count. Asymmetry compares sensors that are worn alike on both legs; clipped peaks
    are lower bounds, so that with more than a few of them asymmetry of impact is unknown. In counts and sums
    a clipped impact stands with its lower bound.

    Parameters
    ----------
    sensors : tuple of SensorInfo
        The sensors of the session.
    params : RunnerParams, optional
        Windows and least counts.
    """

    def __init__(self, sensors: tuple[SensorInfo, ...], params: RunnerParams | None = None) -> None:
        self.params = params or RunnerParams()
        self._worn = {(s.placement, s.side): s.sensor for s in reversed(sensors)}
        self._state = _State({s.sensor: _new_foot(self.params) for s in sensors})

    def push(self, item: Step | Tick) -> list[RunnerMetrics]:
        """Take a step, or tell the state at a tick."""
        if isinstance(item, Tick):
            return [self._metrics(item.arrival_ns)]
        if item.accepted and item.activity is Activity.RUN:
            self._add(self._state.feet[item.sensor], item)
            self._state.news_ns = item.known_ns
        return []

    def flush(self) -> list[RunnerMetrics]:
        """Tell the state once more when steps came after the last tick."""
        state = self._state
        if state.news_ns is None:
            return []
        return [self._metrics(max(state.news_ns, state.told_ns or 0))]

    def _add(self, foot: _Foot, step: Step) -> None:
        foot.last_ns = step.known_ns
        if step.stride_time_ms is not None:
            foot.strides_ms.append(step.stride_time_ms)
        if step.contact_time_ms is not None:
            foot.contacts_ms.append(step.contact_time_ms)
        if step.peak_accel_g is not None:
            foot.peaks_g.append(step.peak_accel_g)
            foot.clipped.append(step.clipped)
            foot.impacts += 1
            foot.impact_sum_g += step.peak_accel_g
            foot.bins = impact_bins(foot.bins, step.peak_accel_g)

    def _metrics(self, t_ns: int) -> RunnerMetrics:
        state = self._state
        state.told_ns, state.news_ns = t_ns, None
        return RunnerMetrics(
            t_ns=t_ns,
            cadence_spm=self._cadence_spm(t_ns),
            impact_asymmetry_percent=self._impact_asymmetry(),
            contact_asymmetry_percent=self._contact_asymmetry(),
            impacts={name: foot.impacts for name, foot in state.feet.items()},
            impact_sum_g={name: foot.impact_sum_g for name, foot in state.feet.items()},
            impact_bins={name: foot.bins for name, foot in state.feet.items()},
        )

    def _cadence_spm(self, t_ns: int) -> float | None:
        since_ns = t_ns - s_to_ns(self.params.forget_s)
        fresh = [f for f in self._state.feet.values() if f.last_ns is not None and f.last_ns >= since_ns]
        strides = [stride for foot in fresh for stride in foot.strides_ms]
        return stride_to_cadence_spm(median(strides) / MS_PER_S) if strides else None

    def _impact_asymmetry(self) -> float | None:
        for left, right in self._pairs(_IMPACT_FIRST):
            if not self._enough(left.peaks_g, right.peaks_g):
                continue
            if max(_share(foot.clipped) for foot in (left, right)) > self.params.clipped_share:
                continue
            return asymmetry_percent(median(left.peaks_g), median(right.peaks_g))
        return None

    def _contact_asymmetry(self) -> float | None:
        for left, right in self._pairs(_CONTACT_FIRST):
            if self._enough(left.contacts_ms, right.contacts_ms):
                return asymmetry_percent(median(left.contacts_ms), median(right.contacts_ms))
        return None

    def _pairs(self, placements: Iterable[Placement]) -> list[tuple[_Foot, _Foot]]:
        """Return the feet worn alike on both legs, in order of preference."""
        sides = ((self._worn.get((p, Side.LEFT)), self._worn.get((p, Side.RIGHT))) for p in placements)
        feet = self._state.feet
        return [(feet[left], feet[right]) for left, right in sides if left is not None and right is not None]

    def _enough(self, *both: Sized) -> bool:
        return all(len(values) >= self.params.asymmetry_steps for values in both)


def _new_foot(params: RunnerParams) -> _Foot:
    return _Foot(
        strides_ms=deque(maxlen=params.cadence_steps),
        contacts_ms=deque(maxlen=params.asymmetry_window),
        peaks_g=deque(maxlen=params.asymmetry_window),
        clipped=deque(maxlen=params.asymmetry_window),
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)
