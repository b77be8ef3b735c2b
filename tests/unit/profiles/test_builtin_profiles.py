"""The profiles that ship with softstrike, and the values of their parameters."""

from __future__ import annotations

import pytest

from firmware_profiles import profile_files
from imu.errors import ProfileError, UsageError
from imu.profiles import builtin_profiles, find_profile, nominal, resolve_params

REFERENCE = find_profile("softstrike-reference")


def test_each_file_is_known_by_an_id_that_repeats_its_name() -> None:
    assert {file.name.removesuffix(".toml").replace("_", "-") for file in profile_files()} == set(
        builtin_profiles()
    )


def test_a_profile_keeps_its_own_text_for_the_session_file() -> None:
    assert {profile.text for profile in builtin_profiles().values()} == {
        file.read_text("utf-8") for file in profile_files()
    }


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ProfileError, match=r"'polar-h10'; known are: softstrike-reference, wmf-shoe"):
        find_profile("polar-h10")


def test_scale_follows_from_the_range_unless_the_sensor_told_it() -> None:
    assert resolve_params(REFERENCE)["acc_scale"] == 0.000488
    assert resolve_params(REFERENCE, {"acc_range_g": 32})["acc_scale"] == 0.000976
    assert resolve_params(REFERENCE, {"acc_range_g": 32, "acc_scale": 0.001})["acc_scale"] == 0.001


def test_nominal_values_follow_the_parameters() -> None:
    assert nominal(REFERENCE, {"rate_hz": 833, "acc_range_g": 32}) == (833, 32, 2000)
    assert nominal(find_profile("wmf-shoe")) == (100, 16, 2000)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"speed": 1.0}, "no parameter 'speed'; it has: rate_hz"),
        ({"rate_hz": 100.0}, "'rate_hz' .* allowed: 104, 208"),
        ({"acc_scale": float("nan")}, "any finite number"),
    ],
)
def test_wrong_parameters_are_refused(params: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        resolve_params(REFERENCE, params)
