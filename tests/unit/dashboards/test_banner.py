from __future__ import annotations

import msgspec
import pytest
from synthetic_feed import Run, header

from dashboards.banner import duration_text
from dashboards.states import BannerKind, BannerState
from dashboards.viewmodel import RunnerView
from imu.model import LinkChange, LinkState, Rule, Side, Step
from imu.sinks.base import EngineFault

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def banner_of(run: Run, *extra: object, **changes: object) -> BannerState:
    items = [
        msgspec.structs.replace(item, **changes) if changes and isinstance(item, Step) else item
        for item in run.items()
    ]
    view = RunnerView(run.header())
    view.feed([*items, *extra])
    return view.state().banner


def test_without_data_it_names_the_sensors_it_waits_for() -> None:
    banner = RunnerView(header()).state().banner
    assert banner.kind is BannerKind.WAITING
    assert banner.detail == "Looking for left shin and right shin."


def test_soft_running_is_good() -> None:
    banner = banner_of(Run())
    assert banner.kind is BannerKind.GOOD
    assert banner.headline == "All good: soft landings"


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"heel_strike": None}, BannerKind.GOOD, "Landing type is not judged."),
        ({"excessive_impact": None}, BannerKind.GOOD, "Impact is not judged."),
        ({"heel_strike": None, "excessive_impact": None}, BannerKind.READY, "judged yet"),
        ({"excessive_impact": True}, BannerKind.READY, "100 % above the impact limit"),
        ({"heel_strike": True}, BannerKind.READY, "100 % on the heel"),
    ],
)
def test_it_praises_only_what_was_judged(changes: dict[str, object], kind: BannerKind, said: str) -> None:
    banner = banner_of(Run(), **changes)
    assert banner.kind is kind
    assert said in banner.detail


def test_soft_is_not_said_when_impact_was_not_judged() -> None:
    assert "soft" not in banner_of(Run(), excessive_impact=None).headline


@pytest.mark.parametrize(
    ("rule", "kind", "headline"),
    [
        (Rule.HEEL_STRIKE, BannerKind.HEEL_STRIKE, "Heel strikes: left leg"),
        (Rule.EXCESSIVE_IMPACT, BannerKind.EXCESSIVE_IMPACT, "Hard impact: left leg"),
        (Rule.SENSOR_TROUBLE, BannerKind.SENSOR_TROUBLE, "Check the sensor: left shin"),
    ],
)
def test_a_flag_says_what_where_why_and_how_long(rule: Rule, kind: BannerKind, headline: str) -> None:
    run = Run(duration_s=20)
    flag = run.flag(rule, LEFT, 12.0)
    banner = banner_of(run, flag)
    assert (banner.kind, banner.headline, banner.detail) == (kind, headline, flag.text)
    assert banner.lasting == "for 7 s"


def test_a_lowered_flag_is_gone() -> None:
    run = Run()
    up, down = run.flag(Rule.HEEL_STRIKE, LEFT, 8.0), run.flag(Rule.HEEL_STRIKE, LEFT, 14.0, raised=False)
    assert banner_of(run, up, down).kind is BannerKind.GOOD


def test_both_legs_are_told_at_once_since_the_first() -> None:
    run = Run(duration_s=20)
    banner = banner_of(run, run.flag(Rule.HEEL_STRIKE, LEFT, 12.0), run.flag(Rule.HEEL_STRIKE, RIGHT, 15.0))
    assert banner.headline == "Heel strikes: both legs"
    assert banner.lasting == "for 7 s"


def test_a_new_reason_keeps_the_beginning() -> None:
    run = Run(duration_s=20)
    later = msgspec.structs.replace(run.flag(Rule.SENSOR_TROUBLE, LEFT, 16.0), text="Battery at 4 %.")
    banner = banner_of(run, run.flag(Rule.SENSOR_TROUBLE, LEFT, 9.0), later)
    assert (banner.detail, banner.lasting) == ("Battery at 4 %.", "for 10 s")


def test_the_most_urgent_comes_first_and_the_others_are_named() -> None:
    run = Run()
    banner = banner_of(
        run,
        run.flag(Rule.HEEL_STRIKE, LEFT, 8.0),
        run.flag(Rule.EXCESSIVE_IMPACT, RIGHT, 9.0),
        run.flag(Rule.SENSOR_TROUBLE, LEFT, 10.0),
    )
    assert banner.kind is BannerKind.SENSOR_TROUBLE
    assert banner.others == ("Hard impact: right leg", "Heel strikes: left leg")


def test_closed_links_end_the_session() -> None:
    closed = [LinkChange(f"{side}-shank", 0, LinkState.CLOSED) for side in (LEFT, RIGHT)]
    assert banner_of(Run(), *closed).kind is BannerKind.ENDED


def test_a_fault_inside_is_told_for_a_while_or_for_good() -> None:
    run, later = Run(duration_s=10), Run(duration_s=20, origin_s=110.0)
    for final, kind in ((False, BannerKind.GOOD), (True, BannerKind.ENGINE_TROUBLE)):
        view = RunnerView(run.header())
        view.feed([*run.items(), EngineFault("chain", "The chain failed.", final=final)])
        assert (view.state().banner.kind, view.state().banner.detail) == (
            BannerKind.ENGINE_TROUBLE,
            "The chain failed.",
        )
        view.feed(later.items())
        assert view.state().banner.kind is kind


@pytest.mark.parametrize(("duration_s", "text"), [(-1, "0 s"), (12.9, "12 s"), (125, "2 min 05 s")])
def test_duration_text(duration_s: float, text: str) -> None:
    assert duration_text(duration_s) == text
