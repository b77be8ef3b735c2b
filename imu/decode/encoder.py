"""Samples to packets by a firmware profile: what a sensor with that firmware would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.decode.framing import StreamFramer, make_framer
from imu.decode.layout import PacketLayout
from imu.errors import UsageError
from imu.profiles.framings import Continued, Notification, Stream
from imu.profiles.values import nominal, resolve_params, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from imu.decode.samples import SampleLayout
    from imu.profiles import Profile

__all__ = ["Encoder", "samples_per_packet"]

AXES = 3
GREATEST_LENGTH_BYTE = 255
USUAL_PARTS = 2
"""Parts into which a long frame is split at most, when nothing else says its length."""


class Encoder:
    """Encodes samples; the inverse of :class:`imu.decode.Decoder`, for simulators and tests.

    The first packet rule is used that holds acceleration and angular rate exactly as they are given; where
    the firmware sends the two apart, the first rule of each.

    Parameters
    ----------
    profile : Profile
        Firmware profile of the sensor.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults.
    packets : sequence of str, optional
        Names of the packet rules to use instead of the first that fit.

    Raises
    ------
    UsageError
        A parameter or packet rule that the profile does not have or allow.
    """

    def __init__(
        self,
        profile: Profile,
        params: Mapping[str, float] | None = None,
        *,
        packets: Sequence[str] | None = None,
    ) -> None:
        self._values = values = resolve_params(profile, params)
        ranges = nominal(profile, params)
        self.profile = profile
        self._layouts = {rule.name: PacketLayout(rule, values, ranges) for rule in profile.packet}
        if unknown := set(packets or ()) - set(self._layouts):
            raise UsageError(f"profile {profile.id!r} has no packet {min(unknown)!r}")
        chosen = [layout for name, layout in self._layouts.items() if packets is None or name in packets]
        self._of_samples = [(layout, layout.samples) for layout in chosen if layout.samples is not None]
        self._framers = {
            role: make_framer(profile.framing.get(role, Notification()), values)
            for role in {rule.role for rule in profile.packet}
        }

    def encode(
        self,
        counter: int,
        seq: int,
        acc_g: ArrayLike | None,
        gyr_dps: ArrayLike | None = None,
        *,
        battery_percent: float | None = None,
        flags: tuple[str, ...] = (),
    ) -> list[bytes]:
        """Payloads of :meth:`notifications`, for a sensor with one role."""
        found = self.notifications(counter, seq, acc_g, gyr_dps, battery_percent=battery_percent, flags=flags)
        return [payload for _, payload in found]

    def notifications(
        self,
        counter: int,
        seq: int,
        acc_g: ArrayLike | None,
        gyr_dps: ArrayLike | None = None,
        *,
        battery_percent: float | None = None,
        flags: tuple[str, ...] = (),
    ) -> list[tuple[str, bytes]]:
        """Notifications of one frame, or of two where the firmware sends the two quantities apart.

        Parameters
        ----------
        counter : int
            Device time of the sample that the profile marks, in the profile's ticks; wraps as in the sensor.
        seq : int
            Sequence number; wraps as in the sensor.
        acc_g : array_like, shape (n, 3), or None
            Specific force, g; held at the end of the range, as a sensor does.
        gyr_dps : array_like, shape (n, 3), optional
            Angular rate, degrees per second.
        battery_percent : float, optional
            Charge, percent; None = unknown.
        flags : tuple of str
            Status flags by name; those of clipping are set by the samples.

        Returns
        -------
        list of (str, bytes)
            Role and payload of each, in the order in which they are sent.

        Raises
        ------
        UsageError
            Samples of the wrong shape, not finite or too many, or a flag that the profile does not have.
        """
        acc = None if acc_g is None else _samples("acc_g", acc_g)
        gyr = None if gyr_dps is None else _samples("gyr_dps", gyr_dps)
        if acc is not None and gyr is not None and len(gyr) != len(acc):
            raise UsageError(f"acc_g has {len(acc)} samples but gyr_dps has {len(gyr)}; give as many of both")
        found: list[tuple[str, bytes]] = []
        for layout, samples in self._choose(acc is not None, gyr is not None):
            mine = (acc if samples.has_acc else None, gyr if samples.has_gyr else None)
            count = len(next(each for each in mine if each is not None))
            frame, clip = self._with_samples(layout, samples, mine, count)
            values = (counter, seq, count, layout.status_value(flags) | clip)
            for slot, value in zip(
                (layout.counter, layout.seq, samples.count_slot, layout.flags), values, strict=True
            ):
                if slot is not None:
                    slot.write(frame, value)
            if layout.battery is not None:
                layout.battery.write(frame, battery_percent)
            found += self._framed(layout, frame)
        return found

    def _with_samples(
        self,
        layout: PacketLayout,
        samples: SampleLayout,
        mine: tuple[NDArray[np.float64] | None, NDArray[np.float64] | None],
        count: int,
    ) -> tuple[bytearray, int]:
        """Begin a frame with its samples, and tell the flags of clipping that it must carry."""
        if not samples.is_packed:
            self._check_count(layout, samples, count)
        frame, acc_reached, gyr_reached = samples.write(*mine)
        if len(frame) > self.profile.link.payload_bytes and samples.is_packed:
            raise UsageError(f"{count} samples packed as differences take {len(frame)} bytes: too many")
        layout.mark(frame)
        return frame, layout.acc_clip * acc_reached | layout.gyr_clip * gyr_reached

    def status(
        self,
        packet: str,
        *,
        battery_percent: float | None = None,
        flags: tuple[str, ...] = (),
        readings: Mapping[str, float] | None = None,
        ahead_of: bytes | None = None,
    ) -> list[tuple[str, bytes]]:
        """Notifications of one frame without samples.

        Parameters
        ----------
        packet : str
            Name of the packet rule.
        battery_percent, flags
            As in :meth:`notifications`.
        readings : mapping of str to float, optional
            Values that the sensor computed.
        ahead_of : bytes, optional
            A notification of the stream that this frame overtakes, in a framing with priority frames.

        Returns
        -------
        list of (str, bytes)
            Role and payload of each.

        Raises
        ------
        UsageError
            No such packet rule, or a flag that it does not have.
        """
        layout = self._layouts.get(packet)
        if layout is None or layout.samples is not None:
            raise UsageError(f"profile {self.profile.id!r} has no packet {packet!r} without samples")
        frame = bytearray(self._quiet_bytes(layout))
        layout.mark(frame)
        layout.write_readings(frame, readings or {})
        if layout.flags is not None:
            layout.flags.write(frame, layout.status_value(flags))
        if layout.battery is not None:
            layout.battery.write(frame, battery_percent)
        return self._framed(layout, frame, ahead_of)

    def _framed(
        self, layout: PacketLayout, frame: bytearray, ahead_of: bytes | None = None
    ) -> list[tuple[str, bytes]]:
        role = layout.rule.role
        framer = self._framers[role]
        if isinstance(framer, StreamFramer) and ahead_of is not None:
            return [(role, framer.overtake(frame, ahead_of))]
        return [(role, payload) for payload in framer.join(frame, self.profile.link.payload_bytes)]

    def _quiet_bytes(self, layout: PacketLayout) -> int:
        framing = self.profile.framing.get(layout.rule.role)
        if isinstance(framing, Stream):
            least = framing.length or framing.length_add
            return max(layout.least, least) if framing.length is None else framing.length
        return layout.least

    def _choose(self, has_acc: bool, has_gyr: bool) -> list[tuple[PacketLayout, SampleLayout]]:
        held = (has_acc, has_gyr)
        fits = [each for each in self._of_samples if (each[1].has_acc, each[1].has_gyr) == held]
        if not fits and has_acc and has_gyr:
            apart = [self._first(acc=True), self._first(acc=False)]
            fits = [each for each in apart if each is not None]
            if len(fits) == len(apart):
                return fits
            fits = []
        if not fits:
            what = "with" if has_gyr else "without"
            raise UsageError(f"profile {self.profile.id!r} has no packet {what} a gyroscope")
        return fits[:1]

    def _first(self, *, acc: bool) -> tuple[PacketLayout, SampleLayout] | None:
        alone = (acc, not acc)
        return next((each for each in self._of_samples if (each[1].has_acc, each[1].has_gyr) == alone), None)

    def _range(self, layout: PacketLayout, samples: SampleLayout) -> tuple[int, int]:
        """Least and greatest number of samples in a frame of this packet rule."""
        framing = self.profile.framing.get(layout.rule.role, Notification())
        room = self.profile.link.payload_bytes
        is_fixed = samples.fixed_count is not None
        if isinstance(framing, Stream):
            room = framing.length or GREATEST_LENGTH_BYTE + framing.length_add
        elif isinstance(framing, Continued) and framing.length is not None:
            room, is_fixed = int(value_of(framing.length, self._values)), True
        elif isinstance(framing, Continued) and framing.part_bytes is not None:
            room = USUAL_PARTS * framing.part_bytes - (USUAL_PARTS - 1) * framing.header
        most = samples.most(room)
        return most if is_fixed else 1, most

    def count_range(self, *, acc: bool = True, gyr: bool = True) -> tuple[int, int]:
        """Least and greatest number of samples in one frame.

        Parameters
        ----------
        acc, gyr : bool
            The quantities that it holds.

        Returns
        -------
        tuple of int
            The same number twice where the firmware always sends so many.

        Raises
        ------
        UsageError
            No packet rule holds them.
        """
        ranges = [self._range(*each) for each in self._choose(acc, gyr)]
        return max(least for least, _ in ranges), min(most for _, most in ranges)

    def _check_count(self, layout: PacketLayout, samples: SampleLayout, count: int) -> None:
        least, most = self._range(layout, samples)
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
        Of the packets with or without a gyroscope; with one, if there are any, when left out.

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
    try:
        return encoder.count_range(gyr=gyr is not False)[1]
    except UsageError:
        if gyr is None:
            return encoder.count_range(gyr=False)[1]
        raise


def _samples(name: str, values: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 2 or found.shape[1] != AXES or not np.isfinite(found).all():  # noqa: PLR2004 - (n, 3)
        raise UsageError(f"{name} must be finite numbers of shape (n, 3), not shape {found.shape}")
    return found
