"""What recording costs, how much room an hour takes, and how soon it is in pandas."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import imu
from imu.chain import Chain
from imu.decode import Encoder, load, samples_per_packet
from imu.engine import Flow
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sinks.recorder import Recorder
from imu.store import SessionWriter, seal
from imu.store.overview import build_overview
from tests.bench.ratios import ratio
from tests.bench.records import CHANNELS, shoe_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.bench

PROFILE = "softstrike-reference"
RATE_HZ = 208.0
HOUR_S = 3600.0
SECOND_NS = 1_000_000_000


def test_recording_eight_sensors_at_1_khz_costs_less_than_a_twentieth_of_a_core(tmp_path: Path) -> None:
    """Cost is the time of the processor, fsync once a second included, per second of session."""
    names = [f"sensor-{n}" for n in range(8)]
    header = SessionHeader(tuple(SensorInfo(n, Placement.SHOE, Side.LEFT, 1000.0) for n in names))
    payloads = [bytes(part) for part in np.random.default_rng(1).integers(0, 256, (500, 240), np.uint8)]
    seconds, packets_per_s = 120, 50
    recorder = Recorder(tmp_path / "a.mcap", header)
    begin = time.process_time()
    for n in range(seconds * packets_per_s):
        t_ns = n * SECOND_NS // packets_per_s
        if n % packets_per_s == 0:
            recorder.put(Tick(t_ns))
        for name in names:
            recorder.put(Packet(name, n, t_ns, "data", payloads[n % 500]))
    share = (time.process_time() - begin) / seconds
    recorder.close()
    print(f"\nG9 recording 8 x 1 kHz x 6 axes: {100 * share:.2f} % of a core")
    assert share < 0.05


def hour_of_packets() -> Iterator[Packet | Tick]:
    """Yield what two shoe sensors send in an hour, in order of arrival, with a radio's delays."""
    profile = load(PROFILE)
    samples = samples_per_packet(profile)
    dice = np.random.default_rng(2)
    packet_ns = round(samples / RATE_HZ * SECOND_NS)
    streams = []
    for seed in (0, 1):
        record = shoe_record(RATE_HZ, HOUR_S, seed)[list(CHANNELS)].to_numpy()
        count = len(record) // samples
        encoder = Encoder(profile, {"rate_hz": RATE_HZ})
        arrivals = (np.arange(count) + 1) * packet_ns + dice.integers(2_000_000, 12_000_000, count)
        streams.append((record[: count * samples].reshape(count, samples, 6), encoder, arrivals.tolist()))
    next_tick_ns = 0
    for number in range(min(len(arrivals) for _, _, arrivals in streams)):
        for name, (parts, encoder, arrivals) in zip(("left", "right"), streams, strict=True):
            part, counter = parts[number], (number + 1) * packet_ns // profile.time.unit_ns
            for payload in encoder.encode(counter, number, part[:, :3], part[:, 3:]):
                yield Packet(name, number, arrivals[number], "data", payload)
        if arrivals[number] >= next_tick_ns:
            yield Tick(arrivals[number])
            next_tick_ns += SECOND_NS


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record an hour of two sensors as the engine does it live: inputs and everything derived."""
    sensors = tuple(
        SensorInfo(side.value, Placement.SHOE, side, RATE_HZ, profile=PROFILE, params={"rate_hz": RATE_HZ})
        for side in Side
    )
    header = SessionHeader(sensors)
    path = tmp_path_factory.mktemp("hour") / "hour.mcap"
    flow = Flow(lambda: Chain(header), [Recorder(path, header)])
    for item in hour_of_packets():
        flow.take(item)
    flow.finish()
    return path


def test_an_hour_of_two_sensors_takes_at_most_12_mb(hour: Path, tmp_path: Path) -> None:
    inputs_only = SessionWriter(tmp_path / "inputs.mcap", imu.load(hour).header)
    for item in hour_of_packets():
        inputs_only.write(item)
    inputs_only.close(seal=False)
    open_mb = inputs_only.path.stat().st_size / 1e6
    seal(inputs_only.path)
    whole_mb, inputs_mb = (path.stat().st_size / 1e6 for path in (hour, inputs_only.path))
    print(
        f"\nG9 one hour, 2 x {RATE_HZ:.0f} Hz x 6 axes: {whole_mb:.1f} MB with all that was derived; ", end=""
    )
    print(f"inputs alone {inputs_mb:.1f} MB, {open_mb:.1f} MB before closing")
    assert whole_mb <= 12.0 * RATE_HZ / 200.0  # the goal is stated for 200 Hz


def test_an_hour_comes_into_pandas_at_a_bounded_cost(hour: Path, tmp_path: Path) -> None:
    csv = tmp_path / "hour.csv"
    imu.load(hour).samples.to_csv(csv, index=False)
    timing = ratio(lambda: imu.load(hour).samples, lambda: pd.read_csv(csv), rounds=3)
    print(f"\nG9 one hour of samples in pandas, against read_csv: {timing}")
    assert timing.cost <= 2.5  # the goal is a fifth: docs/performance tells what takes the time


def test_an_hour_is_analysed_at_the_cost_of_reading_it_some_times(hour: Path) -> None:
    timing = ratio(lambda: imu.load(hour).steps, lambda: imu.load(hour).samples, rounds=1 + 2)
    print(f"\nG9 one hour analysed, against its samples in pandas: {timing}")
    assert timing.cost <= 5.0


def test_an_hour_is_looked_through_at_the_cost_of_analysing_it(hour: Path) -> None:
    timing = ratio(lambda: build_overview(hour), lambda: imu.load(hour).steps, rounds=1 + 2)
    print(f"\nan hour's overview for the screen, against its analysis: {timing}")
    assert timing.cost <= 2.0
