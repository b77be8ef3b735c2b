"""Putting the inputs of a session side by side, so that they can be worked through many at a time."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from imu.model import InputBlock, Packet, PacketBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.model import Input
    from imu.model.samples import IntArray

__all__ = ["Collector"]


class Collector:
    """Collects inputs in the order in which they were found; those of a block of the file may be interleaved.

    Attributes
    ----------
    count : int
        Inputs collected since the last :meth:`take`.
    """

    def __init__(self) -> None:
        self._next = 0
        self._single: list[tuple[int, Input]] = []
        self._packed: list[PacketBlock] = []
        self.count = 0

    def add(self, items: Sequence[tuple[int, Input]], packed: Sequence[PacketBlock]) -> None:
        """Take what a block of the file holds: values with their place in the order, and packed packets."""
        if not packed:
            self._single += enumerate((item for _, item in items), self._next)
            self._advance(len(items))
            return
        every = np.concatenate(
            [np.array([order for order, _ in items], np.int64), *(b.order for b in packed)]
        )
        ranks = np.empty(len(every), np.int64)
        ranks[np.argsort(every, kind="stable")] = np.arange(len(every)) + self._next
        self._single += zip(ranks[: len(items)].tolist(), (item for _, item in items), strict=True)
        first = len(items)
        for block in packed:
            self._packed.append(_ordered(block, ranks[first : first + len(block)]))
            first += len(block)
        self._advance(len(every))

    def _advance(self, inputs: int) -> None:
        self._next += inputs
        self.count += inputs

    def take(self) -> InputBlock:
        """Return what was collected and begin anew."""
        packets = [(order, item) for order, item in self._single if isinstance(item, Packet)]
        others: list[tuple[int, Input]] = [
            (order, item) for order, item in self._single if not isinstance(item, Packet)
        ]
        blocks = [*self._packed, *_side_by_side(packets)]
        self._single, self._packed, self.count = [], [], 0
        return InputBlock(_contiguous(blocks), others)


def _ordered(block: PacketBlock, order: IntArray) -> PacketBlock:
    """Put the packets in order, which those of a file made with care are."""
    by = np.argsort(order) if (order[1:] < order[:-1]).any() else slice(None)
    return PacketBlock(
        block.sensor, block.channel, order[by], block.seq[by], block.arrival_ns[by], block.payloads[by]
    )


def _side_by_side(packets: Iterable[tuple[int, Packet]]) -> list[PacketBlock]:
    """Put packets of one sensor, role and length that follow each other into one block."""
    by_sensor: dict[str, list[tuple[int, Packet]]] = {}
    for order, packet in packets:
        by_sensor.setdefault(packet.sensor, []).append((order, packet))
    return [
        _block(list(alike))
        for own in by_sensor.values()
        for _, alike in groupby(own, lambda one: (one[1].channel, len(one[1].payload)))
    ]


def _block(alike: list[tuple[int, Packet]]) -> PacketBlock:
    orders, packets = zip(*alike, strict=True)
    data = np.frombuffer(b"".join(packet.payload for packet in packets), np.uint8)
    return PacketBlock(
        packets[0].sensor,
        packets[0].channel,
        np.array(orders, np.int64),
        np.array([packet.seq for packet in packets], np.int64),
        np.array([packet.arrival_ns for packet in packets], np.int64),
        data.reshape(len(packets), len(packets[0].payload)),
    )


def _contiguous(blocks: Iterable[PacketBlock]) -> list[PacketBlock]:
    """Cut blocks of one sensor so that one ends before the next begins, and put them in order."""
    by_sensor: dict[str, list[PacketBlock]] = {}
    for block in blocks:
        by_sensor.setdefault(block.sensor, []).append(block)
    found: list[PacketBlock] = []
    for own in by_sensor.values():
        own.sort(key=lambda block: int(block.order[0]))
        apart = all(a.order[-1] < b.order[0] for a, b in pairwise(own))
        found += own if apart else _cut(own)
    return found


def _cut(blocks: list[PacketBlock]) -> list[PacketBlock]:
    """Cut interleaved blocks wherever another block's packets come in between."""
    order = np.concatenate([block.order for block in blocks])
    source = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    row = np.concatenate([np.arange(len(block)) for block in blocks])
    by = np.argsort(order)
    source, row = source[by], row[by]
    starts = np.flatnonzero(np.diff(source, prepend=-1)).tolist()
    return [
        blocks[int(source[a])].part(int(row[a]), int(row[b - 1]) + 1)
        for a, b in zip(starts, [*starts[1:], len(by)], strict=True)
    ]
