"""How a sensor sits, on the chip and in the banner, live and in a replay."""

from __future__ import annotations

import msgspec
import pytest
from synthetic_feed import Run

from dashboards.bridge import items_of
from dashboards.mounting import REPORT_SHOWN_NS
from dashboards.player import Player
from dashboards.states import DASH, BannerKind, Tone
from dashboards.viewmodel import RunnerView
from imu.chain import Chain
from imu.cli.paths import shipped_recording
from imu.engine import Flow
from imu.model import MountingEstimate, SampleBatch, SensorHealth, SessionHeader
from imu.signal.mounting_check import (
    GIVE_UP_S,
    CheckState,
    Finding,
    MountingCheck,
    MountingReport,
    Posture,
    up_settings,
    usual_up_of,
)
from imu.sinks.live import MountingSink
from imu.sinks.mailbox import Mailbox
from imu.store import SessionReader
from imu.store.overview import build_overview

NOW_NS = round(119e9)
LOOSE = Finding("left-shank", Posture.LOOSE, "left-shank goes on swinging: tighten its strap.")


def view_with(*told: object) -> RunnerView:
    view = RunnerView(Run().header())
    view.feed([*Run().items(), *told])
    return view


def report(*findings: Finding) -> MountingReport:
    return MountingReport(NOW_NS, findings, dict.fromkeys(("left-shank", "right-shank"), (0.0, 0.0, 1.0)))


def estimate(*, changed: bool = False) -> MountingEstimate:
    up = (0.0, 0.0, 1.0)
    return MountingEstimate("left-shank", NOW_NS, up, up, None, None, False, 20, changed)


def test_before_anything_is_known_it_is_a_dash() -> None:
    assert [chip.mounting for chip in view_with().state().chips] == [DASH, DASH]


def test_a_good_check_is_told_on_every_chip() -> None:
    chips = view_with(report()).state().chips
    assert [chip.mounting for chip in chips] == ["good", "good"]
    assert {chip.tone for chip in chips} == {Tone.GOOD}


def test_a_finding_is_told_on_its_chip_and_for_a_while_in_the_banner() -> None:
    view = view_with(report(LOOSE))
    left, right = view.state().chips
    assert (left.mounting, left.tone, right.mounting) == ("loose", Tone.TROUBLE, "good")
    assert "loose" in left.badges
    banner = view.state().banner
    assert (banner.kind, banner.headline) == (BannerKind.SENSOR_TROUBLE, "Check the mounting: left shin")
    assert banner.detail == LOOSE.text
    later = Run(duration_s=2.0, origin_s=(NOW_NS + REPORT_SHOWN_NS) / 1e9)
    view.feed(item for item in later.items() if isinstance(item, SampleBatch))
    assert view.state().banner.kind is not BannerKind.SENSOR_TROUBLE
    assert view.state().chips[0].mounting == "loose", "the chip keeps it"


def test_swapped_sensors_are_both_told() -> None:
    swapped = Finding("right-shank", Posture.SWAPPED, "They seem swapped.")
    assert [chip.mounting for chip in view_with(report(swapped)).state().chips] == ["swapped", "swapped"]


def test_what_strides_tell_stands_until_a_check_is_done() -> None:
    assert view_with(estimate()).state().chips[0].mounting == "learnt"
    assert "has turned" in view_with(estimate(changed=True)).state().chips[0].badges


@pytest.mark.parametrize(
    ("state", "words"), [(CheckState.STILL, "Stand still for 3 s"), (CheckState.STEPS, "Set off now")]
)
def test_the_banner_asks_for_what_the_check_waits_for(state: CheckState, words: str) -> None:
    view = RunnerView(Run().header())
    view.feed([*(item for item in Run().items() if isinstance(item, SampleBatch)), state])
    assert view.state().banner.headline == words


def chips_of(view: RunnerView) -> list[str]:
    return [chip.mounting for chip in view.state().chips]


def test_live_and_replay_tell_the_same() -> None:
    path = shipped_recording("two_shoes_simulated.mcap")
    reader = SessionReader(path)
    mailbox = Mailbox()
    check = MountingSink(reader.header, lambda _: None)
    check.tell = mailbox.put
    flow = Flow(lambda: Chain(reader.header), [check, mailbox])
    for item in reader.inputs():
        flow.take(item)
    live, replayed = RunnerView(reader.header), RunnerView(reader.header)
    live.feed(items_of(mailbox.drain()))
    player = Player(build_overview(path))
    player.pause()
    player.seek(player.duration_s)
    replayed.feed(items_of(player.drain()))
    assert chips_of(live) == chips_of(replayed) == ["good", "good"]
    player.seek(2.0)
    replayed.clear()
    replayed.feed(items_of(player.drain()))
    assert "good" not in chips_of(replayed), "not known yet"


def test_the_usual_mounting_travels_in_the_header() -> None:
    header = Run().header()
    usual = {"left-shank": (0.6, 0.0, -0.8)}
    carried = msgspec.structs.replace(header, config=up_settings(usual))
    assert usual_up_of(carried) == usual
    part = {key: value for key, value in carried.config.items() if not key.endswith(".z")}
    assert usual_up_of(msgspec.structs.replace(header, config=part)) == {}


def test_a_session_that_never_stands_still_gives_the_check_up() -> None:
    header: SessionHeader = Run().header()
    check = MountingCheck(header)
    first = next(item for item in Run().items() if isinstance(item, SampleBatch))
    late = msgspec.structs.replace(first, t_ns=first.t_ns + round((GIVE_UP_S + 1) * 1e9))
    check.push(first)
    assert check.state is CheckState.STILL
    check.push(late)
    assert check.state is CheckState.DONE


@pytest.mark.parametrize(
    ("error_ms", "at_s", "words"), [(101.0, 2, "settling"), (101.0, 19, "±101.0 ms"), (2.0, 2, "±2.0 ms")]
)
def test_a_clock_that_is_known_poorly_at_first_is_settling(error_ms: float, at_s: int, words: str) -> None:
    run = Run(duration_s=float(at_s + 1))
    view = RunnerView(run.header())
    view.feed(item for item in run.items() if not isinstance(item, SensorHealth))
    for health in (item for item in run.items() if isinstance(item, SensorHealth)):
        clock = msgspec.structs.replace(health.clock, uncertainty_ns=round(error_ms * 1e6))
        view.feed([msgspec.structs.replace(health, clock=clock)])
    assert view.state().chips[0].clock == words
