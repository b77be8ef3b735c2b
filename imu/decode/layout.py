"""Where samples and fields lie in a frame: compiled once per profile, used to read and to write."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from imu.profiles.schema import Battery, Block, Condition, Flags, PacketRule
    from imu.profiles.values import Nominal

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]

__all__ = ["CLIP_SHARE", "PacketLayout", "SampleLayout", "SlotReader"]

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
        self._at = field.at
        packer = struct.Struct(struct_format(field.type))
        self._unpack, self._pack = packer.unpack_from, packer.pack_into
        self.limits = int_limits(field.type)

    def read(self, frame: bytes) -> int:
        """Return the number; the frame is long enough."""
        value: int = self._unpack(frame, self._at)[0]  # struct, too, counts negative offsets from the end
        return value

    def write(self, frame: bytearray, value: int) -> None:
        """Write the number's lowest bits, as a counter that wraps does."""
        low, high = self.limits
        wrapped = (value - low) % (high - low + 1) + low
        self._pack(frame, self._at, wrapped)


class Run:
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
        self.gain = np.repeat([_gain(block, params) for block in blocks], AXES)
        self.bias = np.repeat([block.offset * UNIT_FACTORS[block.unit] for block in blocks], AXES)
        self._has_bias = bool(self.bias.any())

    def read(self, buffer: bytes, count: int, at: int, stride: int) -> FloatArray | None:
        """Values of `count` samples, shape (count, width), in g or degrees per second; None if not finite."""
        raw = self._view(buffer, count, at, stride)
        if self._is_24:
            raw = _from_24(raw, self._big)
        elif self.is_float and not (np.abs(raw) < IMPLAUSIBLE).all():
            return None
        values: FloatArray = raw * self.gain
        if self._has_bias:
            values += self.bias
        return values

    def write(self, buffer: bytearray, at: int, stride: int, values: FloatArray) -> None:
        """Write values, shape (n, width), rounded to the nearest count."""
        raw = (values - self.bias) / self.gain
        if not self.is_float:
            raw = np.clip(np.rint(raw), *self.raw_limits)
        view = self._view(buffer, len(values), at, stride)
        view[...] = _to_24(raw, self._big) if self._is_24 else raw

    def _view(self, buffer: bytes | bytearray, count: int, at: int, stride: int) -> NDArray[Any]:
        if self._is_24:
            return np.ndarray((count, self.width, 3), self._dtype, buffer, at, (stride, 3, 1))
        return np.ndarray((count, self.width), self._dtype, buffer, at, (stride, self.item_bytes))


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
        self.battery_unknown = None if rule.battery is None else rule.battery.unknown
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
    has_gyr : bool
        Whether it holds angular rates.
    acc_limit_g, gyr_limit_dps : float
        Greatest values that it can hold: end of the range, or of the number type.
    fixed_count : int or None
        Samples of every frame, when the profile states a number.
    """

    def __init__(self, samples: Samples, params: Mapping[str, float], nominal: Nominal) -> None:
        self._rule, self._ranges = samples, nominal
        self._planar = samples.layout == "planar"
        groups = _group(samples.blocks, apart=self._planar)
        self._runs = [Run(blocks, params) for blocks in groups]
        self.stride = sum(run.sample_bytes for run in self._runs)
        self._before = [sum(run.sample_bytes for run in self._runs[:i]) for i in range(len(groups))]
        self._columns: dict[str, tuple[int, slice]] = {
            block.quantity: (i, slice(AXES * k, AXES * (k + 1)))
            for i, blocks in enumerate(groups)
            for k, block in enumerate(blocks)
        }
        self.has_gyr = "gyr" in self._columns
        self.acc_limit_g = self._limit("acc", nominal.acc_range_g)
        self.gyr_limit_dps = self._limit("gyr", nominal.gyr_range_dps or math.inf) if self.has_gyr else 0.0
        self._clip_limit_g = CLIP_SHARE * self.acc_limit_g
        self.fixed_count = samples.count if isinstance(samples.count, int) else None
        self.count_slot = SlotReader(samples.count) if isinstance(samples.count, Field) else None

    def length(self, count: int) -> int:
        """Bytes of a frame with so many samples."""
        return self._rule.at + count * self.stride + self._rule.tail

    def count(self, frame: bytes, trailing: bool) -> int | Problem:
        """Tell the number of samples in a frame, or why it cannot be read."""
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

    def read(self, frame: bytes, count: int) -> tuple[FloatArray, FloatArray | None] | None:
        """Acceleration in g and angular rate in degrees per second, shape (count, 3); None if not finite."""
        parts = []
        for i, run in enumerate(self._runs):
            values = run.read(frame, count, *self._place(i, count))
            if values is None:
                return None
            parts.append(values)
        at, columns = self._columns["acc"]
        acc_g = parts[at][:, columns]
        if not self.has_gyr:
            return acc_g, None
        at, columns = self._columns["gyr"]
        return acc_g, parts[at][:, columns]

    def write(self, frame: bytearray, acc_g: FloatArray, gyr_dps: FloatArray | None) -> tuple[bool, bool]:
        """Write samples, held at the ends of the ranges; tell whether acc and gyr reached theirs."""
        count = len(acc_g)
        parts = [np.zeros((count, run.width)) for run in self._runs]
        gyr_range_dps = self._ranges.gyr_range_dps or math.inf
        self._put(parts, "acc", np.clip(acc_g, -self._ranges.acc_range_g, self._ranges.acc_range_g))
        if gyr_dps is not None:
            self._put(parts, "gyr", np.clip(gyr_dps, -gyr_range_dps, gyr_range_dps))
        for i, run in enumerate(self._runs):
            run.write(frame, *self._place(i, count), parts[i])
        acc_reached = bool((np.abs(acc_g) >= self.acc_limit_g).any())
        return acc_reached, gyr_dps is not None and bool((np.abs(gyr_dps) >= self.gyr_limit_dps).any())

    def clipped(self, acc_g: FloatArray) -> BoolArray:
        """Tell which samples, shape (n,), have an axis at the end of the range."""
        size = np.abs(acc_g)
        if size.item(size.argmax()) < self._clip_limit_g:  # argmax is much quicker than max or any
            return np.zeros(len(acc_g), np.bool_)
        found: BoolArray = np.logical_or.reduce(size >= self._clip_limit_g, axis=1)
        return found

    def _put(self, parts: list[FloatArray], quantity: str, values: FloatArray) -> None:
        at, columns = self._columns[quantity]
        parts[at][:, columns] = values

    def _place(self, run: int, count: int) -> tuple[int, int]:
        """Offset and stride of a run in a frame with so many samples."""
        if self._planar:
            return self._rule.at + self._before[run] * count, self._runs[run].sample_bytes
        return self._rule.at + self._before[run], self.stride

    def _limit(self, quantity: str, range_limit: float) -> float:
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


def _gain(block: Block, params: Mapping[str, float]) -> float:
    scale = value_of(block.scale, params)
    if not scale > 0:
        raise UsageError(f"the scale of `{block.quantity}` is {scale!r}; it must be positive")
    return scale * UNIT_FACTORS[block.unit]


def _bit(flags: Flags | None, name: str | None) -> int:
    return 0 if flags is None or name is None else 1 << flags.bits.index(name)


def _from_24(raw: NDArray[Any], big: bool) -> NDArray[Any]:
    low, middle, high = np.moveaxis(raw[..., ::-1] if big else raw, -1, 0).astype(np.int32)
    sign = 1 << 23
    joined: NDArray[Any] = ((low | (middle << 8) | (high << 16)) ^ sign) - sign
    return joined


def _to_24(raw: FloatArray, big: bool) -> NDArray[Any]:
    words = raw.astype("<i4")[..., np.newaxis].view(np.uint8)[..., :3]
    return words[..., ::-1] if big else words
