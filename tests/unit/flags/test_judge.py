from __future__ import annotations

from typing import TYPE_CHECKING

from imu.config import ChainConfig
from imu.flags import Judge
from imu.model import Basis, Command, Flag, ImpactLimit, SensorInfo, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Step]


def test_a_judged_step_is_the_step_with_two_verdicts(shank: SensorInfo, step: Make) -> None:
    given = step(peak_axial_g=9.0)
    judged = Judge((shank,), ChainConfig()).push(given)[0]
    assert judged == step(peak_axial_g=9.0, excessive_impact=True, heel_strike=True)
    assert given.excessive_impact is None


def test_the_limit_is_told_at_the_first_step_and_when_it_changes(shank: SensorInfo, step: Make) -> None:
    judge = Judge((shank,), ChainConfig())
    assert [out for out in judge.push(step()) if isinstance(out, ImpactLimit)] == [
        ImpactLimit("left-shank", 8.0, Basis.GENERAL, axial=True)
    ]
    assert [type(out) for out in judge.push(step())] == [Step]
    assert judge.push(Command(5, "impact_limit_g", 4.0)) == [
        ImpactLimit("left-shank", 4.0, Basis.GENERAL, axial=True)
    ]
    assert judge.push(Command(6, "impact_limit_g", 4.0)) == []


def test_a_command_changes_the_verdict_of_later_steps(shank: SensorInfo, step: Make) -> None:
    judge = Judge((shank,), ChainConfig())
    before = judge.push(step())[0]
    judge.push(Command(5, "impact_limit_g", 4.0))
    after = judge.push(step())[0]
    assert isinstance(before, Step)
    assert isinstance(after, Step)
    assert (before.excessive_impact, after.excessive_impact) == (False, True)


def test_a_command_does_not_touch_a_personal_limit_and_unknown_ones_do_nothing(
    shank: SensorInfo, step: Make
) -> None:
    judge = Judge((shank,), ChainConfig(baselines_g={"left-shank": 12.0}))
    judge.push(step())
    assert judge.push(Command(5, "impact_limit_g", 4.0)) == []
    assert judge.push(Command(5, "volume", 4.0)) == []


def test_sensors_are_judged_apart(shank: SensorInfo, shoe: SensorInfo, step: Make) -> None:
    judge = Judge((shank, shoe), ChainConfig())
    outputs = [
        out
        for k in range(6)
        for out in judge.push(step(sensor="left-shoe" if k % 2 else "left-shank", peak_axial_g=9.0))
    ]
    raised = [out for out in outputs if isinstance(out, Flag)]
    assert [flag.sensor for flag in raised] == ["left-shank"]
