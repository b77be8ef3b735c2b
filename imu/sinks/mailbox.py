"""The mailbox: what the engine's thread leaves for a screen to fetch at its own pace."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from imu.model import (
    Cue,
    CuePeriod,
    Fault,
    Flag,
    Gap,
    Impact,
    ImpactLimit,
    Landing,
    LinkChange,
    Marker,
    MountingEstimate,
    Packet,
    PhaseChange,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SensorStatus,
    Step,
)
from imu.signal.mounting_check import CheckState, MountingReport
from imu.sinks.base import EngineFault, Rewound
from imu.units import NS_PER_MS, s_to_ns

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Mailbox", "MailboxContents", "Stamp", "TraceBlock"]

TRACE_S = 5.0
FAULTS = 1000


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """When something came that a user waits for: what the delay up to the screen is measured from.

    Attributes
    ----------
    put_ns : int
        Monotonic clock of this machine when it was put in, ns.
    arrival_ns : int
        Session time of the latest packet by then, ns.
    event_ns : int or None
        Session time of the impact, ns; None for a flag, which speaks of several.
    """

    put_ns: int
    arrival_ns: int
    event_ns: int | None


class TraceBlock(msgspec.Struct, frozen=True, eq=False):
    """A stretch of a sensor's trace, as a screen draws it.

    Attributes
    ----------
    sensor : str
        The sensor.
    t_ns : ndarray of int64, shape (n,)
        Session time, ns, rising.
    low_g, high_g : ndarray of float, shape (n,)
        Least and greatest norm of the acceleration of each entry, g; the same where an entry is one sample.
    clipped_ns : int or None
        Time of the latest sample at the end of the range, ns.
    """

    sensor: str
    t_ns: NDArray[np.int64]
    low_g: NDArray[np.floating]
    high_g: NDArray[np.floating]
    clipped_ns: int | None = None

    def __len__(self) -> int:
        return len(self.t_ns)


class MailboxContents(msgspec.Struct):
    """What came since the last look, in order of arrival within each list.

    Attributes
    ----------
    epoch : int
        Number of the replay's epoch; when it differs from the last one, forget what is shown.
    batches : dict of str to list of SampleBatch or TraceBlock
        Latest samples by sensor.
    dropped_samples : int
        Samples that were too old to be shown, since the last look.
    dropped_faults : int
        Faults likewise.
    closed : bool
        Whether the session has ended: nothing more will come.
    impacts, landings, steps, flags, limits, gaps, faults, health, status, links, markers, errors
        Values of :mod:`imu.model`; errors are :class:`imu.sinks.base.EngineFault`.
    cues, periods, phases, metrics
        Likewise.
    mountings : list of MountingEstimate, MountingReport or CheckState
        What is known of how the sensors sit, and what the check of the mounting waits for.
    stamps : list of Stamp
        When impacts and flags came.
    """

    epoch: int = 0
    batches: dict[str, list[SampleBatch | TraceBlock]] = msgspec.field(default_factory=dict)
    dropped_samples: int = 0
    dropped_faults: int = 0
    closed: bool = False
    impacts: list[Impact] = msgspec.field(default_factory=list)
    landings: list[Landing] = msgspec.field(default_factory=list)
    steps: list[Step] = msgspec.field(default_factory=list)
    flags: list[Flag] = msgspec.field(default_factory=list)
    limits: list[ImpactLimit] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)
    faults: list[Fault] = msgspec.field(default_factory=list)
    health: list[SensorHealth] = msgspec.field(default_factory=list)
    status: list[SensorStatus] = msgspec.field(default_factory=list)
    links: list[LinkChange] = msgspec.field(default_factory=list)
    markers: list[Marker] = msgspec.field(default_factory=list)
    errors: list[EngineFault] = msgspec.field(default_factory=list)
    cues: list[Cue] = msgspec.field(default_factory=list)
    periods: list[CuePeriod] = msgspec.field(default_factory=list)
    phases: list[PhaseChange] = msgspec.field(default_factory=list)
    metrics: list[RunnerMetrics] = msgspec.field(default_factory=list)
    mountings: list[MountingEstimate | MountingReport | CheckState] = msgspec.field(default_factory=list)
    stamps: list[Stamp] = msgspec.field(default_factory=list)


_LISTS: dict[type, str] = {
    Step: "steps",
    Flag: "flags",
    ImpactLimit: "limits",
    Gap: "gaps",
    SensorHealth: "health",
    SensorStatus: "status",
    LinkChange: "links",
    Marker: "markers",
    EngineFault: "errors",
    Impact: "impacts",
    Landing: "landings",
    Cue: "cues",
    CuePeriod: "periods",
    PhaseChange: "phases",
    RunnerMetrics: "metrics",
    MountingEstimate: "mountings",
    MountingReport: "mountings",
    CheckState: "mountings",
}


class Mailbox:
    """Hand-over from the engine's thread to a screen; neither ever waits for the other.

    Policy: samples and faults are bounded, the oldest are dropped and counted; everything else is lossless.
    After a rewind only what came since then is kept.

    Parameters
    ----------
    trace_s : float
        Longest stretch of samples kept per sensor, s of session time.
    clock_ns : callable
        Monotonic clock of this machine, ns; tests replace it.

    Attributes
    ----------
    wake : callable or None
        Called in the engine's thread when a flag or a cue came, so that a screen need not wait for its next
        look; it must return at once.
    """

    def __init__(self, trace_s: float = TRACE_S, *, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self._arrival_ns = 0
        self._early: set[str] = set()
        self.wake: Callable[[], object] | None = None
        self._lock = threading.Lock()
        self._trace_ns = s_to_ns(trace_s)
        self._contents = MailboxContents()
        self._traces: dict[str, deque[SampleBatch]] = {}
        self._faults: deque[Fault] = deque(maxlen=FAULTS)

    def put(self, item: object) -> None:
        """Take one value; what no screen shows is passed over."""
        kind = type(item)
        with self._lock:
            if isinstance(item, Packet):
                self._arrival_ns = item.arrival_ns
            elif isinstance(item, SampleBatch):
                self._put_batch(item)
            elif kind in _LISTS:
                getattr(self._contents, _LISTS[kind]).append(item)
                self._stamp(item)
            elif isinstance(item, Fault):
                self._contents.dropped_faults += len(self._faults) == FAULTS
                self._faults.append(item)
            elif isinstance(item, Rewound):
                self._clear(MailboxContents(epoch=item.epoch))
        wake = self.wake  # a screen that closes takes it away at any moment
        if wake is not None and isinstance(item, Flag | Cue):
            wake()

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

    def _stamp(self, item: object) -> None:
        """Note when an impact or a flag came; a step only where no impact was told before it."""
        event_ns: int | None = None
        if isinstance(item, Impact):
            self._early.add(item.sensor)
            event_ns = item.initial_contact_ns
        elif isinstance(item, Step) and item.sensor not in self._early:
            event_ns = item.initial_contact_ns + round((item.time_to_peak_ms or 0.0) * NS_PER_MS)
        elif not isinstance(item, Flag):
            return
        self._contents.stamps.append(Stamp(self._clock_ns(), self._arrival_ns, event_ns))

    def _put_batch(self, batch: SampleBatch) -> None:
        if len(batch) == 0:
            return
        trace = self._traces.setdefault(batch.sensor, deque())
        trace.append(batch)
        oldest_ns = _last(batch.t_ns) - self._trace_ns
        while _last(trace[0].t_ns) < oldest_ns:
            self._contents.dropped_samples += len(trace.popleft())


def _last(t_ns: NDArray[np.int64]) -> int:
    return int(t_ns[-1])
