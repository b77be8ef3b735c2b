"""Many packets side by side: what offline reading hands through the chain instead of single ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.model.inputs import Input, Packet
from imu.model.samples import RawBatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

__all__ = ["InputBlock", "PacketBlock", "RawBlock"]


class PacketBlock(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Packets of one sensor, role and length that follow each other, m of them.

    Attributes
    ----------
    sensor, channel : str
        As in :class:`~imu.model.Packet`.
    order : ndarray of int64, shape (m,)
        Place of each in the order of the session's inputs, rising.
    seq, arrival_ns : ndarray of int64, shape (m,)
        As in :class:`~imu.model.Packet`.
    payloads : ndarray of uint8, shape (m, length)
        The bytes, C-contiguous.
    """

    sensor: str
    channel: str
    order: IntArray
    seq: IntArray
    arrival_ns: IntArray
    payloads: Bytes

    def __len__(self) -> int:
        return len(self.order)

    def packet(self, k: int) -> Packet:
        """Return one of them."""
        return Packet(
            self.sensor, int(self.seq[k]), int(self.arrival_ns[k]), self.channel, self.payloads[k].tobytes()
        )

    def part(self, first: int, stop: int) -> PacketBlock:
        """Return those of ``[first, stop)``."""
        rows = slice(first, stop)
        order, seq, arrival_ns = self.order[rows], self.seq[rows], self.arrival_ns[rows]
        return PacketBlock(self.sensor, self.channel, order, seq, arrival_ns, self.payloads[rows])


class InputBlock(msgspec.Struct, frozen=True, eq=False):
    """A stretch of a session's inputs.

    Attributes
    ----------
    packets : list of PacketBlock
        The packets; those of one sensor in their order.
    others : list of (int, Input)
        Everything else with its place in the order of the session, rising.
    """

    packets: list[PacketBlock]
    others: list[tuple[int, Input]]


class RawBlock(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Frames of equal length that follow each other, m of them with n samples each.

    Attributes
    ----------
    sensor : str
        Identity of the sensor inside the session.
    arrival_ns : ndarray of int64, shape (m,)
        As in :class:`~imu.model.RawBatch`.
    seq, counter : ndarray of integers, shape (m,), or None
        As in :class:`~imu.model.RawBatch`.
    acc_g, gyr_dps : ndarray of float64, shape (m, n, 3), or None
        As in :class:`~imu.model.RawBatch`.
    clipped : ndarray of bool, shape (m, n)
        As in :class:`~imu.model.RawBatch`.
    """

    sensor: str
    arrival_ns: IntArray
    seq: IntArray | None
    counter: IntArray | None
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    clipped: BoolArray

    def __len__(self) -> int:
        return len(self.arrival_ns)

    def frame(self, k: int) -> RawBatch:
        """Return one of them."""
        return RawBatch(
            self.sensor,
            int(self.arrival_ns[k]),
            None if self.seq is None else int(self.seq[k]),
            None if self.counter is None else int(self.counter[k]),
            self.acc_g[k],
            None if self.gyr_dps is None else self.gyr_dps[k],
            self.clipped[k],
        )
