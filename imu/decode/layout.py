"""What a packet rule says of a frame: compiled once per profile, used to read and to write."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from imu.decode.samples import SampleLayout
from imu.decode.slots import SlotReader
from imu.errors import UsageError
from imu.profiles.checks_packets import least_length
from imu.profiles.values import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imu.profiles.packets import Battery, Flags, PacketRule
    from imu.profiles.values import Nominal

__all__ = ["BatteryReader", "PacketLayout"]

GREATEST_PERCENT = 100


class PacketLayout:
    """One packet rule, compiled.

    Parameters
    ----------
    rule : PacketRule
        What the profile says.
    params : mapping of str to float
        Values of all parameters.
    nominal : Nominal or None
        Ends of the ranges; None for a rule without samples.
    """

    def __init__(self, rule: PacketRule, params: Mapping[str, float], nominal: Nominal | None) -> None:
        self.rule = rule
        self.least = least_length(rule)
        self._when = [
            (SlotReader(when), -1 if when.mask is None else when.mask, int(value_of(when.eq, params)))
            for when in rule.when
        ]
        self.counter = None if rule.counter is None else SlotReader(rule.counter)
        self.seq = None if rule.seq is None else SlotReader(rule.seq)
        self.battery = None if rule.battery is None else BatteryReader(rule.battery)
        self._readings = [(each, SlotReader(each)) for each in rule.readings]
        self.flags = None if rule.flags is None else SlotReader(rule.flags)
        self.samples = None
        if rule.samples is not None and nominal is not None:
            self.samples = SampleLayout(rule.samples, params, nominal)
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

    def matched(self, data: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Tell of many frames side by side, shape (m, length), what :meth:`matches` tells of one."""
        found = np.ones(len(data), np.bool_)
        for slot, mask, wanted in self._when:
            numbers = slot.masked(data, mask)
            found &= False if numbers is None else (numbers == wanted).astype(np.bool_)
        return found

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

    def readings(self, frame: bytes) -> dict[str, float]:
        """Values that the sensor computed, by name."""
        return {
            each.name: (slot.read(frame) & (-1 if each.mask is None else each.mask)) * each.scale
            for each, slot in self._readings
        }

    def write_readings(self, frame: bytearray, values: Mapping[str, float]) -> None:
        """Put values in; inverse of :meth:`readings`. Of a masked value only the mask's bits are changed."""
        for each, slot in self._readings:
            number = round(values.get(each.name, 0.0) / each.scale)
            if each.mask is not None:
                number = slot.read(bytes(frame)) & ~each.mask | number & each.mask
            slot.write(frame, number)


class BatteryReader:
    """Charge in percent from a number of the frame.

    Parameters
    ----------
    battery : Battery
        What the profile says.
    """

    def __init__(self, battery: Battery) -> None:
        self._rule, self._slot = battery, SlotReader(battery)
        self._mask = self._slot.limits[1] if battery.mask is None else battery.mask

    def read(self, frame: bytes) -> float | None:
        """Charge in percent; None when the frame says nothing."""
        raw, rule = self._slot.read(frame), self._rule
        if raw == rule.unknown:
            return None
        told = raw & self._mask
        if rule.table:
            return next((percent for least, percent in reversed(rule.table) if told >= least), 0.0)
        return float(told) if 0 <= told <= GREATEST_PERCENT else None

    def column(self, data: NDArray[np.uint8]) -> NDArray[Any] | None:
        """Return the numbers as they stand in many frames side by side, shape (m, length)."""
        return self._slot.column(data)

    def write(self, frame: bytearray, percent: float | None) -> None:
        """Write a charge, as near as the sensor can tell it."""
        rule = self._rule
        if percent is None:
            raw = self._mask if rule.unknown is None else rule.unknown
        elif rule.table:
            raw = min(rule.table, key=lambda row: abs(row[1] - percent))[0]
        else:
            raw = round(percent)
        self._slot.write(frame, raw)


def _bit(flags: Flags | None, name: str | None) -> int:
    return 0 if flags is None or name is None else 1 << flags.bits.index(name)
