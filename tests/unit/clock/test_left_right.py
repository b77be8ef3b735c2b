"""Left against right: two clocks that drift apart behind a radio that delivers in bursts."""

from __future__ import annotations

import numpy as np
import pytest

from imu.clock import Timeline, TimelineParams
from imu.model import RawBatch, SampleBatch
from imu.profiles import find_profile, nominal

LASTS_NS = 90_000_000_000
SETTLED_NS = 60_000_000_000
LEAST_DELAY_NS = 4_000_000
START_NS = 50_000_000_000
SAMPLES = {
    "softstrike-reference": 19,
    "wmf-shoe": 1,
    "polar-verity-sense": 36,
    "movesense-gsp": 8,
    "capture2go": 8,
    "movella-dot": 1,
    "witmotion-wt9011dcl": 1,
    "mbientlab-metamotion-r": 3,
}
"""Samples of a packet as the firmware sends them."""

DRIFTS_PPM = (-100.0, 100.0)


def errors_ns(
    name: str, drift_ppm: float, seed: int, interval_s: float, rate_off: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return true times, errors and stated uncertainties of the last samples of all packets, ns.

    Errors are less the radio's least delay, which no receiver can see.
    """
    profile, count = find_profile(name), SAMPLES[name]
    rate_hz = nominal(profile).rate_hz
    params = TimelineParams.from_profile(profile, rate_hz)
    rng = np.random.default_rng(seed)
    numbers = np.arange(int(LASTS_NS * 1e-9 * rate_hz / count))
    last = (numbers + 1) * count - 1
    device_s = last / (rate_hz * (1.0 + rate_off))
    true_ns = START_NS + device_s * 1e9 / (1 + drift_ppm * 1e-6)
    arrival_ns = _bursts(true_ns, rng, interval_s)
    device0_ns = int(rng.integers(0, 10**9))
    timeline, none = Timeline("s", params), np.zeros(count, bool)
    found = []
    for k, number in enumerate(numbers):
        marked = last[k] - (count - 1 if params.marks == "first" else 0)
        ticks = int((device0_ns + marked * 1e9 / (rate_hz * (1.0 + rate_off))) / params.unit_ns)
        raw = RawBatch(
            "s",
            int(arrival_ns[k]),
            None if params.seq_bits is None else int(number) % (1 << params.seq_bits),
            ticks % (1 << params.wrap_bits) if params.source == "packet" else None,
            np.full((count, 3), float(k)),
            None,
            none,
        )
        for out in timeline.push(raw):
            clock = timeline.clock()
            if isinstance(out, SampleBatch) and clock is not None:
                found.append((true_ns[k], out.t_ns[-1] - true_ns[k] - LEAST_DELAY_NS, clock.uncertainty_ns))
    true, error, stated = np.array(found).T
    return true, error, stated


def _bursts(ready_ns: np.ndarray, rng: np.random.Generator, interval_s: float) -> np.ndarray:
    """Return arrivals at the radio's connection events, with stalls of 0.2 to 1 s now and then."""
    interval_ns = interval_s * 1e9
    phase_ns = rng.uniform(0, interval_ns)
    events = np.ceil((ready_ns - phase_ns) / interval_ns) * interval_ns + phase_ns
    arrival_ns = events + LEAST_DELAY_NS + rng.exponential(0.3e6, len(events))
    for begin_ns in np.arange(START_NS + 5e9, ready_ns[-1], 20e9) + rng.uniform(0, 10e9):
        end_ns = begin_ns + rng.uniform(0.2e9, 1e9)
        arrival_ns[(arrival_ns >= begin_ns) & (arrival_ns < end_ns)] = end_ns
    return np.maximum.accumulate(arrival_ns)


@pytest.mark.parametrize("interval_s", [0.015, 0.05])
@pytest.mark.parametrize("name", SAMPLES)
def test_after_a_minute_left_and_right_agree_and_the_uncertainty_holds(name: str, interval_s: float) -> None:
    """Chips sample a little off their nominal rate, each in its own way."""
    apart, inside = [], []
    for seed, ppm in enumerate(DRIFTS_PPM):
        left_ns, left, left_stated = errors_ns(name, ppm, seed, interval_s, 0.011)
        right_ns, right, right_stated = errors_ns(name, -ppm, seed + 20, interval_s, -0.007)
        at = left_ns[left_ns > START_NS + SETTLED_NS]
        apart.append(np.abs(np.interp(at, left_ns, left) - np.interp(at, right_ns, right)))
        for at_ns, error, stated in ((left_ns, left, left_stated), (right_ns, right, right_stated)):
            inside.append((np.abs(error) <= stated)[at_ns > START_NS + SETTLED_NS])
    assert np.percentile(np.concatenate(apart), 95) <= 5e6
    assert np.concatenate(inside).mean() >= 0.95


@pytest.mark.parametrize(
    "name", ["capture2go", "movella-dot", "mbientlab-metamotion-r", "witmotion-wt9011dcl"]
)
def test_in_lockstep_with_the_radio_the_uncertainty_grows(name: str) -> None:
    """Then the least delay wanders with the drift, and the two cannot be told apart within one beat."""
    inside, stated_ns, usual_ns = [], [], []
    for seed, ppm in enumerate(DRIFTS_PPM):
        true_ns, error, stated = errors_ns(name, ppm, seed, 0.05)
        settled = true_ns > START_NS + SETTLED_NS
        inside.append((np.abs(error) <= stated)[settled])
        stated_ns.append(np.median(stated[settled]))
        usual_ns.append(np.median(errors_ns(name, ppm, seed, 0.05, 0.011)[2]))
    assert np.concatenate(inside).mean() >= 0.85
    assert np.median(stated_ns) > 1.5 * np.median(usual_ns)
