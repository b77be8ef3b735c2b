from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dashboards.measure import Measure, value_at_g
from imu.store.overview import Overview, SensorTrace, build_overview
from imu.units import NS_PER_MS, s_to_ns

SESSION = Path(__file__).parents[3] / "data" / "two_shoes_simulated.mcap"


@pytest.fixture(scope="module")
def overview() -> Overview:
    return build_overview(SESSION)


def trace(times_ms: list[float], values_g: list[float]) -> SensorTrace:
    t_ns = np.array([round(one * NS_PER_MS) for one in times_ms], np.int64)
    g = np.array(values_g, np.float32)
    return SensorTrace((t_ns,), (g,), (g,), np.zeros(len(g), bool))


@pytest.mark.parametrize(
    ("at_ms", "value_g"),
    [(10, 1.0), (14, 1.0), (16, 2.0), (20, 2.0), (69, 2.0), (71, None), (-41, None), (200, None)],
)
def test_the_value_is_that_of_the_nearest_sample_or_unknown(at_ms: float, value_g: float | None) -> None:
    assert value_at_g(trace([10, 20], [1.0, 2.0]), round(at_ms * NS_PER_MS)) == value_g


def test_without_samples_or_with_one_that_is_no_number_nothing_is_said() -> None:
    assert value_at_g(trace([], []), 0) is None
    assert value_at_g(trace([0], [float("nan")]), 0) is None


def test_the_cursors_tell_time_and_values(overview: Overview) -> None:
    measure = Measure()
    now_ns = overview.begin_ns + s_to_ns(40.0)
    sensor = overview.header.sensors[0].sensor
    assert measure.state(overview, sensor, now_ns) is None
    measure.toggle(now_ns, 10.0)
    state = measure.state(overview, sensor, now_ns)
    assert state.x_s == (-5.5, -4.5)
    assert measure.span_ms == 1000.0
    first_g, second_g = (value_at_g(overview.traces[sensor], now_ns + s_to_ns(x_s)) for x_s in state.x_s)
    assert state.text.startswith(f"A {first_g:.2f} g   B {second_g:.2f} g   Δt 1000.0 ms")
    measure.toggle(now_ns, 10.0)
    assert measure.state(overview, sensor, now_ns) is None


def test_keys_move_the_chosen_cursor_and_the_mouse_takes_the_nearer_one(overview: Overview) -> None:
    measure, now_ns = Measure(), overview.begin_ns + s_to_ns(40.0)
    measure.toggle(now_ns, 10.0)
    measure.move(5.0)
    assert measure.span_ms == 1005.0
    measure.choose_other()
    measure.move(-100.0)
    assert measure.span_ms == 1105.0
    measure.pick(-4.0, now_ns)
    measure.drag(-6.0, now_ns)
    assert measure.chosen == 1
    assert measure.span_ms == pytest.approx(-400.0)
    assert "Δt \N{MINUS SIGN}400.0 ms" in measure.state(overview, "nobody", now_ns).text


def test_a_cursor_outside_the_session_reads_a_dash(overview: Overview) -> None:
    measure = Measure()
    measure.toggle(overview.begin_ns - s_to_ns(60.0), 10.0)
    sensor = overview.header.sensors[0].sensor
    assert (
        measure.state(overview, sensor, overview.begin_ns).text
        == "A \N{EN DASH}   B \N{EN DASH}   Δt 1000.0 ms"
    )
