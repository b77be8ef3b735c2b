"""A runner's usual impact, learnt from easy running: per leg, shoe and band of cadence."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.config import BAND_KEY, BASELINE_KEY
from imu.model import Activity, Placement, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.model import SensorInfo, Step
    from imu.signal.params import SignalParams

__all__ = [
    "LEAST_STEPS",
    "Band",
    "Baseline",
    "Learnt",
    "baseline_settings",
    "find_baseline",
    "learn_baselines",
    "measure_id",
]

LEAST_STEPS = 100
"""Fewest accepted running steps of a leg, and of a band of cadence."""

BAND_SPM = 10
MOST_CLIPPED = 0.2
"""With a greater share of clipped steps only a lower bound is known of what is usual: nothing is learnt."""


class Band(msgspec.Struct, frozen=True):
    """Usual impact while the cadence lies in ``[least_spm, below_spm)``."""

    least_spm: int
    below_spm: int
    usual_g: float
    steps: int


class Baseline(msgspec.Struct, frozen=True, omit_defaults=True):
    """Usual impact of one leg in one shoe.

    Attributes
    ----------
    side, placement : Side, Placement
        The leg, and where the sensor was worn: baselines of a shoe and of a shin are never compared.
    shoe : str
        What was run in; empty when it was not named.
    measure : str
        Which filter measured it, see :func:`measure_id`.
    usual_g : float
        Median resultant peak, g.
    steps : int
        From so many accepted running steps.
    learnt : str
        Day on which it was learnt, ISO 8601.
    session : str
        From which session.
    bands : tuple of Band
        The same by cadence, from below, where enough steps are known.
    """

    side: Side
    placement: Placement
    shoe: str
    measure: str
    usual_g: float
    steps: int
    learnt: str = ""
    session: str = ""
    bands: tuple[Band, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it belongs to: a newer one of the same key takes its place."""
        return (self.side, self.placement, self.shoe.casefold(), self.measure)


class Learnt(msgspec.Struct, frozen=True):
    """What easy running taught: baselines, and in plain words why a leg has none."""

    baselines: tuple[Baseline, ...]
    missing: tuple[str, ...]


def measure_id(params: SignalParams) -> str:
    """Name the measure that a baseline belongs to: with another filter or window, another number.

    Parameters
    ----------
    params : SignalParams
        The signal chain's.

    Returns
    -------
    str
        E.g. ``"resultant lp60Hz 65ms"``.
    """
    return f"resultant lp{params.impact_cutoff_hz:g}Hz {params.impact_window_s * 1000:g}ms"


def learn_baselines(
    steps: Iterable[Step], *, shoe: str, measure: str, learnt: str = "", session: str = ""
) -> Learnt:
    """Learn what is usual from a runner's own easy running.

    Parameters
    ----------
    steps : iterable of Step
        Steps of one run. Accepted running steps count; the median does not mind some hard ones.
    shoe, measure, learnt, session : str
        As in :class:`Baseline`.

    Returns
    -------
    Learnt
        One baseline for each sensor with at least 100 accepted steps, few of them clipped.
    """
    by_sensor: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        if step.accepted and step.activity is Activity.RUN and step.peak_accel_g is not None:
            by_sensor[step.sensor].append(step)
    found, missing = [], [] if by_sensor else ["no running step was found"]
    for sensor, own in by_sensor.items():
        clipped = sum(step.clipped for step in own) / len(own)
        if len(own) < LEAST_STEPS:
            missing.append(
                f"{sensor}: {len(own)} running steps, {LEAST_STEPS} are needed: run a little longer"
            )
        elif clipped > MOST_CLIPPED:
            missing.append(f"{sensor}: {clipped:.0%} of the impacts went beyond the sensor's range")
        else:
            first = own[0]
            found.append(
                Baseline(
                    first.side, first.placement, shoe, measure, _usual_g(own), len(own), learnt, session,
                    _bands(own),
                )
            )  # fmt: skip
    return Learnt(tuple(found), tuple(missing))


def _usual_g(steps: Sequence[Step]) -> float:
    return round(median(step.peak_accel_g for step in steps if step.peak_accel_g is not None), 3)


def _bands(steps: Sequence[Step]) -> tuple[Band, ...]:
    by_band: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.cadence_spm is not None:
            by_band[int(step.cadence_spm // BAND_SPM) * BAND_SPM].append(step)
    return tuple(
        Band(least, least + BAND_SPM, _usual_g(own), len(own))
        for least, own in sorted(by_band.items())
        if len(own) >= LEAST_STEPS
    )


def find_baseline(
    baselines: Iterable[Baseline], sensor: SensorInfo, *, shoe: str, measure: str
) -> Baseline | None:
    """Find the baseline that a sensor may be held against.

    Parameters
    ----------
    baselines : iterable of Baseline
        The runner's, the latest last.
    sensor : SensorInfo
        Leg and placement.
    shoe, measure : str
        What is run in, and the measure in force: a baseline of another shoe or filter never counts.

    Returns
    -------
    Baseline or None
    """
    wanted = (sensor.side, sensor.placement, shoe.casefold(), measure)
    return next((one for one in reversed(list(baselines)) if one.key == wanted), None)


def baseline_settings(
    baselines: Iterable[Baseline], sensors: Iterable[SensorInfo], *, shoe: str, measure: str
) -> dict[str, float]:
    """Return what the header of a new session carries, so that a replay judges as the session did.

    Returns
    -------
    dict of str to float
        ``baseline_g.<sensor>`` and ``baseline_band_g.<from>-<to>.<sensor>``; nothing for a leg without one.
    """
    known = list(baselines)
    settings: dict[str, float] = {}
    for sensor in sensors:
        baseline = find_baseline(known, sensor, shoe=shoe, measure=measure)
        if baseline is None:
            continue
        settings[f"{BASELINE_KEY}{sensor.sensor}"] = baseline.usual_g
        for band in baseline.bands:
            settings[f"{BAND_KEY}{band.least_spm}-{band.below_spm}.{sensor.sensor}"] = band.usual_g
    return settings
