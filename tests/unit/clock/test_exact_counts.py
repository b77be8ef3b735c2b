"""Loss, duplicates and order of 1 to 10 %: counted exactly where a format allows it, else unknown."""

from __future__ import annotations

import numpy as np
import pytest

from imu.clock import Timeline, TimelineParams
from imu.conformance.motion import Frames
from imu.decode import Decoder, Joiner, JoinerParams
from imu.model import Packet, RawBatch, RawGyro, SampleBatch
from imu.profiles import find_profile, nominal

FRAMES = 600
WHOLE = ["softstrike-reference", "wmf-shoe", "movesense-gsp", "capture2go", "movella-dot"]
COUNTED = ["mbientlab-metamotion-r", "mbientlab-metamotion-s", "witmotion-wt9011dcl"]


def deliver(name: str, numbers: list[int]) -> tuple[Timeline, Joiner | None, int]:
    """Give frames to a sensor's blocks; return these and how many samples came out."""
    profile = find_profile(name)
    rate_hz = nominal(profile).rate_hz
    frames = Frames(profile)
    sent = [frames.notifications(number) for number in range(FRAMES)]
    decoder, timeline = Decoder(profile, "s"), Timeline("s", TimelineParams.from_profile(profile, rate_hz))
    params = JoinerParams.from_profile(profile, rate_hz)
    joiner = None if params is None else Joiner("s", params)
    samples = latest_ns = 0
    for number in numbers:
        latest_ns = max(latest_ns + 1, round((number + 1) * frames.count / rate_hz * 1e9))
        for role, payload in sent[number]:
            for raw in decoder.push(Packet("s", 0, latest_ns, role, payload)):
                if not isinstance(raw, RawBatch | RawGyro):
                    continue
                for whole in [raw] if joiner is None else joiner.push(raw):
                    if isinstance(whole, RawBatch):
                        samples += sum(len(x) for x in timeline.push(whole) if isinstance(x, SampleBatch))
    return timeline, joiner, samples


def disturbed(share: float, *, late: bool) -> tuple[list[int], int, int, int]:
    """Numbers of frames in order of arrival, and how many are lost, come twice, come late."""
    rng = np.random.default_rng(round(1000 * share))
    fate = rng.choice(4, FRAMES, p=[1 - 3 * share, share, share, share])
    fate[:8] = fate[-8:] = 0
    numbers: list[int] = []
    held: list[int] = []
    for number, what in enumerate(fate.tolist()):
        if what == 1:
            continue
        if what == 3 and late and not held:
            held.append(number)
            continue
        numbers += [number] * (2 if what == 2 else 1)
        if held and held[0] < number:
            numbers.append(held.pop())
    sent = set(numbers)
    came_late = sum(numbers.index(n) > numbers.index(n + 1) for n in range(FRAMES - 1) if {n, n + 1} <= sent)
    skipped = FRAMES - len(sent)
    return numbers, skipped, len(numbers) - len(sent), came_late


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("name", WHOLE)
def test_loss_duplicates_and_order_are_counted_exactly(name: str, share: float) -> None:
    numbers, skipped, twice, _ = disturbed(share, late=True)
    highest = np.maximum.accumulate(numbers)
    late = {n for n, top in zip(numbers, highest, strict=True) if n < top}
    timeline, _, samples = deliver(name, numbers)
    count = Frames(find_profile(name)).count
    ledger = timeline.ledger()
    assert ledger.lost == count * (skipped + len(late))
    assert samples == count * (FRAMES - skipped - len(late))
    assert ledger.duplicates + ledger.reordered == twice + len(late)
    assert ledger.restarts == 0


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
def test_of_two_streams_too(share: float) -> None:
    numbers, skipped, twice, _ = disturbed(share, late=False)
    timeline, joiner, samples = deliver("polar-verity-sense", numbers)
    count = Frames(find_profile("polar-verity-sense")).count
    assert joiner is not None
    ledger = timeline.ledger()
    assert (ledger.lost, ledger.duplicates) == (count * skipped, twice)
    assert joiner.twice_and_late == (twice, 0)
    assert samples == count * (FRAMES - skipped)


@pytest.mark.parametrize("name", COUNTED)
def test_without_clock_and_counter_loss_is_unknown_and_not_nought(name: str) -> None:
    numbers, *_ = disturbed(0.05, late=False)
    timeline, _, samples = deliver(name, numbers)
    assert timeline.ledger().lost is None
    assert not timeline.params.observes_loss
    assert samples > 0
