from __future__ import annotations

import pytest

from imu.config import CadenceBand, FlagParams
from imu.flags import ImpactRule, UsualImpact
from imu.model import Activity, ImpactLimit, SensorInfo
from tests.made import made_step

BANDS = (CadenceBand(160.0, 170.0, 7.0), CadenceBand(170.0, 180.0, 9.0))


def follow(usual: UsualImpact, *cadences_spm: float, times: int = 8) -> list[float | None]:
    found = []
    for cadence in cadences_spm:
        for _ in range(times):
            usual.take(made_step(stride_time_ms=120_000.0 / cadence))
        found.append(usual.usual_g)
    return found


def test_the_usual_impact_follows_the_cadence() -> None:
    assert follow(UsualImpact(8.0, BANDS), 150.0, 165.0, 175.0, 190.0) == [8.0, 7.0, 9.0, 8.0]


def test_a_cadence_at_the_border_does_not_flicker() -> None:
    assert follow(UsualImpact(8.0, BANDS), 165.0, 171.0, 169.0, 173.0, 169.0) == [7.0, 7.0, 7.0, 9.0, 9.0]


def test_a_few_strides_and_walking_decide_no_band() -> None:
    usual = UsualImpact(8.0, BANDS)
    assert follow(usual, 165.0, times=3) == [8.0]
    for _ in range(8):
        usual.take(made_step(activity=Activity.WALK))
    assert usual.usual_g == 8.0


def test_without_a_baseline_nothing_is_usual() -> None:
    assert follow(UsualImpact(None), 165.0) == [None]


def test_excessive_is_held_against_the_band() -> None:
    shank = SensorInfo(sensor="left-shank", placement="shank", side="left", rate_hz=200.0)  # type: ignore[arg-type]
    rule = ImpactRule(shank, 10.0, FlagParams(), (CadenceBand(170.0, 180.0, 12.0),))
    judged = [rule.judge(made_step(stride_time_ms=685.0, peak_accel_g=13.0))[0] for _ in range(6)]
    assert judged == [True, True, True, False, False, False]
    assert rule.limit() == ImpactLimit("left-shank", pytest.approx(14.4), "personal", axial=False)  # type: ignore[arg-type]
