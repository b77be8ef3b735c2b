"""The mailbox: what the engine's thread leaves for a screen to fetch at its own pace."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

import msgspec

from imu.model import (
    Fault,
    Flag,
    Gap,
    ImpactLimit,
    LinkChange,
    Marker,
    PhaseChange,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SensorStatus,
    Step,
)
from imu.sinks.base import EngineFault, Rewound
from imu.units import s_to_ns

if TYPE_CHECKING:
    from imu.model.samples import IntArray

__all__ = ["Mailbox", "MailboxContents"]

TRACE_S = 5.0
FAULTS = 1000


class MailboxContents(msgspec.Struct):
    """What came since the last look, in order of arrival within each list.

    Attributes
    ----------
    epoch : int
        Number of the replay's epoch; when it differs from the last one, forget what is shown.
    batches : dict of str to list of SampleBatch
        Latest samples by sensor.
    dropped_samples : int
        Samples that were too old to be shown, since the last look.
    dropped_faults : int
        Faults likewise.
    closed : bool
        Whether the session has ended: nothing more will come.
    steps, flags, limits, gaps, faults, health, status, links, markers, phases, metrics, errors
        Values of :mod:`imu.model`; errors are :class:`imu.sinks.base.EngineFault`.
    """

    epoch: int = 0
    batches: dict[str, list[SampleBatch]] = msgspec.field(default_factory=dict)
    dropped_samples: int = 0
    dropped_faults: int = 0
    closed: bool = False
    steps: list[Step] = msgspec.field(default_factory=list)
    flags: list[Flag] = msgspec.field(default_factory=list)
    limits: list[ImpactLimit] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)
    faults: list[Fault] = msgspec.field(default_factory=list)
    health: list[SensorHealth] = msgspec.field(default_factory=list)
    status: list[SensorStatus] = msgspec.field(default_factory=list)
    links: list[LinkChange] = msgspec.field(default_factory=list)
    markers: list[Marker] = msgspec.field(default_factory=list)
    phases: list[PhaseChange] = msgspec.field(default_factory=list)
    metrics: list[RunnerMetrics] = msgspec.field(default_factory=list)
    errors: list[EngineFault] = msgspec.field(default_factory=list)


_LISTS: dict[type, str] = {
    Step: "steps",
    Flag: "flags",
    ImpactLimit: "limits",
    Gap: "gaps",
    SensorHealth: "health",
    SensorStatus: "status",
    LinkChange: "links",
    Marker: "markers",
    PhaseChange: "phases",
    RunnerMetrics: "metrics",
    EngineFault: "errors",
}


class Mailbox:
    """Hand-over from the engine's thread to a screen; neither ever waits for the other.

    Policy: samples and faults are bounded, the oldest are dropped and counted; everything else is lossless.
    After a rewind only what came since then is kept.

    Parameters
    ----------
    trace_s : float
        Longest stretch of samples kept per sensor, s of session time.
    """

    def __init__(self, trace_s: float = TRACE_S) -> None:
        self._lock = threading.Lock()
        self._trace_ns = s_to_ns(trace_s)
        self._contents = MailboxContents()
        self._traces: dict[str, deque[SampleBatch]] = {}
        self._faults: deque[Fault] = deque(maxlen=FAULTS)

    def put(self, item: object) -> None:
        """Take one value; what no screen shows is passed over."""
        kind = type(item)
        with self._lock:
            if isinstance(item, SampleBatch):
                self._put_batch(item)
            elif kind in _LISTS:
                getattr(self._contents, _LISTS[kind]).append(item)
            elif isinstance(item, Fault):
                self._contents.dropped_faults += len(self._faults) == FAULTS
                self._faults.append(item)
            elif isinstance(item, Rewound):
                self._clear(MailboxContents(epoch=item.epoch))

    def close(self) -> None:
        """Say that nothing more will come; what is inside can still be fetched."""
        with self._lock:
            self._contents.closed = True

    def drain(self) -> MailboxContents:
        """Take out everything; may be called from any thread."""
        with self._lock:
            contents = self._contents
            contents.batches = {sensor: list(trace) for sensor, trace in self._traces.items()}
            contents.faults = list(self._faults)
            self._clear(MailboxContents(epoch=contents.epoch, closed=contents.closed))
        return contents

    def _clear(self, contents: MailboxContents) -> None:
        self._contents = contents
        self._traces = {}
        self._faults.clear()

    def _put_batch(self, batch: SampleBatch) -> None:
        if len(batch) == 0:
            return
        trace = self._traces.setdefault(batch.sensor, deque())
        trace.append(batch)
        oldest_ns = _last(batch.t_ns) - self._trace_ns
        while _last(trace[0].t_ns) < oldest_ns:
            self._contents.dropped_samples += len(trace.popleft())


def _last(t_ns: IntArray) -> int:
    return int(t_ns[-1])
