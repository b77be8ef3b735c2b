from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboards.preferences import (
    Preferences,
    load_preferences,
    preferences_file,
    remember,
    save_preferences,
    with_value,
)
from dashboards.settings import SettingsView, first_steps, next_command
from imu.errors import InputError, UsageError
from imu.folders import sensors_file
from imu.runners import find_runner
from imu.sources.ble.registry import load_sensors

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "softstrike-reference"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


def test_without_a_file_all_is_as_usual_and_nothing_is_written(folder: Path) -> None:
    assert load_preferences() == Preferences()
    remember(theme="dark")
    assert not folder.exists()


def test_what_is_saved_is_read_back_and_only_that_differs() -> None:
    wanted = Preferences("Ada", 6.5, "light", 0.25, muted=True)
    save_preferences(wanted)
    assert load_preferences() == wanted
    assert remember(volume=0.5) == Preferences("Ada", 6.5, "light", 0.5, muted=True)
    assert load_preferences().volume == 0.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1", "colour"),
        ('volume = "loud"', "key `volume`"),
        ("volume = 1.5", "key `volume`: must be from 0 to 1"),
        ("volume = nan", "key `volume`"),
        ('theme = "pink"', "key `theme`: there is no theme 'pink': choose dark"),
        ("impact_limit_g = -1", "key `impact_limit_g`: must be from 1 to 50 g"),
        ("theme = ", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_key(folder: Path, text: str, told: str) -> None:
    folder.mkdir()
    preferences_file().write_text(text)
    with pytest.raises(InputError, match=r"dashboard\.toml") as caught:
        load_preferences()
    assert told in str(caught.value)
    with pytest.raises(InputError):
        remember(theme="light")
    assert preferences_file().read_text() == text


def test_values_are_taken_as_typed_and_an_empty_one_is_the_usual_one() -> None:
    made = with_value(Preferences(), "impact_limit_g", "7.5")
    assert made.impact_limit_g == 7.5
    assert with_value(made, "impact_limit_g", "").impact_limit_g is None
    assert with_value(made, "muted", "true").muted


@pytest.mark.parametrize(
    ("key", "text"),
    [("colour", "red"), ("volume", "loud"), ("volume", "7"), ("theme", "pink"), ("impact_limit_g", "0")],
)
def test_what_cannot_be_is_refused(key: str, text: str) -> None:
    with pytest.raises(UsageError, match=key):
        with_value(Preferences(), key, text)


def test_the_first_run_goes_from_runner_to_sensor_to_live() -> None:
    view = SettingsView()
    assert [step.done for step in view.steps] == [False, False, False]
    assert next_command(view.steps) == "Next: say who runs (softstrike runner add NAME)"
    view.add_runner(" Ada ")
    assert find_runner("Ada").name == "Ada"
    assert next_command(view.steps) == "Next: switch a sensor on and find its name (softstrike scan)"
    view.bind("Sensor 1", PROFILE, "left shoe")
    assert next_command(view.steps) == "All is ready: softstrike live"
    assert first_steps((), load_sensors(sensors_file())) == view.steps


def test_nothing_is_asked_twice() -> None:
    first = SettingsView()
    first.add_runner("Ada")
    first.bind("Sensor 1", PROFILE, "left shoe")
    first.change("theme", "light")
    again = SettingsView()
    assert (again.runner, again.preferences.theme) == ("Ada", "light")
    assert [again.sensor_line(each) for each in again.own_sensors] == ["Sensor 1: left shoe"]


def test_a_place_holds_one_sensor_and_a_sensor_moves() -> None:
    view = SettingsView()
    view.add_runner("Ada")
    view.bind("Sensor 1", PROFILE, "left shoe")
    with pytest.raises(UsageError, match="left-shoe already"):
        view.bind("Sensor 2", PROFILE, "left shoe")
    view.bind("Sensor 2", PROFILE, "right shoe")
    view.move(view.own_sensors[0], "left shin")
    assert view.fitting("left shin").taken == ("right shoe", "left shin")
    with pytest.raises(UsageError, match="already"):
        view.move(view.own_sensors[0], "left shin")
    view.forget(view.own_sensors[0])
    assert [each.name for each in load_sensors(sensors_file())] == ["Sensor 1"]


@pytest.mark.parametrize("name", ["", "   "])
def test_a_sensor_without_a_name_or_a_runner_is_refused(name: str) -> None:
    view = SettingsView()
    with pytest.raises(UsageError, match="runner"):
        view.bind("Sensor 1", PROFILE, "left shoe")
    view.add_runner("Ada")
    with pytest.raises(UsageError, match="name"):
        view.bind(name, PROFILE, "left shoe")


def test_only_the_sensors_of_the_chosen_runner_are_shown() -> None:
    view = SettingsView()
    for runner, sensor in (("Ada", "Sensor 1"), ("Ben", "Sensor 2")):
        view.add_runner(runner)
        view.bind(sensor, PROFILE, "left shoe")
    assert [each.name for each in view.own_sensors] == ["Sensor 2"]
    view.change("runner", "")
    assert [view.sensor_line(each) for each in view.own_sensors] == [
        "Sensor 1: left shoe, Ada",
        "Sensor 2: left shoe, Ben",
    ]
