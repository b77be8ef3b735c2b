"""Samples to packets by a firmware profile: what a sensor with that firmware would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.decode.framing import make_framer
from imu.decode.layout import PacketLayout
from imu.errors import UsageError
from imu.profiles.schema import Continued, Notification, Stream
from imu.profiles.values import nominal, resolve_params, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from imu.decode.layout import SampleLayout
    from imu.profiles import Profile

__all__ = ["Encoder", "samples_per_packet"]

AXES = 3
GREATEST_LENGTH_BYTE = 255


class Encoder:
    """Encodes samples; the inverse of :class:`imu.decode.Decoder`, for simulators and tests.

    The first packet rule with samples is used that has a gyroscope exactly when one is given.

    Parameters
    ----------
    profile : Profile
        Firmware profile of the sensor.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults.

    Raises
    ------
    UsageError
        A parameter that the profile does not have or allow.
    """

    def __init__(self, profile: Profile, params: Mapping[str, float] | None = None) -> None:
        self._values = values = resolve_params(profile, params)
        ranges = nominal(profile, params)
        self.profile = profile
        self._layouts = [PacketLayout(rule, values, ranges) for rule in profile.packet if rule.samples]
        self._framers = {
            layout.rule.role: make_framer(profile.framing.get(layout.rule.role, Notification()), values)
            for layout in self._layouts
        }

    def encode(
        self,
        counter: int,
        seq: int,
        acc_g: ArrayLike,
        gyr_dps: ArrayLike | None = None,
        *,
        battery_percent: float | None = None,
        flags: tuple[str, ...] = (),
    ) -> list[bytes]:
        """Notifications of one frame.

        Parameters
        ----------
        counter : int
            Device time of the sample that the profile marks, in the profile's ticks; wraps as in the sensor.
        seq : int
            Sequence number; wraps as in the sensor.
        acc_g : array_like, shape (n, 3)
            Specific force, g; held at the end of the range, as a sensor does.
        gyr_dps : array_like, shape (n, 3), optional
            Angular rate, degrees per second.
        battery_percent : float, optional
            Charge, percent; None = unknown.
        flags : tuple of str
            Status flags by name; those of clipping are set by the samples.

        Returns
        -------
        list of bytes
            Usually one notification.

        Raises
        ------
        UsageError
            Samples of the wrong shape, not finite or too many, or a flag that the profile does not have.
        """
        acc = _samples("acc_g", acc_g)
        gyr = None if gyr_dps is None else _samples("gyr_dps", gyr_dps)
        if gyr is not None and len(gyr) != len(acc):
            raise UsageError(f"acc_g has {len(acc)} samples but gyr_dps has {len(gyr)}; give as many of both")
        layout, samples = self._choose(gyr is not None)
        self._check_count(layout, samples, len(acc))
        frame = bytearray(samples.length(len(acc)))
        layout.mark(frame)
        acc_reached, gyr_reached = samples.write(frame, acc, gyr)
        clip = layout.acc_clip * acc_reached | layout.gyr_clip * gyr_reached
        _write_head(layout, samples, frame, (counter, seq, len(acc), layout.status_value(flags) | clip))
        _write_battery(layout, frame, battery_percent)
        return self._framers[layout.rule.role].join(frame, self.profile.link.payload_bytes)

    def _choose(self, has_gyr: bool) -> tuple[PacketLayout, SampleLayout]:
        for layout in self._layouts:
            if layout.samples is not None and layout.samples.has_gyr == has_gyr:
                return layout, layout.samples
        what = "with" if has_gyr else "without"
        raise UsageError(f"profile {self.profile.id!r} has no packet {what} a gyroscope")

    def count_range(self, layout: PacketLayout, samples: SampleLayout) -> tuple[int, int]:
        """Least and greatest number of samples in a frame of this packet rule."""
        if samples.fixed_count is not None:
            return samples.fixed_count, samples.fixed_count
        framing = self.profile.framing.get(layout.rule.role, Notification())
        room = self.profile.link.payload_bytes
        if isinstance(framing, Stream):
            room = framing.length or GREATEST_LENGTH_BYTE + framing.length_add
        elif isinstance(framing, Continued):
            room = int(value_of(framing.length, self._values))
        most = (room - samples.length(0)) // samples.stride
        if samples.count_slot is not None:
            most = min(most, samples.count_slot.limits[1])
        return most if isinstance(framing, Continued) else 1, most

    def _check_count(self, layout: PacketLayout, samples: SampleLayout, count: int) -> None:
        least, most = self.count_range(layout, samples)
        if not least <= count <= most:
            name = f"packet {layout.rule.name!r} of profile {self.profile.id!r}"
            raise UsageError(f"{name} holds {least} to {most} samples, not {count}")


def samples_per_packet(profile: Profile, *, gyr: bool | None = None) -> int:
    """Greatest number of samples in one frame.

    Parameters
    ----------
    profile : Profile
        Firmware profile.
    gyr : bool, optional
        Of the packets with or without a gyroscope; the first packet rule with samples when left out.

    Returns
    -------
    int
        The number; what a rule states, else what fits into the longest notification.

    Raises
    ------
    UsageError
        No packet rule fits.
    """
    encoder = Encoder(profile)
    for layout in encoder._layouts:  # noqa: SLF001 - same module
        samples = layout.samples
        if samples is not None and gyr in (None, samples.has_gyr):
            return encoder.count_range(layout, samples)[1]
    raise UsageError(f"profile {profile.id!r} has no such packet")


def _samples(name: str, values: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 2 or found.shape[1] != AXES or not np.isfinite(found).all():  # noqa: PLR2004 - (n, 3)
        raise UsageError(f"{name} must be finite numbers of shape (n, 3), not shape {found.shape}")
    return found


def _write_head(
    layout: PacketLayout, samples: SampleLayout, frame: bytearray, values: tuple[int, int, int, int]
) -> None:
    for slot, value in zip(
        (layout.counter, layout.seq, samples.count_slot, layout.flags), values, strict=True
    ):
        if slot is not None:
            slot.write(frame, value)


def _write_battery(layout: PacketLayout, frame: bytearray, percent: float | None) -> None:
    rule = layout.rule.battery
    if layout.battery is None or rule is None:
        return
    unknown = layout.battery.limits[1] if rule.unknown is None else rule.unknown
    layout.battery.write(frame, unknown if percent is None else round(percent))
