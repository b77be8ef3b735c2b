"""A hundred thousand hostile packets for each profile: no exception, and every frame accounted for once."""

from __future__ import annotations

import pytest

from imu.cli.app import run
from imu.conformance import FuzzReport, fuzz, fuzz_packets
from imu.profiles import builtin_profiles, find_profile

PACKETS = 100_000


@pytest.mark.parametrize("profile_id", builtin_profiles())
def test_hostile_packets_are_all_accounted_for(profile_id: str) -> None:
    report = fuzz(find_profile(profile_id), PACKETS, seed=3)
    assert report.packets == PACKETS
    assert report.frames == report.good + report.bad + report.duplicate
    assert report.good > 0.2 * report.frames
    assert report.bad > 0.05 * report.frames
    observable = find_profile(profile_id).time.source == "packet"
    assert (report.duplicate > 0.02 * report.frames) == observable
    assert report.samples > report.good / 2


def test_the_same_seed_makes_the_same_packets_and_another_does_not() -> None:
    profile = find_profile("wmf-shoe")
    one, two, other = (list(fuzz_packets(profile, 500, seed)) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_a_frame_that_is_missing_in_the_account_shows() -> None:
    assert FuzzReport(10, 10, 6, 3, 1, 60).adds_up
    assert not FuzzReport(10, 10, 6, 3, 0, 60).adds_up


def test_the_command_prints_the_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profile", "fuzz", "wmf-shoe", "--packets", "2000", "--seed", "4"]) == 0
    shown = capsys.readouterr().out
    report = fuzz(find_profile("wmf-shoe"), 2000, 4)
    assert f"good {report.good} + bad {report.bad} + duplicate or late {report.duplicate} = 2000" in shown
    assert run(["profile", "fuzz", "wmf-shoe", "--packets", "0"]) == 2
