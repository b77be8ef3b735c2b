"""`softstrike settings`, and what the other commands take from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboards.preferences import Preferences, load_preferences, preferences_file, save_preferences
from imu.store.session_reader import SessionReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(tmp_path / "config"))


def test_a_value_is_set_listed_and_taken_back(softstrike: Callable[..., Said]) -> None:
    assert softstrike("settings", "set", "impact_limit_g", "6.5").out == "impact_limit_g is now 6.5\n"
    assert load_preferences().impact_limit_g == 6.5
    listed = softstrike("settings").out
    assert "6.5" in listed
    assert str(preferences_file()) in listed.replace("\n", "")
    assert softstrike("settings", "set", "impact_limit_g").out == "impact_limit_g is now as usual\n"
    assert load_preferences() == Preferences()


@pytest.mark.parametrize(("key", "value"), [("volume", "3"), ("colour", "red"), ("theme", "pink")])
def test_a_value_that_cannot_be_is_wrong_use(softstrike: Callable[..., Said], key: str, value: str) -> None:
    said = softstrike("settings", "set", key, value)
    assert said.code == 2
    assert key in said.err
    assert not preferences_file().exists()


def test_without_a_display_the_window_is_refused(softstrike: Callable[..., Said]) -> None:
    assert softstrike("settings", "--window").code == 1


def test_a_first_run_without_a_display_says_which_commands_to_run(softstrike: Callable[..., Said]) -> None:
    for words in (("live",), ("live", "--headless")):
        said = softstrike(*words)
        assert said.code == 2
        for command in ("softstrike scan", "softstrike sensors bind", "softstrike settings --window"):
            assert command in said.err


def test_a_first_run_with_a_display_opens_the_settings(
    softstrike: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("imu.cli.screen.window_possible", lambda: True)
    monkeypatch.setattr("imu.cli.screen.show_settings", lambda: opened.append("settings"))
    said = softstrike("live")
    assert opened == ["settings"]
    assert said.code == 2
    assert "softstrike sensors bind" in said.err


def test_the_limit_comes_into_the_session(softstrike: Callable[..., Said], tmp_path: Path) -> None:
    save_preferences(Preferences(impact_limit_g=6.5))
    out = tmp_path / "run.mcap"
    said = softstrike(
        "live", "--simulate", "--scenario", "demo", "--duration", "3", "--headless", "--out", str(out)
    )
    assert said.code == 0, said.err
    assert SessionReader(out).header.config["impact_limit_g"] == 6.5


def test_a_broken_file_stops_a_run_before_a_file_is_begun(
    softstrike: Callable[..., Said], tmp_path: Path
) -> None:
    preferences_file().parent.mkdir(parents=True)
    preferences_file().write_text("volume = 9")
    out = tmp_path / "run.mcap"
    said = softstrike("live", "--simulate", "--duration", "3", "--headless", "--out", out)
    assert said.code == 1
    assert "dashboard.toml" in said.err
    assert "volume" in said.err
    assert not out.exists()
