"""Facts of a session against its own table of steps, and what is called usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import imu
from imu.report import against_earlier, session_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imu.batch import SessionData
    from imu.report import SessionFacts


@pytest.fixture(scope="module")
def session(project_root: Path) -> SessionData:
    return imu.load(project_root / "data" / "two_shoes_simulated.mcap")


def test_facts_say_what_the_table_of_steps_says(session: SessionData, two_shoes: SessionFacts) -> None:
    steps = session.steps
    for side in two_shoes.sides:
        good = steps[(steps["sensor"] == side.sensor) & (steps["activity"] == "run") & steps["accepted"]]
        assert side.impact_g == pytest.approx(good["peak_accel_g"].median())
        assert side.landings["heel"] == (good["strike"] == "heel").sum()
        assert side.impacts == good["peak_accel_g"].notna().sum() == sum(side.bins)
        assert side.impact_sum_g == pytest.approx(good["peak_accel_g"].sum())
        assert sum(part.steps for part in side.stretches) == len(good)


def test_the_first_steps_are_usual_when_nothing_else_is_known(two_shoes: SessionFacts) -> None:
    assert [side.baseline.basis for side in two_shoes.sides if side.baseline] == ["start", "start"]


def test_earlier_sessions_in_the_same_place_are_usual(
    session: SessionData, made_facts: Callable[..., SessionFacts]
) -> None:
    earlier = [
        made_facts(sides=tuple(msgspec.structs.replace(s, impact_g=g) for s in made_facts().sides))
        for g in (7.0, 8.0, 12.0)
    ]
    baselines = [side.baseline for side in against_earlier(session_facts(session), earlier).sides]
    assert [(b.impact_g, b.basis, b.sessions) for b in baselines if b] == [(8.0, "earlier", 3)] * 2


def test_a_shin_is_never_usual_for_a_shoe(
    session: SessionData, made_facts: Callable[..., SessionFacts]
) -> None:
    shins = tuple(msgspec.structs.replace(side, placement="shank") for side in made_facts().sides)
    found = against_earlier(session_facts(session), [made_facts(sides=shins)])
    assert [side.baseline.basis for side in found.sides if side.baseline] == ["start", "start"]


def test_clipped_first_steps_are_no_measure_of_what_is_usual(project_root: Path) -> None:
    facts = session_facts(imu.load(project_root / "data" / "run_shoe_real.mcap"))
    assert facts.sides[0].baseline is None
    assert facts.sides[0].clipped_share > 0.5
