from __future__ import annotations

import subprocess
import sys

import msgspec
import numpy as np
import pytest
from synthetic_feed import Run, header

from dashboards.leg import limit_text
from dashboards.states import DASH, BannerKind, LegState, Tone, ViewState
from dashboards.viewmodel import RunnerView, clock_text
from imu.model import (
    Activity,
    Basis,
    ImpactLimit,
    LinkChange,
    LinkState,
    Rule,
    SampleBatch,
    Side,
    Step,
    Strike,
)


def view_of(run: Run, *extra: object) -> RunnerView:
    view = RunnerView(run.header())
    view.feed([*run.items(), *extra])
    return view


def left_of(state: ViewState) -> LegState:
    return next(leg for leg in state.legs if leg.side is Side.LEFT)


def steps_of(run: Run, side: Side) -> list[Step]:
    return [item for item in run.items() if isinstance(item, Step) and item.side is side]


def test_the_view_model_is_free_of_qt() -> None:
    code = "import sys, dashboards.viewmodel; print(any('PySide6' in name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_figures_are_means_of_the_latest_steps() -> None:
    run = Run()
    leg = left_of(view_of(run).state())
    steps = steps_of(run, Side.LEFT)
    assert leg.impact.value == f"{np.mean([step.peak_accel_g for step in steps[-10:]]):.1f}"
    proven = [step for step in steps[-40:] if step.strike is not Strike.UNSURE]
    heels = sum(step.strike is Strike.HEEL for step in proven)
    assert leg.heel.note == f"{heels} of {len(proven)} steps"
    assert leg.heel.value == f"{100 * heels / len(proven):.0f}"
    assert leg.contact.value == "240"


def test_cadence_counts_both_feet() -> None:
    assert view_of(Run()).state().cadence.value == f"{120 / 0.7:.0f}"


def test_steps_that_are_not_accepted_do_not_count() -> None:
    run = Run()
    view = view_of(run)
    before = left_of(view.state()).impact
    worst = msgspec.structs.replace(steps_of(run, Side.LEFT)[-1], step=999, peak_accel_g=99.0, accepted=False)
    view.feed([worst])
    assert left_of(view.state()).impact == before
    assert left_of(view.state()).steps[-1].step == 999


def test_walking_gives_no_running_figures() -> None:
    state = view_of(Run(activity=Activity.WALK)).state()
    assert state.activity == "Walking"
    assert {left_of(state).impact.value, left_of(state).heel.value, state.cadence.value} == {DASH}
    assert state.banner.kind is BannerKind.READY


def test_a_clipped_impact_is_told_as_a_lower_bound() -> None:
    impact = left_of(view_of(Run(clipped=True)).state()).impact
    assert impact.bound == "≥"
    assert impact.note == "sensor at its limit"


def test_a_clipped_sensor_has_a_badge_for_a_while() -> None:
    hard = Run(clipped=True, impact_g={Side.LEFT: 19.0}, duration_s=12)
    view = view_of(hard)
    assert "clipped" in view.state().chips[0].badges
    view.feed(list(Run(duration_s=12, impact_g={Side.LEFT: 5.0}, origin_s=130.0).items()))
    assert "clipped" not in view.state().chips[0].badges


def test_figures_turn_stale_when_no_step_follows() -> None:
    run = Run()
    view = view_of(run)
    assert left_of(view.state()).impact.tone is Tone.PLAIN
    still = np.tile([0.0, 1.0, 0.0], (1000, 1))
    t_ns = round((run.origin_s + run.duration_s) * 1e9) + np.arange(1000) * 5_000_000
    view.feed([SampleBatch("left-shank", 4000, t_ns, still, None, np.zeros(1000, bool))])
    assert left_of(view.state()).impact.tone is Tone.STALE
    assert view.state().activity == "Standing"


@pytest.mark.parametrize(
    ("rate_hz", "shown", "badge"),
    [(80.0, False, True), (100.0, True, True), (199.0, True, True), (200.0, True, False)],
)
def test_low_rates_are_said(rate_hz: float, shown: bool, badge: bool) -> None:
    state = view_of(Run(rate_hz=rate_hz, duration_s=8)).state()
    leg = left_of(state)
    assert (leg.impact.value != DASH) is shown
    assert (leg.notice == "") is shown
    assert (leg.limit is not None) is shown
    assert ("low rate" in state.chips[0].badges) is badge
    assert all((mark.impact_g is not None) is shown for mark in leg.steps)


def test_marks_stand_at_the_peak_that_the_limit_is_held_against() -> None:
    run = Run()
    view = view_of(run)
    resultant = [mark.impact_g for mark in left_of(view.state()).steps]
    view.feed([ImpactLimit("left-shank", 8.0, Basis.GENERAL, axial=True)])
    leg = left_of(view.state())
    assert [mark.impact_g for mark in leg.steps] == pytest.approx([0.94 * value for value in resultant])
    assert leg.impact.note == "axial, mean of 10 steps"


@pytest.mark.parametrize(
    ("basis", "axial", "text"),
    [
        (Basis.GENERAL, True, "limit 8 g (general, axial)"),
        (Basis.PERSONAL, False, "limit 8 g (personal)"),
        (Basis.SESSION, False, "limit 8 g (this run)"),
    ],
)
def test_the_limit_says_what_it_rests_on(basis: Basis, axial: bool, text: str) -> None:
    assert limit_text(ImpactLimit("left-shank", 8.0, basis, axial)) == text


def test_the_baseline_comes_from_the_header() -> None:
    assert left_of(view_of(Run(baseline_g=7.2)).state()).baseline_g == 7.2
    assert left_of(view_of(Run()).state()).baseline_g is None


def test_the_scale_grows_in_steps_for_both_legs_and_never_shrinks() -> None:
    view = view_of(Run(impact_g={Side.LEFT: 6.0, Side.RIGHT: 13.0}))
    assert {leg.top_g for leg in view.state().legs} == {16.0}
    view.feed(list(Run(origin_s=130.0).items()))
    assert {leg.top_g for leg in view.state().legs} == {16.0}


def test_the_strip_keeps_the_latest_forty() -> None:
    marks = left_of(view_of(Run(duration_s=40)).state()).steps
    assert len(marks) == 40
    assert [mark.step for mark in marks] == list(range(marks[-1].step - 39, marks[-1].step + 1))


def test_landing_shares_count_running_steps_in_fixed_order() -> None:
    landing = left_of(view_of(Run()).state()).landing
    assert [strike for strike, _ in landing.counts] == [
        Strike.HEEL,
        Strike.MIDFOOT,
        Strike.FOREFOOT,
        Strike.UNSURE,
    ]
    assert landing.total == len(steps_of(Run(), Side.LEFT))


def test_a_chip_tells_the_sensors_health() -> None:
    chip = view_of(Run()).state().chips[0]
    assert (chip.rate, chip.battery, chip.clock) == ("200 Hz", "86 %", "±0.9 ms")
    assert chip.loss == f"{100 * 6 / 4006:.1f} %"
    assert chip.tone is Tone.GOOD


def test_what_a_sensor_did_not_say_is_a_dash() -> None:
    run = Run()
    health = next(item for item in run.items() if type(item).__name__ == "SensorHealth")
    blind = msgspec.structs.replace(
        health,
        rate_hz=None,
        clock=None,
        battery_percent=None,
        ledger=msgspec.structs.replace(health.ledger, lost=None),
    )
    chip = view_of(run, blind).state().chips[0]
    assert {chip.rate, chip.loss, chip.battery, chip.clock} == {DASH}


def test_a_lost_link_is_trouble_on_the_chip() -> None:
    run = Run()
    view = view_of(run, LinkChange("left-shank", 0, LinkState.LOST))
    assert view.state().chips[0].tone is Tone.TROUBLE
    assert view.state().chips[1].tone is Tone.GOOD


def test_a_cleared_view_is_as_good_as_new() -> None:
    again, view = view_of(Run(duration_s=8)), view_of(Run(duration_s=30))
    view.clear()
    view.feed(list(Run(duration_s=8).items()))
    assert view.state() == again.state()
    np.testing.assert_array_equal(view.trace(Side.LEFT).y, again.trace(Side.LEFT).y)


def test_a_replay_keeps_the_times_of_flags_it_has_seen() -> None:
    run = Run()
    view = view_of(run, run.flag(Rule.HEEL_STRIKE, Side.LEFT, 12.0))
    view.clear()
    assert view.flag_times_s == (12.0,)


def test_ticks_move_the_window_on_while_a_sensor_is_silent() -> None:
    run = Run(duration_s=10)
    view = view_of(run)
    health = [item for item in run.items() if type(item).__name__ == "SensorHealth"][-1]
    view.feed([msgspec.structs.replace(health, t_ns=health.t_ns + 30_000_000_000)])
    assert view.trace(Side.LEFT).y.size == 0


def test_strangers_are_passed_over() -> None:
    run = Run()
    stranger = msgspec.structs.replace(steps_of(run, Side.LEFT)[0], sensor="elsewhere")
    empty = SampleBatch("left-shank", 0, np.zeros(0, np.int64), np.zeros((0, 3)), None, np.zeros(0, bool))
    view = view_of(run)
    before = view.state()
    view.feed([stranger, empty, object()])
    assert view.state() == before


def test_inputs_are_not_changed() -> None:
    run = Run(duration_s=5)
    items = list(run.items())
    copies = [item.acc_g.copy() for item in items if isinstance(item, SampleBatch)]
    RunnerView(run.header()).feed(items)
    for item, copy in zip([i for i in items if isinstance(i, SampleBatch)], copies, strict=True):
        np.testing.assert_array_equal(item.acc_g, copy)


def test_one_sensor_makes_one_leg() -> None:
    assert RunnerView(header(sides=(Side.RIGHT,))).sides == (Side.RIGHT,)
    assert len(RunnerView(header(sides=(Side.RIGHT,))).state().legs) == 1


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "00:00"), (65.9, "01:05"), (3725, "1:02:05"), (-3, "00:00")]
)
def test_clock_text(time_s: float, text: str) -> None:
    assert clock_text(time_s) == text
