"""The step detector: samples of one sensor in, finished steps out.

Everything is a function of absolute sample indices, never of how the samples were cut into packets; steps
that are known at the same time are measured together as rows of arrays, so a packet and an hour take the
same path with bit-identical results.
"""

from __future__ import annotations

import math
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from imu.block import Block
from imu.errors import UsageError
from imu.model import Gap, Impact, Landing, MountingEstimate, Placement, SampleBatch, SensorInfo, Step
from imu.signal import activity as gait
from imu.signal.measure import Contacts, Impacts, Landings, Places, Rests, StepMeter, toe_off_by
from imu.signal.mounting import gravity_of, mounting_of, turned
from imu.signal.orientation import PHASES, AxesTracker, lateral_axis, up_axis
from imu.signal.params import SignalParams
from imu.signal.regular import HOLE_PERIODS, Grid, LastSample, Regulariser
from imu.signal.segment import Early, Segment
from imu.signal.telling import Past, Teller
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.model.samples import BoolArray, FloatArray, IntArray
    from imu.signal.mounting import Still
    from imu.signal.rhythm import Contact
    from imu.signal.strike_model import StrikeModel

__all__ = ["StepDetector"]

_TOE_OFF_MARGIN_S = 0.20
_ACTIVITY_MARGIN_S = 0.02
_SAME_RHYTHM = 0.1
_UPRIGHT = math.cos(math.radians(30.0))
_LAST_STRIDES = 5


class _State(msgspec.Struct):
    axes: AxesTracker
    held: list[SampleBatch] = msgspec.field(default_factory=list)
    last_ns: int = 0
    room: int = 0
    segment: Segment | None = None
    regular: LastSample | None = None
    past: Past = msgspec.field(default_factory=Past)
    evidence: list[float] = msgspec.field(default_factory=list)
    period: float = 0.0
    gravity: Any = None
    standing: Any = None


Told = Impact | Landing | Step | MountingEstimate
Known = tuple[int, Told]


class StepDetector(Block[SampleBatch | Gap, Told, _State]):
    """Find and measure the steps of one sensor, and tell impact and landing type before the step is over.

    Parameters
    ----------
    sensor : SensorInfo
        Placement, side, nominal rate and whether there is a gyroscope.
    params : SignalParams, optional
        Parameters; the defaults are those of the accuracy page.
    strike_model : StrikeModel, optional
        The runner's own landing model, for a sensor whose gyroscope does not tell the landing.
    tap : list, optional
        Filled with contact (ns) and landing features of every step, to learn such a model from.

    Raises
    ------
    UsageError
        The sensor is not worn on a leg, or the model was learnt on another placement or at another rate.

    Notes
    -----
    In steady running the impact is told at most 80 ms and the landing type at most 150 ms after contact; the
    step repeats both and comes once its toe-off window has passed (about 0.6 s after a running contact). The
    first steps after a start wait until three in a row have shown the rhythm and are then told together; the
    next ones, and those with a rival burst in their stride, wait until no better candidate can come.
    """

    latency_s = 4.5

    def __init__(
        self,
        sensor: SensorInfo,
        params: SignalParams | None = None,
        strike_model: StrikeModel | None = None,
        tap: list[tuple[int, FloatArray]] | None = None,
    ) -> None:
        if not sensor.placement.on_leg:
            raise UsageError(
                f"{sensor.sensor}: steps are found by sensors on a leg, not on the {sensor.placement}"
            )
        self._sensor = sensor
        self._params = params or SignalParams()
        self._regular = Regulariser(sensor.rate_hz, self._params.bridge_s, self._params.torn_s)
        self._hole_ns = HOLE_PERIODS * NS_PER_S / sensor.rate_hz
        self._meter = StepMeter(sensor, self._params, strike_model)
        self._tap = tap
        self._teller = Teller(sensor, self._params, tells_landing=self._meter.tells_landing)
        self._state = _State(
            AxesTracker(on_shoe=sensor.placement is Placement.SHOE, has_gyro=sensor.has_gyro)
        )

    def push(self, item: SampleBatch | Gap) -> list[Told]:
        """Take samples and return what is now known of contacts, and the steps that are finished."""
        if isinstance(item, Gap) or not len(item):
            return []
        self._state.held.append(item)
        is_due = self._due(item)
        self._state.last_ns = item.t_ns.item(-1)
        return [out for _, out in self._take_held()] if is_due else []

    def push_all(self, batches: Sequence[SampleBatch]) -> list[tuple[int, Told]]:
        """Take many batches at once and say with which sample each output comes out, by its time, ns.

        Pushed one by one, it would come with the first batch that reaches this time.
        """
        self._state.held += batches
        if batches:
            self._state.last_ns = int(batches[-1].t_ns[-1])
        return self._take_held()

    def _due(self, newest: SampleBatch) -> bool:
        """Tell whether samples held back fill a hop, or could be what an impact or a landing waits for."""
        state, times_ns = self._state, newest.t_ns
        state.room -= len(times_ns)
        first_ns, last_ns = times_ns.item(0), times_ns.item(-1)
        is_even = last_ns - first_ns <= (len(times_ns) - 1) * self._hole_ns
        return state.room <= 0 or not is_even or first_ns - state.last_ns > self._hole_ns

    def _room(self) -> int:
        """Return how many samples can be held back before something may have to be told."""
        segment = self._state.segment
        if segment is None:
            return 0
        due, soonest = segment.jerk.look_at(segment.jerk.data.end) + 1, segment.soonest()
        return segment.jerk.samples_to(due if soonest is None else min(due, soonest))

    def flush(self) -> list[Told]:
        """Finish the last steps; windows that the recording's end cuts are used as far as they go."""
        return [out for _, out in self._take_held() + self._finish_segment(self._state.last_ns)]

    def snapshot(self) -> _State:
        """Copy of the whole state."""
        self._state.regular = self._regular.snapshot()
        return super().snapshot()

    def restore(self, state: _State) -> None:
        """Go on from a snapshot."""
        super().restore(state)
        self._regular.restore(self._state.regular)

    def _take_held(self) -> list[tuple[int, Told]]:
        """Work through the samples held back: a few small packets cost no more than one."""
        held, self._state.held = self._state.held, []
        if not held:
            return []
        told = [out for grid in self._regular.push(_joined(held)) for out in self._push_grid(grid)]
        self._state.room = self._room()
        return told

    def _push_grid(self, grid: Grid) -> list[tuple[int, Told]]:
        told: list[tuple[int, Told]] = []
        if grid.restart or self._state.segment is None:
            told = self._finish_segment(int(grid.t_ns[0]))
            self._state.segment = Segment(self._sensor, self._params)
        segment = self._state.segment
        known = self._tell_stills(segment, segment.push(grid))
        ready = self._ready(segment)
        if ready:
            del segment.waiting[: len(ready)]
            known += self._measure(segment, ready)
        known += self._tell_early(segment)
        segment.drop_old()
        return told + [(out.known_ns, out) for _, out in _in_order(known)]

    def _finish_segment(self, at_ns: int) -> list[tuple[int, Told]]:
        """Measure what still waits; it comes with the sample of a time, if it did not come before."""
        segment = self._state.segment
        if segment is None:
            return []
        segment.finish()
        known = self._measure(segment, segment.waiting) if segment.waiting else []
        if segment.stills:
            self._state.standing = segment.stills[-1].up
        end, self._state.segment = segment.jerk.data.end, None
        return [(out.known_ns if at < end else at_ns, out) for at, out in _in_order(known)]

    def _tell_stills(self, segment: Segment, stills: list[Still]) -> list[Known]:
        """Tell gravity where standing shows it for the first time or in another direction."""
        known: list[Known] = []
        for still in stills:
            if turned(self._state.gravity, still.up):
                self._state.gravity = still.up
                at = segment.jerk.look_at(still.at)
                known.append((at, gravity_of(self._sensor, segment.known(at), still.up)))
        return known

    def _standing(self, segment: Segment, at: int) -> FloatArray | None:
        """Return up while standing, as far as it is known at a detection index."""
        standing = segment.standing_before(at)
        return self._state.standing if standing is None else standing

    def _tell_early(self, segment: Segment) -> list[Known]:
        """Tell impact and landing of the first waiting contact as soon as they are known.

        A contact of a group waits for the group, and every contact for the step before, which tells the axes.
        """
        if not segment.waiting or (len(segment.waiting) > 1 and _same_group(*segment.waiting[:2])):
            return []
        contact = segment.waiting[0]
        contacts = self._contacts(segment, [contact])
        if segment.early is None:
            decided = np.array([contact.decided])
            places = self._meter.places(segment, contacts.index, decided)
            segment.early = Early(places, self._early_by(segment, contact, places, 0, segment.settled))
        early, told = segment.early, list[Known]()
        while early.told < len(early.due) and early.due[early.told] < segment.jerk.data.end:
            at = early.due[early.told]
            known_ns = segment.known(at)
            impacts = self._meter.impacts(segment, contacts, early.places)
            if early.told == 0:
                told.append((at, self._teller.impact(self._state.past, _first(impacts), known_ns)))
            else:
                landings = self._meter.landings(segment, contacts, early.places)
                told.append(
                    (at, self._teller.landing(self._state.past, _first(impacts), _first(landings), known_ns))
                )
            early.told += 1
        return told

    def _early_by(
        self, segment: Segment, contact: Contact, places: Places, k: int, settled: int
    ) -> tuple[int, ...]:
        """Return the detection indices up to which samples must be there for impact and landing."""
        least = max(contact.decided, settled)
        impact = max(least, self._meter.impact_by(segment, places)[k])
        if not self._meter.tells_landing:
            return (impact,)
        return impact, max(impact, self._meter.landing_by(segment, places)[k])

    def _needs(self, contact: Contact, rate_hz: float) -> int:
        """Return the detection index up to which samples must be there before a contact can be measured."""
        period_s = contact.period / rate_hz
        after_s = max(toe_off_by(period_s) * period_s + _TOE_OFF_MARGIN_S, gait.REACH_S + _ACTIVITY_MARGIN_S)
        return contact.at + math.ceil(after_s * rate_hz)

    def _ready(self, segment: Segment) -> list[Contact]:
        """Contacts whose whole group can be measured."""
        end, ready = segment.jerk.data.end, 0
        for k, contact in enumerate(segment.waiting):
            needs = max(contact.decided, self._needs(contact, segment.jerk.rate_hz))
            if segment.jerk.look_at(needs) >= end:
                break
            following = segment.waiting[k + 1 : k + 2]
            if not following or following[0].group != contact.group:
                ready = k + 1
        return segment.waiting[:ready]

    def _contacts(self, segment: Segment, contacts: list[Contact]) -> Contacts:
        """Contacts before they are learnt from, with the axes that are known by now."""
        memory = self._state.axes.memory[None, :]
        running = np.zeros(len(contacts), np.bool_)
        return self._with_axes(segment, contacts, running, memory)

    def _with_axes(
        self, segment: Segment, contacts: list[Contact], running: BoolArray, memory: FloatArray
    ) -> Contacts:
        up = up_axis(memory)
        lateral = lateral_axis(memory) if self._sensor.has_gyro else np.zeros((len(contacts), 3))
        axial = up.copy()
        for k, contact in enumerate(contacts):
            standing = self._standing(segment, contact.at)
            if standing is not None and float(standing @ up[k]) > _UPRIGHT:
                axial[k] = standing
        index, period = np.array([c.at for c in contacts]), np.array([c.period for c in contacts])
        return Contacts(index, period, running, up, lateral, axial)

    def _measure(self, segment: Segment, contacts: list[Contact]) -> list[Known]:
        index = np.array([c.at for c in contacts])
        period = np.array([c.period for c in contacts])
        last_of_group = [not _same_group(a, b) for a, b in pairwise(contacts)] + [True]
        running = self._activities(segment, index, period, last_of_group)
        phase = np.arange(PHASES) / PHASES - 1.0
        strides = segment.jerk.data.take(np.rint(index[:, None] + period[:, None] * phase).astype(np.int64))
        follows = [c.follows for c in contacts]
        memory, learnt = self._state.axes.learn(strides, running, follows, last_of_group)
        measured = self._with_axes(segment, contacts, running, memory)
        meter = self._meter
        places = meter.places(segment, index, np.array([c.decided for c in contacts]))
        if self._tap is not None:
            times_ns = segment.times_ns(places.position).tolist()
            features = meter.landing_features(segment, measured, places)
            self._tap += zip(times_ns, features, strict=True)
        parts = zip(
            _rows(meter.impacts(segment, measured, places)),
            _rows(meter.landings(segment, measured, places)),
            _rows(meter.rests(segment, measured, places)),
            strict=True,
        )
        known = self._known(segment, contacts, places, last_of_group)
        first = segment.early.told if segment.early is not None else 0
        segment.early = None
        told: list[Known] = []
        for k, (contact, ran, (impact, landing, rest)) in enumerate(
            zip(contacts, running.tolist(), parts, strict=True)
        ):
            told += self._tell(
                segment, (contact, ran, impact, landing, rest), known[k], first if k == 0 else 0
            )
        for one in learnt:
            at = known[one.place][-1]
            gravity = None if one.changed else self._standing(segment, at)
            told.append((at, mounting_of(self._sensor, segment.known(at), one, gravity)))
        return told

    def _tell(
        self,
        segment: Segment,
        of: tuple[Contact, bool, Impacts, Landings, Rests],
        known: tuple[int, ...],
        already: int,
    ) -> list[Known]:
        """Impact, landing and step of one contact, each with the detection index at which it is known."""
        contact, ran, impact, landing, rest = of
        known_ns = [segment.known(at) for at in known]
        told: list[Told] = [self._teller.impact(self._state.past, impact, known_ns[0])]
        if self._meter.tells_landing:
            told.append(self._teller.landing(self._state.past, impact, landing, known_ns[1]))
        told.append(self._teller.step(self._state.past, contact, ran, known_ns, (impact, landing, rest)))
        return list(zip(known, told, strict=True))[already:]

    def _known(
        self, segment: Segment, contacts: list[Contact], places: Places, last_of_group: list[bool]
    ) -> list[tuple[int, ...]]:
        """Return the detection indices at which impact, landing and step of each contact are known.

        Those of a group become known together, and none before the step before it.
        """
        known: list[tuple[int, ...]] = []
        impact_by = self._meter.impact_by(segment, places)
        landing_by = self._meter.landing_by(segment, places) if self._meter.tells_landing else None
        latest = settled = segment.settled
        for k, (contact, last) in enumerate(zip(contacts, last_of_group, strict=True)):
            latest = max(latest, contact.decided, self._needs(contact, segment.jerk.rate_hz))
            if not last:
                continue
            alone = len(known) == k
            first = max(settled, contact.decided, impact_by[k])
            early = [first] if landing_by is None else [first, max(first, landing_by[k])]
            latest = segment.jerk.look_at(max(latest, *early))
            own = (*early, latest) if alone else (latest,) * (len(early) + 1)
            known += [own] * (k + 1 - len(known))
            settled = latest
        segment.settled = settled
        return known

    def _activities(
        self, segment: Segment, index: IntArray, period: FloatArray, last_of_group: list[bool]
    ) -> BoolArray:
        """Tell running from walking, group by group, with what the steps before were."""
        rate_hz = segment.jerk.rate_hz
        reach = round(gait.REACH_S * rate_hz)
        acc = segment.jerk.data.windows((index - reach).tolist(), 2 * reach + 1)[:, :, :3]
        placement = self._sensor.placement
        seen = gait.running_evidence(acc, period / rate_hz, rate_hz, placement, self._params)
        evidence = np.where(index + reach < segment.jerk.data.end, seen, 0.0).tolist()  # an end tells nothing
        running: list[bool] = []
        for k, last in enumerate(last_of_group):
            if last:
                group = slice(len(running), k + 1)
                running += self._decide(evidence[group], period[group].tolist())
        return np.array(running)

    def _decide(self, evidence: list[float], period: list[float]) -> list[bool]:
        """Decide a group, or a single step, with the memory of the steps before."""
        state = self._state
        same = abs(period[0] - state.period) < _SAME_RHYTHM * state.period
        before = sum(state.evidence) / len(state.evidence) if state.evidence else 0.0
        ran = gait.decide(evidence, before, same_rhythm=same)
        kept = state.evidence if same and len(evidence) == 1 else []
        state.evidence, state.period = [*kept[-(_LAST_STRIDES - 1) :], *evidence][-_LAST_STRIDES:], period[-1]
        return ran


def _in_order(known: list[Known]) -> list[Known]:
    """Sort what was told by the moment at which it was known."""
    return sorted(known, key=itemgetter(0))


def _same_group(a: Contact, b: Contact) -> bool:
    return a.group == b.group


Row = TypeVar("Row", Impacts, Landings, Rests)


def _rows(columns: Row) -> list[Row]:
    """One row of plain values per step."""
    kind = type(columns)
    return [kind(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _first(columns: Row) -> Row:
    return _rows(columns)[0]


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
