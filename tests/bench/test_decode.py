"""Cost of decoding a packet, hostile ones among them, for every profile; run by ``make bench``."""

from __future__ import annotations

import struct
import time
import zlib

import numpy as np
import pytest

from imu.conformance import decode_only, fuzz_packets
from imu.conformance.motion import Frames
from imu.decode import Decoder
from imu.errors import ProfileError
from imu.model import Packet
from imu.profiles import builtin_profiles, find_profile, parse_profile
from tests.bench.ratios import ratio
from tests.unit.decode.test_many_packets import side_by_side
from tests.unit.profiles.hostile import POLAR, spoiled

pytestmark = pytest.mark.bench

PACKETS = 5_000
REFERENCE = find_profile("softstrike-reference")


def naive(payload: bytes) -> tuple[list[list[float]], bool]:
    """Decode as one would write it in an afternoon for this one format: struct and a loop over samples."""
    kind, _, count, _, _, _ = struct.unpack_from("<BBBBIH", payload)
    good = zlib.crc32(payload[:-4]) == struct.unpack("<I", payload[-4:])[0]
    rows = []
    for i in range(count):
        raw = struct.unpack_from("<6h", payload, 10 + 12 * i)
        rows.append([value * 0.000488 for value in raw[:3]] + [value * 0.07 for value in raw[3:]])
    clipped = any(abs(value) > 0.98 * 16 for row in rows for value in row[:3])
    return np.array(rows).tolist() if kind == 1 and good else [], clipped


def test_decoding_costs_no_more_than_a_script_for_one_format() -> None:
    frames = Frames(REFERENCE)
    packets = [
        Packet("fuzz", i, t_ns, role, data) for i, (t_ns, role, data) in enumerate(frames.run(PACKETS))
    ]
    timing = ratio(
        lambda: decode_only(REFERENCE, packets), lambda: [naive(packet.payload) for packet in packets]
    )
    print(f"\ndecoding {frames.count} samples a packet against struct and a loop: {timing}")
    assert timing.cost <= 1.0


def test_packets_side_by_side_are_decoded_several_times_as_fast() -> None:
    sent = enumerate(Frames(REFERENCE).run(PACKETS))
    packets = [Packet("fuzz", i, t_ns, role, data) for i, (t_ns, role, data) in sent]
    (block,) = side_by_side(packets)
    timing = ratio(
        lambda: Decoder(REFERENCE, "fuzz").push_block(block), lambda: decode_only(REFERENCE, packets)
    )
    print(f"\ndecoding packets side by side against one by one: {timing}")
    assert timing.speedup >= 4.0


def test_hostile_packets_cost_no_more_than_good_ones() -> None:
    sent = enumerate(Frames(REFERENCE).run(PACKETS))
    good = [Packet("fuzz", i, t_ns, role, data) for i, (t_ns, role, data) in sent]
    for profile in builtin_profiles().values():
        hostile = list(fuzz_packets(profile, PACKETS))
        timing = ratio(
            lambda p=profile, h=hostile: decode_only(p, h),  # type: ignore[misc]
            lambda: decode_only(REFERENCE, good),
            rounds=5,
        )
        print(f"\n{profile.id}: {timing.candidate_s / PACKETS * 1e6:.1f} us a hostile packet, {timing}")
        assert timing.cost <= 4.0


def test_the_slowest_hostile_profile_is_refused_within_a_second() -> None:
    slowest = 0.0
    for _, text in spoiled(POLAR):
        begin = time.perf_counter()
        with pytest.raises(ProfileError):
            parse_profile(text)
        slowest = max(slowest, time.perf_counter() - begin)
    print(f"\nslowest hostile profile: {slowest * 1e3:.0f} ms")
    assert slowest < 1.0
