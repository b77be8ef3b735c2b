from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.config import FlagParams
from imu.flags import TroubleRule
from imu.model import Rule, SensorHealth

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., SensorHealth]


@pytest.mark.parametrize(
    ("trouble", "unit"),
    [
        ({"silent_s": 2.0}, "s"),
        ({"samples": 750, "lost": 250}, "share"),
        ({"samples": 1000, "battery": 10.0}, "%"),
    ],
)
def test_trouble_is_told_once_and_so_is_its_end(health: Make, trouble: dict[str, float], unit: str) -> None:
    rule = TroubleRule(FlagParams())
    first = rule.judge(health(**trouble))
    assert [(flag.raised, flag.rule, flag.unit) for flag in first] == [(True, Rule.SENSOR_TROUBLE, unit)]
    again = {**trouble, "samples": 1500, "lost": 500} if unit == "share" else trouble
    assert rule.judge(health(**again)) == []
    healthy = rule.judge(health(samples=9000, lost=again.get("lost", 0), battery=80.0))
    assert [flag.raised for flag in healthy] == [False]


def test_another_trouble_is_told_anew(health: Make) -> None:
    rule = TroubleRule(FlagParams())
    rule.judge(health(battery=5.0))
    assert [flag.unit for flag in rule.judge(health(silent_s=4.0, battery=5.0))] == ["s"]


def test_loss_counts_since_the_last_tick(health: Make) -> None:
    rule = TroubleRule(FlagParams())
    assert rule.judge(health(samples=1000, lost=100)) == []
    assert rule.judge(health(samples=1100, lost=200))[0].value == pytest.approx(0.5)


def test_a_sensor_whose_loss_cannot_be_seen_raises_none(health: Make) -> None:
    assert TroubleRule(FlagParams()).judge(health(samples=1000, lost=None)) == []
