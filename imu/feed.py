"""Feeding the chains offline: many packets at a time, with the outputs that they give one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imu.clock import ClockLook
from imu.model import RawBlock, SampleBatch

if TYPE_CHECKING:
    from collections.abc import Collection

    from imu.chain import SensorChain
    from imu.model import Fault, Gap, PacketBlock, SensorStatus

__all__ = ["DecodedBlock", "Timed", "decode_block"]

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
