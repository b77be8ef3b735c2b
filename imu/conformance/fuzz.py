"""Hostile packets: damaged, cut, glued, repeated, late and made of noise; every one is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.clock import Timeline, TimelineParams
from imu.conformance.motion import Frames
from imu.decode import Decoder, Joiner, JoinerParams
from imu.model import Fault, FaultKind, Packet, RawBatch, RawGyro, SampleBatch
from imu.profiles import nominal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imu.profiles import Profile

__all__ = ["FuzzReport", "decode_only", "fuzz", "fuzz_packets"]

SENSOR = "fuzz"
POOL_FRAMES = 400
PACKET_NS = 10_000_000
LATEST = 8
CUTS = b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\x7f", b"\x00\x00\xc0\x7f", b"\x00" * 8
REPEATED = (FaultKind.DUPLICATE, FaultKind.REORDERED)


class FuzzReport(NamedTuple):
    """Account of fuzzed packets.

    Attributes
    ----------
    packets, frames : int
        Notifications given, and frames or pieces of a stream that they held.
    good : int
        Frames whose samples came out, or that told of the sensor.
    bad : int
        Frames that became a fault.
    duplicate : int
        Good frames that came a second time or too late.
    samples : int
        Samples that came out.
    """

    packets: int
    frames: int
    good: int
    bad: int
    duplicate: int
    samples: int

    @property
    def adds_up(self) -> bool:
        """Whether every frame is accounted for exactly once."""
        return self.frames == self.good + self.bad + self.duplicate


def fuzz_packets(profile: Profile, count: int, seed: int = 0) -> Iterator[Packet]:
    """Make packets of which about half are as the sensor would send them.

    Parameters
    ----------
    profile : Profile
        The firmware.
    count : int
        How many.
    seed : int
        Same seed, same packets.

    Yields
    ------
    Packet
        Of sensor ``"fuzz"``, 10 ms apart.
    """
    frames = Frames(profile, seed=seed)
    pool = [(role, payload) for _, role, payload in frames.run(POOL_FRAMES)]
    rng = np.random.default_rng(seed)
    kinds = rng.random(count)
    places = rng.integers(0, 1 << 30, count)
    noise = rng.bytes(1 << 16)
    latest: list[tuple[str, bytes]] = [pool[0]] * LATEST
    for i in range(count):
        kind, place = float(kinds[i]), int(places[i])
        role, payload = pool[i % len(pool)]
        if kind > 0.85:  # noqa: PLR2004 - shares of the kinds of damage
            payload = _damage(payload, place, kind, noise)
        elif kind > 0.75:  # noqa: PLR2004
            role, payload = latest[place % LATEST]
        elif kind > 0.72:  # noqa: PLR2004
            payload = noise[place & 0x7FFF : (place & 0x7FFF) + (place >> 15) % 260]
        latest[i % LATEST] = (role, payload)
        yield Packet(SENSOR, i, i * PACKET_NS, role, payload)


def _damage(payload: bytes, place: int, kind: float, noise: bytes) -> bytes:
    at = place % (len(payload) + 1)
    if kind > 0.97:  # noqa: PLR2004 - shares of the kinds of damage
        return payload[:at]
    if kind > 0.94:  # noqa: PLR2004
        return payload[at:] + payload[:at]
    if kind > 0.91:  # noqa: PLR2004
        return payload[:at] + noise[at : at + place % 40] + payload[at:]
    cut = CUTS[place % len(CUTS)]
    return payload[:at] + cut + payload[at + len(cut) :]


def fuzz(profile: Profile, packets: int, seed: int = 0) -> FuzzReport:
    """Give hostile packets to decoder, joiner and timeline, and account for all that comes out.

    Parameters
    ----------
    profile : Profile
        The firmware.
    packets : int
        How many.
    seed : int
        Same seed, same packets.

    Returns
    -------
    FuzzReport
        The account, made from what came out and not from the blocks' own counts.
    """
    account = _Account(profile)
    for packet in fuzz_packets(profile, packets, seed):
        account.take(packet)
    return account.close()


def decode_only(profile: Profile, packets: Iterable[Packet]) -> None:
    """Give packets to a decoder alone: what its time is measured with."""
    decoder = Decoder(profile, SENSOR)
    for packet in packets:
        decoder.push(packet)


class _Account:
    """Decoder, joiner and timeline of a sensor, and counts of what came out of them."""

    def __init__(self, profile: Profile) -> None:
        rate_hz = nominal(profile).rate_hz
        apart = JoinerParams.from_profile(profile, rate_hz)
        self._decoder = Decoder(profile, SENSOR)
        self._joiner = None if apart is None else Joiner(SENSOR, apart)
        self._timeline = Timeline(SENSOR, TimelineParams.from_profile(profile, rate_hz))
        self._good = self._bad = self._twice = self._samples = 0

    def take(self, packet: Packet) -> None:
        for decoded in self._decoder.push(packet):
            if isinstance(decoded, RawBatch | RawGyro):
                self._good += isinstance(decoded, RawGyro)
                self._timed(self._joined(decoded))
            elif isinstance(decoded, Fault):
                self._bad += 1

    def close(self) -> FuzzReport:
        self._bad += len(self._decoder.flush())
        if self._joiner is not None:
            self._timed(self._joiner.flush())
        counts = self._decoder.counts
        good = self._good + counts.statuses
        return FuzzReport(counts.packets, counts.frames, good, self._bad, self._twice, self._samples)

    def _joined(self, decoded: RawBatch | RawGyro) -> list[RawBatch | Fault]:
        if self._joiner is not None:
            return self._joiner.push(decoded)
        return [decoded] if isinstance(decoded, RawBatch) else []

    def _timed(self, found: list[RawBatch | Fault]) -> None:
        for raw in found:
            if isinstance(raw, RawBatch):
                for timed in self._timeline.push(raw):
                    self._good += isinstance(timed, SampleBatch)
                    self._samples += len(timed) if isinstance(timed, SampleBatch) else 0
                    self._twice += isinstance(timed, Fault) and timed.kind in REPEATED
            elif raw.kind in REPEATED:  # an angular rate that was taken for good
                self._good, self._twice = self._good - 1, self._twice + 1
            else:
                self._bad += 1
