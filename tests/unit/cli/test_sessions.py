"""The collector, the speed and the options' words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imu.cli.paths import shipped_recording
from imu.cli.sessions import Collector, parse_speed, play_file, report_lines
from imu.cli.simulate import simulate
from imu.errors import UsageError
from imu.model import Packet, SampleBatch, Tick
from imu.sinks.base import Rewound
from imu.sources.sim import SCENARIOS
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator


def second_of_samples(number: int) -> SampleBatch:
    t_ns = np.arange(number * NS_PER_S, (number + 1) * NS_PER_S, NS_PER_S // 10)
    return SampleBatch("s", 10 * number, t_ns, np.ones((10, 3)), None, np.zeros(10, np.bool_))


def batches(collector: Collector) -> Iterator[SampleBatch]:
    return (item for item in collector.shown() if isinstance(item, SampleBatch))


def test_what_is_collected_of_raw_data_does_not_grow() -> None:
    collector = Collector()
    for number in range(100):
        collector.put(second_of_samples(number))
        collector.put(Packet("s", number, number * NS_PER_S, "data", b"raw"))
        collector.put(Tick(number * NS_PER_S))
    kept = list(collector.shown())
    assert len(kept) < 15
    assert kept[-1] is next(reversed(list(batches(collector))))
    assert kept[-1].t_ns[-1] // NS_PER_S == 99


def test_an_empty_batch_is_passed_over() -> None:
    collector = Collector()
    none = np.empty(0, np.int64)
    collector.put(SampleBatch("s", 0, none, np.empty((0, 3)), None, np.empty(0, np.bool_)))
    assert list(collector.shown()) == []


def test_a_rewind_forgets() -> None:
    _, collector = play_file(shipped_recording("run_shoe_real.mcap"))
    assert collector.steps
    assert collector.raised
    collector.put(Rewound(1))
    assert list(collector.shown()) == []


def test_a_report_without_steps_says_so() -> None:
    header, _ = play_file(shipped_recording("run_shoe_real.mcap"))
    assert report_lines(header, Collector())[0] == "No steps were found."


@pytest.mark.parametrize(("text", "speed"), [("max", math.inf), ("0.5", 0.5), ("8", 8.0)])
def test_a_speed_is_a_number_or_max(text: str, speed: float) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "nan", "", "fast"])
def test_another_speed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--speed"):
        parse_speed(text)


def test_the_help_names_every_scenario() -> None:
    assert all(name in str(simulate.__doc__) for name in SCENARIOS)
