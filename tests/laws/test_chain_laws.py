"""The six laws, over the whole chain of a session with two sensors of different firmware."""

from __future__ import annotations

import functools
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from imu.chain import Chain
from imu.model import (
    Command,
    Flag,
    Gap,
    LinkChange,
    LinkState,
    Marker,
    Packet,
    Placement,
    Rule,
    SampleBatch,
    SessionHeader,
    Side,
    Step,
    Tick,
)
from imu.profiles import find_profile
from imu.registry import sensor_of
from imu.signal import StepDetector
from tests.laws import streams

LAW = settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
SEEDS = st.integers(0, 5)
PLACE = st.floats(0.0, 1.0)

LEFT = sensor_of(find_profile("softstrike-reference"), Placement.SHANK)
RIGHT = msgspec.structs.replace(
    sensor_of(find_profile("wmf-shoe"), Placement.SHOE), sensor="right", side=Side.RIGHT
)
COACHED = {"baseline_g.right": 1.0, "coach.run_s": 6.0, "coach.retention_s": 2.0}
BELT = msgspec.structs.replace(LEFT, sensor="belt", placement=Placement.PELVIS)
LEGS = (LEFT, RIGHT)
HEADER = SessionHeader((*LEGS, BELT), config=COACHED)
BY_NAME = {sensor.sensor: sensor for sensor in HEADER.sensors}


@functools.cache
def session(seed: int) -> tuple[Any, ...]:
    """Make the inputs of a session in order of arrival."""
    inputs: list[Any] = []
    for number, sensor in enumerate(HEADER.sensors):
        inputs.append(LinkChange(sensor.sensor, streams.START_NS, LinkState.CONNECTED))
        inputs += streams.packets(sensor, streams.gait(sensor, seed + number))
    for second in range(1, 13):
        inputs.append(Tick(streams.START_NS + second * 1_000_000_000))
    inputs.append(Command(streams.START_NS + 4_400_000_000, "impact_limit_g", 6.5))
    inputs.append(Marker(streams.START_NS + 5_100_000_000, "lap"))
    return tuple(sorted(inputs, key=lambda item: item.arrival_ns))


def steps_of(outputs: list[Any], sensor: str) -> list[Step]:
    return [out for out in outputs if isinstance(out, Step) and out.sensor == sensor]


def test_input_is_rich_enough_to_try_the_laws() -> None:
    outputs = streams.run(Chain(HEADER), session(1))
    assert all(len(steps_of(outputs, leg.sensor)) >= 10 for leg in LEGS)
    assert not steps_of(outputs, BELT.sensor)
    assert any(isinstance(out, SampleBatch) and out.sensor == BELT.sensor for out in outputs)
    assert {type(out).__name__ for out in outputs} >= {"ImpactLimit", "SensorHealth", "SensorStatus", "Flag"}
    assert {type(out).__name__ for out in outputs} >= {"Cue", "CuePeriod", "RunnerMetrics", "PhaseChange"}


@LAW
@given(seed=SEEDS)
def test_determinism(seed: int) -> None:
    inputs = session(seed)
    assert not streams.difference(streams.run(Chain(HEADER), inputs), streams.run(Chain(HEADER), inputs))


@LAW
@given(seed=SEEDS)
def test_chunking_steps_are_those_of_all_samples_at_once(seed: int) -> None:
    outputs = streams.run(Chain(HEADER), session(seed))
    for sensor in LEGS:
        batches = [out for out in outputs if isinstance(out, SampleBatch) and out.sensor == sensor.sensor]
        at_once = streams.steps_in(streams.run(StepDetector(sensor), streams.together(batches)))
        unjudged = [
            msgspec.structs.replace(step, heel_strike=None, excessive_impact=None)
            for step in steps_of(outputs, sensor.sensor)
        ]
        assert not streams.difference(unjudged, at_once)


@LAW
@given(seed=SEEDS, extra=st.lists(st.integers(0, 12_000), max_size=20))
def test_chunking_ticks_do_not_touch_steps(seed: int, extra: list[int]) -> None:
    inputs = session(seed)
    ticks = [Tick(streams.START_NS + ms * 1_000_000) for ms in extra]
    more = sorted([*inputs, *ticks], key=lambda item: item.arrival_ns)
    ours, theirs = (streams.run(Chain(HEADER), items) for items in (inputs, more))
    for sensor in BY_NAME:
        assert not streams.difference(steps_of(ours, sensor), steps_of(theirs, sensor))


@LAW
@given(seed=SEEDS, place=st.floats(0.1, 0.9))
def test_resume(seed: int, place: float) -> None:
    inputs = session(seed)
    at = round(place * len(inputs))
    chain, other = Chain(HEADER), Chain(HEADER)
    streams.run(chain, inputs[:at], flush=False)
    other.restore(chain.snapshot())
    assert not streams.difference(streams.run(chain, inputs[at:]), streams.run(other, inputs[at:]))


@LAW
@given(seed=SEEDS, place=PLACE)
def test_causality(seed: int, place: float) -> None:
    inputs, others = session(seed), session(seed + 1)
    at = round(place * len(inputs))
    before = streams.run(Chain(HEADER), inputs[:at], flush=False)
    after = streams.run(Chain(HEADER), inputs[:at] + others[at:])
    assert not streams.difference(after[: len(before)], before)


@LAW
@given(seed=SEEDS)
def test_purity(seed: int) -> None:
    mine, yours = session(seed), session(seed + 1)
    chain, neighbour = Chain(HEADER), Chain(HEADER)
    outputs: list[Any] = []
    for k, item in enumerate(mine):
        outputs += chain.push(item)
        if k < len(yours):
            neighbour.push(yours[k])
    assert not streams.difference(outputs + chain.flush(), streams.run(Chain(HEADER), mine))


@LAW
@given(seed=SEEDS)
def test_purity_sensors_do_not_touch_each_other(seed: int) -> None:
    inputs = session(seed)
    both = streams.run(Chain(HEADER), inputs)
    for sensor in HEADER.sensors:
        alone = msgspec.structs.replace(HEADER, sensors=(sensor,))
        outputs = streams.run(Chain(alone), inputs)
        assert not streams.difference(steps_of(outputs, sensor.sensor), steps_of(both, sensor.sensor))


@LAW
@given(seed=SEEDS, begin_ms=st.integers(3_000, 8_000), length_ms=st.integers(300, 3_500))
def test_gap_of_any_length(seed: int, begin_ms: int, length_ms: int) -> None:
    begin_ns = streams.START_NS + begin_ms * 1_000_000
    silence = range(begin_ns, begin_ns + length_ms * 1_000_000)
    kept = [item for item in session(seed) if not isinstance(item, Packet) or item.arrival_ns not in silence]
    outputs = streams.run(Chain(HEADER), kept)
    for sensor in HEADER.sensors:
        gaps = [out for out in outputs if isinstance(out, Gap) and out.sensor == sensor.sensor]
        assert abs(sum(gap.lost for gap in gaps) / sensor.rate_hz - length_ms / 1000) < 0.06
        for before, after in pairwise(steps_of(outputs, sensor.sensor)):
            first_ns, last_ns = before.initial_contact_ns, after.initial_contact_ns
            torn = any(first_ns <= gap.start_ns and gap.end_ns <= last_ns for gap in gaps)
            assert first_ns < last_ns
            assert not (torn and after.lost_samples == 0 and after.stride_time_ms is not None)


def test_gap_silence_raises_a_flag_and_data_lower_it() -> None:
    silence = range(streams.START_NS + 4_000_000_000, streams.START_NS + 8_000_000_000)
    kept = [item for item in session(1) if not isinstance(item, Packet) or item.arrival_ns not in silence]
    flags = [out for out in streams.run(Chain(HEADER), kept) if isinstance(out, Flag)]
    for sensor in BY_NAME:
        trouble = [f for f in flags if f.rule is Rule.SENSOR_TROUBLE and f.sensor == sensor]
        assert trouble[0].raised
        assert trouble[0].unit == "s"
        assert trouble[0].t_ns in silence
        assert not trouble[-1].raised


def test_packets_of_a_sensor_that_the_session_does_not_have_are_passed_over() -> None:
    stray = Packet("nobody", 0, streams.START_NS, "data", b"\x01")
    assert Chain(HEADER).push(stray) == []
