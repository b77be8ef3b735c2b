"""One whole number of a frame."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from imu.profiles.wire import int_limits, struct_format

if TYPE_CHECKING:
    from imu.profiles.packets import Battery, Condition, Field, Flags, Reading

__all__ = ["SlotReader"]


class SlotReader:
    """Reads and writes one whole number of a frame.

    Parameters
    ----------
    field : Field, Battery, Flags, Condition or Reading
        Offset and type.
    """

    def __init__(self, field: Field | Battery | Flags | Condition | Reading) -> None:
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
