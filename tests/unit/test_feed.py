"""What many packets at once give is what they give one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu.chain import SensorChain
from imu.feed import decode_block
from imu.model import Packet, PacketBlock, Placement, SampleBatch, SensorInfo
from imu.profiles import builtin_profiles, find_profile
from imu.registry import sensor_of
from tests.laws import streams
from tests.unit.decode.test_many_packets import side_by_side, spoiled

PROFILES = sorted(builtin_profiles())


def sent(info: SensorInfo, seed: int) -> list[Packet]:
    gait, size = streams.gait(info, seed), streams.packet_samples(info)
    return streams.packets(info, streams.part(gait, 0, min(300, len(gait) // size) * size))


def one_by_one(chain: SensorChain, block: PacketBlock, looks: range) -> tuple[list[Any], dict[int, Any]]:
    outputs: list[Any] = []
    seen = {}
    for k in range(len(block)):
        outputs += chain.decode(block.packet(k))
        if k in looks:
            seen[k] = chain.look()
    return outputs, seen


def joined(outputs: list[Any]) -> list[Any]:
    """Join the samples, which are equal however they are cut; the rest follows in order."""
    batches = [out for out in outputs if isinstance(out, SampleBatch)]
    rest = [out for out in outputs if not isinstance(out, SampleBatch)]
    return [*(streams.together(batches) if batches else []), *rest]


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=4)
@given(seed=st.integers(0, 1000), share=st.sampled_from([0.0, 0.02, 0.3]))
def test_samples_gaps_and_ledger_of_every_profile(name: str, seed: int, share: float) -> None:
    info = sensor_of(find_profile(name), Placement.SHOE)
    packets = spoiled(sent(info, seed), share, seed)
    single, many = SensorChain(info), SensorChain(info)
    ours: list[Any] = []
    theirs: list[Any] = []
    for block in side_by_side(msgspec.structs.replace(p, sensor=info.sensor) for p in packets):
        looks = range(seed % 5, len(block), 7)
        outputs, seen = one_by_one(single, block, looks)
        theirs += outputs
        found = decode_block(many, block, looks)
        assert found.seen == seen
        ours += [timed.item for timed in sorted(found.outputs, key=lambda timed: timed[:2])]
        assert many.look() == single.look()
    assert not streams.difference(joined(ours), joined(theirs))


def test_frames_counts_the_packets_of_a_joint_batch() -> None:
    info = sensor_of(find_profile("softstrike-reference"), Placement.SHOE)
    (block,) = side_by_side(sent(info, 1)[:50])
    batches = [t for t in decode_block(SensorChain(info), block).outputs if isinstance(t.item, SampleBatch)]
    assert sum(timed.frames for timed in batches) == len(block)
    assert np.diff([*(timed.place for timed in batches), len(block)]).tolist() == [t.frames for t in batches]
