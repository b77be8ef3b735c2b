from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from dashboards.bridge import items_of
from dashboards.comparing import POINTS, Stretch, stride_curve
from dashboards.lanes import flag_times_s, lanes_of
from dashboards.player import MAX_STEP_S, Player
from dashboards.viewmodel import RunnerView
from imu.errors import UsageError
from imu.model import Cue, CueKind, Side, Step
from imu.store.overview import Track, build_overview
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from imu.store.overview import Overview

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def overview() -> Overview:
    return build_overview(DATA / "two_shoes_simulated.mcap")


class Clock:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> int:
        return round(self.now_s * NS_PER_S)


def made(overview: Overview, speed: float = 1.0) -> tuple[Player, Clock]:
    clock = Clock()
    return Player(overview, speed, clock_ns=clock), clock


def feed(view: RunnerView, player: Player) -> None:
    view.feed(items_of(player.drain()))


def test_played_through_it_tells_every_step_and_flag_once(overview: Overview) -> None:
    player, clock = made(overview, speed=4.0)
    steps, flags = [], []
    while player.playing:
        clock.now_s += 0.4
        contents = player.drain()
        steps += contents.steps
        flags += contents.flags
    assert steps == overview.steps
    assert flags == overview.flags


@pytest.mark.parametrize("position_s", [3.0, 31.7, 60.0])
def test_a_jump_shows_what_playing_would_show(overview: Overview, position_s: float) -> None:
    played, jumped = RunnerView(overview.header), RunnerView(overview.header)
    for view in (played, jumped):
        view.foresee_top(overview.greatest_g)
    player, clock = made(overview)
    while player.position_s < position_s:
        clock.now_s += min(1 / 32, max(position_s - player.position_s, 1e-6))
        feed(played, player)
    other, _ = made(overview)
    other.pause()
    other.seek(player.position_s)
    feed(jumped, other)
    one, two = played.state(), jumped.state()
    assert one.legs == two.legs
    assert one.chips == two.chips
    assert one.banner == two.banner
    for side in played.sides:
        np.testing.assert_allclose(played.trace(side).y, jumped.trace(side).y)


def with_cues(overview: Overview, *at_s: float) -> Overview:
    made_at_ns = [overview.begin_ns + round(each * NS_PER_S) for each in at_s]
    cues = [Cue(t_ns, CueKind.SOFTER, "left-shoe", Side.LEFT, 1, 9.0, 8.0, "g", "") for t_ns in made_at_ns]
    track = Track(np.array([cue.t_ns for cue in cues]), cues)
    return msgspec.structs.replace(overview, tracks={**overview.tracks, Cue: track})


@pytest.mark.parametrize(("speed", "heard"), [(1.0, [5, 6]), (2.0, [])])
def test_cues_sound_at_the_recorded_pace_alone_and_never_by_a_jump(
    overview: Overview, speed: float, heard: list[int]
) -> None:
    cued = with_cues(overview, 1.0, 5.0, 6.0)
    player, clock = made(cued, speed)
    told: list[Cue] = []
    player.on_cue = told.append
    player.seek(4.5)
    player.drain()
    for _ in range(20):
        clock.now_s += 0.1
        player.drain()
    assert [round((cue.t_ns - overview.begin_ns) / NS_PER_S) for cue in told] == heard


def test_a_jump_begins_a_new_epoch(overview: Overview) -> None:
    player, _ = made(overview)
    before = player.drain().epoch
    player.seek(30.0)
    assert player.drain().epoch == before + 1
    assert player.drain().epoch == before + 1


def test_paused_time_stands_still(overview: Overview) -> None:
    player, clock = made(overview)
    player.pause()
    clock.now_s += 5.0
    player.drain()
    assert player.position_s == 0.0
    player.resume()
    clock.now_s += 1.0
    player.drain()
    assert player.position_s == pytest.approx(1.0)


def test_at_the_greatest_speed_a_frame_takes_a_bounded_step(overview: Overview) -> None:
    player, clock = made(overview, math.inf)
    clock.now_s += 0.03
    player.drain()
    assert player.position_s == pytest.approx(MAX_STEP_S)


def test_it_ends_at_the_end_and_begins_again(overview: Overview) -> None:
    player, _ = made(overview)
    player.seek(1e9)
    player.drain()
    assert (player.playing, player.position_s) == (False, player.duration_s)
    player.resume()
    assert (player.playing, player.position_s) == (True, 0.0)


def test_a_loop_is_played_again_and_again(overview: Overview) -> None:
    player, clock = made(overview)
    player.set_loop(20.0, 10.0)
    assert player.loop_s == (10.0, 20.0)
    player.seek(19.5)
    player.drain()
    clock.now_s += 1.0
    player.drain()
    assert player.position_s == pytest.approx(10.0)
    player.set_loop(None)
    assert player.loop_s is None


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_a_speed_that_is_none_is_refused(overview: Overview, speed: float) -> None:
    with pytest.raises(UsageError, match="greater than 0"):
        made(overview)[0].set_speed(speed)


def test_the_lanes_show_all_running_steps(overview: Overview) -> None:
    lanes = lanes_of(overview)
    columns = lanes.columns(Side.LEFT, 50)
    accepted = [
        step.peak_accel_g
        for step in overview.steps
        if isinstance(step, Step) and step.side is Side.LEFT and step.accepted and step.activity == "run"
    ]
    assert np.nanmax(columns) == max(value for value in accepted if value is not None)
    assert len(columns) == 50
    raised = [flag for flag in overview.flags if flag.raised]
    assert {span.what for span in lanes.flags} == {flag.rule.value for flag in raised}
    assert all(0 <= span.begin_s < span.end_s <= lanes.duration_s for span in lanes.flags)
    assert len(flag_times_s(overview)) <= len(raised)


def test_the_mean_stride_begins_with_its_impact(overview: Overview) -> None:
    whole = Stretch("all", overview, 0.0, 1e9)
    curve = stride_curve(whole, Side.LEFT)
    assert curve is not None
    assert curve.mean_g.shape == curve.sd_g.shape == (POINTS,)
    peak = int(np.argmax(curve.mean_g))
    assert curve.percent[peak] <= 12.0 or curve.percent[peak] >= 97.0
    assert (curve.sd_g >= 0).all()


def test_stretches_hold_their_steps_only(overview: Overview) -> None:
    part, rest = Stretch("part", overview, 10.0, 40.0), Stretch("rest", overview, 0.0, 1e9, (10.0, 40.0))
    curves = [stride_curve(one, Side.RIGHT) for one in (part, rest, Stretch("all", overview, 0.0, 1e9))]
    assert all(curve is not None for curve in curves)
    counts = [curve.strides for curve in curves if curve is not None]
    assert counts[0] + counts[1] == counts[2]
    assert stride_curve(Stretch("short", overview, 10.0, 11.0), Side.LEFT) is None
