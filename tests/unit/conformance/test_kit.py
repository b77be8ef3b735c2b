"""The conformance kit: every built-in profile passes, and each check can fail."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from firmware_profiles import profile_files
from imu.cli.app import run
from imu.conformance import check_profile
from imu.profiles import find_profile

if TYPE_CHECKING:
    from pathlib import Path

FILES = {file.name: file for file in profile_files()}
NAMES = ["schema", "vectors", "radio", "round trip", "session", "hostile bytes"]


@pytest.mark.parametrize("name", FILES)
def test_every_profile_that_ships_passes(name: str) -> None:
    outcome = check_profile(str(FILES[name]))
    assert [check.name for check in outcome.checks] == NAMES
    assert not [check for check in outcome.checks if not check.passed]


REFERENCE = find_profile("softstrike-reference").text.replace('"softstrike-reference"', '"mine"')
POLAR = find_profile("polar-verity-sense").text.replace('"polar-verity-sense"', '"mine"')


SERVICES = '[services]\nfb005c80-02e7-f387-1cad-8acd2d8df0c8 = ["control", "data"]'
BROKEN = {
    "no TOML": (POLAR, SERVICES, "[services", "schema", "not valid TOML"),
    "vector": (REFERENCE, "samples = 3\n", "samples = 2\n", "vectors", "samples is 3, not 2"),
    "subscription": (
        REFERENCE,
        '{ op = "subscribe", role = "data" },',
        "",
        "radio",
        "nothing subscribes to role 'data'",
    ),
    "service": (POLAR, SERVICES, "", "radio", "the service of role 'control' is not stated"),
    "reply": (REFERENCE, '"81", ok_at = 1, ok = [0, 2]', '"81", ok_at = 0', "session", "no reply"),
    "scale": (
        REFERENCE,
        '{ param = "acc_scale", at = 2, type = "f32" }',
        '{ param = "acc_scale", at = 2, type = "i8" }',
        "schema",
        "does not fit into i8",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_check_can_fail(tmp_path: Path, case: str) -> None:
    text, old, new, failed, says = BROKEN[case]
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    outcome = check_profile(path)
    checks = {check.name: check.text for check in outcome.checks if not check.passed}
    assert says in checks[failed]
    assert not outcome.passed


@pytest.mark.parametrize("name", ["softstrike-reference", "s0ftstrike-reference", "softstr1ke-reference"])
def test_a_profile_that_passes_for_a_built_in_one_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# mine\n" + REFERENCE.replace('"mine"', f'"{name}"'), "utf-8")
    [check] = check_profile(path).checks
    assert not check.passed
    assert "key `id`" in check.text
    assert "'softstrike-reference'" in check.text


def test_the_command_prints_a_table_and_tells_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken, none = (tmp_path / f"{name}.toml" for name in ("good", "broken", "none"))
    good.write_text(REFERENCE, "utf-8")
    broken.write_text(REFERENCE.replace("samples = 3\n", "samples = 2\n", 1), "utf-8")
    none.write_text("schema = 2", "utf-8")
    assert [run(["profile", "check", str(path)]) for path in (good, broken, none)] == [0, 3, 1]
    shown = capsys.readouterr()
    assert all(name in shown.out for name in NAMES)
    assert "FAILED" in shown.out
    assert "none.toml: key" in shown.err


def test_the_list_names_what_cannot_be_observed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profile", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert "not observable" in lines["witmotion-wt9011dcl"]
    assert "counted" in lines["polar-verity-sense"]
    assert "60 Hz" in lines["movella-dot"]


def test_the_sensor_made_up_in_the_readme_passes(tmp_path: Path) -> None:
    text = (files("firmware_profiles") / "README.md").read_text("utf-8")
    path = tmp_path / "acme.toml"
    path.write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")
    assert [check for check in check_profile(path).checks if not check.passed] == []
