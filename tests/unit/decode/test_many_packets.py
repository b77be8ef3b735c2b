"""Many packets decoded at once give what the same packets give one by one."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu.conformance import fuzz_packets
from imu.conformance.motion import Frames
from imu.decode import Decoder
from imu.model import Packet, PacketBlock, RawBlock
from imu.profiles import builtin_profiles, find_profile
from tests.laws.streams import difference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imu.profiles import Profile

PROFILES = sorted(builtin_profiles())


def side_by_side(packets: Iterable[Packet]) -> list[PacketBlock]:
    found = []
    for (channel, length), group in groupby(packets, lambda p: (p.channel, len(p.payload))):
        alike = list(group)
        data = np.frombuffer(b"".join(p.payload for p in alike), np.uint8).reshape(len(alike), length)
        numbers = np.array([(k, p.seq, p.arrival_ns) for k, p in enumerate(alike)], np.int64).T
        found.append(PacketBlock(alike[0].sensor, channel, *numbers, data))
    return found


def one_by_one(decoder: Decoder, block: PacketBlock) -> list[Any]:
    """Unroll what a block gives: the order of the packets, samples before what is told of the sensor."""
    found: list[tuple[int, Any]] = []
    for place, out in decoder.push_block(block):
        if isinstance(out, RawBlock):
            found += [(place + k, out.frame(k)) for k in range(len(out))]
        else:
            found.append((place, out))
    return [out for _, out in sorted(found, key=lambda one: one[0])]


def sent(profile: Profile, frames: int, seed: int = 0) -> list[Packet]:
    run = enumerate(Frames(profile, seed=seed).run(frames))
    return [Packet("fuzz", k, t_ns, role, data) for k, (t_ns, role, data) in run]


def spoiled(packets: list[Packet], share: float, seed: int) -> list[Packet]:
    """Damage, drop, repeat and swap some, keeping most of one length."""
    rng = np.random.default_rng(seed)
    found: list[Packet] = []
    for packet in packets:
        dice = rng.random()
        data = bytearray(packet.payload)
        if dice < share and data:
            data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        found += [msgspec.structs.replace(packet, payload=bytes(data))] * (1 + (share < dice < 1.5 * share))
        if 1.5 * share < dice < 2 * share and len(found) > 1:
            found[-2:] = found[:-3:-1]
        elif 2 * share < dice < 2.5 * share:
            found.pop()
    return found


def compare(profile: Profile, packets: list[Packet]) -> int:
    """Compare outputs and states, and return how many frames were decoded together."""
    single, many = Decoder(profile, "fuzz"), Decoder(profile, "fuzz")
    together = 0
    for block in side_by_side(packets):
        ours = [out for k in range(len(block)) for out in single.push(block.packet(k))]
        copy = Decoder(profile, "fuzz")
        copy.restore(many.snapshot())
        assert not difference(one_by_one(many, block), ours)
        together += sum(len(out) for _, out in copy.push_block(block) if isinstance(out, RawBlock))
        assert many.counts == single.counts
    return together


@pytest.mark.parametrize("name", PROFILES)
def test_sound_packets(name: str) -> None:
    compare(find_profile(name), sent(find_profile(name), 300))


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=5)
@given(seed=st.integers(0, 1000), share=st.sampled_from([0.01, 0.1, 0.4]))
def test_damaged_packets(name: str, seed: int, share: float) -> None:
    compare(find_profile(name), spoiled(sent(find_profile(name), 120, seed), share, seed))


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_hostile_packets(name: str, seed: int) -> None:
    compare(find_profile(name), list(fuzz_packets(find_profile(name), 300, seed)))


def test_firmware_with_packets_of_one_layout_is_decoded_together() -> None:
    found = {name: compare(find_profile(name), sent(find_profile(name), 100)) for name in PROFILES}
    assert {name for name, count in found.items() if count >= 90} >= {
        "movella-dot",
        "softstrike-reference",
        "wmf-shoe",
    }
