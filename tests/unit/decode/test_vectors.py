"""Test vectors: every built-in profile decodes its own, and a profile that fails one is refused."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imu.decode import Decoder, Encoder, check_vectors, load, vector_packets
from imu.errors import ProfileError, UsageError
from imu.model import Packet, RawBatch, RawGyro, SensorStatus
from imu.profiles import builtin_profiles, builtin_services, find_profile, parse_profile

if TYPE_CHECKING:
    from pathlib import Path

    from imu.profiles import Profile, Service
    from imu.profiles.schema import Vector

REFERENCE = find_profile("softstrike-reference")


@pytest.mark.parametrize("profile_id", builtin_profiles())
def test_builtin_profiles_decode_their_vectors(profile_id: str) -> None:
    check_vectors(load(profile_id))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("samples = 3", "samples = 4", "samples is 3, not 4"),
        ("[7.0, -7.0, 0.0], [-", "[7.1, -7.0, 0.0], [-", "gyr_dps of sample 0"),
        ("seq = 41", "seq = 42", "seq is 41, not 42"),
        ("counter = 1000000", "counter = 1", "counter is 1000000"),
        ("clipped = 0", "clipped = 1", "clipped is 0, not 1"),
        ("battery_percent = 87", "battery_percent = 88", "battery_percent is 87.0"),
        ("flags = []", 'flags = ["charging"]', "flags is"),
        ('"bad_checksum"', '"too_long"', "faults is"),
        ("01 00 03 57", "01 01 03 57", "faults is"),
        ('scale = "$acc_scale"', "scale = 0.001", "acc_g of sample 0"),
    ],
)  # fmt: skip
def test_a_profile_that_fails_a_vector_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in REFERENCE.text
    path = tmp_path / "mine.toml"
    path.write_text(REFERENCE.text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError, match=rf"mine.toml: key `vector\[\d\]`: vector .*{says}"):
        load(path)


def test_a_vector_must_use_the_packet_rule_that_it_names() -> None:
    text = REFERENCE.text.replace(
        'name = "three samples at 16 g"\npacket = "motion"', 'name = "x"\npacket = "acceleration"'
    )
    with pytest.raises(ProfileError, match="'acceleration' was not used"):
        check_vectors(parse_profile(text))


def test_a_file_of_ones_own_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(REFERENCE.text.replace('id = "softstrike-reference"', 'id = "mine"'), "utf-8")
    assert load(path).id == load(str(path)).id == "mine"


SOUND = [
    (profile, vector)
    for profile in builtin_profiles().values()
    for vector in profile.vector
    if vector.samples and not vector.faults
]


@pytest.mark.parametrize(
    ("profile", "vector"), [pytest.param(*each, id=f"{each[0].id}: {each[1].name}") for each in SOUND]
)
def test_a_decoded_vector_encodes_to_what_decodes_to_the_same(profile: Profile, vector: Vector) -> None:
    """All packet rules; a sample beyond the range comes back at its end."""
    found = _decoded(profile, vector, vector_packets(profile, vector))
    encoder = Encoder(profile, vector.params, packets=[vector.packet])
    sent = [
        each
        for frame in found
        for each in encoder.notifications(
            frame.counter or 0, frame.seq or 0, getattr(frame, "acc_g", None), frame.gyr_dps
        )
    ]
    packets = [Packet("vector", i, i, role, payload) for i, (role, payload) in enumerate(sent)]
    again = _decoded(profile, vector, packets)
    assert [(frame.counter, frame.seq) for frame in again] == [(frame.counter, frame.seq) for frame in found]
    for one, two in zip(found, again, strict=True):
        for name in ("acc_g", "gyr_dps"):
            wanted, back = getattr(one, name, None), getattr(two, name, None)
            limit = 16.0 if name == "acc_g" else 2000.0
            assert (wanted is None) == (back is None)
            assert wanted is None or np.allclose(np.clip(wanted, -limit, limit), back, rtol=1e-6, atol=1e-9)


def _decoded(profile: Profile, vector: Vector, packets: list[Packet]) -> list[RawBatch | RawGyro]:
    decoder = Decoder(profile, "vector", vector.params)
    out = [item for packet in packets for item in decoder.push(packet)]
    return [item for item in out if isinstance(item, RawBatch | RawGyro)]


EXACT = [each for each in REFERENCE.vector if not each.faults and not each.clipped]


@pytest.mark.parametrize("vector", EXACT, ids=lambda vector: vector.name)
def test_the_reference_encoder_gives_the_very_bytes(vector: Vector) -> None:
    [packet] = vector_packets(REFERENCE, vector)
    batch, status = Decoder(REFERENCE, "vector", vector.params).push(packet)
    assert isinstance(batch, RawBatch)
    assert isinstance(status, SensorStatus)
    told = {"battery_percent": status.battery_percent, "flags": status.flags}
    encoder = Encoder(REFERENCE, vector.params)
    payloads = encoder.encode(batch.counter or 0, batch.seq or 0, batch.acc_g, batch.gyr_dps, **told)
    assert payloads == [packet.payload]


@pytest.mark.parametrize("service", builtin_services().values(), ids=lambda service: service.id)
def test_a_standard_service_decodes_its_vectors(service: Service) -> None:
    check_vectors(service)


def test_a_reference_notification_packed_by_hand() -> None:
    body = struct.pack("<BBBBIH", 1, 0b10100, 2, 50, 2**32 - 1, 513)
    body += struct.pack("<12h", 1000, -1000, 0, 100, -100, 1, 0, 0, 2049, 0, 0, 0)
    payload = body + struct.pack("<I", zlib.crc32(body))
    batch, status = Decoder(REFERENCE, "left").push(Packet("left", 0, 77, "data", payload))
    assert isinstance(batch, RawBatch)
    assert batch.gyr_dps is not None
    assert (batch.seq, batch.counter, batch.arrival_ns, len(batch)) == (513, 2**32 - 1, 77, 2)
    assert batch.acc_g.tolist() == [
        [pytest.approx(0.488), pytest.approx(-0.488), 0.0],
        [0.0, 0.0, 2049 * 0.000488],
    ]
    assert batch.gyr_dps[0].tolist() == pytest.approx([7.0, -7.0, 0.07])
    assert status == SensorStatus("left", 77, 50.0, ("overrun", "charging"))


def test_status_is_told_when_it_changes() -> None:
    encoder, decoder = Encoder(REFERENCE), Decoder(REFERENCE, "left")

    def said(seq: int, percent: float | None) -> list[float | None]:
        [payload] = encoder.encode(0, seq, [[0, 0, 1]], battery_percent=percent)
        out = decoder.push(Packet("left", seq, seq, "data", payload))
        return [item.battery_percent for item in out if isinstance(item, SensorStatus)]

    assert [said(i, percent) for i, percent in enumerate((80, 80, None, 79))] == [[80.0], [], [None], [79.0]]


def test_a_clip_flag_without_a_clipped_value_marks_the_whole_batch() -> None:
    body = struct.pack("<BBBBIH6h", 2, 1, 2, 50, 0, 0, *range(6))
    payload = body + struct.pack("<I", zlib.crc32(body))
    batch = Decoder(REFERENCE, "left").push(Packet("left", 0, 0, "data", payload))[0]
    assert isinstance(batch, RawBatch)
    assert batch.clipped.tolist() == [True, True]


def test_a_packet_of_another_sensor_is_a_fault_in_use() -> None:
    with pytest.raises(UsageError, match="'left' was given a packet of 'right'"):
        Decoder(REFERENCE, "left").push(Packet("right", 0, 0, "data", b""))
