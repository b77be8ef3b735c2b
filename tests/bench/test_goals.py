"""The goals of speed that are judged as ratios; run by ``make bench``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import imu
from imu.chain import SensorChain
from imu.decode import Encoder, load, samples_per_packet
from imu.model import Packet, Placement, SensorInfo, Side
from tests.bench.naive import naive_steps
from tests.bench.ratios import ratio
from tests.bench.records import CHANNELS, shoe_record

pytestmark = pytest.mark.bench

PACKETS = 2_000
PROFILE = "softstrike-reference"


def test_an_hour_at_1_khz_becomes_a_step_table_12_times_faster_than_the_naive_script() -> None:
    rate_hz = 1000.0
    record = shoe_record(rate_hz, duration_s=3600.0)
    found = imu.analyze(record, placement="shoe", side="left").steps
    assert len(found) == pytest.approx(len(naive_steps(record, rate_hz)), rel=0.1)

    timing = ratio(
        lambda: imu.analyze(record, placement="shoe", side="left"),
        lambda: naive_steps(record, rate_hz),
    )
    print(f"\nG1 one hour to a step table: {timing}")
    assert timing.speedup >= 12.0


def packets(rate_hz: float) -> list[Packet]:
    """Notifications of the reference firmware that carry a made-up run."""
    profile = load(PROFILE)
    samples = samples_per_packet(profile)
    record = shoe_record(rate_hz, PACKETS * samples / rate_hz)[list(CHANNELS)].to_numpy()
    encoder = Encoder(profile, {})
    packet_ns = round(samples / rate_hz * 1e9)
    found = []
    for number, part in enumerate(record.reshape(PACKETS, samples, 6)):
        counter = (number + 1) * packet_ns // profile.time.unit_ns
        for payload in encoder.encode(counter, number, part[:, :3], part[:, 3:]):
            found.append(Packet("left", len(found), (number + 1) * packet_ns, "data", payload))
    return found


def test_packet_to_events_costs_at_most_two_filter_calls() -> None:
    from scipy import signal  # noqa: PLC0415 - the reference, not needed to collect

    rate_hz = 208.0
    inputs = packets(rate_hz)
    sensor = SensorInfo("left", Placement.SHOE, Side.LEFT, rate_hz=rate_hz, profile=PROFILE)
    low_pass = signal.butter(4, 60.0, fs=rate_hz, output="sos")
    block = np.zeros((samples_per_packet(load(PROFILE)), 6))

    def candidate() -> None:
        chain = SensorChain(sensor)
        for item in inputs:
            chain.push(item)

    def reference() -> None:
        state = np.zeros((len(low_pass), 2, 6))
        for _ in inputs:
            _, state = signal.sosfilt(low_pass, block, axis=0, zi=state)

    timing = ratio(candidate, reference)
    print(f"\nG5 packet to events, {len(inputs)} packets: {timing}")
    assert timing.cost <= 2.0


def test_help_starts_within_three_times_bare_python() -> None:
    command = Path(sys.executable).with_name("softstrike")
    timing = ratio(
        lambda: subprocess.run([command, "--help"], check=True, capture_output=True),
        lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
        rounds=15,
    )
    print(f"\nG11 softstrike --help against bare Python: {timing}")
    assert timing.cost <= 3.0
