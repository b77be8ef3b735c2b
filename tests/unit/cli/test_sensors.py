"""`softstrike sensors`, without a radio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.folders import sensors_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

LEFT = (
    "bind",
    "softstrike 1",
    "--runner",
    "anna",
    "--placement",
    "shoe",
    "--side",
    "left",
    "--serial",
    "0001",
)
PROFILE = ("--profile", "softstrike-reference")


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(tmp_path / "config"))


def test_a_sensor_is_bound_listed_renamed_and_forgotten(softstrike: Callable[..., Said]) -> None:
    said = softstrike("sensors", *LEFT, *PROFILE, "--known-as", "blue", "--set.rate_hz", "208")
    assert said == (0, "blue (serial number 0001) is anna's left-shoe\n", "")
    assert "rate_hz" in sensors_file().read_text("utf-8")
    softstrike("sensors", "rename", "blue", "red")
    listed = softstrike("sensors").out
    assert "red" in listed
    assert "left-shoe" in listed
    assert softstrike("sensors", "forget", "red").code == 0
    assert "No sensor is bound yet" in softstrike("sensors", "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (LEFT, "--profile"),
        ((*LEFT, "--profile", "hat"), "hat"),
        ((*LEFT, *PROFILE, "--set.rate_hz", "3"), "rate_hz"),
        ((*LEFT, *PROFILE, "--known-as", "x" * 65), "known_as"),
        (("forget", "blue"), "blue"),
        (("rename", "blue", "red"), "blue"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    words: tuple[str, ...], said: str, softstrike: Callable[..., Said]
) -> None:
    done = softstrike("sensors", *words)
    assert done.code in {1, 2}
    assert said in done.err
    assert not sensors_file().exists()


def test_a_damaged_file_is_named_with_its_key(softstrike: Callable[..., Said]) -> None:
    softstrike("sensors", *LEFT, *PROFILE)
    text = sensors_file().read_text("utf-8").replace('"left"', '"middle"')
    sensors_file().write_text(text, encoding="utf-8")
    done = softstrike("sensors", "list")
    assert done.code == 1
    assert "sensors.toml" in done.err
    assert "sensor[0].side" in done.err
    assert sensors_file().read_text("utf-8") == text
