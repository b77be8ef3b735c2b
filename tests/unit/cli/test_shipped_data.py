"""The recordings in `data/`: small, whole, as described, and worth showing."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from imu.cli import paths
from imu.cli.sessions import play_file
from imu.errors import EnvironmentProblem
from imu.model import Activity, Rule, Strike
from imu.store import SessionReader

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("run_shoe_real.mcap", "two_shoes_simulated.mcap", "two_shins_simulated.mcap")


def test_the_readme_gives_the_checksum_of_every_recording(project_root: Path) -> None:
    text = (project_root / "data" / "README.md").read_text("utf-8")
    told = dict(re.findall(r"^([\w.]+\.mcap) +([0-9a-f]{64})$", text, re.MULTILINE))
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (project_root / "data").glob("*.mcap")
    }
    assert told == there
    assert set(there) == set(FILES)


def test_together_they_are_small(project_root: Path) -> None:
    assert sum(p.stat().st_size for p in (project_root / "data").rglob("*") if p.is_file()) < 5_000_000


@pytest.mark.parametrize("name", FILES)
def test_a_recording_is_whole_and_says_where_it_is_from(name: str) -> None:
    reader = SessionReader(paths.shipped_recording(name))
    assert reader.complete
    simulated = name.endswith("_simulated.mcap")
    assert reader.header.origin == ("simulated" if simulated else "imported")
    assert ("SIMULATED" if simulated else "Apache-2.0") in reader.header.note


def test_the_simulated_shoes_show_heel_mid_foot_and_hard_landings() -> None:
    _, found = play_file(paths.shipped_recording("two_shoes_simulated.mcap"))
    assert {Activity.WALK, Activity.RUN} == {step.activity for step in found.steps}
    for sensor in ("left-shoe", "right-shoe"):
        own = [step for step in found.steps if step.sensor == sensor and step.activity is Activity.RUN]
        assert {Strike.HEEL, Strike.MIDFOOT} <= {step.strike for step in own}
        raised = {flag.rule for flag in found.raised if flag.sensor == sensor}
        assert {Rule.HEEL_STRIKE, Rule.EXCESSIVE_IMPACT} <= raised
    assert found.errors == []


def test_the_simulated_shins_show_hard_landings_on_both_sides() -> None:
    _, found = play_file(paths.shipped_recording("two_shins_simulated.mcap"))
    hard = {flag.sensor for flag in found.raised if flag.rule is Rule.EXCESSIVE_IMPACT}
    assert hard == {"left-shin", "right-shin"}


def test_an_installation_finds_its_own_copy_first_and_tells_when_it_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "imu"
    (package / "_data").mkdir(parents=True)
    (package.parent / "data").mkdir()
    (package / "_data" / "a.mcap").touch()
    (package.parent / "data" / "a.mcap").touch()
    (package.parent / "data" / "b.mcap").touch()
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.shipped_recording("a.mcap") == package / "_data" / "a.mcap"
    assert paths.shipped_recording("b.mcap") == package.parent / "data" / "b.mcap"
    with pytest.raises(EnvironmentProblem, match=r"c\.mcap"):
        paths.shipped_recording("c.mcap")
