from __future__ import annotations

import numpy as np
import pytest

from imu.model import Placement
from imu.signal import SignalParams
from imu.signal.energy import Candidate, JerkEnergy
from imu.signal.history import Marks
from imu.signal.rhythm import RhythmTracker
from tests.laws import streams

PARAMS = SignalParams()
SHANK = streams.worn(Placement.SHANK, has_gyro=False)
RUNNING = 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_contact_after_lost_ones_begins_no_stride(count: int) -> None:
    signal = JerkEnergy(SHANK.rate_hz, 3, PARAMS)
    candidates = signal.push(streams.gait(SHANK, RUNNING, 30.0).acc_g, None)
    all_at = [
        contact.at for contact in RhythmTracker(signal, Marks(), PARAMS, SHANK.placement).push(candidates)
    ]
    before, lost, after = all_at[11], all_at[12 : 12 + count], all_at[12 + count]
    torn = Marks()
    torn.append(np.concatenate([np.arange(at - 20, at + 20) for at in lost]))
    left = [c for c in candidates if c.at <= before or c.at >= after]
    contacts = {c.at: c for c in RhythmTracker(signal, torn, PARAMS, SHANK.placement).push(left)}
    assert sorted(contacts) == [at for at in all_at if at not in lost]
    assert not contacts[after].follows
    assert all(contacts[at].follows for at in all_at[13 + count :])


@pytest.mark.parametrize(("forerunner", "early"), [(0.3, True), (0.7, False)])
def test_what_may_be_a_forerunner_waits(forerunner: float, early: bool) -> None:
    """Where forerunners lately were nearly as strong as what comes now, it waits for something greater."""
    signal = JerkEnergy(SHANK.rate_hz, 3, PARAMS)
    signal.push(np.zeros((2400, 3)), None)
    tracker = RhythmTracker(signal, Marks(), PARAMS, SHANK.placement)
    state = tracker.state
    state.locked, state.last, state.taken, state.period, state.clear = True, 1000, 1000, 140.0, 5
    state.energies, state.periods = [100.0] * 8, [140.0] * 5
    state.precursors = [forerunner * 100.0] * 8
    taken = tracker.push([Candidate(1140, 75.0, settled=False)])
    assert bool(taken) == early
