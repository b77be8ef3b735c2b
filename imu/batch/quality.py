"""What the numbers of a recording rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.metrics import quality_of
from imu.model import Ledger
from imu.signal.impact import impact_cutoff_hz
from imu.units import MS_PER_S, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.chain import Chain
    from imu.model import ClockEstimate, MountingEstimate, SensorInfo, Step
    from imu.model.samples import BoolArray, FloatArray
    from imu.signal import SignalParams
    from imu.store import SampleTable

__all__ = ["SensorQuality", "clipped_samples", "seen_by", "session_quality", "table_quality"]

_RANGES_G = (2.0, 4.0, 6.0, 8.0, 10.0, 16.0, 24.0, 32.0, 50.0, 64.0, 100.0, 200.0)
_AT_END = 0.98
_REACHED = 2
_HOLE = 1.5


class SensorQuality(msgspec.Struct, frozen=True):
    """What the numbers of one sensor rest on.

    Attributes
    ----------
    sensor : str
        The sensor.
    rate_hz : float
        Nominal sampling rate.
    range_g : float or None
        End of the accelerometer's range, given or seen; None when unknown and never reached.
    samples, lost_samples, gaps, clipped_samples : int
        Counts.
    coverage : float
        Share of the time from the first to the last sample for which there are samples.
    notes : str
        What to know when reading the numbers; one or more sentences.
    impact_filter : str
        Filter and window of the impact: they are part of the number.
    mounting : str
        Which directions of the body became known in the sensor's axes, and how often it was found turned.
    run_coverage, accepted_share, lost_share, clipped_share, clock_uncertainty_ms, latency_ms
        See :class:`imu.metrics.Quality`.
    """

    sensor: str
    rate_hz: float
    range_g: float | None
    samples: int
    lost_samples: int
    gaps: int
    clipped_samples: int
    coverage: float
    notes: str
    run_coverage: float | None
    accepted_share: float | None
    lost_share: float | None
    clipped_share: float | None
    clock_uncertainty_ms: float | None
    latency_ms: float | None
    impact_filter: str = ""
    mounting: str = ""


def seen_by(
    qualities: Sequence[SensorQuality], mountings: Sequence[MountingEstimate], params: SignalParams
) -> list[SensorQuality]:
    """Add the filter that is part of every impact, and what became known of the mounting."""
    return [
        msgspec.structs.replace(
            one,
            impact_filter=_filter_of(one.rate_hz, params),
            mounting=_known_of([each for each in mountings if each.sensor == one.sensor]),
        )
        for one in qualities
    ]


def _filter_of(rate_hz: float, params: SignalParams) -> str:
    cutoff_hz, window_ms = impact_cutoff_hz(rate_hz, params), params.impact_window_s * MS_PER_S
    return (
        f"Butterworth low-pass {cutoff_hz:g} Hz, 2nd order, causal; peak within {window_ms:g} ms of contact"
    )


def _known_of(mountings: Sequence[MountingEstimate]) -> str:
    """Which directions of the body are known in the end, and how often the sensor was found turned."""
    if not mountings:
        return "nothing known"
    last = next((one for one in reversed(mountings) if one.strides > 0), mountings[-1])
    forward = "forward" if last.forward_sense_known else "line of travel"
    named = {
        "gravity": any(one.gravity is not None for one in mountings),
        "up": last.up is not None,
        "right": last.lateral is not None,
        forward: last.forward is not None,
    }
    known = ", ".join(name for name, is_known in named.items() if is_known)
    turned = sum(one.changed for one in mountings)
    return f"known: {known}" + (f"; turned on its segment {turned} times" if turned else "")


def clipped_samples(acc_g: FloatArray, range_g: float | None) -> tuple[BoolArray, float | None]:
    """Mark samples at the end of the accelerometer's range.

    Parameters
    ----------
    acc_g : ndarray, shape (n, 3)
        Acceleration, g.
    range_g : float or None
        End of the range; when None it is the common range whose end the samples reach more than once.

    Returns
    -------
    clipped : ndarray of bool, shape (n,)
    range_g : float or None
        The range, None when it was neither given nor reached.
    """
    greatest = max(float(acc_g.max()), -float(acc_g.min()))
    end = (
        next((r for r in _RANGES_G if _AT_END * r <= greatest <= r / _AT_END), None)
        if range_g is None
        else range_g
    )
    if end is None or greatest < _AT_END * end:
        return np.zeros(len(acc_g), np.bool_), range_g
    level = _AT_END * end
    clipped = ((acc_g >= level) | (acc_g <= -level)).any(axis=1)
    if range_g is None and np.count_nonzero(clipped) < _REACHED:
        return np.zeros(len(acc_g), np.bool_), None
    return np.asarray(clipped), end


def table_quality(
    table: SampleTable, clipped: BoolArray, range_g: float | None, steps: Sequence[Step]
) -> SensorQuality:
    """Tell what the numbers of a table rest on."""
    period_ns = NS_PER_S / table.rate_hz
    spans = np.diff(table.t_ns)
    holes = spans[spans > _HOLE * period_ns]
    lost = int(np.rint(holes / period_ns - 1.0).sum())
    ledger = Ledger(samples=len(table), lost=lost, gaps=len(holes), clipped=int(clipped.sum()))
    return _sensor_quality(table.name, table.rate_hz, range_g, steps, ledger, notes=" ".join(table.notes))


def session_quality(
    sensors: Sequence[SensorInfo], chain: Chain, steps: Sequence[Step], damage: str
) -> list[SensorQuality]:
    """Tell what the numbers of a session rest on, sensor by sensor."""
    found = []
    for sensor in sensors:
        timeline = chain.sensors[sensor.sensor].timeline
        ledger = timeline.ledger()
        unseen = "" if ledger.lost is not None else "This sensor's loss cannot be observed."
        notes = " ".join(filter(None, (damage, unseen)))
        found.append(
            _sensor_quality(
                sensor.sensor,
                sensor.rate_hz,
                sensor.accel_range_g,
                steps,
                ledger,
                clock=timeline.clock(),
                notes=notes,
            )
        )
    return found


def _sensor_quality(
    sensor: str,
    rate_hz: float,
    range_g: float | None,
    steps: Sequence[Step],
    ledger: Ledger,
    *,
    clock: ClockEstimate | None = None,
    notes: str = "",
) -> SensorQuality:
    lost = ledger.lost or 0
    shares = msgspec.structs.asdict(quality_of(sensor, steps, ledger, clock))
    return SensorQuality(
        rate_hz=rate_hz,
        range_g=range_g,
        samples=ledger.samples,
        lost_samples=lost,
        gaps=ledger.gaps,
        clipped_samples=ledger.clipped,
        coverage=ledger.samples / max(1, ledger.samples + lost),
        notes=notes,
        **shares,
    )
