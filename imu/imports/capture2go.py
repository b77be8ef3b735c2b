"""Recordings of the Capture2Go IMU: frames of its protocol one after the other, each with a checksum.

The maker's SDK (capture2go 1.0.1, MIT) and its "Capture2Go Communication Protocol" describe them. A stored
file holds the same frames as the radio sends, without the counts of priority frames.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.errors import TableError
from imu.imports.layouts import Acc, Gyr, Layout, Time
from imu.imports.reading import Columns
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.imports.reading import Member

__all__ = ["CAPTURE2GO_LAYOUT", "is_capture2go", "read_capture2go"]

MAX_BYTES = 64 << 20
"""Four hours of six axes and magnetometer at 200 Hz."""

MAX_DAMAGED_BYTES = 1 << 18
"""More bytes than this outside sound frames: no recording, or one that is not worth reading."""

_START = 2
_HEAD = struct.Struct("<BIBH")
_CHECKED_FROM = 6
_ACC_CLIPPED = 0x04
_G_MPS2 = 9.81
"""The maker's g, by which its scale factors are stated."""

_ACC_NAMES, _GYR_NAMES = ("acc_x", "acc_y", "acc_z"), ("gyr_x", "gyr_y", "gyr_z")

CAPTURE2GO_LAYOUT = Layout(
    title="Capture2Go (recording)",
    time=Time("timestamp", "ns", since_1970=True),
    acc=Acc(_ACC_NAMES, "g"),
    gyr=Gyr(_GYR_NAMES, "dps"),
    range_g=16.0,
)


class _Kind(NamedTuple):
    """One kind of data frame: payload, scales to g and degrees per second, samples in it and their rate."""

    dtype: np.dtype[np.void]
    acc_scale: float
    gyr_scale: float
    rate_hz: int


def _packed(type_: str, samples: int, *, mag: bool, tail_bytes: int) -> np.dtype[np.void]:
    """Return the layout of a payload; `tail_bytes` of orientation come before the flags."""
    vectors = ["gyr", "acc", *(["mag"] if mag else [])]
    return np.dtype(
        [
            ("t_ns", "<i8"),
            *((name, type_, (samples, 3)) for name in vectors),
            ("tail", f"V{tail_bytes}"),
            ("flags", "u1"),
        ]
    )


_RATES_HZ = {1: 200, 2: 100, 3: 50, 4: 25, 5: 10, 6: 1}
_FIXED = (16.0 / 32768.0, 2000.0 / 32768.0)
_FORMATS = {
    0x0220: _packed("<i2", 8, mag=True, tail_bytes=10),
    0x0230: _packed("<i2", 8, mag=False, tail_bytes=10),
    0x0240: _packed("<i2", 1, mag=True, tail_bytes=10),
    0x0250: _packed("<i2", 1, mag=False, tail_bytes=10),
}
KINDS = {
    base + number: _Kind(dtype, *_FIXED, rate_hz)
    for base, dtype in _FORMATS.items()
    for number, rate_hz in _RATES_HZ.items()
}
KINDS[0x0261] = _Kind(
    np.dtype([*_packed("<f4", 1, mag=True, tail_bytes=22).descr, ("padding", "V5")]),
    1.0 / _G_MPS2,
    float(np.rad2deg(1.0)),
    200,
)


def is_capture2go(member: Member) -> bool:
    """Whether a file begins with a sound frame."""
    with member.open() as file:
        data = file.read(_HEAD.size + 255)
    return _frame_end(data, 0) > 0


def read_capture2go(member: Member) -> tuple[Columns, tuple[str, ...]]:
    """Read a recording.

    Parameters
    ----------
    member : Member
        The file.

    Returns
    -------
    columns : Columns
        With the names of :data:`CAPTURE2GO_LAYOUT`.
    notes : tuple of str
        What was damaged, clipped or left out.

    Raises
    ------
    TableError
        Too long, too damaged, or without raw samples.
    """
    with member.open() as file:
        data = file.read(MAX_BYTES + 1) if member.path.stat().st_size <= MAX_BYTES else None
    if data is None or len(data) > MAX_BYTES:
        raise TableError(f"is longer than {MAX_BYTES >> 20} MB: not read", path=member.label)
    payloads: dict[int, list[bytes]] = {}
    sound_bytes = 0
    for begin, end in _frames(data, member.label):
        sound_bytes += end - begin
        kind = KINDS.get(int.from_bytes(data[begin + _CHECKED_FROM : begin + _HEAD.size], "little"))
        if kind is not None and end - begin - _HEAD.size == kind.dtype.itemsize:
            header = int.from_bytes(data[begin + _CHECKED_FROM : begin + _HEAD.size], "little")
            payloads.setdefault(header, []).append(data[begin + _HEAD.size : end])
    if not payloads:
        raise TableError(
            "holds no raw samples: record with a packed, fixed or float mode, not orientations alone",
            path=member.label,
        )
    chosen = max(payloads, key=lambda header: (KINDS[header].rate_hz, len(payloads[header]), header))
    columns, notes = _columns(KINDS[chosen], payloads[chosen])
    if len(payloads) > 1:
        notes.append(f"the recording holds {len(payloads)} kinds of raw samples: the fastest one was taken")
    if damaged := len(data) - sound_bytes:
        notes.append(f"{damaged} damaged bytes of the recording were left out")
    return columns, tuple(notes)


def _frame_end(data: bytes, at: int) -> int:
    """End of the frame that begins here; 0 when none does."""
    if at + _HEAD.size > len(data) or data[at] != _START:
        return 0
    _, checksum, payload_bytes, _ = _HEAD.unpack_from(data, at)
    end = at + _HEAD.size + payload_bytes
    return end if end <= len(data) and zlib.crc32(data[at + _CHECKED_FROM : end]) == checksum else 0


def _frames(data: bytes, label: str) -> Iterator[tuple[int, int]]:
    """Sound frames; what lies between them is looked through byte by byte, but not for ever."""
    at, tried = 0, 0
    while 0 <= at < len(data):
        end = _frame_end(data, at)
        if end:
            yield at, end
            at = end
            continue
        tried += 1
        if tried > MAX_DAMAGED_BYTES:
            raise TableError("is no Capture2Go recording, or too damaged to be read", path=label)
        at = data.find(_START, at + 1)


def _columns(kind: _Kind, payloads: list[bytes]) -> tuple[Columns, list[str]]:
    """Put the samples in order of time, one of each time, and say what the sensor marked."""
    rows = np.frombuffer(b"".join(payloads), kind.dtype)
    samples = rows["acc"].shape[1]
    t_ns = rows["t_ns"][:, None] + np.arange(samples) * (NS_PER_S // kind.rate_hz)
    t_ns, order = np.unique(t_ns.reshape(-1), return_index=True)
    acc_g = (rows["acc"].reshape(-1, 3) * kind.acc_scale)[order]
    gyr_dps = (rows["gyr"].reshape(-1, 3) * kind.gyr_scale)[order]
    values = dict(zip(_ACC_NAMES, acc_g.T, strict=True)) | dict(zip(_GYR_NAMES, gyr_dps.T, strict=True))
    clipped = int(np.count_nonzero(rows["flags"] & _ACC_CLIPPED))
    notes = []
    if clipped:
        notes.append(f"the sensor marked {clipped} of {len(rows)} frames: beyond its 16 g before it filtered")
    return Columns(t_ns, values), notes
