from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.config import FlagParams
from imu.flags import HeelStrikeRule, ImpactRule
from imu.model import Activity, Basis, ImpactLimit, RejectReason, Rule, SensorInfo, Step, Strike

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Step]

PARAMS = FlagParams()
HARD_G, SOFT_G = 9.0, 7.0


def impact_flags(rule: ImpactRule, step: Make, axial_g: list[float]) -> list[int]:
    """Numbers of the steps at which the flag changed, negative when it fell."""
    changes = []
    for number, value_g in enumerate(axial_g, start=1):
        _, flags = rule.judge(step(step=number, peak_axial_g=value_g))
        changes += [number if flag.raised else -number for flag in flags]
    return changes


def test_impact_flag_rises_at_three_of_five_and_falls_at_one_of_five(shank: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shank, None, PARAMS)
    steps = [HARD_G, SOFT_G, HARD_G, SOFT_G, HARD_G, SOFT_G, HARD_G, SOFT_G, SOFT_G, SOFT_G]
    assert impact_flags(rule, step, steps) == [5, -10]


def test_impact_near_the_limit_does_not_flicker(shank: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shank, None, PARAMS)
    assert impact_flags(rule, step, [HARD_G] * 3 + [SOFT_G, HARD_G] * 10) == [3]


@pytest.mark.parametrize(
    ("axial_g", "clipped", "expected"),
    [(HARD_G, False, True), (SOFT_G, False, False), (HARD_G, True, True), (SOFT_G, True, None)],
)
def test_a_clipped_step_may_be_too_hard_but_never_soft(
    shank: SensorInfo, step: Make, axial_g: float, clipped: bool, expected: bool | None
) -> None:
    rule = ImpactRule(shank, None, PARAMS)
    assert rule.judge(step(peak_axial_g=axial_g, clipped=clipped))[0] is expected


def test_a_clipped_step_says_at_least(shank: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shank, None, PARAMS)
    flags = [flag for _ in range(3) for flag in rule.judge(step(peak_axial_g=HARD_G, clipped=True))[1]]
    assert "at least 9.0 g" in flags[0].text


@pytest.mark.parametrize(
    "changes",
    [
        {"activity": Activity.WALK},
        {"accepted": False, "reject_reason": RejectReason.LOST_SAMPLES},
        {"peak_accel_g": None, "peak_axial_g": None},
    ],
)
def test_what_is_no_sound_running_step_is_not_judged(
    shank: SensorInfo, step: Make, changes: dict[str, object]
) -> None:
    impact, heel = ImpactRule(shank, None, PARAMS), HeelStrikeRule(PARAMS)
    assert [impact.judge(step(**{"peak_axial_g": HARD_G, **changes})) for _ in range(9)] == [(None, [])] * 9
    if "activity" in changes or "accepted" in changes:
        assert [heel.judge(step(**changes)) for _ in range(30)] == [(None, [])] * 30


def test_basis_general_is_axial_at_the_shank(shank: SensorInfo) -> None:
    assert ImpactRule(shank, None, PARAMS).limit() == ImpactLimit(
        "left-shank", 8.0, Basis.GENERAL, axial=True
    )


def test_basis_personal_is_the_resultant_against_the_own_usual(
    shank: SensorInfo, shoe: SensorInfo, step: Make
) -> None:
    rule = ImpactRule(shank, 12.0, PARAMS)
    limit = rule.limit()
    assert limit is not None
    assert (limit.basis, limit.axial) == (Basis.PERSONAL, False)
    assert limit.limit_g == pytest.approx(14.4)
    assert rule.judge(step(peak_accel_g=14.0, peak_axial_g=13.9))[0] is False
    assert rule.judge(step(peak_accel_g=15.0, peak_axial_g=5.0))[0] is True
    soft_runner, soft_shoe = ImpactRule(shank, 5.0, PARAMS).limit(), ImpactRule(shoe, 5.0, PARAMS).limit()
    assert soft_runner is not None
    assert soft_shoe is not None
    assert (soft_runner.limit_g, soft_shoe.limit_g) == (10.0, 6.0)


def test_basis_session_is_learnt_from_the_first_steps_and_then_fixed(shoe: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shoe, None, PARAMS)
    for number in range(PARAMS.session_steps):
        assert rule.limit() is None
        assert rule.judge(step(peak_accel_g=10.0 + number % 2))[0] is None
    limit = rule.limit()
    assert limit is not None
    assert limit.basis is Basis.SESSION
    assert limit.limit_g == pytest.approx(1.2 * 11.0, rel=0.1)
    assert rule.judge(step(peak_accel_g=20.0))[0] is True
    assert rule.limit() == limit


def test_a_session_that_begins_clipped_has_no_limit(shoe: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shoe, None, PARAMS)
    for _ in range(2 * PARAMS.session_steps):
        assert rule.judge(step(peak_accel_g=16.0, clipped=True)) == (None, [])
    assert rule.limit() is None


def heel_flags(step: Make, landings: str) -> list[int]:
    """Numbers of the landings (h, m or ? = unsure) at which the flag changed, negative when it fell."""
    kinds = {"h": Strike.HEEL, "m": Strike.MIDFOOT, "?": Strike.UNSURE}
    rule, changes = HeelStrikeRule(PARAMS), []
    for number, letter in enumerate(landings, start=1):
        _, flags = rule.judge(step(strike=kinds[letter]))
        changes += [number if flag.raised else -number for flag in flags]
    return changes


def test_heel_flag_waits_for_ten_landings(step: Make) -> None:
    assert heel_flags(step, "hhhhhhhhh") == []
    assert heel_flags(step, "hhhhhhhhhh") == [10]


def test_heel_flag_rises_at_seven_of_ten_and_falls_at_four(step: Make) -> None:
    assert heel_flags(step, "mmmmhhhhhh" + "h") == [11]
    assert heel_flags(step, "h" * 10 + "m" * 5) == [10]
    assert heel_flags(step, "h" * 10 + "m" * 6) == [10, -16]
    assert heel_flags(step, "h" * 10 + "mh" * 20) == [10]


def test_unsure_landings_neither_raise_nor_lower(step: Make) -> None:
    assert heel_flags(step, "?" * 50) == []
    assert heel_flags(step, "h" * 10 + "?" * 50) == [10]


def test_heel_verdict_of_a_step(step: Make) -> None:
    rule = HeelStrikeRule(PARAMS)
    kinds = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT, Strike.UNSURE, Strike.UNMEASURABLE)
    assert [rule.judge(step(strike=kind))[0] for kind in kinds] == [True, False, False, None, None]


def test_a_flag_tells_when_why_and_against_what(shank: SensorInfo, step: Make) -> None:
    rule = ImpactRule(shank, None, PARAMS)
    flags = [flag for k in range(3) for flag in rule.judge(step(step=k, peak_axial_g=HARD_G))[1]]
    assert len(flags) == 1
    assert (flags[0].rule, flags[0].step, flags[0].t_ns) == (Rule.EXCESSIVE_IMPACT, 2, 1_600_000_000)
    assert (flags[0].value, flags[0].limit, flags[0].unit) == (HARD_G, 8.0, "g")
    assert "above the general limit" in flags[0].text
