"""The profiles that ship with softstrike, and the values of their parameters."""

from __future__ import annotations

import inspect
from importlib.resources import files

import msgspec
import pytest

from firmware_profiles import profile_files
from imu.errors import ProfileError, UsageError
from imu.profiles import (
    builtin_profiles,
    find_profile,
    framings,
    nominal,
    packets,
    resolve_params,
    schema,
    steps,
)

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
    with pytest.raises(ProfileError, match=r"'polar-h10'; known are: capture2go, .*, wmf-shoe$"):
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


def test_every_table_of_the_schema_refuses_unknown_keys() -> None:
    tables = [
        each
        for module in (schema, framings, packets, steps)
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, msgspec.Struct) and each is not msgspec.Struct
    ]
    assert len(tables) > 20
    assert all(
        each.__struct_config__.forbid_unknown_fields and each.__struct_config__.frozen for each in tables
    )


def test_the_bytes_shown_to_firmware_authors_are_those_of_the_profile() -> None:
    text = (files("firmware_profiles") / "README.md").read_text("utf-8")
    shown = text.split("```\n")[1]
    frame = "".join(line[:48] for line in shown.splitlines())
    assert bytes.fromhex(frame) == bytes.fromhex(REFERENCE.vector[0].hex[0])
    assert all(uuid in text for uuid in (*REFERENCE.gatt.values(), *REFERENCE.match.service_uuids))
