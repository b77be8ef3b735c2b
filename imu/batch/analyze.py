"""Offline analysis: the same chain as live, fed in large blocks, without an event loop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.chain import Chain
from imu.config import ANY_SENSOR, ChainConfig
from imu.errors import UsageError
from imu.flags import Judge
from imu.metrics import summarise
from imu.model import Flag, Gap, SampleBatch, SensorInfo, Step
from imu.signal import StepDetector
from imu.store import SampleTable, SessionReader, read_samples, steps_frame
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from imu.model import Placement, SessionHeader, Side
    from imu.model.samples import BoolArray, FloatArray

__all__ = ["Analysis", "SensorQuality", "analyze", "clipped_samples", "table_batches", "table_sensor"]

BLOCK = 60_000
"""Samples of a table that go through the chain at once."""

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


@dataclass(frozen=True)
class Analysis:
    """Result of :func:`analyze`.

    Attributes
    ----------
    steps : pandas.DataFrame
        One row per step; columns as in :data:`imu.model.STEP_COLUMNS`.
    summary : pandas.DataFrame
        One row per sensor, see :class:`imu.metrics.SensorSummary`.
    quality : pandas.DataFrame
        One row per sensor, see :class:`SensorQuality`.
    flags : tuple of Flag
        Flags in order of time.
    cut_off : bool
        Whether the session file was cut off or damaged: the results are those of its sound part.
    gaps : tuple of Gap
        Gaps in the samples of a session, in the order in which they were noticed.
    """

    steps: pd.DataFrame
    summary: pd.DataFrame
    quality: pd.DataFrame
    flags: tuple[Flag, ...]
    cut_off: bool = False
    gaps: tuple[Gap, ...] = ()


def analyze(
    source: Path | str | pd.DataFrame,
    *,
    placement: Placement | str | None = None,
    side: Side | str | None = None,
    range_g: float | None = None,
    config: ChainConfig | None = None,
) -> Analysis:
    """Find and measure all steps of a recording.

    Parameters
    ----------
    source : pathlib.Path, str or pandas.DataFrame
        A session file (``.mcap``), a ``.csv`` or ``.csv.gz`` file or a data frame with the columns
        ``time_s, acc_x_g, acc_y_g, acc_z_g`` and optionally ``gyr_x_dps, gyr_y_dps, gyr_z_dps``. The
        sensor may be mounted in any way.
    placement, side : str
        ``"shank"`` or ``"shoe"``, ``"left"`` or ``"right"``; needed for a table, refused for a session file,
        which says them itself.
    range_g : float, optional
        End of the accelerometer's range for a table, g; by default seen from the samples.
    config : ChainConfig, optional
        Parameters; by default those of the session or the documented defaults.

    Returns
    -------
    Analysis

    Raises
    ------
    imu.errors.InputError
        The file cannot be used; the message names file and column or key.
    imu.errors.UsageError
        An argument cannot be used.
    """
    if isinstance(source, (str, Path)) and Path(source).suffix.lower() == ".mcap":
        if placement is not None or side is not None or range_g is not None:
            raise UsageError(
                f"{source}: a session file says placement, side and range itself; leave them out"
            )
        return _analyze_session(Path(source), config)
    if placement is None or side is None:
        name = "a data frame" if not isinstance(source, (str, Path)) else str(source)
        raise UsageError(f"{name}: say placement (shank or shoe) and side (left or right) of the sensor")
    table = read_samples(source, placement=placement, side=side, range_g=range_g)
    clipped, range_g = clipped_samples(table.acc_g, table.range_g)
    steps, flags = _steps_of_table(table, clipped, config or ChainConfig())
    return _analysis(steps, 0, [_table_quality(table, clipped, range_g)], flags)


def _steps_of_table(
    table: SampleTable, clipped: BoolArray, config: ChainConfig
) -> tuple[list[Step], list[Flag]]:
    """Run the signal chain and the rules over a table."""
    sensor = table_sensor(table)
    model = config.strike_models.get(sensor.sensor, config.strike_models.get(ANY_SENSOR))
    detector, judge = StepDetector(sensor, config.signal, model), Judge((sensor,), config)
    told = [out for batch in table_batches(table, clipped) for out in detector.push(batch)] + detector.flush()
    judged = [item for out in told if isinstance(out, Step) for item in judge.push(out)]
    return [i for i in judged if isinstance(i, Step)], [i for i in judged if isinstance(i, Flag)]


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


def table_sensor(table: SampleTable) -> SensorInfo:
    """Return what a table says of its sensor."""
    return SensorInfo(
        sensor=table.name,
        placement=table.placement,
        side=table.side,
        rate_hz=table.rate_hz,
        accel_range_g=table.range_g,
        has_gyro=table.gyr_dps is not None,
    )


def table_batches(table: SampleTable, clipped: BoolArray) -> Iterator[SampleBatch]:
    """Yield the samples of a table in large blocks."""
    for first in range(0, len(table), BLOCK):
        part = slice(first, first + BLOCK)
        gyr = None if table.gyr_dps is None else table.gyr_dps[part]
        yield SampleBatch(table.name, first, table.t_ns[part], table.acc_g[part], gyr, clipped[part])


def _table_quality(table: SampleTable, clipped: BoolArray, range_g: float | None) -> SensorQuality:
    period_ns = NS_PER_S / table.rate_hz
    spans = np.diff(table.t_ns)
    holes = spans[spans > _HOLE * period_ns]
    lost = int(np.rint(holes / period_ns - 1.0).sum())
    return SensorQuality(
        sensor=table.name,
        rate_hz=table.rate_hz,
        range_g=range_g,
        samples=len(table),
        lost_samples=lost,
        gaps=len(holes),
        clipped_samples=int(clipped.sum()),
        coverage=len(table) / (len(table) + lost),
        notes=" ".join(table.notes),
    )


def _analyze_session(path: Path, config: ChainConfig | None) -> Analysis:
    reader = SessionReader(path)
    header = reader.header
    chain = Chain(header, config)
    outputs = [out for item in reader.inputs() for out in _kept(chain.push(item))]
    outputs += _kept(chain.flush())
    damage = "" if reader.complete else "The file was cut off: what was recorded until then is complete."
    steps = [out for out in outputs if isinstance(out, Step)]
    flags = [out for out in outputs if isinstance(out, Flag)]
    qualities = _session_quality(header, chain, damage)
    gaps = tuple(out for out in outputs if isinstance(out, Gap))
    return _analysis(steps, header.origin_ns, qualities, flags, gaps=gaps, cut_off=not reader.complete)


def _kept(outputs: Iterable[object]) -> list[Step | Flag | Gap]:
    return [out for out in outputs if isinstance(out, Step | Flag | Gap)]


def _session_quality(header: SessionHeader, chain: Chain, damage: str) -> list[SensorQuality]:
    found = []
    for sensor in header.sensors:
        ledger = chain.sensors[sensor.sensor].timeline.ledger()
        lost = ledger.lost or 0
        unseen = "" if ledger.lost is not None else "This sensor's loss cannot be observed."
        found.append(
            SensorQuality(
                sensor=sensor.sensor,
                rate_hz=sensor.rate_hz,
                range_g=sensor.accel_range_g,
                samples=ledger.samples,
                lost_samples=lost,
                gaps=ledger.gaps,
                clipped_samples=ledger.clipped,
                coverage=ledger.samples / max(1, ledger.samples + lost),
                notes=" ".join(filter(None, (damage, unseen))),
            )
        )
    return found


def _analysis(
    steps: list[Step],
    origin_ns: int,
    qualities: list[SensorQuality],
    flags: list[Flag],
    *,
    gaps: tuple[Gap, ...] = (),
    cut_off: bool = False,
) -> Analysis:
    return Analysis(
        steps=steps_frame(steps, origin_ns),
        summary=_frame(summarise(steps)),
        quality=_frame(qualities),
        flags=tuple(flags),
        cut_off=cut_off,
        gaps=gaps,
    )


def _frame(rows: Sequence[msgspec.Struct]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - start-up time

    return pd.DataFrame([msgspec.structs.asdict(row) for row in rows])
