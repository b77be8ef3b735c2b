"""Many frames put on the host's clock at once get what they get one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imu.clock import Timeline, TimelineParams
from imu.model import RawBatch, RawBlock, SampleBatch
from tests.laws.streams import difference, part

if TYPE_CHECKING:
    from collections.abc import Sequence

PARAMS = {
    "both": TimelineParams(200.0, unit_ns=1000, seq_bits=16),
    "both, slow clock": TimelineParams(200.0, unit_ns=1_000_000, wrap_bits=16, seq_bits=8),
    "both, fast clock": TimelineParams(200.0, unit_ns=1000, wrap_bits=24, seq_bits=8, seq_counts="samples"),
    "first marked": TimelineParams(100.0, unit_ns=1, wrap_bits=64, marks="first"),
    "clock": TimelineParams(200.0, unit_ns=1_000_000, wrap_bits=32),
    "short clock": TimelineParams(200.0, unit_ns=1000, wrap_bits=22),
    "numbered": TimelineParams(200.0, source="count", seq_bits=8),
    "samples numbered": TimelineParams(200.0, source="count", seq_bits=32, seq_counts="samples"),
    "unnumbered": TimelineParams(200.0, source="arrival"),
}


def frames(params: TimelineParams, n: int, count: int, seed: int, trouble: float) -> list[RawBatch]:
    """Make frames of a sensor whose crystal is off, with delays, stalls, loss, repeats and jumps."""
    rng = np.random.default_rng(seed)
    drift, found = 1.0 + rng.uniform(-2e-4, 2e-4), list[RawBatch]()
    start_ns, arrival_ns, jumped_ns = int(rng.integers(10**6, 10**10)), 0, 0
    for k in range(count):
        first = k * n
        marked = first if params.marks == "first" else first + n - 1
        device_ns = round(marked * params.period_ns) + start_ns + jumped_ns
        delay_ns = int(rng.exponential(6e6)) + (
            int(rng.exponential(2e9)) if rng.random() < trouble / 9 else 0
        )
        arrival_ns = max(arrival_ns, round((first + n) * params.period_ns * drift) + delay_ns + 10**9)
        seq = k if params.seq_counts == "packets" else first
        frame = RawBatch(
            "left",
            arrival_ns,
            None if params.seq_bits is None else seq % (1 << params.seq_bits),
            device_ns // params.unit_ns % (1 << params.wrap_bits) if params.source == "packet" else None,
            rng.normal(size=(n, 3)),
            None,
            rng.random(n) < 0.02,
        )
        dice = rng.random() / trouble if trouble else 9.0
        jumped_ns += int(rng.integers(-(10**8), 10**10)) if 0.9 < dice < 1.0 else 0
        if dice > 0.5:
            found.append(frame)
        if 0.7 < dice < 0.8 and len(found) > 1:
            found.append(found[int(rng.integers(len(found)))])
            found[-1] = msgspec.structs.replace(found[-1], arrival_ns=arrival_ns)
    return found


def block(found: Sequence[RawBatch]) -> RawBlock:
    def column(name: str) -> Any:
        values = [getattr(frame, name) for frame in found]
        return None if values[0] is None else np.array(values, np.uint64 if name == "counter" else np.int64)

    return RawBlock(
        "left",
        np.array([frame.arrival_ns for frame in found], np.int64),
        column("seq"),
        column("counter"),
        np.array([frame.acc_g for frame in found]),
        None,
        np.array([frame.clipped for frame in found]),
    )


def compare(params: TimelineParams, found: list[RawBatch], sizes: Sequence[int]) -> int:
    """Compare every output and every look; return how many frames went together."""
    single, many, n = Timeline("left", params), Timeline("left", params), len(found[0])
    at = together = 0
    for size in sizes:
        frames_here = found[at : at + size]
        if not frames_here:
            break
        looks = range(0, len(frames_here), 3)
        outputs, seen = many.push_block(block(frames_here), looks)
        ours: list[Any] = []
        for k, out in outputs:
            if isinstance(out, SampleBatch):
                parts = range(0, len(out), n)
                ours += [(k + i // n, part(out, i, i + n)) for i in parts]
                together += len(parts) > 1 and len(parts)
            else:
                ours.append((k, out))
        theirs: list[Any] = []
        for k, frame in enumerate(frames_here):
            theirs += [(k, out) for out in single.push(frame)]
            if k in looks:
                assert seen[k] == (single.ledger(), single.clock())
        assert not difference(ours, theirs)
        assert many.ledger() == single.ledger()
        at += size
    assert str(many.snapshot()) == str(single.snapshot())
    return together


@pytest.mark.parametrize("name", PARAMS)
@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.sampled_from([1, 2, 10, 19]),
    trouble=st.sampled_from([0.0, 0.005, 0.05, 0.3]),
    size=st.sampled_from([1, 7, 100, 2000]),
)
def test_outputs_are_equal(name: str, seed: int, n: int, trouble: float, size: int) -> None:
    compare(PARAMS[name], frames(PARAMS[name], n, 300, seed, trouble), [size] * 2000)


@pytest.mark.parametrize("name", PARAMS)
def test_sound_frames_go_together(name: str) -> None:
    found = frames(PARAMS[name], 10, 1500, 1, 0.0)
    assert compare(PARAMS[name], found, [1000, 500]) > 0.9 * len(found)
