"""One whole number of a frame."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from imu.profiles.wire import int_limits, struct_format

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from imu.profiles.packets import Battery, Condition, Field, Flags, Reading

__all__ = ["SlotReader"]

_WIDEST = 8


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
        self._dtype = np.dtype(packer.format)
        self._unpack, self._pack = packer.unpack_from, packer.pack_into
        self.limits = int_limits(field.type)

    def read(self, frame: bytes) -> int:
        """Return the number; the frame is long enough."""
        value: int = self._unpack(frame, self._at)[0]  # struct, too, counts negative offsets from the end
        return value

    def column(self, data: NDArray[np.uint8]) -> NDArray[Any] | None:
        """Return the numbers of many frames side by side, shape (m, length); None when they are too short."""
        count, length = data.shape
        at = self._at if self._at >= 0 else length + self._at
        if at < 0 or at + self._dtype.itemsize > length:
            return None
        return np.ndarray((count,), self._dtype, data, at, (length,))

    def masked(self, data: NDArray[np.uint8], mask: int) -> NDArray[Any] | None:
        """Return ``number & mask`` of many frames; None when they are too short."""
        column = self.column(data)
        if column is None:
            return None
        masked: NDArray[Any] = column.astype(object if column.itemsize == _WIDEST else np.int64) & mask
        return masked

    def write(self, frame: bytearray, value: int) -> None:
        """Write the number's lowest bits, as a counter that wraps does."""
        low, high = self.limits
        wrapped = (value - low) % (high - low + 1) + low
        self._pack(frame, self._at, wrapped)
