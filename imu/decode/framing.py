"""Notifications to frames and back: one notification each, a byte stream, or parts that go on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.decode.checksums import Checksum
from imu.errors import UsageError
from imu.model import FaultKind
from imu.profiles.base import MAX_FRAME
from imu.profiles.framings import Continued, Framing, Notification, Stream
from imu.profiles.values import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imu.profiles.framings import Check

__all__ = ["Framer", "Problem", "make_framer"]


class Problem(NamedTuple):
    """Bytes that are no frame, or a frame that cannot be used."""

    kind: FaultKind
    detail: str


class Framer(ABC):
    """One kind of framing; it holds no state: what is unfinished is handed in and out by the caller.

    Parameters
    ----------
    check : Check or None
        Checksum of a frame.
    """

    def __init__(self, check: Check | None) -> None:
        self._checksum = None if check is None else Checksum(check)

    @abstractmethod
    def split(self, payload: bytes, pending: bytearray) -> list[bytes | Problem]:
        """Frames and problems that end in this notification; `pending` keeps the unfinished rest."""

    @abstractmethod
    def join(self, frame: bytearray, payload_bytes: int) -> list[bytes]:
        """Notifications that carry a frame: the inverse of :meth:`split`."""

    def _checked(self, frame: bytes) -> bytes | Problem:
        if self._checksum is None or self._checksum.good(frame):
            return frame
        return Problem(FaultKind.BAD_CHECKSUM, f"checksum of a frame of {len(frame)} bytes is wrong")

    def _seal(self, frame: bytearray) -> bytes:
        if self._checksum is not None:
            self._checksum.write(frame)
        return bytes(frame)


class NotificationFramer(Framer):
    """Each notification is one frame."""

    def split(self, payload: bytes, pending: bytearray) -> list[bytes | Problem]:  # noqa: ARG002 - never any
        """See :class:`Framer`."""
        return [self._checked(payload)]

    def sound(self, data: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Tell which of many notifications side by side, shape (m, length), have a good checksum."""
        if self._checksum is None:
            return np.ones(len(data), np.bool_)
        good, joined, length = self._checksum.good, data.tobytes(), data.shape[1]
        return np.array([good(joined[at : at + length]) for at in range(0, len(joined), length)], np.bool_)

    def join(self, frame: bytearray, payload_bytes: int) -> list[bytes]:  # noqa: ARG002 - a frame fits
        """See :class:`Framer`."""
        return [self._seal(frame)]


class ContinuedFramer(Framer):
    """A first part, then further parts until the frame is complete."""

    def __init__(self, rule: Continued, length: int | None) -> None:
        super().__init__(rule.check)
        self._rule, self._length = rule, length

    def split(self, payload: bytes, pending: bytearray) -> list[bytes | Problem]:
        """See :class:`Framer`."""
        rule = self._rule
        if len(payload) < rule.header:
            return [Problem(FaultKind.TOO_SHORT, f"{len(payload)} bytes are no part of a frame")]
        found: list[bytes | Problem] = []
        code = payload[rule.code_at]
        if code == rule.first:
            if pending:
                found.append(self._cut_off(pending))
            pending[:] = payload
        elif code != rule.next:
            return [payload]
        elif not pending:
            return [Problem(FaultKind.OUT_OF_SYNC, "a further part came without its first part")]
        else:
            pending += payload[rule.header :]
        if self._is_whole(len(payload), len(pending)):
            found.append(self._checked(bytes(pending)))
            pending.clear()
        return found

    def join(self, frame: bytearray, payload_bytes: int) -> list[bytes]:
        """See :class:`Framer`."""
        rule = self._rule
        frame[rule.code_at] = rule.first
        data = self._seal(frame)
        size = payload_bytes if rule.part_bytes is None else min(payload_bytes, rule.part_bytes)
        header = bytearray(data[: rule.header])
        header[rule.code_at] = rule.next
        step = size - rule.header
        rest = [data[i : i + step] for i in range(size, len(data), step)]
        return [data[:size], *(bytes(header) + part for part in rest)]

    def _is_whole(self, part: int, total: int) -> bool:
        if self._length is not None:
            return total >= self._length
        return part < (self._rule.part_bytes or 0) or total >= MAX_FRAME

    def _cut_off(self, pending: bytearray) -> bytes | Problem:
        """Judge a frame whose end did not come; one that ends with a full part may be whole all the same."""
        if self._length is None and len(pending) == self._rule.part_bytes:
            return self._checked(bytes(pending))
        return Problem(FaultKind.TOO_SHORT, f"a frame broke off after {len(pending)} bytes")


class StreamFramer(Framer):
    """Slices of a byte stream: frames begin with sync bytes and are told by length, fixed bytes, checksum."""

    def __init__(self, rule: Stream) -> None:
        super().__init__(rule.check)
        self._rule, self._sync = rule, bytes.fromhex(rule.sync)

    def split(self, payload: bytes, pending: bytearray) -> list[bytes | Problem]:
        """See :class:`Framer`."""
        found: list[bytes | Problem] = []
        pending += self._overtaking(payload, found) if self._rule.priority else payload
        skipped = 0
        while True:
            skipped += self._skip_to_sync(pending)
            length = self._length(pending)
            if length is None or len(pending) < length:
                break
            frame = bytes(pending[:length])
            checked = self._checked(frame) if self._plausible(frame) else None
            if isinstance(checked, bytes):
                del pending[:length]
                found.append(checked)
                continue
            if checked is not None and not skipped:  # of the bytes after it each could be a false start
                found.append(checked)
            del pending[:1]
            skipped += 1
        if skipped:
            found.append(Problem(FaultKind.OUT_OF_SYNC, f"{skipped} bytes of the stream belong to no frame"))
        return found

    def join(self, frame: bytearray, payload_bytes: int) -> list[bytes]:
        """See :class:`Framer`."""
        rule = self._rule
        frame[: len(self._sync)] = self._sync
        if rule.length_at is not None:
            frame[rule.length_at] = len(frame) - rule.length_add
        for valid in rule.valid:
            if frame[valid.at] not in valid.among:
                frame[valid.at] = valid.among[0]
        data = self._seal(frame)
        lead = b"\xff" if rule.priority else b""
        step = payload_bytes - len(lead)
        return [lead + data[i : i + step] for i in range(0, len(data), step)]

    def overtake(self, frame: bytearray, notification: bytes = b"\xff") -> bytes:
        """Put a frame before the slice of the stream in a notification, as a priority frame."""
        if not self._rule.priority:
            raise UsageError("this framing knows no priority frames")
        count = 0xFF - notification[0] + 1
        ahead = self.join(frame, MAX_FRAME)[0][1:]
        end = 1
        for _ in range(count - 1):
            end += self._length(notification[end:]) or 0
        return bytes([0xFF - count]) + notification[1:end] + ahead + notification[end:]

    def _overtaking(self, payload: bytes, found: list[bytes | Problem]) -> bytes:
        """Take the priority frames off the front; return the slice of the stream."""
        count, rest = 0xFF - (payload[0] if payload else 0xFF), payload[1:]
        for _ in range(count):
            length = self._length(rest) if rest.startswith(self._sync) else None
            if length is None or len(rest) < length:
                found.append(
                    Problem(FaultKind.BAD_LENGTH, "a priority frame does not end in its notification")
                )
                return b""
            found.append(self._checked(rest[:length]))
            rest = rest[length:]
        return rest

    def _skip_to_sync(self, pending: bytearray) -> int:
        at = pending.find(self._sync)
        if at < 0:
            keep = next(k for k in range(len(self._sync) - 1, -1, -1) if pending.endswith(self._sync[:k]))
            at = len(pending) - keep
        del pending[:at]
        return at

    def _length(self, data: bytes | bytearray) -> int | None:
        rule = self._rule
        if rule.length is not None:
            return rule.length
        at = rule.length_at or 0
        return data[at] + rule.length_add if len(data) > at else None

    def _plausible(self, frame: bytes) -> bool:
        return all(frame[valid.at] in valid.among for valid in self._rule.valid)


def make_framer(framing: Framing, params: Mapping[str, float]) -> Framer:
    """Framer for what a profile says.

    Parameters
    ----------
    framing : Framing
        The profile's table for one role.
    params : mapping of str to float
        Values of all parameters.

    Returns
    -------
    Framer
        It holds no state and can be shared.
    """
    if isinstance(framing, Notification):
        return NotificationFramer(framing.check)
    if isinstance(framing, Continued):
        length = None if framing.length is None else int(value_of(framing.length, params))
        return ContinuedFramer(framing, length)
    return StreamFramer(framing)
