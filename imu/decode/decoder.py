"""Packets to samples by a firmware profile: a pure block that accepts any bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from imu.block import Block
from imu.decode.blocks import stretches, usual_packets
from imu.decode.framing import Problem, make_framer
from imu.decode.layout import PacketLayout
from imu.decode.replies import Replies
from imu.errors import UsageError
from imu.model import Fault, FaultKind, Packet, PacketBlock, RawBatch, RawBlock, RawGyro, SensorStatus
from imu.profiles.framings import Notification
from imu.profiles.loader import builtin_services
from imu.profiles.values import nominal, resolve_params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from imu.decode.blocks import UsualPackets
    from imu.decode.framing import Framer
    from imu.profiles import Profile

    FloatArray = NDArray[np.float64]

__all__ = ["Decoded", "Decoder", "DecoderState"]

Decoded = RawBatch | RawGyro | Fault | SensorStatus
"""Anything a decoder yields."""

RANGE_TOLERANCE = 1.005
"""By how much a reading may pass the end of a range that it shows to be in force."""


class DecoderState(msgspec.Struct):
    """State of a :class:`Decoder`: counts, unfinished bytes and the last status.

    Every frame is counted once: ``frames == batches + statuses + faults``.

    Attributes
    ----------
    packets, ignored : int
        Packets received, and those of a known role without packet rules (replies of a control point).
    frames : int
        Frames, and pieces of a stream that are no frame.
    batches, statuses, faults : int
        How they ended.
    by_rule : dict of str to int
        Good frames of each packet rule.
    pending : dict of str to bytearray
        Unfinished bytes of each role.
    status : tuple or None
        Battery and flags as last told.
    top_g : float
        Greatest acceleration so far, g; tells the range of a sensor that does not.
    arrival_ns : int
        Arrival of the last packet, ns.
    params : dict of str to float
        Parameters in force: as given, then as the sensor's replies told them.
    """

    packets: int = 0
    ignored: int = 0
    frames: int = 0
    batches: int = 0
    statuses: int = 0
    faults: int = 0
    by_rule: dict[str, int] = {}
    pending: dict[str, bytearray] = {}
    status: tuple[float | None, tuple[str, ...]] | None = None
    top_g: float = 0.0
    arrival_ns: int = 0
    params: dict[str, float] = {}


class Decoder(Block[Packet, Decoded, DecoderState]):
    """Decodes the packets of one sensor; bad bytes become faults, never exceptions.

    Each frame ends as exactly one :class:`~imu.model.RawBatch` or :class:`~imu.model.RawGyro`, as a status
    without samples, or as one :class:`~imu.model.Fault`. What the sensor says of itself is told as a
    :class:`~imu.model.SensorStatus` whenever it changes, and its own readings each time. Packets of the
    standard services (:func:`imu.profiles.builtin_services`) are read for any sensor.

    Parameters
    ----------
    profile : Profile
        Firmware profile of the sensor.
    sensor : str
        Identity of the sensor inside the session.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults.

    Raises
    ------
    UsageError
        A parameter that the profile does not have or allow.
    """

    def __init__(self, profile: Profile, sensor: str, params: Mapping[str, float] | None = None) -> None:
        values = resolve_params(profile, params)
        self.profile = profile
        self.sensor = sensor
        self._replies = Replies(profile)
        self._ranges_g = sorted(profile.sensor.acc_ranges_g)
        self._rules: dict[str, list[PacketLayout]] = {}
        self._framers: dict[str, Framer] = {}
        self._use(values)
        self._state = self._empty(values)

    @property
    def counts(self) -> DecoderState:
        """Counts so far; a copy."""
        return self.snapshot()

    def push(self, item: Packet) -> list[Decoded]:
        """Decode one packet.

        Parameters
        ----------
        item : Packet
            A packet of this sensor.

        Returns
        -------
        list of RawBatch, RawGyro, Fault or SensorStatus
            In the order of the bytes.

        Raises
        ------
        UsageError
            The packet is of another sensor.
        """
        if item.sensor != self.sensor:
            raise UsageError(f"decoder of sensor {self.sensor!r} was given a packet of {item.sensor!r}")
        self._state.packets += 1
        self._state.arrival_ns = item.arrival_ns
        learnt = self._replies.learn(item.channel, item.payload, self._state.params)
        if learnt is not None:
            self._state.params = learnt
            self._use(learnt)
        framer = self._framers.get(item.channel)
        if framer is None:
            return self._without_rules(item)
        out: list[Decoded] = []
        for frame in framer.split(item.payload, self._state.pending[item.channel]):
            self._state.frames += 1
            problem = frame if isinstance(frame, Problem) else self._frame(frame, item, out)
            if problem is not None:
                out.append(self._fault(item.arrival_ns, problem))
        return out

    def push_block(self, block: PacketBlock) -> list[tuple[int, Decoded | RawBlock]]:
        """Decode many packets at once, with the results of :meth:`push` for each of them.

        Parameters
        ----------
        block : PacketBlock
            Packets of this sensor.

        Returns
        -------
        list of (int, RawBlock or whatever push returns)
            With the place of the packet in the block, of the first one for a block. A status
            among the packets of a block comes behind it.
        """
        usual = None
        if not self._replies.speaks(block.channel) and block.sensor == self.sensor:
            usual = usual_packets(block, self._framers.get(block.channel), self._rules.get(block.channel, ()))
        if usual is None:
            return [(k, out) for k in range(len(block)) for out in self.push(block.packet(k))]
        found: list[tuple[int, Decoded | RawBlock]] = []
        for first, stop, is_usual in stretches(usual.usual):
            if is_usual:
                found += self._usual(block, usual, slice(first, stop))
            else:
                found += [(k, out) for k in range(first, stop) for out in self.push(block.packet(k))]
        return found

    def flush(self) -> list[Decoded]:
        """Tell of frames that broke off; also to be called when a link is lost."""
        out: list[Decoded] = []
        for role, pending in self._state.pending.items():
            if pending:
                self._state.frames += 1
                text = f"{len(pending)} bytes of role {role!r} are no whole frame"
                out.append(self._fault(self._state.arrival_ns, Problem(FaultKind.TOO_SHORT, text)))
                pending.clear()
        return out

    def restore(self, state: DecoderState) -> None:
        """Go on from a snapshot, with the parameters that the sensor had told by then."""
        super().restore(state)
        self._use(self._state.params)

    def _use(self, values: Mapping[str, float]) -> None:
        """Read packets by these values from here on."""
        profile, ranges = self.profile, nominal(self.profile, values)
        self._rules = {}
        for rule in profile.packet:
            self._rules.setdefault(rule.role, []).append(PacketLayout(rule, values, ranges))
        self._add_services()
        self._framers = {
            role: make_framer(profile.framing.get(role, Notification()), values) for role in self._rules
        }

    def _add_services(self) -> None:
        """Read the standard services too, where the profile has no role of that name."""
        for service in builtin_services().values():
            for rule in service.packet:
                if rule.role not in self.profile.gatt:
                    self._rules.setdefault(rule.role, []).append(PacketLayout(rule, {}, None))

    def _empty(self, params: dict[str, float]) -> DecoderState:
        return DecoderState(
            params=params,
            by_rule={rule.name: 0 for rule in self.profile.packet},
            pending={role: bytearray() for role in self._rules},
        )

    def _without_rules(self, item: Packet) -> list[Decoded]:
        if item.channel in self.profile.gatt:
            self._state.ignored += 1
            return []
        self._state.frames += 1
        text = f"profile {self.profile.id!r} has no role {item.channel!r}"
        return [self._fault(item.arrival_ns, Problem(FaultKind.UNKNOWN_CHANNEL, text))]

    def _fault(self, arrival_ns: int, problem: Problem) -> Fault:
        self._state.faults += 1
        return Fault(self.sensor, arrival_ns, problem.kind, problem.detail)

    def _frame(self, frame: bytes, item: Packet, out: list[Decoded]) -> Problem | None:
        for layout in self._rules[item.channel]:
            if layout.matches(frame):
                break
        else:
            return Problem(FaultKind.UNKNOWN_PACKET, f"no packet rule fits a frame of {len(frame)} bytes")
        if len(frame) < layout.least:
            text = f"{len(frame)} bytes, but {layout.rule.name!r} has at least {layout.least}"
            return Problem(FaultKind.TOO_SHORT, text)
        bits = None if layout.flags is None else layout.flags.read(frame)
        problem = self._samples(layout, frame, bits or 0, item, out)
        if problem is None:
            counts = self._state.by_rule
            counts[layout.rule.name] = counts.get(layout.rule.name, 0) + 1
            self._status(layout, frame, bits, item.arrival_ns, out)
        return problem

    def _samples(
        self, layout: PacketLayout, frame: bytes, bits: int, item: Packet, out: list[Decoded]
    ) -> Problem | None:
        samples = layout.samples
        found = None if samples is None else samples.read(frame, layout.rule.trailing)
        if isinstance(found, Problem):
            return found
        if samples is None or found is None:
            self._state.statuses += 1
            return None
        seq = None if layout.seq is None else layout.seq.read(frame)
        counter = None if layout.counter is None else layout.counter.read(frame)
        acc_g, gyr_dps = found
        if acc_g is None:
            if gyr_dps is not None:
                out.append(RawGyro(self.sensor, item.arrival_ns, seq, counter, gyr_dps))
        else:
            clipped = samples.clipped(acc_g, self._range_g(acc_g) if self._ranges_g else None)
            if isinstance(clipped, Problem):
                return clipped
            if bits & layout.acc_clip:
                clipped |= np.bool_(not clipped.any())  # the sensor does not say which: doubt them all
            out.append(RawBatch(self.sensor, item.arrival_ns, seq, counter, acc_g, gyr_dps, clipped))
        self._state.batches += 1
        return None

    def _usual(
        self, block: PacketBlock, usual: UsualPackets, rows: slice
    ) -> Iterator[tuple[int, Decoded | RawBlock]]:
        """Frames of one kind, and what the sensor says of itself among them."""
        state, layout, data = self._state, usual.layout, block.payloads[rows]
        count, acc_g, arrival_ns = len(data), usual.acc_g[rows], block.arrival_ns[rows]
        state.packets += count
        state.frames += count
        state.batches += count
        state.by_rule[layout.rule.name] = state.by_rule.get(layout.rule.name, 0) + count
        state.arrival_ns = int(arrival_ns[-1])
        top_g = usual.top_g[rows]
        clipped = usual.samples.clipped_block(
            acc_g, top_g, self._ranges_of(top_g) if self._ranges_g else None
        )
        bits = None if layout.flags is None else layout.flags.column(data)
        doubted = None if layout.flags is None else layout.flags.masked(data, layout.acc_clip)
        if doubted is not None:
            clipped[(doubted != 0).astype(np.bool_) & ~clipped.any(axis=1)] = True
        seq, counter = (None if s is None else s.column(data) for s in (layout.seq, layout.counter))
        gyr_dps = None if usual.gyr_dps is None else usual.gyr_dps[rows]
        yield rows.start, RawBlock(self.sensor, arrival_ns, seq, counter, acc_g, gyr_dps, clipped)
        for k in _changes([bits, None if layout.battery is None else layout.battery.column(data)]):
            told: list[Decoded] = []
            one = None if bits is None else int(bits[k])
            self._status(layout, data[k].tobytes(), one, int(arrival_ns[k]), told)
            yield from ((rows.start + k, status) for status in told)

    def _ranges_of(self, top_g: FloatArray) -> FloatArray:
        """Tell of many frames what :meth:`_range_g` tells of one."""
        reached_g = np.maximum.accumulate(np.concatenate(([self._state.top_g], top_g)))[1:]
        self._state.top_g = float(reached_g[-1])
        ends_g = np.array([each * RANGE_TOLERANCE for each in self._ranges_g])
        at = np.minimum(np.searchsorted(ends_g, reached_g), len(ends_g) - 1)
        return np.array(self._ranges_g, np.float64)[at]

    def _range_g(self, acc_g: FloatArray) -> float:
        """Least range that holds everything seen so far."""
        state = self._state
        state.top_g = max(state.top_g, float(np.abs(acc_g).max()))
        return next((r for r in self._ranges_g if r * RANGE_TOLERANCE >= state.top_g), self._ranges_g[-1])

    def _status(
        self, layout: PacketLayout, frame: bytes, bits: int | None, arrival_ns: int, out: list[Decoded]
    ) -> None:
        rule = layout.rule
        percent, flags = self._state.status or (None, ())
        if layout.battery is not None:
            percent = layout.battery.read(frame)
        elif bits is None and not rule.readings and rule.text is None:
            return
        if bits is not None:
            flags = layout.status_names(bits) if bits & layout.status_mask else ()
        if (percent, flags) != self._state.status or rule.readings or rule.text is not None:
            self._state.status = (percent, flags)
            texts = {rule.text: frame.decode("utf-8", "replace").strip("\0 ")} if rule.text else {}
            readings = layout.readings(frame)
            out.append(SensorStatus(self.sensor, arrival_ns, percent, flags, readings, texts))


def _changes(columns: Sequence[NDArray[Any] | None]) -> list[int]:
    """Rows that differ from the one before in any column, the first included; none without columns."""
    known = [column for column in columns if column is not None]
    if not known:
        return []
    changed = np.logical_or.reduce([column[1:] != column[:-1] for column in known])
    return [0, *(np.flatnonzero(changed) + 1).tolist()]
