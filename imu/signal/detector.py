"""The step detector: samples of one sensor in, finished steps out.

Everything is a function of absolute sample indices, never of how the samples were cut into packets; steps
that are known at the same time are measured together as rows of arrays, so a packet and an hour take the
same path with bit-identical results.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.block import Block
from imu.model import Activity, Gap, Placement, RejectReason, SampleBatch, SensorInfo, Step, Strike
from imu.signal import activity as gait
from imu.signal.landing import classify
from imu.signal.measure import Contacts, Measured, StepMeter, toe_off_by
from imu.signal.orientation import PHASES, AxesTracker, lateral_axis, up_axis
from imu.signal.params import SignalParams
from imu.signal.regular import Grid, LastSample, Regulariser
from imu.signal.segment import Segment
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray, IntArray
    from imu.signal.rhythm import Contact

__all__ = ["StepDetector"]

_TOE_OFF_MARGIN_S = 0.20
_ACTIVITY_MARGIN_S = 0.02
_HOP_S = 0.06
_RATE_TOLERANCE = 0.995
_IRREGULAR = 0.3
_LAST_STRIDES, _FEWEST_STRIDES = 5, 3


class _State(msgspec.Struct):
    axes: AxesTracker
    held: list[SampleBatch] = msgspec.field(default_factory=list)
    segment: Segment | None = None
    regular: LastSample | None = None
    count: int = 0
    evidence: float = 0.0
    last_ns: int = 0
    strides_ms: list[float] = msgspec.field(default_factory=list)


class StepDetector(Block[SampleBatch | Gap, Step, _State]):
    """Find and measure the steps of one sensor.

    Parameters
    ----------
    sensor : SensorInfo
        Placement, side, nominal rate and whether there is a gyroscope.
    params : SignalParams, optional
        Parameters; the defaults are those of the accuracy page.

    Notes
    -----
    A step is emitted once its toe-off window has passed (about 0.6 s after a running contact); the first
    steps after a start wait until three in a row have shown the rhythm and are then emitted together.
    """

    latency_s = 4.5

    def __init__(self, sensor: SensorInfo, params: SignalParams | None = None) -> None:
        self._sensor = sensor
        self._params = params or SignalParams()
        self._columns = 6 if sensor.has_gyro else 3
        self._regular = Regulariser(sensor.rate_hz, self._params.bridge_s, self._params.torn_s)
        self._hop = round(_HOP_S * sensor.rate_hz)
        self._meter = StepMeter(sensor, self._params)
        self._shows_impact = sensor.rate_hz >= _RATE_TOLERANCE * self._params.min_impact_rate_hz
        self._state = _State(
            AxesTracker(on_shoe=sensor.placement is Placement.SHOE, has_gyro=sensor.has_gyro)
        )

    def push(self, item: SampleBatch | Gap) -> list[Step]:
        """Take samples and return the steps that are now finished."""
        if isinstance(item, Gap):
            return []
        held = self._state.held
        held.append(item)
        if sum(map(len, held)) < self._hop:
            return []
        return self._take_held()

    def flush(self) -> list[Step]:
        """Finish the last steps; windows that the recording's end cuts are used as far as they go."""
        return self._take_held() + self._finish_segment()

    def snapshot(self) -> _State:
        """Copy of the whole state."""
        self._state.regular = self._regular.snapshot()
        return super().snapshot()

    def restore(self, state: _State) -> None:
        """Go on from a snapshot."""
        super().restore(state)
        self._regular.restore(self._state.regular)

    def _take_held(self) -> list[Step]:
        """Work through the samples held back: a few small packets cost no more than one."""
        held, self._state.held = self._state.held, []
        return (
            [step for grid in self._regular.push(_joined(held)) for step in self._push_grid(grid)]
            if held
            else []
        )

    def _push_grid(self, grid: Grid) -> list[Step]:
        steps: list[Step] = []
        if grid.restart or self._state.segment is None:
            steps = self._finish_segment()
            self._state.segment = Segment(self._sensor.rate_hz, self._columns, self._params)
        segment = self._state.segment
        segment.push(grid)
        ready = self._ready(segment)
        if ready:
            del segment.waiting[: len(ready)]
            steps += self._measure(segment, ready)
        segment.drop_old()
        return steps

    def _finish_segment(self) -> list[Step]:
        segment = self._state.segment
        if segment is None:
            return []
        segment.finish()
        steps = self._measure(segment, segment.waiting) if segment.waiting else []
        self._state.segment = None
        return steps

    def _needs(self, contact: Contact, rate_hz: float) -> int:
        """Return the detection index up to which samples must be there before a contact can be measured."""
        period_s = contact.period / rate_hz
        after_s = max(toe_off_by(period_s) * period_s + _TOE_OFF_MARGIN_S, gait.REACH_S + _ACTIVITY_MARGIN_S)
        return contact.at + math.ceil(after_s * rate_hz)

    def _ready(self, segment: Segment) -> list[Contact]:
        """Contacts whose whole group can be measured."""
        end, ready = segment.jerk.data.end, 0
        for k, contact in enumerate(segment.waiting):
            if self._needs(contact, segment.jerk.rate_hz) >= end:
                break
            following = segment.waiting[k + 1 : k + 2]
            if not following or following[0].group != contact.group:
                ready = k + 1
        return segment.waiting[:ready]

    def _measure(self, segment: Segment, contacts: list[Contact]) -> list[Step]:
        index = np.array([c.at for c in contacts])
        period = np.array([c.period for c in contacts])
        last_of_group = [a.group != b.group for a, b in pairwise(contacts)] + [True]
        running = self._activities(segment, index, period, last_of_group)
        phase = np.arange(PHASES) / PHASES - 1.0
        strides = segment.jerk.data.take(np.rint(index[:, None] + period[:, None] * phase).astype(np.int64))
        memory = self._state.axes.learn(strides, running, [c.follows for c in contacts], last_of_group)
        lateral = lateral_axis(memory) if self._sensor.has_gyro else np.zeros((len(contacts), 3))
        measured = self._meter.measure(segment, Contacts(index, period, running, up_axis(memory), lateral))
        columns = zip(*(column.tolist() for column in measured), strict=True)
        known = self._known(segment, contacts, last_of_group)
        return [
            self._step(contact, ran, when, Measured(*row))
            for contact, ran, when, row in zip(contacts, running.tolist(), known, columns, strict=True)
        ]

    def _known(self, segment: Segment, contacts: list[Contact], last_of_group: list[bool]) -> list[int]:
        """Return the times at which the steps could be told, ns; those of a group become known together."""
        known: list[int] = []
        latest = 0
        for k, (contact, last) in enumerate(zip(contacts, last_of_group, strict=True)):
            latest = max(latest, contact.decided, self._needs(contact, segment.jerk.rate_hz))
            if last:
                known += [segment.known(latest)] * (k + 1 - len(known))
                latest = 0
        return known

    def _activities(
        self, segment: Segment, index: IntArray, period: FloatArray, last_of_group: list[bool]
    ) -> BoolArray:
        """Tell running from walking: a group by its median, a single step together with the one before."""
        rate_hz = segment.jerk.rate_hz
        reach = round(gait.REACH_S * rate_hz)
        acc = segment.jerk.data.windows((index - reach).tolist(), 2 * reach + 1)[:, :, :3]
        placement = self._sensor.placement
        evidence = gait.running_evidence(acc, period / rate_hz, rate_hz, placement, self._params).tolist()
        running = np.empty(len(index), np.bool_)
        first = 0
        for k, last in enumerate(last_of_group):
            if not last:
                continue
            value = sorted(evidence[first : k + 1])[(k + 1 - first) // 2]
            before = self._state.evidence if k == first else value
            running[first : k + 1] = 0.5 * (value + before) > 0.0
            self._state.evidence = value
            first = k + 1
        return running

    def _step(self, contact: Contact, running: bool, known_ns: int, of: Measured) -> Step:
        state, sensor = self._state, self._sensor
        stride_ms = (of.contact_ns - state.last_ns) / NS_PER_MS if contact.follows and state.count else None
        contact_ms = (of.toe_off_ns - of.contact_ns) / NS_PER_MS if of.has_toe_off else None
        reason = self._reason(of.torn, stride_ms, contact_ms, running)
        if reason is RejectReason.CONTACT_TIME:
            contact_ms = None
        strike, angle = self._strike(of)
        shown = self._shows_impact and not of.peak_hidden
        step = Step(
            step=state.count,
            sensor=sensor.sensor,
            side=sensor.side,
            placement=sensor.placement,
            activity=Activity.RUN if running else Activity.WALK,
            initial_contact_ns=of.contact_ns,
            toe_off_ns=of.toe_off_ns if contact_ms is not None else None,
            stride_time_ms=stride_ms,
            peak_accel_g=of.peak_g if shown else None,
            peak_axial_g=of.axial_g if shown else None,
            time_to_peak_ms=of.time_to_peak_ms if shown else None,
            strike=strike,
            strike_angle_deg=angle,
            accepted=reason is RejectReason.NONE,
            reject_reason=reason,
            clipped=of.clipped,
            lost_samples=of.lost,
            known_ns=known_ns,
        )
        if stride_ms is not None:
            state.strides_ms = [*state.strides_ms[-(_LAST_STRIDES - 1) :], stride_ms]
        state.count, state.last_ns = state.count + 1, of.contact_ns
        return step

    def _strike(self, of: Measured) -> tuple[Strike, float | None]:
        """Landing type and angle; a turn that missing samples may have hidden makes no foot flat."""
        if not self._meter.tells_landing:
            return Strike.UNMEASURABLE, None
        angle = None if math.isnan(of.angle_deg) else of.angle_deg
        strike = classify(angle, of.rebound_dps, self._params)
        if strike is Strike.MIDFOOT and of.landing_holed:
            return Strike.UNSURE, angle
        return strike, angle

    def _reason(
        self, torn: bool, stride_ms: float | None, contact_ms: float | None, running: bool
    ) -> RejectReason:
        params = self._params
        if torn:
            return RejectReason.LOST_SAMPLES
        longest = params.contact_max_ms if running else params.walk_contact_max_ms
        if contact_ms is not None and not params.contact_min_ms <= contact_ms <= longest:
            return RejectReason.CONTACT_TIME
        usual = sorted(self._state.strides_ms)
        if stride_ms is not None and len(usual) >= _FEWEST_STRIDES:
            typical = usual[len(usual) // 2]
            if abs(stride_ms - typical) > _IRREGULAR * typical:
                return RejectReason.IRREGULAR
        return RejectReason.NONE


def _joined(batches: list[SampleBatch]) -> SampleBatch:
    """Batches that follow each other as one."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    gyr = [b.gyr_dps for b in batches if b.gyr_dps is not None]
    return SampleBatch(
        first.sensor,
        first.index0,
        np.concatenate([b.t_ns for b in batches]),
        np.concatenate([b.acc_g for b in batches]),
        np.concatenate(gyr) if gyr else None,
        np.concatenate([b.clipped for b in batches]),
    )
