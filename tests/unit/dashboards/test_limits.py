from __future__ import annotations

import msgspec
import pytest
from synthetic_feed import header

from dashboards.limits import LIMITS, limit_problem, limit_settings
from dashboards.preferences import Preferences
from imu.config import ChainConfig, FlagParams
from imu.errors import UsageError

VALUES = {
    "impact_limit_g": 7.0,
    "above_usual_percent": 30.0,
    "heel_share_percent": 60.0,
    "silence_s": 4.0,
    "loss_percent": 10.0,
    "battery_percent": 25.0,
}


def config(settings: dict[str, float]) -> FlagParams:
    return ChainConfig.from_header(msgspec.structs.replace(header(), config=settings)).flags


def test_every_limit_reaches_the_chain() -> None:
    assert set(VALUES) == set(LIMITS) <= set(Preferences.__struct_fields__)
    flags = config(limit_settings(VALUES))
    told = (flags.general_limit_g, flags.baseline_factor, flags.share_raise, flags.share_lower)
    assert told == pytest.approx((7.0, 1.3, 0.6, 0.3))
    assert (flags.silence_s, flags.loss_share, flags.battery_percent) == pytest.approx((4.0, 0.1, 25.0))


def test_what_is_built_in_is_not_written() -> None:
    assert limit_settings(dict.fromkeys(LIMITS)) == {}
    usual = config(limit_settings({key: limit.usual for key, limit in LIMITS.items()}))
    assert msgspec.structs.astuple(usual) == pytest.approx(msgspec.structs.astuple(FlagParams()))


@pytest.mark.parametrize("key", LIMITS)
@pytest.mark.parametrize("value", [0.0, 1e6, float("nan")])
def test_a_limit_out_of_its_range_is_named(key: str, value: float) -> None:
    assert f"key `{key}`: must be from" in limit_problem({key: value})


def test_a_session_with_a_setting_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match=r"flag\.silence_s: must be from"):
        config({"flag.silence_s": -1.0})
