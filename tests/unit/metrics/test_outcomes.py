from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from imu.metrics import (
    duty_factor,
    flight_time_ms,
    leg_stiffness_kn_per_m,
    phase_spans,
    quality_of,
    stride_time_cv_percent,
    summarise_runner,
)
from imu.model import (
    Activity,
    ClockEstimate,
    Ledger,
    Phase,
    PhaseChange,
    Placement,
    SensorInfo,
    Side,
    Step,
)
from tests.made import made_step

NS = 1_000_000_000
SENSORS = (
    SensorInfo("left-shank", Placement.SHANK, Side.LEFT, 200.0),
    SensorInfo("right-shank", Placement.SHANK, Side.RIGHT, 200.0),
)


def run_of(strides_ms: list[float], side: Side = Side.LEFT, **changes: Any) -> list[Step]:
    """Make steps with these stride times."""
    steps, t_ns = [], NS
    for number, stride_ms in enumerate(strides_ms):
        t_ns += round(stride_ms * 1e6)
        times = {"initial_contact_ns": t_ns, "toe_off_ns": t_ns + 250_000_000, "known_ns": t_ns + 600_000_000}
        fields = {"step": number, "sensor": f"{side}-shank", "side": side, "stride_time_ms": stride_ms}
        steps.append(made_step(**{**fields, **times, **changes}))
    return steps


def test_flight_time_and_duty_factor() -> None:
    step = made_step(toe_off_ns=1_250_000_000, stride_time_ms=700.0)
    assert flight_time_ms(step) == pytest.approx(100.0)
    assert duty_factor(step) == pytest.approx(250.0 / 700.0)
    for unknown in ({"toe_off_ns": None}, {"stride_time_ms": None}):
        assert flight_time_ms(made_step(**unknown)) is None
        assert duty_factor(made_step(**unknown)) is None


def scattered(count: int, sd_ms: float = 7.0) -> list[float]:
    return list(700.0 + np.random.default_rng(5).normal(0.0, sd_ms, count))


def test_variability_is_around_the_trend_not_of_it() -> None:
    steady = stride_time_cv_percent(run_of(scattered(300)))
    assert steady == pytest.approx(1.0, rel=0.2)
    faster = [stride_ms - 0.3 * k for k, stride_ms in enumerate(scattered(300))]
    assert stride_time_cv_percent(run_of(faster)) == pytest.approx(1.07, rel=0.2)
    assert stride_time_cv_percent(run_of([700.0 - k for k in range(60)])) < 0.3


def test_variability_needs_thirty_good_strides_and_forgives_odd_ones() -> None:
    steps = run_of(scattered(30))
    assert stride_time_cv_percent(steps) is not None
    assert stride_time_cv_percent(steps[1:]) is None
    assert stride_time_cv_percent(run_of([700.0] * 60, lost_samples=3)) is None
    assert stride_time_cv_percent(run_of([700.0] * 60, activity=Activity.WALK)) is None
    odd = [stride_ms + (200.0 if k % 20 == 9 else 0.0) for k, stride_ms in enumerate(scattered(300))]
    assert stride_time_cv_percent(run_of(odd)) == pytest.approx(1.0, rel=0.25)


def test_leg_stiffness_is_that_of_the_spring_model() -> None:
    """A spring of this stiffness, pressed by the greatest force, shortens by what the geometry says."""
    contact_s, flight_s, mass_kg, length_m, speed_mps = 0.22, 0.13, 70.0, 0.92, 3.5
    told = leg_stiffness_kn_per_m(220.0, 130.0, mass_kg=mass_kg, leg_length_m=length_m, speed_mps=speed_mps)
    greatest_n = mass_kg * 9.80665 * math.pi / 2 * (flight_s / contact_s + 1)
    # The impulse of the half sine carries the body weight through the whole step.
    impulse_ns = greatest_n * contact_s * 2 / math.pi
    assert impulse_ns == pytest.approx(mass_kg * 9.80665 * (contact_s + flight_s))
    # Drop of the centre of mass under a half sine, from landing to the middle of the contact.
    t = [k * contact_s / 20_000 for k in range(10_001)]
    speed = 9.80665 * flight_s / 2
    drop = 0.0
    for a, b in pairwise(t):
        force = greatest_n * math.sin(math.pi * (a + b) / 2 / contact_s)
        drop += speed * (b - a)
        speed += (9.80665 - force / mass_kg) * (b - a)
    shorter_m = drop + length_m - math.sqrt(length_m**2 - (speed_mps * contact_s / 2) ** 2)
    assert told == pytest.approx(greatest_n / shorter_m / 1000, rel=0.005)


@pytest.mark.parametrize(
    "changes",
    [{"mass_kg": None}, {"leg_length_m": None}, {"speed_mps": None}, {"speed_mps": 9.0}, {"flight_ms": -5.0}],
)
def test_leg_stiffness_is_unknown_without_one_of_its_parts(changes: dict[str, float | None]) -> None:
    usual: dict[str, Any] = {
        "contact_ms": 220.0,
        "flight_ms": 130.0,
        "mass_kg": 70.0,
        "leg_length_m": 0.92,
        "speed_mps": 3.5,
    }
    assert leg_stiffness_kn_per_m(**usual) is not None
    assert leg_stiffness_kn_per_m(**{**usual, **changes}) is None


def test_session_takes_asymmetry_over_all_its_steps() -> None:
    left = run_of([700.0] * 60, peak_accel_g=11.0) + run_of([700.0] * 60, peak_accel_g=9.0)[-10:]
    right = run_of([700.0] * 70, Side.RIGHT, peak_accel_g=9.0)
    told = summarise_runner([*left, *right], SENSORS, [])
    assert told.impact_asymmetry_percent == pytest.approx(20.0)
    assert told.cadence_spm == pytest.approx(171.43, abs=0.01)
    assert summarise_runner(left, SENSORS, []).impact_asymmetry_percent is None


def test_session_tells_phases_and_stiffness_only_when_all_is_known() -> None:
    changes = [PhaseChange(0, Phase.WARM_UP, 0), PhaseChange(300 * NS, Phase.RUN, 300 * NS)]
    spans = phase_spans(changes, 1000 * NS)
    steps = run_of([700.0] * 60)
    told = summarise_runner(steps, SENSORS, spans, speed_mps=3.0, mass_kg=70.0, leg_length_m=0.9)
    assert (told.warm_up_s, told.run_s, told.cool_down_s) == (300.0, 700.0, 0.0)
    assert told.leg_stiffness_kn_per_m == pytest.approx(9.0, abs=4.0)
    assert summarise_runner(steps, SENSORS, spans, mass_kg=70.0).leg_stiffness_kn_per_m is None


def test_a_session_without_steps_has_a_summary() -> None:
    told = summarise_runner([], SENSORS, [])
    assert told.cadence_spm is None
    assert told.run_s == 0.0


def test_quality_counts_what_averages_do_not_cover() -> None:
    steps = run_of([700.0] * 41)
    ledger = Ledger(samples=900, lost=100, clipped=9)
    full = quality_of("left-shank", steps, ledger, ClockEstimate(0, 0.0, 1_500_000))
    assert full.run_coverage == 1.0
    assert full.accepted_share == 1.0
    assert full.lost_share == pytest.approx(0.1)
    assert full.clipped_share == pytest.approx(0.01)
    assert full.clock_uncertainty_ms == pytest.approx(1.5)
    assert full.latency_ms == pytest.approx(600.0)
    missing = [step for step in steps if step.step not in (10, 11)]
    assert quality_of("left-shank", missing, ledger).run_coverage == pytest.approx(37 / 40)
    rejected = [made_step(**_fields(step) | {"accepted": step.step != 20}) for step in steps]
    assert quality_of("left-shank", rejected, ledger).run_coverage == pytest.approx(38 / 40)


def _fields(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in step.__struct_fields__}


def test_quality_of_pauses_and_of_nothing() -> None:
    first = run_of([700.0] * 20)
    later_ns = 60 * NS
    second = [
        made_step(
            **_fields(s) | {"initial_contact_ns": s.initial_contact_ns + later_ns, "known_ns": later_ns * 2}
        )
        for s in first
    ]
    assert quality_of("left-shank", [*first, *second], Ledger()).run_coverage == 1.0
    nothing = quality_of("left-shank", [], Ledger(lost=None))
    assert nothing.run_coverage is None
    assert nothing.accepted_share is None
    assert nothing.lost_share is None
    assert nothing.latency_ms is None
