"""Samples packed as differences: a first sample, then blocks of a bit width, a count and packed deltas."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from imu.decode.framing import Problem
from imu.model import FaultKind
from imu.profiles.wire import is_float, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["DeltaCodec"]

AXES = 3
HEAD_BYTES = 2
GREATEST_WIDTH = 32
GREATEST_COUNT = 255
GREATEST_SAMPLES = 1024
"""No radio packet holds more: a few bytes of zero width could otherwise claim any number."""


class DeltaCodec:
    """Reads and writes the samples of one block that are packed as differences.

    Parameters
    ----------
    wire_type : str
        Type of the first sample; of a floating-point one the bit patterns are subtracted.
    """

    def __init__(self, wire_type: str) -> None:
        self.item_bytes = size_of(wire_type)
        self._is_float = is_float(wire_type)
        self._dtype = np.dtype(f"<i{self.item_bytes}")
        bits = 8 * self.item_bytes
        self._widest = GREATEST_WIDTH if self._is_float else min(bits + 1, GREATEST_WIDTH)

    def read(self, content: bytes) -> NDArray[Any] | Problem:
        """Raw numbers, shape (n, 3), or why they cannot be read; floating-point ones may be not finite."""
        at, size = AXES * self.item_bytes, len(content)
        if size < at:
            return Problem(FaultKind.TOO_SHORT, f"{size} bytes hold no first sample")
        parts: list[NDArray[Any]] = [np.frombuffer(content, self._dtype, AXES)]
        total = 1
        while at < size:
            if size - at < HEAD_BYTES:
                return Problem(FaultKind.BAD_LENGTH, "a block of differences breaks off in its head")
            width, count = content[at], content[at + 1]
            begin, total = at + HEAD_BYTES, total + count
            at = begin + (width * count * AXES + 7) // 8
            if width > GREATEST_WIDTH or total > GREATEST_SAMPLES:
                return Problem(FaultKind.BAD_LENGTH, f"a block claims {count} differences of {width} bits")
            if at > size:
                return Problem(FaultKind.TOO_SHORT, f"a block of {count} differences breaks off")
            parts.append(_unpack(content[begin:at], width, AXES * count))
        rows = np.concatenate(parts).reshape(-1, AXES).astype(np.float64).cumsum(axis=0)
        if not self._is_float:
            return rows
        bits = (rows.astype(np.int64) & 0xFFFFFFFF).astype("<u4")
        return bits.view("<f4")  # not widened: what is no number must not be touched before it is checked

    def write(self, raw: FloatArray) -> bytes:
        """Bytes of raw numbers, shape (n, 3), in as few bits as they need."""
        whole = raw.astype("<f4").view("<i4") if self._is_float else raw
        rows = whole.astype(np.int64)
        deltas = np.diff(rows, axis=0)
        if self._is_float:
            deltas = (deltas + 2**31) % 2**32 - 2**31
        blocks = [deltas[i : i + GREATEST_COUNT] for i in range(0, len(deltas), GREATEST_COUNT)]
        first: bytes = rows[0].astype(self._dtype).tobytes()
        return first + b"".join(map(_pack, blocks))

    def most(self, room: int) -> int:
        """Greatest number of samples that fit into so many bytes, whatever they are."""
        left = room - AXES * self.item_bytes - HEAD_BYTES
        return max(0, 1 + min(GREATEST_COUNT, left * 8 // (AXES * self._widest)))


@functools.lru_cache(maxsize=GREATEST_WIDTH + 1)
def _weights(width: int) -> FloatArray:
    """Weights of the bits of a signed number, the lowest first; the highest counts as negative."""
    weights: FloatArray = np.exp2(np.arange(width, dtype=np.float64))
    weights[-1:] *= -1
    weights.flags.writeable = False
    return weights


def _unpack(data: bytes, width: int, count: int) -> FloatArray:
    if width == 0 or count == 0:
        return np.zeros(count)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=width * count, bitorder="little")
    numbers: FloatArray = bits.reshape(count, width).astype(np.float64) @ _weights(width)
    return numbers


def _pack(deltas: NDArray[np.int64]) -> bytes:
    low, high = int(deltas.min()), int(deltas.max())
    width = 1 + max(max(high, 0).bit_length(), (-low - 1 if low < 0 else 0).bit_length())
    bits = ((deltas.reshape(-1, 1) >> np.arange(width)) & 1).astype(np.uint8)
    return bytes([width, len(deltas)]) + np.packbits(bits.ravel(), bitorder="little").tobytes()
