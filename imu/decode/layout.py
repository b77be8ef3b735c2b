"""Where samples and fields lie in a frame: compiled once per profile, used to read and to write."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import numpy as np

from imu.decode.framing import Problem
from imu.errors import UsageError
from imu.model import FaultKind
from imu.profiles.checks import least_length
from imu.profiles.schema import Field, Samples
from imu.profiles.values import value_of
from imu.profiles.wire import int_limits, is_float, size_of, struct_format
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imu.profiles.schema import Battery, Block, Condition, Flags, PacketRule
    from imu.profiles.values import Nominal

    FloatArray = NDArray[np.float64]

__all__ = ["CLIP_SHARE", "BlockLayout", "PacketLayout", "SlotReader"]

CLIP_SHARE = 0.98
"""A sample counts as clipped from this share of the range on."""

IMPLAUSIBLE = 1e30
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


class SlotReader:
    """Reads and writes one whole number of a frame.

    Parameters
    ----------
    field : Field, Battery, Flags or Condition
        Offset and type.
    """

    def __init__(self, field: Field | Battery | Flags | Condition) -> None:
        self._at, self._size = field.at, size_of(field.type)
        self._struct = struct.Struct(struct_format(field.type))
        self.limits = int_limits(field.type)

    def read(self, frame: bytes) -> int:
        """The number; the frame is long enough."""
        at = self._at
        value: int = self._struct.unpack_from(frame, at if at >= 0 else len(frame) + at)[0]
        return value

    def write(self, frame: bytearray, value: int) -> None:
        """Write the number's lowest bits, as a counter that wraps does."""
        low, high = self.limits
        wrapped = (value - low) % (high - low + 1) + low
        self._struct.pack_into(frame, self._at if self._at >= 0 else len(frame) + self._at, wrapped)


class BlockLayout:
    """Three channels of one quantity.

    Parameters
    ----------
    block : Block
        What the profile says.
    params : mapping of str to float
        Values of all parameters.
    range_limit : float
        End of the sensor's range, in g or degrees per second.

    Attributes
    ----------
    limit : float
        Greatest value it can hold, in g or degrees per second: end of the range or of the number type.
    """

    def __init__(self, block: Block, params: Mapping[str, float], range_limit: float) -> None:
        factor = UNIT_FACTORS[block.unit]
        scale = value_of(block.scale, params)
        if not scale > 0:
            raise UsageError(
                f"the scale {block.scale!r} of `{block.quantity}` is {scale!r}; it must be positive"
            )
        self.quantity = block.quantity
        self.item_bytes = size_of(block.type)
        self.sample_bytes = AXES * self.item_bytes
        self._is_float, self._is_24 = is_float(block.type), block.type.startswith("i24")
        self._big = block.type.endswith("be")
        self._dtype = np.dtype("u1") if self._is_24 else np.dtype(struct_format(block.type))
        self._raw_limits = int_limits(block.type)
        self._gain = np.float64(scale * factor)
        self._bias = block.offset * factor
        highest = math.inf if self._is_float else self._raw_limits[1] * float(self._gain) + self._bias
        self.limit = min(range_limit, highest)

    def read(self, buffer: bytes, count: int, at: int, stride: int) -> FloatArray | None:
        """Values of `count` samples, shape (count, 3), in g or degrees per second; None if not finite."""
        raw = self._view(buffer, count, at, stride)
        if self._is_24:
            raw = _from_24(raw, self._big)
        elif self._is_float and not (np.isfinite(raw).all() and (np.abs(raw) < IMPLAUSIBLE).all()):
            return None
        values: FloatArray = np.multiply(raw, self._gain, dtype=np.float64)
        if self._bias:
            values += self._bias
        return values

    def write(self, buffer: bytearray, at: int, stride: int, values: FloatArray) -> bool:
        """Write samples, held at the end of the range; tell whether any reached it."""
        held = np.clip(values, -self.limit, self.limit)
        raw = (held - self._bias) / self._gain
        view = self._view(buffer, len(values), at, stride)
        if not self._is_float:
            raw = np.clip(np.rint(raw), *self._raw_limits)
        view[...] = _to_24(raw, self._big) if self._is_24 else raw
        return bool((np.abs(values) >= self.limit).any())

    def _view(self, buffer: bytes | bytearray, count: int, at: int, stride: int) -> NDArray[np.generic]:
        if self._is_24:
            shape, strides = (count, AXES, 3), (stride, 3, 1)
            return np.ndarray(shape, self._dtype, buffer, at, strides)
        return np.ndarray((count, AXES), self._dtype, buffer, at, (stride, self.item_bytes))


class PacketLayout:
    """One packet rule, compiled.

    Parameters
    ----------
    rule : PacketRule
        What the profile says.
    params : mapping of str to float
        Values of all parameters.
    nominal : Nominal
        Ends of the ranges.
    """

    def __init__(self, rule: PacketRule, params: Mapping[str, float], nominal: Nominal) -> None:
        self.rule = rule
        self.least = least_length(rule)
        self._when = [
            (SlotReader(when), -1 if when.mask is None else when.mask, int(value_of(when.eq, params)))
            for when in rule.when
        ]
        self.counter = None if rule.counter is None else SlotReader(rule.counter)
        self.seq = None if rule.seq is None else SlotReader(rule.seq)
        self.battery = None if rule.battery is None else SlotReader(rule.battery)
        self.flags = None if rule.flags is None else SlotReader(rule.flags)
        self.samples = None if rule.samples is None else SampleLayout(rule.samples, params, nominal)
        self.acc_clip = _bit(rule.flags, rule.flags.acc_clip if rule.flags else None)
        self.gyr_clip = _bit(rule.flags, rule.flags.gyr_clip if rule.flags else None)
        self._status_bits = tuple(
            (1 << i, name)
            for i, name in enumerate(rule.flags.bits if rule.flags else ())
            if name and not (1 << i) & (self.acc_clip | self.gyr_clip)
        )
        self.status_mask = sum(bit for bit, _ in self._status_bits)

    def matches(self, frame: bytes) -> bool:
        """Whether the frame is one of this rule, as far as its bytes reach."""
        for slot, mask, wanted in self._when:
            try:
                if slot.read(frame) & mask != wanted:
                    return False
            except struct.error:  # shorter than the condition's place
                return False
        return True

    def mark(self, frame: bytearray) -> None:
        """Write what :meth:`matches` looks for."""
        for slot, _, wanted in self._when:
            slot.write(frame, wanted)

    def status_names(self, bits: int) -> tuple[str, ...]:
        """Names of the set bits, without those that tell of clipping."""
        return tuple(name for bit, name in self._status_bits if bits & bit)

    def status_value(self, names: tuple[str, ...]) -> int:
        """Bits with these names: inverse of :meth:`status_names`."""
        known = {name: bit for bit, name in self._status_bits}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise UsageError(
                f"packet {self.rule.name!r} has no flag {unknown[0]!r}; it has: {', '.join(known) or 'none'}"
            )
        return sum(known[name] for name in names)


class SampleLayout:
    """The samples of one packet rule, compiled; parameters as :class:`PacketLayout`.

    Attributes
    ----------
    stride : int
        Bytes of one sample with all its quantities.
    acc, gyr : BlockLayout or None
        The quantities.
    """

    def __init__(self, samples: Samples, params: Mapping[str, float], nominal: Nominal) -> None:
        ranges = {"acc": nominal.acc_range_g, "gyr": nominal.gyr_range_dps or math.inf, "other": math.inf}
        blocks = [BlockLayout(block, params, ranges[block.quantity]) for block in samples.blocks]
        self._rule = samples
        self._planar = samples.layout == "planar"
        self.stride = sum(block.sample_bytes for block in blocks)
        self._before: dict[str, int] = {}
        for i, block in enumerate(blocks):
            self._before.setdefault(block.quantity, sum(each.sample_bytes for each in blocks[:i]))
        self.acc = next(block for block in blocks if block.quantity == "acc")
        self.gyr = next((block for block in blocks if block.quantity == "gyr"), None)
        self.fixed_count = samples.count if isinstance(samples.count, int) else None
        self.count_slot = SlotReader(samples.count) if isinstance(samples.count, Field) else None
        self.clip_limit_g = CLIP_SHARE * self.acc.limit

    def length(self, count: int) -> int:
        """Bytes of a frame with so many samples."""
        return self._rule.at + count * self.stride + self._rule.tail

    def count(self, frame: bytes, trailing: bool) -> int | Problem:
        """Number of samples in a frame, or why it cannot be read."""
        size = len(frame)
        if self.count_slot is not None:
            count = self.count_slot.read(frame)
        elif self.fixed_count is not None:
            count = self.fixed_count
        else:
            count, rest = divmod(size - self.length(0), self.stride)
            if rest and not trailing:
                return Problem(FaultKind.BAD_LENGTH, f"{size} bytes end inside a sample")
            return count
        want = self.length(count)
        if size < want:
            return Problem(FaultKind.TOO_SHORT, f"{size} bytes, but {count} samples need {want}")
        if size > want and not trailing:
            return Problem(FaultKind.TOO_LONG, f"{size} bytes, but {count} samples need {want}")
        return count

    def place(self, block: BlockLayout, count: int) -> tuple[int, int]:
        """Offset and stride of a quantity in a frame with so many samples."""
        before = self._before[block.quantity]
        if self._planar:
            return self._rule.at + before * count, block.sample_bytes
        return self._rule.at + before, self.stride


def _bit(flags: Flags | None, name: str | None) -> int:
    return 0 if flags is None or name is None else 1 << flags.bits.index(name)


def _from_24(raw: NDArray[np.generic], big: bool) -> NDArray[np.generic]:
    low, middle, high = np.moveaxis(raw[..., ::-1] if big else raw, -1, 0).astype(np.int32)
    sign = 1 << 23
    joined: NDArray[np.generic] = ((low | (middle << 8) | (high << 16)) ^ sign) - sign
    return joined


def _to_24(raw: FloatArray, big: bool) -> NDArray[np.generic]:
    words = raw.astype("<i4")[..., np.newaxis].view(np.uint8)[..., :3]
    return words[..., ::-1] if big else words
