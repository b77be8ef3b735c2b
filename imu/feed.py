"""Feeding the chains offline: many packets at a time, with the outputs that they give one by one."""

from __future__ import annotations

import itertools
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imu.clock import ClockLook
from imu.model import Command, LinkChange, RawBlock, SampleBatch, SensorStatus, Tick

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from imu.chain import Chain, Output, SensorChain
    from imu.model import Fault, Gap, InputBlock, PacketBlock
    from imu.model.samples import IntArray

__all__ = ["DecodedBlock", "Fed", "Timed", "decode_block", "feed"]

_LAST = 1 << 20
"""Rank of what a sensor says of itself among packets that were decoded together: behind their samples."""


class Timed(NamedTuple):
    """An output and where it belongs: the packet's place in its block, and its rank within the packet.

    A batch may hold the samples of several packets; then it stands at the first of them, `frames` in number.
    """

    place: int
    rank: int
    item: SampleBatch | Gap | Fault | SensorStatus
    frames: int = 1


class DecodedBlock(NamedTuple):
    """Outputs of a block of packets, and what ledger and clock were after the packets that were asked for."""

    outputs: list[Timed]
    seen: dict[int, ClockLook]


def decode_block(chain: SensorChain, block: PacketBlock, looks: Collection[int] = ()) -> DecodedBlock:
    """Turn packets into samples on the session's clock, as :meth:`imu.chain.SensorChain.decode` does each.

    Parameters
    ----------
    chain : SensorChain
        The sensor's chain; its decoder, joiner and clock go on, its step detector is not asked.
    block : PacketBlock
        Packets of the sensor.
    looks : collection of int
        Places of packets after which ledger and clock are wanted.

    Returns
    -------
    DecodedBlock
    """
    if chain.joiner is not None:
        return _one_by_one(chain, block, looks)
    outputs, seen, wanted = list[Timed](), dict[int, ClockLook](), sorted(looks, reverse=True)
    stop = 0
    for place, decoded in chain.decoder.push_block(block):
        if place < stop and not isinstance(
            decoded, RawBlock
        ):  # told among packets that were decoded together
            outputs += [Timed(place, _LAST, out) for out in chain.time(decoded)]
            continue
        while wanted and wanted[-1] < place:
            seen[wanted.pop()] = chain.look()
        if isinstance(decoded, RawBlock):
            stop = place + len(decoded)
            here = [k for k in wanted if k < stop]
            del wanted[len(wanted) - len(here) :]
            timed, known = chain.timeline.push_block(decoded, [k - place for k in here])
            seen.update((place + k, look) for k, look in known.items())
            n = decoded.acc_g.shape[1]
            for k, out in timed:
                frames = len(out) // n if isinstance(out, SampleBatch) else 1
                outputs.append(Timed(place + k, _rank(outputs, place + k), out, frames))
        else:
            for told in chain.time(decoded):
                outputs.append(Timed(place, _rank(outputs, place), told))
    seen.update((k, chain.look()) for k in wanted)
    return DecodedBlock(outputs, seen)


def _one_by_one(chain: SensorChain, block: PacketBlock, looks: Collection[int]) -> DecodedBlock:
    out = DecodedBlock([], {})
    for k in range(len(block)):
        out.outputs.extend(Timed(k, rank, item) for rank, item in enumerate(chain.decode(block.packet(k))))
        if k in looks:
            out.seen[k] = chain.look()
    return out


def _rank(outputs: list[Timed], place: int) -> int:
    return outputs[-1].rank + 1 if outputs and outputs[-1].place == place else 0


class Fed(NamedTuple):
    """An output and the arrival of the input that it followed from, ns."""

    arrival_ns: int
    output: Output


class _Event(NamedTuple):
    """What a sensor's chain yields, or an input of the whole session, and where it stands in the order."""

    order: int
    sensor: int
    rank: int
    follows: bool
    arrival_ns: int
    item: Any


_SESSION = 1 << 30
"""Number of the sensor for inputs that are no sensor's: they come behind what the sensors tell."""


def feed(chain: Chain, block: InputBlock, *, apart: bool = False) -> list[Fed]:
    """Take many inputs at once, with the outputs that :meth:`imu.chain.Chain.push` gives for each of them.

    Samples alone are cut differently: a batch may hold those of many packets that follow each other, and then
    comes with the first of them.

    Parameters
    ----------
    chain : Chain
        The chain; it can go on with single inputs.
    block : InputBlock
        The next inputs.
    apart : bool
        Give the samples of each packet apart, as single inputs do.

    Returns
    -------
    list of (int, Output)
        In their order.
    """
    events: list[_Event] = []
    for number, (name, sensor) in enumerate(chain.sensors.items()):
        own = [packets for packets in block.packets if packets.sensor == name]
        marks = [
            (order, item)
            for order, item in block.others
            if isinstance(item, Tick) or (isinstance(item, LinkChange) and item.sensor == name)
        ]
        events += _SensorFeed(sensor, number, apart=apart).events(own, marks)
    events += [
        _Event(order, _SESSION, 0, False, item.arrival_ns, item)
        for order, item in block.others
        if isinstance(item, Tick | Command)
    ]
    events.sort(key=itemgetter(0, 1, 2, 3))
    return [
        Fed(event.arrival_ns, out)
        for event in events
        for out in (chain.follow(event.item) if event.sensor == _SESSION else chain.join([event.item]))
    ]


class _SensorFeed:
    """Inputs of one sensor.

    Parameters
    ----------
    chain : SensorChain
        The sensor's chain.
    number : int
        Place of the sensor in the session.
    apart : bool
        Give the samples of each packet apart.
    """

    def __init__(self, chain: SensorChain, number: int, *, apart: bool) -> None:
        self._apart = apart
        self._chain = chain
        self._number = number
        self._events: list[_Event] = []
        self._batches: list[SampleBatch] = []
        self._ends: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []

    def events(
        self, packets: Iterable[PacketBlock], marks: Iterable[tuple[int, Tick | LinkChange]]
    ) -> list[_Event]:
        """Return what follows from packets, ticks and changes of the link, all of them in order."""
        waiting = list(marks)[::-1]
        for block in _cut(packets, [order for order, item in waiting[::-1] if isinstance(item, LinkChange)]):
            while waiting and waiting[-1][0] < block.order[0]:
                self._mark(*waiting.pop(), self._chain.look())
            inside: list[tuple[int, Tick | LinkChange]] = []
            while waiting and waiting[-1][0] < block.order[-1]:
                inside.append(waiting.pop())
            self._take(block, inside)
        while waiting:
            self._mark(*waiting.pop(), self._chain.look())
        self._find_steps()
        return self._events

    def _mark(self, order: int, item: Tick | LinkChange, look: ClockLook) -> None:
        chain = self._chain
        told = chain.link(item) if isinstance(item, LinkChange) else [chain.health(item, look)]
        self._add(order, told, item.arrival_ns)

    def _add(self, order: int, told: Iterable[Any], arrival_ns: int) -> None:
        self._events += [
            _Event(order, self._number, rank, False, arrival_ns, out) for rank, out in enumerate(told)
        ]

    def _take(self, block: PacketBlock, ticks: list[tuple[int, Tick | LinkChange]]) -> None:
        """Decode packets, with ticks between them."""
        chain, battery_percent = self._chain, self._chain.battery_percent
        places = (np.searchsorted(block.order, [order for order, _ in ticks]) - 1).tolist()
        found = decode_block(chain, block, set(places))
        chain.battery_percent = battery_percent
        outputs = [one for timed in found.outputs for one in _apart(timed)] if self._apart else found.outputs
        for timed in outputs:
            at = (int(block.order[timed.place]), self._number, timed.rank, False)
            self._events.append(_Event(*at, int(block.arrival_ns[timed.place]), timed.item))
            if isinstance(timed.item, SampleBatch):
                self._keep(block, timed, timed.item)
        told = [
            (timed.place, timed.item.battery_percent)
            for timed in found.outputs
            if isinstance(timed.item, SensorStatus) and timed.item.battery_percent is not None
        ]
        told.sort(key=itemgetter(0))
        for place, (order, tick) in zip(places, ticks, strict=True):
            while told and told[0][0] <= place:
                chain.battery_percent = told.pop(0)[1]
            chain.hear(int(block.arrival_ns[place]))
            self._mark(order, tick, found.seen[place])
        if told:
            chain.battery_percent = told[-1][1]
        chain.hear(int(block.arrival_ns[-1]))

    def _keep(self, block: PacketBlock, timed: Timed, batch: SampleBatch) -> None:
        """Keep samples for the step detector, and when each packet of them ends."""
        rows = slice(timed.place, timed.place + timed.frames)
        size = len(batch) // timed.frames
        ranks = np.zeros(timed.frames, np.int64)
        ranks[0] = timed.rank
        self._batches.append(batch)
        self._ends.append((batch.t_ns[size - 1 :: size], block.order[rows], ranks, block.arrival_ns[rows]))

    def _find_steps(self) -> None:
        """Give the detector all samples at once; what it finds comes behind the packets that tell it."""
        detector = self._chain.detector
        if detector is None or not self._batches:
            return
        ends_ns, orders, ranks, arrivals_ns = (
            np.concatenate(column) for column in zip(*self._ends, strict=True)
        )
        told = detector.push_all(self._batches)
        at = np.minimum(np.searchsorted(ends_ns, [t_ns for t_ns, _ in told]), len(ends_ns) - 1)
        for k, (_, out) in zip(at.tolist(), told, strict=True):
            where = (int(orders[k]), self._number, int(ranks[k]), True)
            self._events.append(_Event(*where, int(arrivals_ns[k]), out))


def _apart(timed: Timed) -> Iterator[Timed]:
    """Cut a batch that holds the samples of many packets into those of each."""
    batch = timed.item
    if not isinstance(batch, SampleBatch) or timed.frames == 1:
        yield timed
        return
    size = len(batch) // timed.frames
    for k in range(timed.frames):
        rows = slice(k * size, (k + 1) * size)
        gyr_dps = None if batch.gyr_dps is None else batch.gyr_dps[rows]
        one = SampleBatch(
            batch.sensor,
            batch.index0 + rows.start,
            batch.t_ns[rows],
            batch.acc_g[rows],
            gyr_dps,
            batch.clipped[rows],
        )
        yield Timed(timed.place + k, 0 if k else timed.rank, one)


def _cut(packets: Iterable[PacketBlock], orders: list[int]) -> Iterator[PacketBlock]:
    """Cut packets at places in the order of the session, which rise."""
    for block in packets:
        edges = np.unique(np.searchsorted(block.order, orders)).tolist() if orders else []
        edges = [0, *(edge for edge in edges if 0 < edge < len(block)), len(block)]
        yield from (block.part(first, stop) for first, stop in itertools.pairwise(edges))
