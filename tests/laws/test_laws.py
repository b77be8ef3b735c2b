"""The six laws, over every block of the registry."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import imu
from imu.block import Block
from imu.model import Gap, Impact, Landing, Placement, SampleBatch, Step
from imu.registry import BlockCase, Takes, cases
from imu.signal import SignalParams, StepDetector
from imu.signal.regular import Grid
from tests.laws import streams

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = cases()
LAW = settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
"""Few examples and no shrinking: every one of them is plain already."""

HELD_BACK_S = 0.06
EARLY_NS = 150e6
FIRST_STRIDES = 3

SEEDS = st.integers(0, 5)
SIZES = st.lists(st.integers(1, 700), min_size=1, max_size=6)
PLACE = st.floats(0.0, 1.0)


def over(*takes: Takes, only: str = "") -> Callable[[Any], Any]:
    """Cases that take one of these."""
    chosen = [
        case for case in CASES.values() if case.name.startswith(only) and (not takes or case.takes in takes)
    ]
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in chosen])


def torn_feed(case: BlockCase, seed: int, place: float, missing: int) -> list[Any]:
    """Input of a block with some of its pieces missing."""
    items = streams.feed(case, seed)
    first = round(place * (len(items) - 1))
    return items[:first] + items[first + missing :]


def _descendants(kind: type) -> set[type]:
    children: set[type] = set(kind.__subclasses__())
    return children.union(*(_descendants(child) for child in children))


def test_registry_holds_every_block() -> None:
    for module in pkgutil.walk_packages(imu.__path__, "imu."):
        if not module.name.startswith(("imu.cli", "imu.sources", "imu.sinks", "imu.store", "imu.engine")):
            importlib.import_module(module.name)

    blocks = {
        kind
        for kind in _descendants(Block)
        if kind.__module__.startswith("imu.") and not inspect.isabstract(kind)
    }
    assert blocks == {type(case.make()) for case in CASES.values()}


@over()
def test_input_is_rich_enough_to_try_the_laws(case: BlockCase) -> None:
    outputs = streams.run(case.make(), streams.feed(case, 1))
    kinds = {type(out).__name__ for out in outputs}
    usual = {"Step", "Grid", "SampleBatch", "RawBatch", "Cue", "Hold", "RunnerMetrics", "PhaseChange"}
    assert kinds & usual
    least = 1 if "Grid" in kinds else 4 if kinds & {"Cue", "PhaseChange"} else 10
    assert len(streams.joined(outputs)) >= least


@over()
@LAW
@given(seed=SEEDS, place=PLACE, missing=st.integers(0, 40))
def test_determinism(case: BlockCase, seed: int, place: float, missing: int) -> None:
    items = torn_feed(case, seed, place, missing)
    assert not streams.difference(streams.run(case.make(), items), streams.run(case.make(), items))


@over(Takes.SAMPLES)
@LAW
@given(seed=SEEDS, sizes=SIZES, first=st.integers(1, 2399), length=st.integers(0, 300))
def test_chunking(case: BlockCase, seed: int, sizes: list[int], first: int, length: int) -> None:
    batch = streams.gait(case.sensor, seed)
    with_hole = streams.hole(batch, first, length)
    pieces = [piece for stretch in with_hole for piece in streams.cut(stretch, sizes)]
    whole = streams.joined(streams.run(case.make(), streams.together(with_hole)))
    assert not streams.difference(streams.joined(streams.run(case.make(), pieces)), whole)


@over()
@LAW
@given(seed=SEEDS, place=PLACE, missing=st.integers(0, 40))
def test_resume(case: BlockCase, seed: int, place: float, missing: int) -> None:
    items = torn_feed(case, seed, 0.5, missing)
    at = round(place * len(items))
    block, other = case.make(), case.make()
    streams.run(block, items[:at], flush=False)
    state = block.snapshot()
    rest = streams.run(block, items[at:])
    other.restore(state)
    assert not streams.difference(streams.run(other, items[at:]), rest)


@over()
def test_resume_from_the_beginning_forgets_everything(case: BlockCase) -> None:
    items = streams.feed(case, 1)
    block, used = case.make(), case.make()
    streams.run(used, items[:60], flush=False)
    used.restore(block.snapshot())
    assert not streams.difference(streams.run(used, items[62:]), streams.run(block, items[62:]))


@over()
@LAW
@given(seed=SEEDS, place=PLACE)
def test_causality_what_came_out_stays(case: BlockCase, seed: int, place: float) -> None:
    items, others = streams.feed(case, seed), streams.feed(case, seed + 6)
    at = round(place * len(items))
    before = streams.run(case.make(), items[:at], flush=False)
    after = streams.run(case.make(), items[:at] + others[at:])
    assert not streams.difference(after[: len(before)], before)


@over(Takes.SAMPLES)
@LAW
@given(seed=SEEDS, at=st.integers(200, 2200))
def test_causality_what_is_known_does_not_depend_on_what_follows(case: BlockCase, seed: int, at: int) -> None:
    batch, other = streams.gait(case.sensor, seed), streams.gait(case.sensor, seed + 6)
    changed = streams.together([streams.part(batch, 0, at), streams.part(other, at)])
    ours, theirs = (streams.run(case.make(), one) for one in ([batch], changed))
    until_ns = int(batch.t_ns[at - 1])
    assert not streams.difference(_known(ours, until_ns), _known(theirs, until_ns))


def _known(outputs: list[Any], until_ns: int) -> list[Any]:
    """Return the outputs as far as they were known at a time."""
    found: list[Any] = []
    for out in outputs:
        if isinstance(out, Grid):
            known = out.t_ns <= until_ns
            found += [out.t_ns[known], out.acc_g[known]]
        elif out.known_ns <= until_ns:
            found.append(out)
    return found


@over(Takes.SAMPLES)
@LAW
@given(seed=SEEDS, size=st.integers(1, 40))
def test_causality_latency_is_as_stated(case: BlockCase, seed: int, size: int) -> None:
    block, batch = case.make(), streams.gait(case.sensor, seed)
    for piece in streams.cut(batch, [size]):
        now_ns = int(piece.t_ns[-1])
        for told in block.push(piece):
            if not isinstance(told, Impact | Landing | Step):
                continue
            held_s = HELD_BACK_S if isinstance(told, Step) else 0.0
            early = told.known_ns - told.initial_contact_ns < EARLY_NS
            assert told.known_ns <= now_ns
            assert now_ns - told.known_ns <= ((held_s if early else HELD_BACK_S) * 1e9) + (
                (size + 4) / case.sensor.rate_hz * 1e9
            )
            assert 0 < told.known_ns - told.initial_contact_ns <= block.latency_s * 1e9


@over(only="step-detector")
@LAW
@given(seed=SEEDS)
def test_causality_a_step_repeats_what_was_told_early(case: BlockCase, seed: int) -> None:
    outputs = streams.run(case.make(), streams.cut(streams.gait(case.sensor, seed), [13]))
    early = {(type(out), out.step): out for out in outputs if isinstance(out, Impact | Landing)}
    told = streams.steps_in(outputs)
    by_gyro = case.sensor.placement is Placement.SHOE and case.sensor.has_gyro
    tells_landing = by_gyro or case.name.endswith("calibrated")
    assert len(early) == len(told) * (1 + tells_landing)
    for step in told:
        for kind in (Impact, Landing) if tells_landing else (Impact,):
            first = early[kind, step.step]
            assert outputs.index(first) < outputs.index(step)
            shared = set(first.__struct_fields__) & set(step.__struct_fields__) - {"known_ns"}
            assert not streams.difference(
                [getattr(first, name) for name in shared], [getattr(step, name) for name in shared]
            )


@over(only="step-detector")
def test_causality_impact_and_landing_of_steady_running_are_known_early(case: BlockCase) -> None:
    outputs = streams.run(case.make(), streams.cut(streams.gait(case.sensor, 1, 30.0), [4]))
    steady = [step for step in streams.steps_in(outputs) if step.step >= FIRST_STRIDES]
    assert len(steady) > 20
    assert max(step.impact_latency_ms for step in steady) <= 80.0
    landings = [s.landing_latency_ms for s in steady if s.landing_latency_ms is not None]
    assert not landings or max(landings) <= 150.0


@over()
@LAW
@given(seed=SEEDS, place=PLACE)
def test_purity(case: BlockCase, seed: int, place: float) -> None:
    """Arrays of the input are read-only, so that writing to one would raise."""
    mine, yours = torn_feed(case, seed, place, 9), streams.feed(case, seed + 1)
    as_given = streams.plain(mine)
    alone = streams.run(case.make(), mine)
    block, neighbour = case.make(), case.make()
    outputs: list[Any] = []
    for k, item in enumerate(mine):
        outputs += block.push(item)
        if k < len(yours):
            neighbour.push(yours[k])
    assert not streams.difference(outputs + block.flush(), alone)
    assert streams.plain(mine) == as_given


@over(Takes.SAMPLES)
@LAW
@given(seed=SEEDS, first=st.integers(600, 1800), length=st.integers(1, 600), sizes=SIZES)
def test_gap_no_step_spans_an_unbridged_hole(
    case: BlockCase, seed: int, first: int, length: int, sizes: list[int]
) -> None:
    batch = streams.gait(case.sensor, seed)
    holed = streams.hole(batch, first, length)
    outputs = streams.run(case.make(), [p for part in holed for p in streams.cut(part, sizes)])
    start_ns, end_ns = int(holed[0].t_ns[-1]), int(holed[1].t_ns[0])
    bridged = length + 1 <= round(SignalParams().bridge_s * case.sensor.rate_hz)
    if isinstance(case.make(), StepDetector):
        _check_steps(streams.steps_in(outputs), start_ns, end_ns, length, bridged=bridged)
    else:
        restarts = [int(out.t_ns[0]) for out in outputs if out.restart]
        assert restarts == [int(batch.t_ns[0])] + ([] if bridged else [end_ns])
        assert sum(len(out.lost) for out in outputs) == (length if bridged else 0)


def _check_steps(steps: list[Step], start_ns: int, end_ns: int, length: int, *, bridged: bool) -> None:
    contacts = [step.initial_contact_ns for step in steps]
    assert contacts == sorted(set(contacts))
    before_ns = None
    for step in steps:
        last_ns = step.toe_off_ns or step.initial_contact_ns
        since_ns = step.initial_contact_ns if step.stride_time_ms is None else before_ns
        assert since_ns is not None
        spans = since_ns <= start_ns and end_ns <= last_ns
        assert bridged or not spans
        if spans or not bridged:
            assert step.lost_samples == (length if spans else 0)
        before_ns = step.initial_contact_ns


@over(only="step-detector")
@LAW
@given(seed=SEEDS, first=st.integers(600, 1500), length=st.integers(60, 400))
def test_gap_after_an_unbridged_hole_contacts_are_those_of_a_new_start(
    case: BlockCase, seed: int, first: int, length: int
) -> None:
    holed = streams.hole(streams.gait(case.sensor, seed), first, length)
    end_ns = int(holed[1].t_ns[0])
    with_past, anew = (
        [step.initial_contact_ns for step in streams.steps_in(streams.run(case.make(), part))]
        for part in (holed, holed[1:])
    )
    assert [t_ns for t_ns in with_past if t_ns >= end_ns] == [t_ns for t_ns in anew if t_ns >= end_ns]


@over(Takes.FRAMES)
@LAW
@given(seed=SEEDS, place=PLACE, missing=st.integers(1, 60))
def test_gap_is_told_before_the_samples_after_it(
    case: BlockCase, seed: int, place: float, missing: int
) -> None:
    frames = streams.feed(case, seed)
    first = 1 + round(place * (len(frames) - 2 - missing))
    block: Any = case.make()
    outputs = streams.run(block, frames[:first] + frames[first + missing :])
    times = np.concatenate([out.t_ns for out in outputs if isinstance(out, SampleBatch)])
    assert (np.diff(times) > 0).all()
    gaps = [k for k, out in enumerate(outputs) if isinstance(out, Gap)]
    if block.params.observes_loss:
        lost = sum(len(frame) for frame in frames[first : first + missing])
        assert [outputs[k].lost for k in gaps] == [lost]
        assert [type(outputs[k]) for k in range(first - 1, first + 2)] == [SampleBatch, Gap, SampleBatch]
        assert outputs[first].start_ns < outputs[first].end_ns <= outputs[first + 1].t_ns[0]
    else:
        assert block.ledger().lost is None
