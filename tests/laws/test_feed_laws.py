"""Inputs taken many at a time give what they give one by one: law 2 for whole sessions, order included."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu.chain import Chain
from imu.feed import feed
from imu.model import (
    Command,
    InputBlock,
    LinkChange,
    LinkState,
    Marker,
    Packet,
    Placement,
    SampleBatch,
    SessionHeader,
    Side,
    Step,
    Tick,
)
from imu.profiles import builtin_profiles, find_profile
from imu.registry import sensor_of
from imu.store.input_blocks import Collector
from tests.laws import streams
from tests.laws.test_chain_laws import HEADER, session
from tests.unit.decode.test_many_packets import spoiled

PROFILES = sorted(builtin_profiles())


def blocks(inputs: list[Any], sizes: list[int]) -> list[InputBlock]:
    """Put inputs side by side, so many at a time."""
    found, collector, at, k = [], Collector(), 0, 0
    while at < len(inputs):
        size = sizes[k % len(sizes)]
        collector.add(list(enumerate(inputs[at : at + size])), [])
        found.append(collector.take())
        at, k = at + size, k + 1
    return found


def rest(outputs: list[Any]) -> list[Any]:
    return [out for out in outputs if not isinstance(out, SampleBatch)]


def samples(outputs: list[Any], sensor: str) -> list[Any]:
    own = [out for out in outputs if isinstance(out, SampleBatch) and out.sensor == sensor]
    return streams.together(own) if own else []


def compare(header: SessionHeader, inputs: list[Any], sizes: list[int]) -> list[Any]:
    one, many = Chain(header), Chain(header)
    theirs = [(item.arrival_ns, out) for item in inputs for out in one.push(item)]
    ours = [tuple(fed) for block in blocks(inputs, sizes) for fed in feed(many, block)]
    for outs in (ours, theirs):
        outs[:] = [(arrival_ns, out) for arrival_ns, out in outs if not isinstance(out, SampleBatch)] + [
            (0, out) for sensor in header.sensors for out in samples([o for _, o in outs], sensor.sensor)
        ]
    assert not streams.difference(ours, theirs)
    assert not streams.difference(rest(many.flush()), rest(one.flush()))
    return [out for _, out in ours]


SIZES = st.lists(st.sampled_from([1, 5, 40, 300, 5000]), min_size=1, max_size=4)


@settings(max_examples=12)
@given(seed=st.integers(0, 20), sizes=SIZES)
def test_two_legs_and_a_belt(seed: int, sizes: list[int]) -> None:
    outputs = compare(HEADER, list(session(seed)), sizes)
    assert any(isinstance(out, Step) for out in outputs)


@settings(max_examples=12)
@given(seed=st.integers(0, 20), sizes=SIZES, share=st.sampled_from([0.01, 0.05, 0.2]), cuts=st.integers(0, 3))
def test_damage_loss_and_links_that_break(seed: int, sizes: list[int], share: float, cuts: int) -> None:
    rng = np.random.default_rng(seed)
    inputs = list(session(seed))
    packets = iter(spoiled([item for item in inputs if isinstance(item, Packet)], share, seed))
    kept = sorted([*(i for i in inputs if not isinstance(i, Packet)), *packets], key=lambda i: i.arrival_ns)
    for _ in range(cuts):
        at = int(rng.integers(len(kept) // 4, len(kept)))
        stop = at + int(rng.integers(0, 900))
        name, t_ns = ("left", "right", "belt")[int(rng.integers(3))], kept[at].arrival_ns
        part = [i for i in kept[at:stop] if not isinstance(i, Packet) or i.sensor != name]
        kept[at:stop] = [LinkChange(name, t_ns, LinkState.LOST), *part]
    compare(HEADER, kept, sizes)


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=3)
@given(seed=st.integers(0, 20), sizes=SIZES, gait=st.sampled_from([Placement.SHANK, Placement.SHOE]))
def test_every_profile(name: str, seed: int, sizes: list[int], gait: Placement) -> None:
    left = sensor_of(find_profile(name), gait)
    right = msgspec.structs.replace(left, sensor="right", side=Side.RIGHT)
    inputs: list[Any] = [Tick(streams.START_NS + second * 10**9) for second in range(13)]
    for number, sensor in enumerate((left, right)):
        batch, size = streams.gait(sensor, seed + number), streams.packet_samples(sensor)
        whole = streams.part(batch, 0, min(streams.MOST_PACKETS, len(batch) // size) * size)
        inputs += streams.packets(sensor, whole)
    inputs += [Command(streams.START_NS + 4 * 10**9, "impact_limit_g", 6.5), Marker(streams.START_NS, "lap")]
    compare(SessionHeader((left, right)), sorted(inputs, key=lambda item: item.arrival_ns), sizes)


@functools.cache
def long_run(seed: int) -> tuple[SessionHeader, list[Any]]:
    """Walk, run and stand in turn, with delays of the radio of their own on both sides."""
    sensors = [sensor_of(find_profile("softstrike-reference"), Placement.SHOE)]
    sensors.append(msgspec.structs.replace(sensors[0], sensor="right", side=Side.RIGHT))
    rng, inputs = np.random.default_rng(seed), list[Any]()
    for number, sensor in enumerate(sensors):
        parts = [streams.gait(sensor, seed + number + k, 20.0) for k in range(4)]
        acc, gyr = (np.concatenate([getattr(p, name) for p in parts]) for name in ("acc_g", "gyr_dps"))
        size = streams.packet_samples(sensor)
        count = len(acc) // size * size
        t_ns = streams.START_NS + np.arange(count) * round(1e9 / sensor.rate_hz)
        batch = SampleBatch(sensor.sensor, 0, t_ns, acc[:count], gyr[:count], np.zeros(count, np.bool_))
        packets = streams.packets(sensor, batch)
        late = np.maximum.accumulate([p.arrival_ns + int(rng.exponential(2e7)) for p in packets])
        inputs += [msgspec.structs.replace(p, arrival_ns=int(t)) for p, t in zip(packets, late, strict=True)]
    inputs += [Tick(streams.START_NS + second * 10**9) for second in range(1, 81)]
    return SessionHeader(tuple(sensors)), sorted(inputs, key=lambda item: item.arrival_ns)


@pytest.mark.parametrize("seed", range(6))
def test_long_runs(seed: int) -> None:
    outputs = compare(*long_run(seed), [3000, 200])
    assert sum(isinstance(out, Step) for out in outputs) > 40


def test_samples_apart_are_those_of_single_inputs() -> None:
    one, many = Chain(HEADER), Chain(HEADER)
    theirs = [(item.arrival_ns, out) for item in session(2) for out in one.push(item)]
    ours = [tuple(fed) for block in blocks(list(session(2)), [700]) for fed in feed(many, block, apart=True)]
    assert not streams.difference(ours, theirs)
