"""Checksums of frames, by the kinds that a profile can name."""

from __future__ import annotations

import binascii
import functools
import operator
import zlib
from typing import TYPE_CHECKING

from imu.profiles.checks_packets import CHECK_SIZES

if TYPE_CHECKING:
    from collections.abc import Callable

    from imu.profiles.framings import Check

__all__ = ["Checksum"]

CRC16_START = 0xFFFF


def _crc16(data: bytes) -> int:
    return binascii.crc_hqx(data, CRC16_START)


def _sum8(data: bytes) -> int:
    return sum(data) & 0xFF


def _xor8(data: bytes) -> int:
    return functools.reduce(operator.xor, data, 0)


FUNCTIONS: dict[str, Callable[[bytes], int]] = {
    "crc32": zlib.crc32,
    "crc16": _crc16,
    "sum8": _sum8,
    "xor8": _xor8,
}


class Checksum:
    """Tests and writes the checksum of a frame.

    Parameters
    ----------
    check : Check
        What the profile says of it.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._size = CHECK_SIZES[check.kind]
        self._compute = FUNCTIONS[check.kind]

    def good(self, frame: bytes) -> bool:
        """Whether the frame holds the checksum of its own bytes; a frame too short for it does not."""
        check, size = self._check, self._size
        at = check.at if check.at >= 0 else len(frame) + check.at
        end = len(frame) + check.end
        if at < 0 or at + size > len(frame) or end < check.begin:
            return False
        return self._compute(frame[check.begin : end]) == int.from_bytes(frame[at : at + size], "little")

    def write(self, frame: bytearray) -> None:
        """Put the checksum into a frame that is otherwise complete."""
        check = self._check
        at = check.at if check.at >= 0 else len(frame) + check.at
        value = self._compute(bytes(frame[check.begin : len(frame) + check.end]))
        frame[at : at + self._size] = value.to_bytes(self._size, "little")
