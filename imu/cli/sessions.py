"""What the commands share that play or record a session: collecting, reporting, showing."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from imu.chain import Chain
from imu.errors import UsageError
from imu.metrics import summarise
from imu.model import Flag, LinkChange, SampleBatch, SensorHealth, SessionHeader, Step
from imu.sinks.base import EngineFault, Rewound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from imu.metrics import SensorSummary
    from imu.sinks.base import Sink
    from imu.sinks.recorder import Recording
    from imu.sources.base import Source

__all__ = [
    "Collector",
    "chain_maker",
    "parse_speed",
    "play",
    "play_quietly",
    "report_lines",
    "show_window",
    "write_picture",
]

_TRACE_NS = 12_000_000_000


class Collector:
    """Sink that keeps what a report and a picture need; of the samples only the latest 12 s."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.flags: list[Flag] = []
        self.health: dict[str, SensorHealth] = {}
        self.errors: list[EngineFault] = []
        self._rest: list[object] = []
        self._batches: deque[SampleBatch] = deque()

    def put(self, item: object) -> None:
        """Take one value; lossless but for old samples."""
        if isinstance(item, Rewound):
            self.__init__()  # type: ignore[misc]  # a rewind begins anew
        elif isinstance(item, SampleBatch):
            self._keep(item)
        elif isinstance(item, Step):
            self.steps.append(item)
        elif isinstance(item, SensorHealth):
            self.health[item.sensor] = item
        elif isinstance(item, EngineFault):
            self.errors.append(item)
        else:
            if isinstance(item, Flag):
                self.flags.append(item)
            self._rest.append(item)

    def close(self) -> None:
        """Nothing is held open."""

    def shown(self) -> Iterator[object]:
        """Yield everything that a window shows after the session, in a sound order."""
        yield from (item for item in self._rest if isinstance(item, LinkChange))
        yield from self._batches
        timed: list[tuple[int, object]] = [(step.known_ns, step) for step in self.steps]
        timed += [(flag.t_ns, flag) for flag in self.flags]
        yield from (i for i in self._rest if not isinstance(i, LinkChange | Flag))
        yield from (item for _, item in sorted(timed, key=lambda pair: pair[0]))
        yield from self.health.values()

    def _keep(self, batch: SampleBatch) -> None:
        self._batches.append(batch)
        newest = int(batch.t_ns[-1])
        while int(self._batches[0].t_ns[-1]) < newest - _TRACE_NS:
            self._batches.popleft()


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


def play_quietly(file: Path, speed: float = math.inf) -> tuple[SessionHeader, Collector]:
    """Play a session file without a window and return its header and what came out."""
    from imu.sources.replay import ReplaySource

    source, collector = ReplaySource(file, speed), Collector()
    play(source, [collector])
    return source.header, collector


def show_window(
    source: Source,
    sinks: Sequence[Sink],
    *,
    recording: Callable[[], Recording] | None = None,
    flag_times_s: Sequence[float] = (),
    title: str = "softstrike",
) -> None:
    """Run a session in the engine's thread and show its window until it is closed."""
    from dashboards.app import run_window
    from imu.engine import Engine
    from imu.sinks.mailbox import Mailbox

    mailbox = Mailbox()
    engine = Engine(source, chain_maker(source.header), [*sinks, mailbox])
    engine.start()
    try:
        run_window(
            source.header,
            mailbox,
            transport=engine.control,
            recording=recording,
            flag_times_s=flag_times_s,
            title=title,
        )
    finally:
        engine.stop()
        engine.join()


def report_lines(header: SessionHeader, collector: Collector) -> list[str]:
    """Summarise a session in plain words, a line each."""
    lines = [line for one in summarise(collector.steps) for line in _sensor_lines(one)]
    if not lines:
        lines = ["No steps were found."]
    raised = [flag for flag in collector.flags if flag.raised]
    lines.append(f"Flags: {len(raised)}")
    lines += [f"  at {(flag.t_ns - header.origin_ns) / 1e9:.1f} s: {flag.text}" for flag in raised]
    lines += [_quality_line(health) for health in collector.health.values()]
    lines += [f"Problem: {error.text}" for error in collector.errors]
    return lines


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


def write_picture(header: SessionHeader, collector: Collector, path: Path, *, title: str) -> None:
    """Paint the window as it looks after a session."""
    from dashboards.app import render_screenshot

    render_screenshot(header, collector.shown(), path, title=title)
