"""The step detector: samples of one sensor in, finished steps out.

Everything is a function of absolute sample indices, never of how the samples were cut into packets; steps
that are known at the same time are measured together as rows of arrays, so a packet and an hour take the
same path with bit-identical results.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.block import Block
from imu.model import Activity, Gap, Placement, RejectReason, SampleBatch, SensorInfo, Step, Strike
from imu.signal import activity as gait
from imu.signal.landing import classify
from imu.signal.measure import Contacts, Measured, StepMeter
from imu.signal.orientation import PHASES, AxesTracker
from imu.signal.params import SignalParams
from imu.signal.regular import Grid, LastSample, Regulariser
from imu.signal.segment import Segment
from imu.units import NS_PER_MS

if TYPE_CHECKING:
    from imu.model.samples import FloatArray, IntArray
    from imu.signal.rhythm import Contact

__all__ = ["StepDetector"]

_TOE_OFF_PART, _TOE_OFF_MARGIN_S = 0.76, 0.20
_ACTIVITY_MARGIN_S = 0.02
_HOLED = 0.4
_IRREGULAR = 0.3
_LAST_STRIDES, _FEWEST_STRIDES = 5, 3


class _State(msgspec.Struct):
    axes: AxesTracker
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
        self._regular = Regulariser(sensor.rate_hz, self._params.bridge_s)
        self._meter = StepMeter(sensor, self._params)
        self._shows_impact = sensor.rate_hz >= self._params.min_impact_rate_hz
        self._state = _State(
            AxesTracker(on_shoe=sensor.placement is Placement.SHOE, has_gyro=sensor.has_gyro)
        )

    def push(self, item: SampleBatch | Gap) -> list[Step]:
        """Take samples and return the steps that are now finished."""
        steps: list[Step] = []
        for grid in self._regular.push(item):
            steps += self._push_grid(grid)
        return steps

    def flush(self) -> list[Step]:
        """Finish the last steps; windows that the recording's end cuts are used as far as they go."""
        return self._finish_segment()

    def snapshot(self) -> _State:
        """Copy of the whole state."""
        self._state.regular = self._regular.snapshot()
        return super().snapshot()

    def restore(self, state: _State) -> None:
        """Go on from a snapshot."""
        super().restore(state)
        if self._state.regular is not None:
            self._regular.restore(self._state.regular)

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
        after = max(
            _TOE_OFF_PART * contact.period + _TOE_OFF_MARGIN_S * rate_hz, (gait.REACH_S + 0.02) * rate_hz
        )
        return contact.at + math.ceil(after)

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
        running = self._activities(segment, contacts, index, period)
        up, lateral = self._orient(segment, contacts, running, index, period)
        measured = self._meter.measure(segment, Contacts(index, period, np.array(running), up, lateral))
        return [self._step(segment, contacts[k], running[k], measured, k) for k in range(len(contacts))]

    def _activities(
        self, segment: Segment, contacts: list[Contact], index: IntArray, period: FloatArray
    ) -> list[bool]:
        rate_hz = segment.jerk.rate_hz
        reach = round(gait.REACH_S * rate_hz)
        acc = segment.jerk.data.take(index[:, None] + np.arange(-reach, reach + 1))[:, :, :3]
        evidence = gait.running_evidence(
            acc, period / rate_hz, rate_hz, self._sensor.placement, self._params
        ).tolist()
        running: list[bool] = []
        k = 0
        while k < len(contacts):
            stop = k + 1
            while stop < len(contacts) and contacts[stop].group == contacts[k].group:
                stop += 1
            if stop - k > 1:
                value = sorted(evidence[k:stop])[(stop - k) // 2]
                running += [value > 0.0] * (stop - k)
            else:
                value = evidence[k]
                running.append(0.5 * (value + self._state.evidence) > 0.0)
            self._state.evidence = value
            k = stop
        return running

    def _orient(
        self,
        segment: Segment,
        contacts: list[Contact],
        running: list[bool],
        index: IntArray,
        period: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Long and mediolateral axis in force at each contact, each of shape (m, 3)."""
        axes = self._state.axes
        phase = np.arange(PHASES) / PHASES - 1.0
        strides = segment.jerk.data.take(np.rint(index[:, None] + period[:, None] * phase).astype(np.int64))
        up, lateral = np.empty((len(contacts), 3)), np.zeros((len(contacts), 3))
        first = 0
        for k, contact in enumerate(contacts):
            if contact.follows:
                axes.learn(strides[k], running=running[k])
            if k + 1 == len(contacts) or contacts[k + 1].group != contact.group:
                up[first : k + 1] = axes.up()
                if self._sensor.has_gyro:
                    lateral[first : k + 1] = axes.lateral()
                first = k + 1
        return up, lateral

    def _step(self, segment: Segment, contact: Contact, running: bool, of: Measured, k: int) -> Step:
        state, sensor = self._state, self._sensor
        contact_ns = int(of.contact_ns[k])
        stride_ms = (contact_ns - state.last_ns) / NS_PER_MS if contact.follows and state.count else None
        contact_ms = (int(of.toe_off_ns[k]) - contact_ns) / NS_PER_MS if of.has_toe_off[k] else None
        reason = self._reason(float(of.holed[k]) > _HOLED, stride_ms, contact_ms, running)
        if reason is RejectReason.CONTACT_TIME:
            contact_ms = None
        strike, angle = self._strike(float(of.angle_deg[k]), float(of.rebound_dps[k]))
        shown = self._shows_impact and not of.peak_hidden[k]
        step = Step(
            step=state.count,
            sensor=sensor.sensor,
            side=sensor.side,
            placement=sensor.placement,
            activity=Activity.RUN if running else Activity.WALK,
            initial_contact_ns=contact_ns,
            toe_off_ns=int(of.toe_off_ns[k]) if contact_ms is not None else None,
            stride_time_ms=stride_ms,
            peak_accel_g=float(of.peak_g[k]) if shown else None,
            peak_axial_g=float(of.axial_g[k]) if shown else None,
            time_to_peak_ms=float(of.time_to_peak_ms[k]) if shown else None,
            strike=strike,
            strike_angle_deg=angle,
            accepted=reason is RejectReason.NONE,
            reject_reason=reason,
            clipped=bool(of.clipped[k]),
            lost_samples=int(of.lost[k]),
            known_ns=segment.known(self._needs(contact, segment.jerk.rate_hz)),
        )
        if stride_ms is not None:
            state.strides_ms = [*state.strides_ms[-(_LAST_STRIDES - 1) :], stride_ms]
        state.count, state.last_ns = state.count + 1, contact_ns
        return step

    def _strike(self, angle_deg: float, rebound_dps: float) -> tuple[Strike, float | None]:
        if not self._meter.tells_landing:
            return Strike.UNMEASURABLE, None
        angle = None if math.isnan(angle_deg) else angle_deg
        return classify(angle, rebound_dps, self._params), angle

    def _reason(
        self, holed: bool, stride_ms: float | None, contact_ms: float | None, running: bool
    ) -> RejectReason:
        params = self._params
        if holed:
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
