"""Offline analysis: the same chain as live, fed in large blocks, without an event loop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.batch.motion import SensorSamples, join_batches
from imu.batch.outcomes import outcomes_frame
from imu.batch.quality import SensorQuality, clipped_samples, seen_by, session_quality, table_quality
from imu.chain import Chain
from imu.config import ANY_SENSOR, ChainConfig
from imu.errors import UsageError
from imu.feed import feed
from imu.flags import Judge
from imu.metrics import PhaseSpan, PhaseTracker, phase_spans, summarise, summarise_runner
from imu.model import Flag, Gap, MountingEstimate, PhaseChange, SampleBatch, SensorInfo, SessionHeader, Step
from imu.signal import StepDetector
from imu.store import SampleTable, open_session, read_samples, steps_frame
from imu.units import NS_PER_S, ns_to_s

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from imu.model import Placement, Side
    from imu.model.samples import BoolArray

__all__ = ["Analysis", "SensorQuality", "analyze", "clipped_samples", "table_batches", "table_sensor"]

BLOCK = 60_000
"""Samples of a table that go through the chain at once."""

_HOLE_PERIODS = 1.5
_KEPT = (Step, Flag, Gap, PhaseChange, MountingEstimate)


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
    outcomes : pandas.DataFrame
        One row per accepted running step, see :class:`imu.batch.StepOutcomes`.
    runner : pandas.DataFrame
        One row, see :class:`imu.metrics.RunnerSummary`.
    phases : pandas.DataFrame
        ``phase, begin_s, end_s``, see :class:`imu.metrics.PhaseTracker`.
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
    outcomes: pd.DataFrame
    runner: pd.DataFrame
    phases: pd.DataFrame
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
    motion: bool = False,
) -> Analysis:
    """Find and measure all steps of a recording.

    Parameters
    ----------
    source : pathlib.Path, str or pandas.DataFrame
        A session file (``.mcap``), a ``.csv`` or ``.csv.gz`` file or a data frame with the columns
        ``time_s, acc_x_g, acc_y_g, acc_z_g`` and optionally ``gyr_x_dps, gyr_y_dps, gyr_z_dps``. The
        sensor may be mounted in any way.
    placement, side : str
        ``"shank"``, ``"shoe"`` or ``"pelvis"``, ``"left"`` or ``"right"``; needed for a table, refused for a
        session file, which says them itself. A pelvis sensor yields no steps: it is measured at the contacts
        of the legs, in one session with them.
    range_g : float, optional
        End of the accelerometer's range for a table, g; by default seen from the samples.
    config : ChainConfig, optional
        Parameters; by default those of the session or the documented defaults.
    motion : bool
        Also measure what takes the samples themselves from stride to stride (stride length, speed, ankle,
        shank tilt, pelvis); it takes several times as long, and the memory for all samples.

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
        return _analyze_session(Path(source), config, motion=motion)
    if placement is None or side is None:
        name = "a data frame" if not isinstance(source, (str, Path)) else str(source)
        raise UsageError(
            f"{name}: say placement (shank, shoe or pelvis) and side (left or right) of the sensor"
        )
    table = read_samples(source, placement=placement, side=side, range_g=range_g)
    return _analyze_table(table, config or ChainConfig(), motion=motion)


def _analyze_table(table: SampleTable, config: ChainConfig, *, motion: bool) -> Analysis:
    """Run the signal chain and the rules over a table."""
    clipped, range_g = clipped_samples(table.acc_g, table.range_g)
    sensor = table_sensor(table)
    model = config.strike_models.get(sensor.sensor, config.strike_models.get(ANY_SENSOR))
    judge, phases = Judge((sensor,), config), PhaseTracker(config.phases)
    batches = list(table_batches(table, clipped))
    steps: list[Step] = []
    mountings: list[MountingEstimate] = []
    if sensor.placement.on_leg:
        detector = StepDetector(sensor, config.signal, model)
        found = [out for batch in batches for out in detector.push(batch)] + detector.flush()
        steps = [out for out in found if isinstance(out, Step)]
        mountings = [out for out in found if isinstance(out, MountingEstimate)]
    judged = [item for step in steps for item in judge.push(step)]
    steps = [item for item in judged if isinstance(item, Step)]
    seen: list[Step | Gap] = [*steps, *_holes(table)]
    watched = sorted(seen, key=_known_ns)
    changes = [change for item in watched for change in phases.push(item)] + phases.flush()
    return _analysis(
        SessionHeader((sensor,)),
        steps,
        seen_by([table_quality(table, clipped, range_g, steps)], mountings, config.signal),
        flags=[item for item in judged if isinstance(item, Flag)],
        spans=phase_spans(changes, int(table.t_ns[-1])),
        samples=_joined(batches, (sensor,)) if motion else {},
    )


def _holes(table: SampleTable) -> list[Gap]:
    """Holes of a table in which several samples are missing."""
    period_ns = NS_PER_S / table.rate_hz
    before = np.flatnonzero(np.diff(table.t_ns) > _HOLE_PERIODS * period_ns)
    return [
        Gap(table.name, int(k) + 1, int(table.t_ns[k]), int(table.t_ns[k + 1]), -1, "lost") for k in before
    ]


def _known_ns(item: Step | Gap) -> int:
    return item.end_ns if isinstance(item, Gap) else item.known_ns


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


def _analyze_session(path: Path, config: ChainConfig | None, *, motion: bool) -> Analysis:
    reader = open_session(path)
    header = reader.header
    chain = Chain(header, config)
    kinds = (*_KEPT, SampleBatch) if motion else _KEPT
    fed = (one.output for block in reader.blocks() for one in feed(chain, block))
    outputs = [out for out in fed if isinstance(out, kinds)]
    outputs += [out for out in chain.flush() if isinstance(out, kinds)]
    damage = "" if reader.complete else "The file was cut off: what was recorded until then is complete."
    steps = [out for out in outputs if isinstance(out, Step)]
    batches = [out for out in outputs if isinstance(out, SampleBatch)]
    changes = [out for out in outputs if isinstance(out, PhaseChange)]
    last_ns = max([change.known_ns for change in changes] + [step.known_ns for step in steps], default=0)
    return _analysis(
        header,
        steps,
        seen_by(
            session_quality(header.sensors, chain, steps, damage),
            [out for out in outputs if isinstance(out, MountingEstimate)],
            (config or ChainConfig.from_header(header)).signal,
        ),
        flags=[out for out in outputs if isinstance(out, Flag)],
        spans=phase_spans(changes, last_ns),
        samples=_joined(batches, header.sensors),
        gaps=tuple(out for out in outputs if isinstance(out, Gap)),
        cut_off=not reader.complete,
    )


def _joined(batches: Sequence[SampleBatch], sensors: Sequence[SensorInfo]) -> dict[str, SensorSamples]:
    """Join the samples of each sensor."""
    joined = {
        info.sensor: join_batches([b for b in batches if b.sensor == info.sensor], info.rate_hz)
        for info in sensors
    }
    return {sensor: samples for sensor, samples in joined.items() if samples is not None}


def _analysis(
    header: SessionHeader,
    steps: list[Step],
    qualities: list[SensorQuality],
    *,
    flags: list[Flag],
    spans: list[PhaseSpan],
    samples: dict[str, SensorSamples],
    gaps: tuple[Gap, ...] = (),
    cut_off: bool = False,
) -> Analysis:
    clock_ms = {q.sensor: q.clock_uncertainty_ms for q in qualities if q.clock_uncertainty_ms is not None}
    outcomes = outcomes_frame(steps, header.sensors, samples, header.origin_ns, clock_ms)
    speeds = outcomes["speed_mps"].dropna()
    runner = summarise_runner(
        steps,
        header.sensors,
        spans,
        speed_mps=float(speeds.median()) if len(speeds) else None,
        mass_kg=header.config.get("mass_kg"),
        leg_length_m=header.config.get("leg_length_m"),
    )
    return Analysis(
        steps=steps_frame(steps, header.origin_ns),
        summary=_frame(summarise(steps)),
        quality=_frame(qualities),
        outcomes=outcomes,
        runner=_frame([runner]),
        phases=_phases_frame(spans, header.origin_ns),
        flags=tuple(flags),
        cut_off=cut_off,
        gaps=gaps,
    )


def _phases_frame(spans: Sequence[PhaseSpan], origin_ns: int) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - start-up time

    rows = [(s.phase.value, ns_to_s(s.begin_ns - origin_ns), ns_to_s(s.end_ns - origin_ns)) for s in spans]
    return pd.DataFrame(rows, columns=["phase", "begin_s", "end_s"])


def _frame(rows: Sequence[msgspec.Struct]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - start-up time

    return pd.DataFrame([msgspec.structs.asdict(row) for row in rows])
