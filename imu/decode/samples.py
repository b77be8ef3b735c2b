"""The samples of a frame: where they lie and what they mean, used to read and to write."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imu.decode.deltas import DeltaCodec
from imu.decode.framing import Problem
from imu.decode.slots import SlotReader
from imu.errors import UsageError
from imu.model import FaultKind
from imu.profiles.packets import Field
from imu.profiles.values import value_of
from imu.profiles.wire import int_limits, is_float, size_of, struct_format
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from imu.profiles.packets import Block, Samples
    from imu.profiles.values import Nominal

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]

__all__ = ["CLIP_SHARE", "Measured", "SampleLayout", "gain_of"]

CLIP_SHARE = 0.98
"""A sample counts as clipped from this share of the range on."""

IMPLAUSIBLE_RANGES = 8
"""No sensor tells of so many times its range: the scale is wrong or the bytes are no samples."""

NOT_A_VALUE = 1e30
UNIT_FACTORS = {
    "g": 1.0,
    "mg": 1e-3,
    "m/s2": 1.0 / MPS2_PER_G,
    "dps": 1.0,
    "mdps": 1e-3,
    "rad/s": math.degrees(1.0),
    "": 1.0,
}
AXES = 3


class Measured(NamedTuple):
    """Samples of one frame, shape (n, 3) each; None = this frame holds none of it."""

    acc_g: FloatArray | None
    gyr_dps: FloatArray | None


class _Run:
    """Neighbouring blocks of one number type, read and written at once.

    Parameters
    ----------
    blocks : sequence of Block
        What the profile says.
    params : mapping of str to float
        Values of all parameters.
    """

    def __init__(self, blocks: Sequence[Block], params: Mapping[str, float]) -> None:
        wire_type = blocks[0].type
        self.width = AXES * len(blocks)
        self.item_bytes = size_of(wire_type)
        self.sample_bytes = self.width * self.item_bytes
        self.raw_limits = int_limits(wire_type)
        self.is_float, self._is_24 = is_float(wire_type), wire_type.startswith("i24")
        self._big = wire_type.endswith("be")
        self._dtype = np.dtype("u1") if self._is_24 else np.dtype(struct_format(wire_type))
        self.gain = np.repeat([gain_of(block, params) for block in blocks], AXES)
        self.bias = np.repeat([block.offset * UNIT_FACTORS[block.unit] for block in blocks], AXES)
        self._has_bias = bool(self.bias.any())

    def read(self, buffer: bytes, count: int, at: int, stride: int) -> FloatArray | None:
        """Values of `count` samples, shape (count, width), in g or degrees per second; None if not finite."""
        raw = self._view(buffer, count, at, stride)
        return self.values(_from_24(raw, self._big) if self._is_24 else raw)

    def read_block(self, data: NDArray[np.uint8], count: int, at: int, stride: int) -> NDArray[Any]:
        """Return the raw numbers of many frames side by side, shape (m, count, width)."""
        raw = self._view(data, count, at, stride, frames=data.shape)
        return _from_24(raw, self._big) if self._is_24 else raw

    def finite(self, raw: NDArray[Any]) -> BoolArray:
        """Tell which frames, shape (m, n, width), hold finite numbers only."""
        if not self.is_float:
            return np.ones(len(raw), np.bool_)
        return np.asarray((np.abs(raw) < NOT_A_VALUE).all(axis=(1, 2)))

    def values(self, raw: NDArray[Any]) -> FloatArray | None:
        """Values of raw numbers, shape (n, width); None if not finite."""
        if self.is_float and not (np.abs(raw) < NOT_A_VALUE).all():
            return None
        values: FloatArray = raw * self.gain
        if self._has_bias:
            values += self.bias
        return values

    def raw(self, values: FloatArray) -> FloatArray:
        """Raw numbers of values, shape (n, width), rounded to the nearest count."""
        raw: FloatArray = (values - self.bias) / self.gain
        return raw if self.is_float else np.clip(np.rint(raw), *self.raw_limits)

    def write(self, buffer: bytearray, at: int, stride: int, values: FloatArray) -> None:
        """Write values, shape (n, width)."""
        raw = self.raw(values)
        view = self._view(buffer, len(values), at, stride)
        view[...] = _to_24(raw, self._big) if self._is_24 else raw

    def _view(
        self,
        buffer: bytes | bytearray | NDArray[np.uint8],
        count: int,
        at: int,
        stride: int,
        frames: tuple[int, ...] = (),
    ) -> NDArray[Any]:
        shape, strides = (*frames[:1], count, self.width), (*frames[1:], stride, self.item_bytes)
        if self._is_24:
            shape, strides = (*shape, 3), (*strides[:-1], 3, 1)
        return np.ndarray(shape, self._dtype, buffer, at, strides)


class SampleLayout:
    """The samples of one packet rule, compiled.

    Parameters
    ----------
    samples : Samples
        What the profile says.
    params : mapping of str to float
        Values of all parameters.
    nominal : Nominal
        Ends of the ranges.

    Attributes
    ----------
    stride : int
        Bytes of one sample with all its quantities.
    has_acc, has_gyr : bool
        What it holds.
    acc_limit_g, gyr_limit_dps : float
        Greatest values that it can hold: end of the range, or of the number type.
    is_packed : bool
        Whether they are packed as differences, so that their number depends on their values.
    fixed_count : int or None
        Samples of every frame, when the profile states a number.
    """

    def __init__(self, samples: Samples, params: Mapping[str, float], nominal: Nominal) -> None:
        self._rule, self._ranges = samples, nominal
        self._planar = samples.layout == "planar"
        self._codec = DeltaCodec(samples.blocks[0].type) if samples.codec == "delta_blocks" else None
        self.is_packed = self._codec is not None
        groups = _group(samples.blocks, apart=self._planar)
        self._runs = [_Run(blocks, params) for blocks in groups]
        self.stride = sum(run.sample_bytes for run in self._runs)
        self._before = [sum(run.sample_bytes for run in self._runs[:i]) for i in range(len(groups))]
        self._columns: dict[str, tuple[int, slice]] = {
            block.quantity: (i, slice(AXES * k, AXES * (k + 1)))
            for i, blocks in enumerate(groups)
            for k, block in enumerate(blocks)
        }
        self.has_acc, self.has_gyr = "acc" in self._columns, "gyr" in self._columns
        self.acc_limit_g = self._limit("acc", nominal.acc_range_g)
        self.gyr_limit_dps = self._limit("gyr", nominal.gyr_range_dps or math.inf)
        self._absurd_g = IMPLAUSIBLE_RANGES * nominal.acc_range_g
        self.fixed_count = samples.count if isinstance(samples.count, int) else None
        self.count_slot = SlotReader(samples.count) if isinstance(samples.count, Field) else None

    def most(self, room: int) -> int:
        """Greatest number of samples in a frame of so many bytes."""
        if self.fixed_count is not None:
            return self.fixed_count
        if self._codec is not None:
            return self._codec.most(room - self._rule.at)
        most = (room - self._length(0)) // self.stride
        return most if self.count_slot is None else min(most, self.count_slot.limits[1])

    def _length(self, count: int) -> int:
        return self._rule.at + count * self.stride + self._rule.tail

    def read(self, frame: bytes, trailing: bool) -> Measured | Problem | None:
        """Return samples in g and degrees per second, why they cannot be read, or None for an empty frame."""
        if self._codec is not None:
            raw = self._codec.read(frame[self._rule.at :])
            if isinstance(raw, Problem):
                return raw
            parts = [self._runs[0].values(raw)]
        else:
            count = self._count(frame, trailing)
            if not isinstance(count, int):
                return count
            if count == 0:
                return None
            parts = [run.read(frame, count, *self._place(i, count)) for i, run in enumerate(self._runs)]
        if any(part is None for part in parts):
            return Problem(FaultKind.NOT_FINITE, "a sample is not a finite number")
        return Measured(self._take(parts, "acc"), self._take(parts, "gyr"))

    def read_block(
        self, data: NDArray[np.uint8], usual: BoolArray, trailing: bool
    ) -> tuple[FloatArray, FloatArray | None, BoolArray] | None:
        """Return samples of many frames side by side, shape (m, length), as :meth:`read` does of one.

        Returns
        -------
        acc_g, gyr_dps : ndarray, shape (m, n, 3), gyr_dps may be None
            Samples.
        usual : ndarray of bool, shape (m,)
            Which of the usual frames hold as many samples as the first of them, all finite.
        None
            The frames cannot be read together.
        """
        count = (
            None if self._codec is not None else self._count(data[int(usual.argmax())].tobytes(), trailing)
        )
        if not isinstance(count, int) or count < 1:
            return None
        counts = None if self.count_slot is None else self.count_slot.column(data)
        usual = usual if counts is None else usual & (counts == count)
        parts: list[FloatArray | None] = []
        for i, run in enumerate(self._runs):
            raw = run.read_block(data, count, *self._place(i, count))
            finite = run.finite(raw)
            usual = usual & finite
            if not finite.all():
                raw = np.where(finite[:, None, None], raw, raw.dtype.type(0))
            parts.append(run.values(raw))
        acc_g = self._take(parts, "acc")
        return None if acc_g is None else (acc_g, self._take(parts, "gyr"), usual)

    def _count(self, frame: bytes, trailing: bool) -> int | Problem:
        """Tell the number of samples in a frame, or why it cannot be read."""
        size = len(frame)
        if self.count_slot is not None:
            count = self.count_slot.read(frame)
        elif self.fixed_count is not None:
            count = self.fixed_count
        else:
            count, rest = divmod(size - self._length(0), self.stride)
            if rest and not trailing:
                return Problem(FaultKind.BAD_LENGTH, f"{size} bytes end inside a sample")
            return count
        want = self._length(count)
        if size < want:
            return Problem(FaultKind.TOO_SHORT, f"{size} bytes, but {count} samples need {want}")
        if size > want and not trailing:
            return Problem(FaultKind.TOO_LONG, f"{size} bytes, but {count} samples need {want}")
        return count

    def _take(self, parts: Sequence[FloatArray | None], quantity: str) -> FloatArray | None:
        if quantity not in self._columns:
            return None
        at, columns = self._columns[quantity]
        part = parts[at]
        return None if part is None else part[..., columns]

    def write(self, acc_g: FloatArray | None, gyr_dps: FloatArray | None) -> tuple[bytearray, bool, bool]:
        """Frame with samples, held at the ends of the ranges, and whether acc and gyr reached theirs."""
        given = [each for each in (acc_g, gyr_dps) if each is not None]
        count = len(given[0])
        parts = [np.zeros((count, run.width)) for run in self._runs]
        reached = []
        for quantity, values, held, limit in (
            ("acc", acc_g, self._ranges.acc_range_g, self.acc_limit_g),
            ("gyr", gyr_dps, self._ranges.gyr_range_dps or math.inf, self.gyr_limit_dps),
        ):
            if values is not None and quantity in self._columns:
                at, columns = self._columns[quantity]
                parts[at][:, columns] = np.clip(values, -held, held)
            reached.append(values is not None and bool((np.abs(values) >= limit).any()))
        if self._codec is not None:
            frame = bytearray(self._rule.at) + self._codec.write(self._runs[0].raw(parts[0]))
        else:
            frame = bytearray(self._length(count))
            for i, run in enumerate(self._runs):
                run.write(frame, *self._place(i, count), parts[i])
        return frame, reached[0], reached[1]

    def clipped(self, acc_g: FloatArray, range_g: float | None = None) -> BoolArray | Problem:
        """Tell which samples, shape (n,), have an axis at the end of the range, or that none can be true."""
        limit_g = CLIP_SHARE * (self.acc_limit_g if range_g is None else range_g)
        size = np.abs(acc_g)
        top_g = size.item(size.argmax())  # argmax is much quicker than max or any
        if top_g < limit_g:
            return np.zeros(len(acc_g), np.bool_)
        if top_g > self._absurd_g:
            return Problem(FaultKind.IMPLAUSIBLE, f"a sample of {top_g:.3g} g is far beyond the range")
        found: BoolArray = np.logical_or.reduce(size >= limit_g, axis=1)
        return found

    def clipped_block(self, acc_g: FloatArray, top_g: FloatArray, range_g: FloatArray | None) -> BoolArray:
        """Tell of many frames, shape (m, n, 3), what :meth:`clipped` tells of one; shape (m, n)."""
        limit_g = CLIP_SHARE * (np.full(len(acc_g), self.acc_limit_g) if range_g is None else range_g)
        found = np.zeros(acc_g.shape[:2], np.bool_)
        reached = np.flatnonzero(top_g >= limit_g)
        found[reached] = (np.abs(acc_g[reached]) >= limit_g[reached, None, None]).any(axis=2)
        return found

    def plausible(self, top_g: FloatArray) -> BoolArray:
        """Tell which frames hold nothing that :meth:`clipped` might find impossible."""
        return np.asarray(top_g <= self._absurd_g)

    def _place(self, run: int, count: int) -> tuple[int, int]:
        """Offset and stride of a run in a frame with so many samples."""
        if self._planar:
            return self._rule.at + self._before[run] * count, self._runs[run].sample_bytes
        return self._rule.at + self._before[run], self.stride

    def _limit(self, quantity: str, range_limit: float) -> float:
        if quantity not in self._columns:
            return range_limit
        at, columns = self._columns[quantity]
        run = self._runs[at]
        if run.is_float:
            return range_limit
        first = columns.start
        return min(range_limit, float(run.raw_limits[1] * run.gain[first] + run.bias[first]))


def _group(blocks: Sequence[Block], *, apart: bool) -> list[list[Block]]:
    """Blocks in runs of one number type, or each on its own."""
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and not apart and groups[-1][0].type == block.type:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def gain_of(block: Block, params: Mapping[str, float]) -> float:
    """Tell what one count of a block means, in g or degrees per second."""
    scale = value_of(block.scale, params)
    if not scale > 0:
        raise UsageError(f"the scale of `{block.quantity}` is {scale!r}; it must be positive")
    return scale * UNIT_FACTORS[block.unit]


def _from_24(raw: NDArray[Any], big: bool) -> NDArray[Any]:
    low, middle, high = np.moveaxis(raw[..., ::-1] if big else raw, -1, 0).astype(np.int32)
    sign = 1 << 23
    joined: NDArray[Any] = ((low | (middle << 8) | (high << 16)) ^ sign) - sign
    return joined


def _to_24(raw: FloatArray, big: bool) -> NDArray[Any]:
    words = raw.astype("<i4")[..., np.newaxis].view(np.uint8)[..., :3]
    return words[..., ::-1] if big else words
