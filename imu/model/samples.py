"""Samples, and the values that stand where samples are missing or bad."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["Fault", "FaultKind", "Gap", "RawBatch", "RawGyro", "SampleBatch", "SensorStatus"]


class SampleBatch(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Consecutive samples of one sensor in its own (sensor) frame.

    Attributes
    ----------
    sensor : str
        Identity of the sensor inside the session.
    index0 : int
        Number of the first sample, counted by the sensor (lost samples are counted too).
    t_ns : ndarray of int64, shape (n,)
        Time of each sample, ns; device clock after decoding, host clock after :mod:`imu.clock`.
    acc_g : ndarray of float64, shape (n, 3)
        Specific force in g: a still sensor reads 1 g along "up".
    gyr_dps : ndarray of float64, shape (n, 3), or None
        Angular rate in degrees per second, or None when the sensor has no gyroscope.
    clipped : ndarray of bool, shape (n,)
        True where any accelerometer axis is at the end of its range.
    """

    sensor: str
    index0: int
    t_ns: IntArray
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    clipped: BoolArray

    def __len__(self) -> int:
        return len(self.t_ns)


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Samples that never came: ``[start_ns, end_ns)`` on the same clock as the samples around it.

    Attributes
    ----------
    lost : int
        Number of samples missing; -1 when it cannot be known (a restart, a sensor without a clock).
    reason : str
        ``"lost"``, ``"restart"`` or ``"silence"``.
    """

    sensor: str
    index0: int
    start_ns: int
    end_ns: int
    lost: int
    reason: str


class FaultKind(enum.StrEnum):
    """Why bytes from a sensor could not be used."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    BAD_CHECKSUM = "bad_checksum"
    BAD_LENGTH = "bad_length"
    UNKNOWN_PACKET = "unknown_packet"
    UNKNOWN_CHANNEL = "unknown_channel"
    OUT_OF_SYNC = "out_of_sync"
    NOT_FINITE = "not_finite"
    IMPLAUSIBLE = "implausible"
    UNPAIRED = "unpaired"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    TIME_BACKWARDS = "time_backwards"


class Fault(msgspec.Struct, frozen=True, gc=False):
    """Bad data, told as a value: it is counted and shown, never raised."""

    sensor: str
    arrival_ns: int
    kind: FaultKind
    detail: str = ""


class SensorStatus(msgspec.Struct, frozen=True, gc=False):
    """What a sensor says of itself, besides its samples.

    Attributes
    ----------
    sensor : str
        Identity of the sensor inside the session.
    arrival_ns : int
        Host's monotonic clock on arrival, ns.
    battery_percent : float or None
        Charge as last told, percent; None when nothing is known of it.
    flags : tuple of str
        Names of the status flags that are set.
    readings : dict of str to float
        Values that the sensor itself computed, by a name that ends in the unit, e.g. ``speed_mps``,
        ``cadence_spm`` or ``stride_length_m`` of the Running Speed and Cadence service.
    texts : dict of str to str
        What it says of itself in words, e.g. ``serial_number``.
    """

    sensor: str
    arrival_ns: int
    battery_percent: float | None = None
    flags: tuple[str, ...] = ()
    readings: dict[str, float] = {}
    texts: dict[str, str] = {}


class RawBatch(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What one frame of a sensor held, with the sensor's counters as they came.

    Attributes
    ----------
    sensor : str
        Identity of the sensor inside the session.
    arrival_ns : int
        Host's monotonic clock when the packet that completed the frame arrived, ns.
    seq : int or None
        Sequence number in the frame, still wrapped; None when the format has none.
    counter : int or None
        Device time in the frame, in the profile's unit, still wrapped; None when the format has none.
    acc_g, gyr_dps, clipped
        As in :class:`SampleBatch`.
    """

    sensor: str
    arrival_ns: int
    seq: int | None
    counter: int | None
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    clipped: BoolArray

    def __len__(self) -> int:
        return len(self.acc_g)


class RawGyro(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Angular rates of a sensor that sends them apart from the acceleration.

    Attributes
    ----------
    sensor, arrival_ns, seq, counter, gyr_dps
        As in :class:`RawBatch`.
    """

    sensor: str
    arrival_ns: int
    seq: int | None
    counter: int | None
    gyr_dps: FloatArray

    def __len__(self) -> int:
        return len(self.gyr_dps)
