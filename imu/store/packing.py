"""Packets of a closed session side by side: smaller than one by one, and the same bytes when unpacked.

A run of packets of one sensor, role and length becomes one message. Its numbers are kept as differences, its
16-bit samples as differences along time, everything as planes of bytes that zstd makes small. What a profile
says of the layout is a hint for size alone: any payload comes out as it went in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from imu.model import Packet, PacketBlock
from imu.profiles.wire import size_of
from imu.store.framing import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from imu.profiles import Profile

    Bytes = NDArray[np.uint8]
    IntArray = NDArray[np.int64]

__all__ = ["LEAST_PACKETS", "PackedPackets", "Shape", "pack", "shapes_of", "unpack", "unpack_block"]

LEAST_PACKETS = 8
"""Shorter runs are kept one by one."""

WORD_BYTES = 2
DIFFERENCES = (1, 2)


class Shape(NamedTuple):
    """Where 16-bit samples stand in a payload: from byte `at` on, `stride` bytes each, big-endian or not."""

    at: int
    stride: int
    big: bool


class PackedPackets(msgspec.Struct, frozen=True):
    """A run of packets of one sensor, role and length, in the order in which they arrived.

    Attributes
    ----------
    sensor, channel : str
        As in :class:`imu.model.Packet`.
    arrival_ns : int
        Arrival of the first, ns.
    count, length : int
        Packets, and bytes of each payload.
    at, stride, big : int, int, bool
        Shape of the 16-bit samples; without samples `stride` is 0.
    differences : int
        How many times each sample was replaced by its difference from the one before.
    orders, seqs, arrivals : bytes
        Place in the order of the session, running number and arrival of each packet: signed 64-bit
        differences from one to the next (the first from 0), each as ``2 d`` or ``-2 d - 1``, the
        least significant bytes of all first, then the next ones, compressed with zstd.
    planes : tuple of bytes
        First the payloads' bytes outside of the samples: the first byte of all payloads, the second of all,
        and so on. Then, for each 16-bit number of a sample, the low bytes of all samples and the high
        bytes, coded like the differences above. Each is compressed with zstd.
    """

    sensor: str
    channel: str
    arrival_ns: int
    count: int
    length: int
    at: int
    stride: int
    big: bool
    differences: int
    orders: bytes
    seqs: bytes
    arrivals: bytes
    planes: tuple[bytes, ...]


def shapes_of(profile: Profile) -> tuple[Shape, ...]:
    """Shapes of the 16-bit samples of a firmware's packets."""
    found = []
    for rule in profile.packet:
        samples = rule.samples
        if samples is None or samples.layout != "interleaved":
            continue
        types = [block.type for block in samples.blocks]
        if {size_of(kind) for kind in types} == {WORD_BYTES}:
            stride = 3 * WORD_BYTES * len(types)
            found.append(Shape(samples.at, stride, types[0].endswith("be")))
    return tuple(found)


def pack(packets: Sequence[Packet], orders: Sequence[int], shapes: Iterable[Shape]) -> PackedPackets:
    """Pack a run of packets of one sensor, role and length.

    Parameters
    ----------
    packets : sequence of Packet
        The packets, at least one.
    orders : sequence of int
        Place of each in the order of the session.
    shapes : iterable of Shape
        How the samples may lie; the first that fits the length is used.

    Returns
    -------
    PackedPackets
    """
    length = len(packets[0].payload)
    data = np.frombuffer(b"".join(packet.payload for packet in packets), np.uint8).reshape(-1, length)
    shape = next((s for s in shapes if length - s.at >= s.stride), Shape(0, 0, big=False))
    differences, planes = _smallest(data, shape)
    return PackedPackets(
        sensor=packets[0].sensor,
        channel=packets[0].channel,
        arrival_ns=packets[0].arrival_ns,
        count=len(packets),
        length=length,
        at=shape.at,
        stride=shape.stride,
        big=shape.big,
        differences=differences,
        orders=_pack_numbers(orders),
        seqs=_pack_numbers([packet.seq for packet in packets]),
        arrivals=_pack_numbers([packet.arrival_ns for packet in packets]),
        planes=planes,
    )


def unpack(packed: PackedPackets) -> tuple[list[int], list[Packet]]:
    """Return the place of each packet in the order of the session, and the packets.

    Raises
    ------
    ValueError
        The message does not hold what it claims.
    """
    block = unpack_block(packed)
    data, length = block.payloads.tobytes(), packed.length
    sensor, channel = packed.sensor, packed.channel
    places = range(0, len(block) * length, length) if length else [0] * len(block)
    return block.order.tolist(), [
        Packet(sensor, seq, arrival_ns, channel, data[at : at + length])
        for seq, arrival_ns, at in zip(block.seq.tolist(), block.arrival_ns.tolist(), places, strict=True)
    ]


def unpack_block(packed: PackedPackets) -> PacketBlock:
    """Return the packets side by side; raises ValueError as :func:`unpack`."""
    count = packed.count
    if not (0 < count <= MAX_BODY_BYTES and packed.length >= 0 and count * packed.length <= MAX_BODY_BYTES):
        raise ValueError("packed packets of an impossible size")
    data = payloads(packed)
    order, seq, arrival_ns = (
        _unpack_numbers(part, count) for part in (packed.orders, packed.seqs, packed.arrivals)
    )
    return PacketBlock(packed.sensor, packed.channel, order, seq, arrival_ns, data)


def payloads(packed: PackedPackets) -> Bytes:
    """Payloads of all packets, shape (count, length); raises ValueError as :func:`unpack`."""
    shape = Shape(packed.at, packed.stride, packed.big)
    inside = _inside(packed.length, shape)
    words = packed.stride // WORD_BYTES
    if len(packed.planes) != 1 + 2 * words or not 0 <= packed.differences <= max(DIFFERENCES):
        raise ValueError("packed packets with a shape of their own")
    rest = _decompress(packed.planes[0], packed.count * (packed.length - inside.stop + inside.start))
    data = np.empty((packed.count, packed.length), np.uint8)
    outside = np.r_[0 : inside.start, inside.stop : packed.length]
    data[:, outside] = rest.reshape(-1, packed.count).T
    if words:
        per_packet = (inside.stop - inside.start) // packed.stride
        size = packed.count * per_packet
        coded = np.empty((size, words), np.uint16)
        for column in range(words):
            low, high = (_decompress(packed.planes[1 + 2 * column + part], size) for part in (0, 1))
            coded[:, column] = low | (high.astype(np.uint16) << 8)
        samples = _summed(_signed(coded), packed.differences).astype(">i2" if packed.big else "<i2")
        data[:, inside] = samples.view(np.uint8).reshape(packed.count, -1)
    return data


def _inside(length: int, shape: Shape) -> slice:
    """Bytes of a payload that hold whole samples."""
    if not shape.stride:
        return slice(0, 0)
    room = length - shape.at
    if shape.at < 0 or shape.stride < 0 or shape.stride % WORD_BYTES or room < shape.stride:
        raise ValueError("packed packets with samples outside of their payload")
    return slice(shape.at, shape.at + room // shape.stride * shape.stride)


def _smallest(data: Bytes, shape: Shape) -> tuple[int, tuple[bytes, ...]]:
    """Try how often to take differences, and keep what is smallest."""
    inside = _inside(data.shape[1], shape)
    rest = (_compress(np.delete(data, inside, axis=1).T.tobytes()),)
    if not shape.stride:
        return 0, rest
    words = np.ascontiguousarray(data[:, inside]).view(">i2" if shape.big else "<i2")
    samples = words.astype(np.int16).reshape(-1, shape.stride // WORD_BYTES)
    tried = [(times, _planes(_differences(samples, times))) for times in DIFFERENCES]
    times, planes = min(tried, key=lambda one: sum(map(len, one[1])))
    return times, rest + planes


def _planes(samples: NDArray[np.int16]) -> tuple[bytes, ...]:
    coded = np.ascontiguousarray(_unsigned(samples).T)
    parts = (part for row in coded for part in (row & 0xFF, row >> 8))
    return tuple(_compress(part.astype(np.uint8).tobytes()) for part in parts)


def _differences(samples: NDArray[np.int16], times: int) -> NDArray[np.int16]:
    for _ in range(times):
        samples = np.diff(samples, axis=0, prepend=np.zeros_like(samples[:1]))
    return samples


def _summed(samples: NDArray[np.int16], times: int) -> NDArray[np.int16]:
    for _ in range(times):
        samples = np.cumsum(samples, axis=0, dtype=np.int16)
    return samples


def _unsigned(values: NDArray[Any]) -> NDArray[Any]:
    """Small numbers of either sign become small numbers: 0, -1, 1, -2 become 0, 1, 2, 3."""
    kind = np.dtype(f"u{values.dtype.itemsize}")
    sign = values >> (8 * values.dtype.itemsize - 1)
    coded: NDArray[Any] = (values.astype(kind) << 1) ^ sign.astype(kind)
    return coded


def _signed(values: NDArray[Any]) -> NDArray[Any]:
    kind = np.dtype(f"i{values.dtype.itemsize}")
    plain: NDArray[Any] = (values >> 1).astype(kind) ^ -(values & 1).astype(kind)
    return plain


def _pack_numbers(values: Sequence[int]) -> bytes:
    steps = np.diff(np.array(values, np.int64), prepend=np.int64(0))
    return _compress(_unsigned(steps).astype("<u8").view(np.uint8).reshape(-1, 8).T.tobytes())


def _unpack_numbers(data: bytes, count: int) -> IntArray:
    planes = _decompress(data, 8 * count).reshape(8, count)
    steps: IntArray = _signed(np.ascontiguousarray(planes.T).view("<u8").ravel().astype(np.uint64))
    return np.cumsum(steps, dtype=np.int64)


def _compress(data: bytes) -> bytes:
    import zstandard  # noqa: PLC0415 - needed for closed sessions only

    return zstandard.compress(data)


def _decompress(data: bytes, size: int) -> Bytes:
    """Unpack to a size known before, whatever the packed bytes claim."""
    import zstandard  # noqa: PLC0415

    try:
        if zstandard.frame_content_size(data) != size:
            raise ValueError("packed packets of another size than they claim")
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=max(size, 1))
    except zstandard.ZstdError as error:
        raise ValueError(f"packed packets that do not unpack: {error}") from error
    if len(plain) != size:
        raise ValueError("packed packets of another size than they claim")
    return np.frombuffer(plain, np.uint8)
