from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.coach import Baseline
from imu.errors import InputError, UsageError
from imu.model import Placement, Side
from imu.runners import (
    RunnerProfile,
    Shoe,
    add_runner,
    add_shoe,
    baselines_file,
    find_runner,
    keep_baselines,
    list_runners,
    read_baselines,
    runner_file,
    set_values,
    slug_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ADA = RunnerProfile(
    "Ada Ö.", 61.5, 0.88, (Shoe("road", "2026-01-02"), Shoe("trail")), ("grass",), "likes hills"
)


@pytest.fixture(autouse=True)
def _own(own_folders: Path) -> None:
    assert own_folders


def test_a_runner_comes_back_as_added_and_only_the_owner_can_read() -> None:
    path = add_runner(ADA)
    assert path.name == "ada-o.toml"
    assert path.stat().st_mode & 0o077 == 0
    assert find_runner("Ada Ö.") == ADA
    assert list_runners() == [ADA]


def test_nothing_is_overwritten() -> None:
    add_runner(ADA)
    with pytest.raises(UsageError, match="exists already"):
        add_runner(ADA)


def test_what_a_person_wrote_stays() -> None:
    add_runner(RunnerProfile("Ben"))
    path = runner_file("Ben")
    path.write_text('# my file\nname = "Ben"  # short for Benedict\n\nmass_kg = 70\n# shoes come below\n')
    assert set_values("Ben", {"mass_kg": 71.5, "leg_length_m": 0.9}).mass_kg == 71.5
    add_shoe("Ben", Shoe("racer"))
    text = path.read_text("utf-8")
    assert "# my file" in text
    assert "# short for Benedict" in text
    assert "# shoes come below" in text
    assert find_runner("Ben") == RunnerProfile("Ben", 71.5, 0.9, (Shoe("racer"),))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('name = "Ben"\nmass_kg = "heavy"', "mass_kg"),
        ('name = "Ben"\nmass_kg = 7', "mass_kg"),
        ('name = "Ben"\nleg_length_m = nan', "leg_length_m"),
        ('name = "Ben"\nweight = 70', "weight"),
        ("mass_kg = 70", "name"),
        ('name = " "', "name"),
        ('name = "Ben"\n[[shoes]]\nsize = 43', "shoes"),
        ('name = "Ben', "TOML"),
    ],
)
def test_an_error_names_file_and_key(text: str, key: str) -> None:
    add_runner(RunnerProfile("Ben"))
    path = runner_file("Ben")
    path.write_text(text)
    with pytest.raises(InputError) as told:
        find_runner("Ben")
    assert str(path) in str(told.value)
    assert key in str(told.value)


def test_a_value_that_cannot_be_leaves_the_file_as_it_was() -> None:
    before = add_runner(ADA).read_bytes()
    for changes in ({"mass_kg": 5.0}, {"name": "Eve"}):
        with pytest.raises((InputError, UsageError)):
            set_values("Ada Ö.", changes)
    assert runner_file("Ada Ö.").read_bytes() == before


def test_a_pair_of_shoes_is_added_once() -> None:
    add_runner(ADA)
    with pytest.raises(UsageError, match="already"):
        add_shoe("Ada Ö.", Shoe("ROAD"))


def test_an_unknown_runner_is_told_how_to_add() -> None:
    with pytest.raises(UsageError, match="softstrike runner add"):
        find_runner("Nobody")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "CON", "x" * 300, "Zoë 🏃", "..a"])
def test_no_name_leaves_the_folder(name: str, own_folders: Path) -> None:
    path = add_runner(RunnerProfile(name))
    assert path.parent == own_folders / "config" / "runners"
    assert len(path.name) < 80
    assert find_runner(name).name == name


@pytest.mark.parametrize("name", ["", "🏃", "../.."])
def test_a_name_without_letters_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="letter or digit"):
        slug_of(name)


def baseline(shoe: str, usual_g: float, measure: str = "m") -> Baseline:
    return Baseline(Side.LEFT, Placement.SHANK, shoe, measure, usual_g, 200)


def test_a_new_baseline_replaces_only_its_own_kind() -> None:
    keep_baselines("Ben", [baseline("road", 7.0), baseline("trail", 8.0)])
    keep_baselines("Ben", [baseline("Road", 6.5), baseline("road", 6.9, "other filter")])
    assert [(one.shoe, one.usual_g, one.measure) for one in read_baselines("Ben")] == [
        ("trail", 8.0, "m"),
        ("Road", 6.5, "m"),
        ("road", 6.9, "other filter"),
    ]


def test_no_baselines_yet() -> None:
    assert read_baselines("Ben") == ()


def test_a_damaged_file_of_baselines_is_named() -> None:
    keep_baselines("Ben", [baseline("road", 7.0)])
    baselines_file("Ben").write_text("[{]")
    with pytest.raises(InputError, match=r"ben\.baselines\.json"):
        read_baselines("Ben")


def test_a_baseline_is_a_plain_value() -> None:
    assert msgspec.json.decode(msgspec.json.encode(baseline("road", 7.0)), type=Baseline) == baseline(
        "road", 7.0
    )
