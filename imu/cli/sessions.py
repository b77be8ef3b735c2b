"""What the commands share that play or record a session: collecting, playing, reporting."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING

from imu.chain import Chain
from imu.errors import InputError, UsageError
from imu.metrics import summarise
from imu.model import (
    Cue,
    Flag,
    ImpactLimit,
    LinkChange,
    PhaseChange,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SessionHeader,
    Step,
)
from imu.sinks.base import EngineFault, Rewound
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from imu.metrics import SensorSummary
    from imu.sinks.base import Sink
    from imu.sources.base import Source

__all__ = [
    "Collector",
    "chain_maker",
    "flag_time_s",
    "naming",
    "parse_speed",
    "play",
    "play_file",
    "report_lines",
]

_TRACE_NS = 12 * NS_PER_S
_KEPT = (Step, Flag, ImpactLimit, PhaseChange, Cue, EngineFault)


class Collector:
    """Sink that keeps what a report and a picture need.

    Policy: steps, flags, limits, phases, cues and faults are lossless; of samples, health, links and rolling
    figures only the latest are kept, so that memory hardly grows while a session runs.
    """

    def __init__(self) -> None:
        self._runner: RunnerMetrics | None = None
        self._clear()

    def put(self, item: object) -> None:
        """Take one value; what neither a report nor a picture shows is passed over."""
        if isinstance(item, Rewound):
            self._clear()
        elif isinstance(item, SampleBatch):
            self._keep(item)
        elif isinstance(item, _KEPT):
            self._events.append(item)
        elif isinstance(item, RunnerMetrics):
            self._runner = item
        elif isinstance(item, SensorHealth):
            self._health[item.sensor] = item
        elif isinstance(item, LinkChange):
            self._links[item.sensor] = item

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def steps(self) -> list[Step]:
        """All steps, in order."""
        return [item for item in self._events if isinstance(item, Step)]

    @property
    def raised(self) -> list[Flag]:
        """All flags that rose, in order."""
        return [item for item in self._events if isinstance(item, Flag) and item.raised]

    @property
    def in_force(self) -> list[Flag]:
        """Flags that rose and have not been lowered since, the latest last."""
        latest = {(item.sensor, item.rule): item for item in self._events if isinstance(item, Flag)}
        return sorted((flag for flag in latest.values() if flag.raised), key=lambda flag: flag.t_ns)

    @property
    def errors(self) -> list[EngineFault]:
        """What failed inside softstrike."""
        return [item for item in self._events if isinstance(item, EngineFault)]

    @property
    def health(self) -> list[SensorHealth]:
        """Latest state of each sensor."""
        return list(self._health.values())

    def shown(self) -> Iterator[object]:
        """Yield what a window shows after the session."""
        yield from self._links.values()
        yield from self._batches
        yield from self._events
        yield from self._health.values()
        if self._runner is not None:
            yield self._runner

    def _clear(self) -> None:
        self._events: list[Step | Flag | ImpactLimit | PhaseChange | Cue | EngineFault] = []
        self._runner = None
        self._health: dict[str, SensorHealth] = {}
        self._links: dict[str, LinkChange] = {}
        self._batches: deque[SampleBatch] = deque()

    def _keep(self, batch: SampleBatch) -> None:
        if len(batch) == 0:
            return
        self._batches.append(batch)
        oldest_ns = int(batch.t_ns[-1]) - _TRACE_NS
        while int(self._batches[0].t_ns[-1]) < oldest_ns:
            self._batches.popleft()


@contextlib.contextmanager
def naming(file: Path) -> Iterator[None]:
    """Let an error inside a session, such as an unknown profile, name the session's file."""
    try:
        yield
    except InputError as error:
        if error.path is not None:
            raise
        raise InputError(str(error), path=file) from error


def parse_speed(text: str) -> float:
    """Return a speed; ``"max"`` is as fast as possible.

    Raises
    ------
    UsageError
        When it is neither ``max`` nor a number greater than zero.
    """
    try:
        speed = math.inf if text == "max" else float(text)
    except ValueError:
        speed = 0.0
    if not speed > 0.0:
        raise UsageError(f"--speed {text}: give a number greater than 0, or max")
    return speed


def chain_maker(header: SessionHeader) -> Callable[[], Chain]:
    """Return what makes a fresh chain for a session; profile errors show at once."""
    Chain(header)
    return lambda: Chain(header)


def play(source: Source, sinks: Sequence[Sink]) -> None:
    """Run a session to its end in this thread."""
    import asyncio

    from imu.engine import run

    asyncio.run(run(source, chain_maker(source.header), sinks))


def play_file(file: Path, speed: float = math.inf) -> tuple[SessionHeader, Collector]:
    """Play a session file without a window and return its header and what came out."""
    from imu.sources.replay import ReplaySource

    source, collector = ReplaySource(file, speed), Collector()
    with naming(file):
        play(source, [collector])
    return source.header, collector


def report_lines(header: SessionHeader, collector: Collector) -> list[str]:
    """Summarise a session in plain words, a line each."""
    lines = [line for one in summarise(collector.steps) for line in _sensor_lines(one)]
    if not lines:
        lines = ["No steps were found."]
    lines.append(f"Flags: {len(collector.raised)}")
    lines += [f"  at {flag_time_s(header, flag):.1f} s: {flag.text}" for flag in collector.raised]
    lines += [_quality_line(health) for health in collector.health]
    lines += [f"Problem: {error.text}" for error in collector.errors]
    return lines


def flag_time_s(header: SessionHeader, flag: Flag) -> float:
    """Time of a flag since the session's begin, s."""
    return (flag.t_ns - header.origin_ns) / NS_PER_S


def _sensor_lines(one: SensorSummary) -> Iterator[str]:
    counts = f"{one.run_steps} running, {one.walk_steps} walking steps"
    yield f"{one.sensor} ({one.side} {one.placement}): {counts}"
    if one.cadence_spm is not None:
        yield f"  cadence {one.cadence_spm:.0f} steps/min, contact {_number(one.contact_time_ms, 0, 'ms')}"
    if one.peak_accel_g is not None:
        bound = (
            f", {100 * one.clipped_share:.0f} % of the steps clipped: a lower bound"
            if one.clipped_share
            else ""
        )
        yield f"  impact {one.peak_accel_g:.1f} g (median of the resultant, 60 Hz low-pass{bound})"
    if one.heel_share is not None:
        yield f"  landing: {100 * one.heel_share:.0f} % heel first in {one.landings_decided} decided steps"
    elif one.run_steps:
        yield "  landing: not measurable with this sensor"
    if one.excessive_share is not None:
        yield f"  impact above the limit: {100 * one.excessive_share:.0f} % of the judged steps"


def _quality_line(health: SensorHealth) -> str:
    ledger = health.ledger
    if ledger.lost is None:
        return f"{health.sensor}: {ledger.samples} samples, loss cannot be observed"
    share = 100.0 * ledger.lost / max(1, ledger.lost + ledger.samples)
    return f"{health.sensor}: {ledger.samples} samples, {share:.1f} % lost, {ledger.faults} bad packets"


def _number(value: float | None, decimals: int, unit: str) -> str:
    return "unknown" if value is None else f"{value:.{decimals}f} {unit}"
