"""Streams, continued frames and planar blocks: the makers' own bytes, and any cut of them."""

# ruff: noqa: E501 - profiles as text

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.decode import Decoder, Encoder, check_vectors, samples_per_packet
from imu.decode.checksums import Checksum
from imu.model import Fault, FaultKind, Packet, RawBatch
from imu.profiles import Profile, parse_profile
from imu.profiles.framings import Check

HEAD = """
schema = 1
id = "{id}"
title = "{id}"
sources = ["public protocol text and test code of the maker"]
confidence = "vectors"
match = {{ name_prefixes = ["X"] }}
gatt = {{ data = "0000ffe4-0000-1000-8000-00805f9a34fb" }}
sensor = {{ rate_hz = 200, acc_range_g = 16, gyr_range_dps = 2000 }}
session = {{ start = [{{ op = "subscribe", role = "data" }}] }}
"""

STREAM = (
    HEAD.format(id="stream-with-priority-frames")
    + """
framing = { data = { kind = "stream", priority = true, sync = "02", length_at = 5, length_add = 8, check = { kind = "crc32", at = 1, begin = 6 } } }
time = { source = "packet", unit_ns = 1, wrap_bits = 64, marks = "first" }
[[packet]]
name = "full"
role = "data"
when = [{ at = 6, type = "u16", eq = 0x0231 }]
counter = { at = 8, type = "i64" }
flags = { at = -1, type = "u8", bits = ["gap", "gyr_clip", "acc_clip"], acc_clip = "acc_clip", gyr_clip = "gyr_clip" }
[packet.samples]
at = 16
tail = 11
count = 8
layout = "planar"
blocks = [
    { quantity = "gyr", type = "i16", unit = "dps", scale = 0.06103515625 },
    { quantity = "acc", type = "i16", unit = "g", scale = 4.8828125e-4 },
]
[[packet]]
name = "clock"
role = "data"
when = [{ at = 6, type = "u16", eq = 0x0172 }]
[[vector]]
name = "frame of the maker's kit, cut over two notifications, with a priority frame before its second part"
packet = "full"
hex = [
    "ff02eb4911cf73310200ca9a3b0000000050fbb4fb18fc7cfce0fc44fda8fd0cfe70fed4fe38ff9cff00006400c8002c019001f4015802bc0220038403",
    "fe0276175f372072010100000000000000000000000000000000000000000000000000000000000000e8034c040000ff07fe0ffdfffc07fb0ffafff907f80ff7fff607f50ff4fff307f20ff1fff007ef0feeffed07ec0febffea07e90f0000000000000000000000",
]
samples = 8
counter = 1_000_000_000
gyr_dps = [[-73.2421875, -67.138671875, -61.03515625], [-54.931640625, -48.828125, -42.724609375]]
acc_g = [[0.0, 0.999511719, 1.999023437], [-0.001464844, 0.998046875, 1.997558594]]
clipped = 0
flags = []
"""
)

SYNCED = (
    HEAD.format(id="stream-with-sync")
    + """
framing = { data = { kind = "stream", sync = "55", length = 20, valid = [{ at = 1, among = [0x61, 0x71] }] } }
time = { source = "count" }
[[packet]]
name = "motion"
role = "data"
when = [{ at = 1, eq = 0x61 }]
[packet.samples]
at = 2
tail = 6
count = 1
blocks = [
    { quantity = "acc", type = "i16", unit = "g", scale = 4.8828125e-4 },
    { quantity = "gyr", type = "i16", unit = "dps", scale = 0.06103515625 },
]
[[packet]]
name = "register"
role = "data"
when = [{ at = 1, eq = 0x71 }]
[[vector]]
name = "two frames cut across notifications with junk in front"
packet = "motion"
hex = ["00 55 12 55 61 0008 00f8 0004 1000 0020 f0ff 0000 0000", "0000 55 61 0010 0000 0000 0000 0000 0000 0000 0000 0000"]
samples = 2
acc_g = [[1.0, -1.0, 0.5], [2.0, 0, 0]]
gyr_dps = [[0.9765625, 500.0, -0.9765625]]
faults = ["out_of_sync"]
"""
)

CONTINUED = (
    HEAD.format(id="continued")
    + """
link = { payload_bytes = 40 }
framing = { data = { kind = "continued", code_at = 0, first = 2, next = 3, header = 2, length = 54 } }
time = { source = "packet", unit_ns = 1_000_000, marks = "first" }
[[packet]]
name = "imu6"
role = "data"
when = [{ at = 0, eq = 2 }, { at = 1, eq = 99 }]
counter = { at = 2, type = "u32" }
[packet.samples]
at = 6
layout = "planar"
blocks = [{ quantity = "acc", type = "f32", unit = "m/s2" }, { quantity = "gyr", type = "f32", unit = "rad/s" }]
[[vector]]
name = "two planar samples in two parts"
packet = "imu6"
hex = [
    "0263 e8030000 0000803f 00000040 1f851c41 0000a040 0000c040 1f851c41 0000c842",
    "0363 00000000 00000000 00004843 00000000 00000000",
]
samples = 2
counter = 1000
acc_g = [[0.1019716, 0.2039432, 0.997537], [0.509858, 0.61183, 0.997537]]
gyr_dps = [[5729.577951, 0, 0], [11459.155903, 0, 0]]
tolerance = 1e-5
"""
)

PADDED = (
    HEAD.format(id="padded")
    + """
time = { source = "packet", unit_ns = 1000, marks = "last" }
[[packet]]
name = "rate_quantities"
role = "data"
trailing = true
counter = { at = 0, type = "u32" }
[packet.samples]
at = 4
count = 1
blocks = [{ quantity = "acc", type = "f32", unit = "m/s2" }, { quantity = "gyr", type = "f32", unit = "dps" }]
[[vector]]
name = "28 bytes and zero padding"
packet = "rate_quantities"
hex = ["1b410000 00000000 00000000 1f851c41 0000803f 00000040 00004040 000000000000000000000000"]
samples = 1
counter = 16667
acc_g = [[0, 0, 0.997537]]
gyr_dps = [[1, 2, 3]]
tolerance = 1e-4
"""
)

ODD_TYPES = HEAD.format(id="odd-types") + """
framing = { data = { kind = "notification", check = { kind = "crc16", at = 0, begin = 2 } } }
time = { source = "arrival" }
[[packet]]
name = "odd"
role = "data"
[packet.samples]
at = 2
blocks = [
    { quantity = "acc", type = "i24be", unit = "mg", scale = 0.01 },
    { quantity = "other", type = "u8" },
    { quantity = "gyr", type = "u16", unit = "mdps", scale = 100, offset = -3_276_800 },
]
[[vector]]
name = "packed by hand"
packet = "odd"
hex = ["51af fffff6 0186a0 000000 010203 0080 0180 ff7f  7fffff 800000 000001 000000 0000 0000 ffff"]
samples = 2
acc_g = [[-0.0001, 1.0, 0.0], [83.88607, -83.88608, 1e-5]]
gyr_dps = [[0, 0.1, -0.1], [-3276.8, -3276.8, 3276.7]]
clipped = 1
"""  # fmt: skip


def decoded(profile: Profile, payloads: list[bytes]) -> tuple[list[RawBatch], list[Fault], Decoder]:
    decoder = Decoder(profile, "s")
    out = [item for i, data in enumerate(payloads) for item in decoder.push(Packet("s", i, i, "data", data))]
    out += decoder.flush()
    batches = [item for item in out if isinstance(item, RawBatch)]
    return batches, [item for item in out if isinstance(item, Fault)], decoder


PROFILES = {
    profile.id: profile
    for profile in map(
        parse_profile, (STREAM, SYNCED.replace('faults = ["out_of_sync"]', ""), CONTINUED, PADDED, ODD_TYPES)
    )
}


@pytest.mark.parametrize(
    "text", [STREAM, CONTINUED, PADDED, ODD_TYPES], ids=lambda text: parse_profile(text).id
)
def test_vectors_of_other_formats(text: str) -> None:
    check_vectors(parse_profile(text))


@given(data=st.data(), profile=st.sampled_from(list(PROFILES.values())))
def test_round_trip_in_every_framing(data: st.DataObject, profile: Profile) -> None:
    most = min(samples_per_packet(profile), 8)
    count = {"continued": 2, "odd-types": data.draw(st.integers(1, most))}.get(profile.id, most)
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    acc, gyr = rng.uniform(-15, 15, (count, 3)), rng.uniform(-1900, 1900, (count, 3))
    [batch], faults, _ = decoded(profile, Encoder(profile).encode(123, 0, acc, gyr))
    assert not faults
    assert batch.gyr_dps is not None
    np.testing.assert_allclose(batch.acc_g, acc, atol=2.5e-4)
    np.testing.assert_allclose(batch.gyr_dps, gyr, atol=0.051)
    assert batch.counter == (None if profile.time.source != "packet" else 123)


def stream(count: int) -> bytes:
    """Make frames of the stream with sync bytes, which may look like sync bytes inside."""
    rng = np.random.default_rng(count)
    encoder = Encoder(PROFILES["stream-with-sync"])
    return b"".join(
        encoder.encode(0, 0, rng.normal(size=(1, 3)), rng.normal(size=(1, 3)))[0] for _ in range(count)
    )


@given(count=st.integers(1, 8), cuts=st.lists(st.integers(0, 160)))
def test_a_stream_may_be_cut_anywhere(count: int, cuts: list[int]) -> None:
    whole, edges = stream(count), sorted({0, *cuts, 160})
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    batches, faults, _ = decoded(PROFILES["stream-with-sync"], pieces)
    expected, _, _ = decoded(PROFILES["stream-with-sync"], [whole])
    assert not faults
    assert [batch.acc_g.tolist() for batch in batches] == [batch.acc_g.tolist() for batch in expected]
    assert len(batches) == count


@given(
    pieces=st.lists(st.binary(max_size=60) | st.just(b"UaU") | st.just(stream(1)), max_size=12),
    which=st.sampled_from(list(PROFILES)),
)
def test_any_bytes_in_any_framing_are_accounted_for(pieces: list[bytes], which: str) -> None:
    batches, faults, decoder = decoded(PROFILES[which], pieces)
    counts = decoder.counts
    assert (counts.batches, counts.faults) == (len(batches), len(faults))
    assert counts.frames == counts.batches + counts.statuses + counts.faults
    assert not any(counts.pending.values())


@pytest.mark.parametrize(
    ("pieces", "kinds"),
    [
        ([b"\x03\x63" + bytes(9)], [FaultKind.OUT_OF_SYNC]),
        ([b"\x02\x63" + bytes(9)] * 2, [FaultKind.TOO_SHORT] * 2),
        ([b"\x02"], [FaultKind.TOO_SHORT]),
        ([b"\x01\x63\x00"], [FaultKind.UNKNOWN_PACKET]),
        ([b"\x02\x63" + bytes(53)], [FaultKind.BAD_LENGTH]),
    ],
    ids=["no first part", "broken off", "too short", "other code", "ends inside a sample"],
)
def test_parts_that_do_not_fit(pieces: list[bytes], kinds: list[FaultKind]) -> None:
    batches, faults, _ = decoded(PROFILES["continued"], pieces)
    assert not batches
    assert [fault.kind for fault in faults] == kinds


def test_a_frame_with_a_wrong_checksum_does_not_take_the_next_one_along() -> None:
    profile = PROFILES["stream-with-priority-frames"]
    values = np.ones((8, 3))
    good = Encoder(profile).encode(5, 0, values, values)
    bad = [data[:-1] + bytes([data[-1] ^ 1]) for data in good]
    batches, faults, _ = decoded(profile, bad + good)
    assert len(batches) == 1
    assert faults[0].kind == FaultKind.BAD_CHECKSUM


@pytest.mark.parametrize(
    ("kind", "value"),
    [("crc32", 0xCBF43926), ("crc16", 0x29B1), ("sum8", sum(b"123456789") & 0xFF), ("xor8", 0x31)],
)
def test_checksums_have_their_published_check_values(
    kind: Literal["crc32", "crc16", "sum8", "xor8"], value: int
) -> None:
    size = {"crc32": 4, "crc16": 2}.get(kind, 1)
    checksum = Checksum(Check(kind=kind, at=-size, end=-size))
    frame = bytearray(b"123456789" + bytes(size))
    checksum.write(frame)
    assert int.from_bytes(frame[9:], "little") == value
    assert checksum.good(bytes(frame))
    assert not checksum.good(bytes(frame[:-1]))
    assert not checksum.good(b"")


@pytest.mark.parametrize("which", PROFILES)
def test_a_decoder_goes_on_from_a_snapshot_in_the_middle_of_a_frame(which: str) -> None:
    profile = PROFILES[which]
    values = np.ones((samples_per_packet(profile), 3))
    whole = Encoder(profile).encode(5, 0, values, values) * 2
    first, second = Decoder(profile, "s"), Decoder(profile, "s")
    for i, data in enumerate(whole):
        second.restore(first.snapshot())
        found = [first.push(Packet("s", i, i, "data", data)), second.push(Packet("s", i, i, "data", data))]
        assert len(found[0]) == len(found[1])
        assert first.counts == second.counts
    assert first.counts.batches == 2
