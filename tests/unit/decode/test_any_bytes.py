"""Any bytes are taken without an exception, and every frame is accounted for exactly once."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imu.decode import Decoder, Encoder, vector_packets
from imu.model import Fault, FaultKind, Packet, RawBatch, RawGyro, SensorStatus
from imu.profiles import builtin_profiles, find_profile, parse_profile

if TYPE_CHECKING:
    from imu.profiles import Profile

MUTATIONS = 4000


def good_payloads(profile: Profile, rng: np.random.Generator) -> list[bytes]:
    encoder = Encoder(profile)
    (least, most) = encoder.count_range()
    counts = rng.integers(least, most, size=20, endpoint=True)
    samples = [(rng.normal(0, 6, (n, 3)), rng.normal(0, 500, (n, 3))) for n in counts]
    made = [data for i, (acc, gyr) in enumerate(samples) for data in encoder.encode(i, i, acc, gyr)]
    return made + [packet.payload for vector in profile.vector for packet in vector_packets(profile, vector)]


def mutate(payload: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(payload)
    for _ in range(rng.integers(0, 4)):
        at = int(rng.integers(0, len(data) + 1))
        match rng.integers(0, 5):
            case 0:
                data[at : at + 1] = bytes([rng.integers(256)])
            case 1:
                del data[at : at + int(rng.integers(1, 40))]
            case 2:
                data[at:at] = rng.bytes(int(rng.integers(1, 40)))
            case 3:
                del data[at:]
            case _:
                data[at : at + 4] = b"\xff\xff\xff\x7f"  # as f32: not a number
    return bytes(data)


@pytest.mark.parametrize("profile_id", builtin_profiles())
def test_mutated_packets_are_all_accounted_for(profile_id: str) -> None:
    profile = find_profile(profile_id)
    rng = np.random.default_rng(20)
    pool = good_payloads(profile, rng)
    decoder = Decoder(profile, "s")
    batches = faults = 0
    for i in range(MUTATIONS):
        payload = mutate(pool[int(rng.integers(len(pool)))], rng)
        main = [
            item
            for item in decoder.push(Packet("s", i, i, "data", payload))
            if not isinstance(item, SensorStatus)
        ]
        batches += sum(isinstance(item, RawBatch | RawGyro) for item in main)
        faults += sum(isinstance(item, Fault) for item in main)
        for item in main:
            assert item.arrival_ns == i
            if isinstance(item, RawBatch):
                assert np.isfinite(item.acc_g).all()
                assert len(item.acc_g) == len(item.clipped) > 0
    counts = decoder.counts
    assert counts.packets == MUTATIONS
    assert counts.frames == counts.batches + counts.statuses + counts.faults
    assert (counts.batches, counts.faults) == (batches, faults)
    assert batches > MUTATIONS / 10
    assert faults > MUTATIONS / 20


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"", FaultKind.TOO_SHORT),
        (bytes(27), FaultKind.TOO_SHORT),
        (bytes(29), FaultKind.TOO_LONG),
        (bytes(4) + b"\x00\x00\xc0\x7f" + bytes(20), FaultKind.NOT_FINITE),
        (bytes(4) + b"\x01\x00\xa0\x7f" + bytes(20), FaultKind.NOT_FINITE),
        (bytes(24) + b"\x00\x00\x80\xff", FaultKind.NOT_FINITE),
        (bytes(24) + b"\xff\xff\x7f\x7f", FaultKind.NOT_FINITE),
    ],
    ids=["empty", "short", "long", "quiet NaN", "signalling NaN", "infinite", "absurd"],
)
def test_each_kind_of_damage_has_its_name(payload: bytes, kind: FaultKind) -> None:
    [fault] = Decoder(find_profile("wmf-shoe"), "s").push(Packet("s", 0, 9, "data", payload))
    assert isinstance(fault, Fault)
    assert (fault.sensor, fault.arrival_ns, fault.kind) == ("s", 9, kind)


def test_an_unknown_format_number_is_an_unknown_packet() -> None:
    profile = find_profile("softstrike-reference")
    text = profile.text.replace("[{ at = 0, eq = 1 }]", "[{ at = 0, eq = 9 }]")
    assert text != profile.text
    [payload] = Encoder(profile).encode(0, 0, [[0, 0, 1]], [[0, 0, 0]])
    [fault] = Decoder(parse_profile(text), "s").push(Packet("s", 0, 0, "data", payload))
    assert isinstance(fault, Fault)
    assert fault.kind == FaultKind.UNKNOWN_PACKET


def test_an_unknown_role_is_a_fault_and_a_reply_of_the_control_point_is_passed_over() -> None:
    decoder = Decoder(find_profile("softstrike-reference"), "s")
    [fault] = decoder.push(Packet("s", 0, 0, "nose", b"\x00"))
    assert isinstance(fault, Fault)
    assert fault.kind == FaultKind.UNKNOWN_CHANNEL
    assert decoder.push(Packet("s", 1, 0, "control", b"\x81\x00")) == []
    counts = decoder.counts
    assert (counts.packets, counts.ignored, counts.frames, counts.faults) == (2, 1, 1, 1)


def test_a_frame_of_no_samples_is_a_status() -> None:
    body = struct.pack("<BBBBIH", 1, 0, 0, 42, 0, 0)
    payload = body + struct.pack("<I", zlib.crc32(body))
    decoder = Decoder(find_profile("softstrike-reference"), "s")
    assert decoder.push(Packet("s", 0, 5, "data", payload)) == [SensorStatus("s", 5, 42.0, ())]
    assert decoder.counts.statuses == 1
