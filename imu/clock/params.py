"""Parameters of a timeline: what a firmware profile says of time and sequence numbers."""

from __future__ import annotations

import math
from typing import Literal, Protocol, Self

import msgspec

from imu.errors import UsageError
from imu.typed import ready
from imu.units import NS_PER_MS, NS_PER_S

__all__ = ["ProfileLike", "SeqRuleLike", "TimeRuleLike", "TimelineParams"]


class TimeRuleLike(Protocol):
    """Time rule of a profile: where device time comes from and how it is counted."""

    @property
    def source(self) -> str:
        """``"packet"``, ``"count"`` or ``"arrival"``."""

    @property
    def unit_ns(self) -> int:
        """Length of one count, ns."""

    @property
    def wrap_bits(self) -> int:
        """Width of the counter."""

    @property
    def marks(self) -> str:
        """``"first"`` or ``"last"``: the sample of a packet that the counter speaks of."""


class SeqRuleLike(Protocol):
    """Sequence rule of a profile."""

    @property
    def bits(self) -> int:
        """Width of the number."""

    @property
    def counts(self) -> str:
        """``"packets"`` or ``"samples"``."""


class ProfileLike(Protocol):
    """The two parts of a firmware profile that a timeline reads."""

    @property
    def time(self) -> TimeRuleLike:
        """Time rule."""

    @property
    def seq(self) -> SeqRuleLike | None:
        """Sequence rule, None when packets carry no number."""


class TimelineParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`imu.clock.Timeline`.

    Attributes
    ----------
    rate_hz : float
        Nominal sampling rate, Hz.
    unit_ns : int
        Length of one count of the device clock, ns.
    wrap_bits : int
        Width of the device counter.
    marks : {"first", "last"}
        Sample of a packet that the counter speaks of.
    source : {"packet", "count", "arrival"}
        ``"packet"``: packets carry device time. Otherwise device time is the number of samples at the nominal
        rate, and the fit against the host's clock finds the true rate.
    seq_bits : int or None
        Width of the sequence number, None without one.
    seq_counts : {"packets", "samples"}
        What the sequence number counts; of samples it is the number of the first one in the packet.

    Raises
    ------
    UsageError
        If a value is out of range.
    """

    rate_hz: float
    unit_ns: int = NS_PER_MS
    wrap_bits: int = 32
    marks: Literal["first", "last"] = "last"
    source: Literal["packet", "count", "arrival"] = "packet"
    seq_bits: int | None = None
    seq_counts: Literal["packets", "samples"] = "packets"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise UsageError(f"rate_hz is {self.rate_hz}: give a rate above 0 Hz.")
        if self.source == "packet" and (self.unit_ns < 1 or self.wrap_bits < 1):
            raise UsageError(f"unit_ns is {self.unit_ns}, wrap_bits {self.wrap_bits}: both must be above 0.")
        if self.seq_bits is not None and self.seq_bits < 1:
            raise UsageError(f"seq_bits is {self.seq_bits}: give at least 1 or None.")

    @classmethod
    def from_profile(cls, profile: ProfileLike, rate_hz: float) -> Self:
        """Take the time and sequence rules of a firmware profile.

        Parameters
        ----------
        profile : ProfileLike
            A loaded profile.
        rate_hz : float
            Nominal sampling rate in force, Hz.

        Returns
        -------
        TimelineParams
            The parameters.

        Raises
        ------
        UsageError
            If a value is out of range.
        """
        time, seq = profile.time, profile.seq
        fields = {
            "rate_hz": rate_hz,
            "unit_ns": time.unit_ns,
            "wrap_bits": time.wrap_bits,
            "marks": time.marks,
            "source": time.source,
            "seq_bits": None if seq is None else seq.bits,
            "seq_counts": "packets" if seq is None else seq.counts,
        }
        return msgspec.convert(fields, cls)

    @property
    def period_ns(self) -> float:
        """Nominal time between samples, ns."""
        return NS_PER_S / self.rate_hz

    @property
    def observes_loss(self) -> bool:
        """Whether lost samples can be told at all."""
        return self.seq_bits is not None or self.source == "packet"


ready(TimelineParams)
