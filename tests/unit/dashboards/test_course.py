from __future__ import annotations

import msgspec
import numpy as np
import pytest
from synthetic_feed import Run

from dashboards.delay import DelayMeter
from dashboards.leg import usual_text
from dashboards.states import DASH, BannerKind, DialState, Tone
from dashboards.viewmodel import RunnerView
from imu.model import Cue, Impact, Landing, LinkChange, LinkState, Marker, Phase, RunnerMetrics, Side, Strike
from imu.sinks.mailbox import Stamp
from imu.units import NS_PER_S


def view_of(run: Run, *extra: object) -> RunnerView:
    view = RunnerView(run.header())
    view.feed([*run.items(), *extra])
    return view


def at(run: Run, time_s: float) -> int:
    return round((run.origin_s + time_s) * NS_PER_S)


def test_phase_asymmetry_and_dose_are_those_of_the_chain() -> None:
    run = Run(impact_g={Side.LEFT: 7.0, Side.RIGHT: 6.0})
    state = view_of(run).state().run
    assert (state.phase, state.phase_for) == (Phase.RUN, "00:18")
    assert (state.asymmetry.value, state.asymmetry.note) == ("15 %", "more on the left")
    metrics = [item for item in run.items() if isinstance(item, RunnerMetrics)][-1]
    assert state.dose.value == str(sum(metrics.impacts.values()))


def test_what_the_chain_does_not_tell_is_a_dash() -> None:
    view = RunnerView(Run().header())
    state = view.state().run
    assert state.phase is None
    assert {state.asymmetry.value, state.dose.value, state.delay.value} == {DASH}


@pytest.mark.parametrize(
    ("percent", "value", "note"),
    [
        (2.9, "even", "within 3 %"),
        (-8.2, "8 %", "more on the right"),
        (None, DASH, "too few steps yet"),
    ],
)
def test_asymmetry_names_the_side(percent: float | None, value: str, note: str) -> None:
    view = RunnerView(Run().header())
    view.feed([RunnerMetrics(1, None, percent, None, {}, {}, {})])
    tile = view.state().run.asymmetry
    assert (tile.value, tile.note) == (value, note)


def test_a_lap_begins_at_its_mark() -> None:
    run = Run()
    lap = view_of(run, Marker(at(run, 12), "lap")).state().run.lap
    assert (lap.caption, lap.value, lap.note) == ("Lap 2", "00:07", "Lap at 00:12")


def test_a_note_is_shown_as_it_was_written() -> None:
    run = Run()
    assert view_of(run, Marker(at(run, 12), "note", "new shoes")).state().run.lap.note == "new shoes"


def test_a_pause_takes_the_banner_until_the_run_goes_on() -> None:
    run = Run()
    view = view_of(run, Marker(at(run, 10), "pause"))
    banner = view.state().banner
    assert (banner.kind, banner.lasting, view.paused) == (BannerKind.PAUSED, "for 9 s", True)
    view.feed([Marker(at(run, 20), "resume")])
    assert view.state().banner.kind is BannerKind.GOOD


def test_a_cue_is_shown_for_three_seconds_and_counted() -> None:
    run = Run()
    old, fresh = run.cue(Side.LEFT, 10.0), run.cue(Side.RIGHT, 18.5)
    state = view_of(run, old).state().run
    assert (state.cue, state.cues.value) == (None, "1")
    state = view_of(run, old, fresh).state().run
    assert state.cue is not None
    assert (state.cue.side, state.cues.value) == (Side.RIGHT, "2")


def test_the_budget_counts_the_last_five_minutes() -> None:
    run = Run()
    long_ago = msgspec.structs.replace(run.cue(Side.LEFT, 0), t_ns=at(run, -400))
    assert isinstance(long_ago, Cue)
    cues = view_of(run, long_ago).state().run.cues
    assert (cues.value, cues.note) == ("0", "in 5 min, 1 in all")


def test_the_target_is_a_share_of_the_own_baseline() -> None:
    run = Run(baseline_g=8.0)
    header = run.header()
    assert [leg.target_g for leg in RunnerView(header).state().legs] == pytest.approx([6.4, 6.4])
    half = msgspec.structs.replace(header, config={**header.config, "coach.target_share": 0.5})
    assert [leg.target_g for leg in RunnerView(half).state().legs] == [4.0, 4.0]
    assert RunnerView(Run().header()).state().legs[0].target_g is None


@pytest.mark.parametrize(
    ("value_g", "text"),
    [(7.0, "12 % above usual 6.25 g"), (5.0, "20 % below usual 6.25 g"), (6.3, "as usual (6.25 g)")],
)
def test_a_figure_is_held_against_the_usual(value_g: float, text: str) -> None:
    assert usual_text(value_g, 6.25) == text


def test_the_dial_shows_the_angle_where_there_is_one() -> None:
    assert view_of(Run(strike_angle_deg=11.04)).state().legs[0].dial.angle_deg == 11.0
    dial = view_of(Run()).state().legs[0].dial
    assert dial.angle_deg is None
    assert dial.heel_share is not None
    assert RunnerView(Run().header()).state().legs[0].dial == DialState()


def test_a_contact_stands_on_the_trace_before_its_step_is_finished() -> None:
    run = Run()
    view = view_of(run)
    contact_ns = at(run, 19.9)
    view.feed([Impact("left-shank", Side.LEFT, contact_ns, 7.7, 7.0, False, contact_ns + 1)])
    view.feed([Landing("left-shank", Side.LEFT, contact_ns, Strike.HEEL, 12.0, contact_ns + 2)])
    (mark,) = view.state().legs[0].early
    assert (mark.impact_g, mark.strike) == (7.7, Strike.HEEL)
    step = msgspec.structs.replace(
        run._step(99, Side.LEFT, 19.9, 7.7, Strike.HEEL), initial_contact_ns=contact_ns
    )
    view.feed([step])
    assert view.state().legs[0].early == ()


def test_a_sensor_that_is_looked_for_again_is_said_to_come_back() -> None:
    run = Run()
    view = view_of(run, LinkChange("left-shank", at(run, 19), LinkState.LOST))
    view.feed([LinkChange("left-shank", at(run, 19.5), LinkState.SEARCHING)])
    state = view.state()
    assert state.banner.kind is BannerKind.RETURNING
    assert "left shin" in state.banner.headline
    assert ("coming back" in state.chips[0].badges, state.chips[0].tone) == (True, Tone.TROUBLE)


def test_the_delay_adds_what_no_single_clock_sees() -> None:
    meter = DelayMeter()
    meter.fed([Stamp(put_ns=5_000_000_000, arrival_ns=70_040_000_000, event_ns=70_000_000_000)])
    assert meter.latest_ms is None
    meter.painted(5_012_000_000)
    assert meter.latest_ms == 52.0
    assert meter.screen_ms == (12.0,)
    meter.painted(9_000_000_000)
    np.testing.assert_array_equal(meter.screen_ms, [12.0])
