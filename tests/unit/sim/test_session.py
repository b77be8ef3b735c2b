from __future__ import annotations

import asyncio
import math
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest

from imu.decode import Decoder
from imu.errors import UsageError
from imu.model import LinkChange, LinkState, Marker, Packet, Placement, RawBatch, Side, Tick
from imu.profiles import find_profile
from imu.sources.sim import (
    Bout,
    Motion,
    RadioModel,
    Scenario,
    SimSensor,
    SimulatedSession,
    SimulatorSource,
    pair_of,
    ready_session,
    simulate,
)
from imu.sources.sim.scenario import SCENARIOS
from imu.units import NS_PER_S

QUARTER_TURN = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def run_session(seed: int = 1, radio: RadioModel | None = None, **sensor: Any) -> SimulatedSession:
    bout = Bout(motion=Motion.RUN, duration_s=12.0, impact_left_g=10.0, note="run")
    worn = SimSensor(sensor="left", placement=Placement.SHANK, side=Side.LEFT, **sensor)
    return simulate(Scenario("run", (bout,)), [worn], seed=seed, radio=radio)


def decoded(session: SimulatedSession, sensor: str) -> list[RawBatch]:
    info = next(each for each in session.header.sensors if each.sensor == sensor)
    decoder = Decoder(find_profile(info.profile), sensor, info.params)
    packets = (item for item in session.inputs() if isinstance(item, Packet) and item.sensor == sensor)
    return [out for packet in packets for out in decoder.push(packet) if isinstance(out, RawBatch)]


def test_packets_carry_the_samples_of_the_stream() -> None:
    session = run_session(clock_ppm=40.0)
    batches = decoded(session, "left")
    block = session.stream("left").block(0)
    acc, gyr = (np.concatenate([getattr(b, name) for b in batches]) for name in ("acc_g", "gyr_dps"))
    np.testing.assert_allclose(acc[:2000], block.acc_g, atol=0.0005)
    np.testing.assert_allclose(gyr[:2000], block.gyr_dps, atol=0.08)


def test_device_clock_runs_fast_by_its_error() -> None:
    session = run_session(clock_ppm=500.0)
    stream = session.stream("left")
    counters = [batch.counter for batch in decoded(session, "left")]
    device_s = (counters[200] - counters[0]) / 1e6  # type: ignore[operator]
    true_s = stream.block(1).t_s[9] - stream.block(0).t_s[9]
    assert device_s / true_s == pytest.approx(1.0005, abs=2e-6)


def test_same_seed_same_inputs() -> None:
    radio = RadioModel(loss=0.02, duplicate=0.02, reorder=0.02, stall_per_min=10.0)
    first = list(run_session(1, radio).inputs())
    session = run_session(1, radio)
    assert list(session.inputs()) == first == list(session.inputs())
    assert list(run_session(2, radio).inputs()) != first


def test_inputs_are_in_order_and_numbered() -> None:
    items = list(run_session(1, RadioModel(reorder=0.1, stall_per_min=20.0)).inputs())
    assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(items))
    packets = [item for item in items if isinstance(item, Packet)]
    assert [packet.seq for packet in packets] == list(range(len(packets)))
    assert [item.text for item in items if isinstance(item, Marker)] == ["run"]
    ticks = [item.arrival_ns for item in items if isinstance(item, Tick)]
    assert {b - a for a, b in pairwise(ticks)} == {NS_PER_S}


def test_blocks_are_the_same_in_any_order() -> None:
    session = run_session()
    forwards = [session.stream("left").block(number) for number in (0, 1, 2)]
    backwards = [session.stream("left").block(number) for number in (2, 1, 0)][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_blocks_join_without_a_seam() -> None:
    quiet: dict[str, Any] = {
        "accel_noise_g_per_rthz": 0.0,
        "gyro_noise_dps_per_rthz": 0.0,
        "bandwidth_hz": 80.0,
    }
    fine, coarse = (run_session(packet_samples=count, **quiet).stream("left") for count in (1, 10))
    joined = np.concatenate([fine.block(number).acc_g for number in range(10)])
    np.testing.assert_allclose(joined, coarse.block(0).acc_g, atol=1e-9)


def test_mounting_turns_what_is_felt() -> None:
    still: dict[str, Any] = {"accel_bias_g": 0.0, "accel_noise_g_per_rthz": 0.0, "accel_range_g": 32.0}
    upright = run_session(mounting=UPRIGHT, **still).stream("left").block(0)
    turned = run_session(mounting=QUARTER_TURN, **still).stream("left").block(0)
    drawn = run_session(**still).stream("left").block(0)
    np.testing.assert_allclose(turned.acc_g, upright.acc_g @ np.reshape(QUARTER_TURN, (3, 3)).T, atol=1e-9)
    lengths = [np.linalg.norm(block.acc_g, axis=1) for block in (upright, drawn)]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-9)
    assert np.abs(drawn.acc_g - upright.acc_g).max() > 1.0


def test_drawn_mountings_are_rotations() -> None:
    mounting = run_session().stream("left").mounting
    np.testing.assert_allclose(mounting @ mounting.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(mounting) == pytest.approx(1.0)


def test_what_is_beyond_the_range_is_held_and_marked() -> None:
    sensor = SimSensor(
        sensor="left", placement=Placement.SHOE, side=Side.LEFT, accel_range_g=16.0, mounting=UPRIGHT
    )
    hard = Bout(motion=Motion.RUN, duration_s=12.0, impact_left_g=20.0)
    session = simulate(Scenario("hard", (hard,)), [sensor])
    block = session.stream("left").block(0)
    assert block.clipped.any()
    assert np.abs(block.acc_g).max() == 16.0
    np.testing.assert_array_equal(block.clipped, (np.abs(block.acc_g) >= 16.0).any(axis=1))
    assert np.nanmax(session.truth["left"].peak_g) > 16.0
    assert any(batch.clipped.any() for batch in decoded(session, "left"))


def test_noise_and_bias_have_the_stated_size() -> None:
    density = 0.001
    session = simulate(
        Scenario("rest", (Bout(motion=Motion.STAND, duration_s=12.0),)),
        [
            SimSensor(
                sensor="s",
                placement=Placement.SHOE,
                side=Side.LEFT,
                accel_noise_g_per_rthz=density,
                mounting=UPRIGHT,
            )
        ],
    )
    acc = session.stream("s").block(0).acc_g
    sway_free = np.diff(acc[:, 2]).std() / math.sqrt(2.0)
    assert sway_free == pytest.approx(density * math.sqrt(104), rel=0.1)
    assert 0 < np.abs(acc.mean(axis=0) - [0, 1, 0]).max() < 0.12


def test_truth_holds_every_contact_of_the_session_once() -> None:
    session = ready_session("demo", seed=5)
    for truth in session.truth.values():
        at = truth.initial_contact_s
        assert (np.diff(at) > 0.3).all()
        assert (truth.toe_off_s > at).all()
        assert np.isfinite(truth.peak_g).all()
        assert at[0] > 0
        assert at[-1] < session.duration_s
        assert {"run", "walk"} <= set(truth.activity) <= {"run", "walk", "stand"}
        assert {"heel", "midfoot"} <= set(truth.strike)
        assert set(map(len, truth.columns().values())) == {len(truth)}


def test_truth_of_a_cut_session_is_the_beginning_of_the_whole_one() -> None:
    whole, part = ready_session("demo", seed=5), ready_session("demo", seed=5, duration_s=30.0)
    for sensor, truth in part.truth.items():
        np.testing.assert_allclose(truth.peak_g, whole.truth[sensor].peak_g[: len(truth)], rtol=1e-9)
        assert truth.initial_contact_s[-1] < 30.0


@pytest.mark.parametrize("name", SCENARIOS)
def test_ready_scenarios_have_hard_landings_in_the_end(name: str) -> None:
    session = ready_session(name)
    for truth in session.truth.values():
        running = np.array(truth.activity) == "run"
        peaks = truth.peak_g[running]
        third = len(peaks) // 3
        assert np.median(peaks[-third:]) > 1.3 * np.median(peaks[:third])


def test_a_ready_scenario_repeats_for_as_long_as_asked() -> None:
    session = ready_session("demo", duration_s=200.0)
    assert session.duration_s == 200.0
    assert session.truth["left-shoe"].initial_contact_s[-1] > 190.0


def test_a_dropout_is_told_as_link_changes() -> None:
    session = run_session(radio=RadioModel(dropouts_s=((4.0, 6.0),)))
    changes = [item for item in session.inputs() if isinstance(item, LinkChange)]
    told = [((c.arrival_ns - session.header.origin_ns) / NS_PER_S, c.state) for c in changes]
    assert told == [(0.0, LinkState.CONNECTED), (4.0, LinkState.LOST), (6.0, LinkState.CONNECTED)]


def test_sensors_without_a_gyroscope_send_none() -> None:
    assert all(batch.gyr_dps is None for batch in decoded(run_session(has_gyro=False), "left"))


def test_the_header_says_what_is_needed_to_decode() -> None:
    header = ready_session("two_shins", seed=7).header
    assert header.origin == "simulated"
    assert [sensor.side for sensor in header.sensors] == [Side.LEFT, Side.RIGHT]
    assert all(sensor.profile_toml and sensor.params["rate_hz"] == 208.0 for sensor in header.sensors)


def test_wrong_use_is_refused() -> None:
    scenario = SCENARIOS["demo"]()
    left, _ = pair_of(Placement.SHOE)
    with pytest.raises(UsageError, match="no scenario 'marathon'"):
        ready_session("marathon")
    with pytest.raises(UsageError, match="name of its own"):
        simulate(scenario, [left, left])
    with pytest.raises(UsageError, match="duration_s"):
        simulate(scenario, [left], duration_s=0.0)
    with pytest.raises(UsageError, match="rate_hz"):
        ready_session("demo", rate_hz=123.0)
    with pytest.raises(UsageError, match="no radio model for sensor 'left-shoe'"):
        simulate(scenario, [left], radio={})
    with pytest.raises(UsageError, match="rotation matrix"):
        SimSensor(sensor="s", placement=Placement.SHOE, side=Side.LEFT, mounting=(1.0,))
    with pytest.raises(UsageError, match="speed"):
        SimulatorSource(ready_session("demo"), speed=0.0)


class FakePacer:
    """A clock that moves only when it is waited for."""

    def __init__(self) -> None:
        self.time_ns = 77 * NS_PER_S

    def now_ns(self) -> int:
        return self.time_ns

    async def wait(self, timeout_s: float | None) -> None:
        assert timeout_s is not None
        self.time_ns += round(timeout_s * NS_PER_S / 2) + 1

    def wake(self) -> None:
        raise AssertionError


def test_the_source_yields_each_input_when_it_is_due() -> None:
    session = run_session()
    pacer = FakePacer()

    async def play() -> list[tuple[int, int]]:
        source = SimulatorSource(session, speed=2.0, pacer=pacer)
        return [(item.arrival_ns, pacer.now_ns()) async for item in source.inputs()]

    for arrival_ns, yielded_ns in asyncio.run(play()):
        due_ns = 77 * NS_PER_S + (arrival_ns - session.header.origin_ns) / 2
        assert abs(yielded_ns - due_ns) < 2_000_000


def test_at_full_speed_the_source_never_waits() -> None:
    session = run_session()

    async def play() -> list[object]:
        return [item async for item in SimulatorSource(session, math.inf, pacer=FakePacer()).inputs()]

    assert asyncio.run(play()) == list(session.inputs())


def test_an_endless_session_starts_at_once() -> None:
    session = ready_session("demo", duration_s=24 * 3600.0)
    items = list(islice(session.inputs(), 20))
    assert items[-1].arrival_ns - session.header.origin_ns < NS_PER_S
