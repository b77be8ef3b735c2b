"""Sessions for reports: facts made by hand, and those of a shipped recording."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import imu
from imu.batch import SensorQuality
from imu.report import SessionFacts, session_facts
from imu.report.facts import SideFacts, Stretch
from imu.report.usual import Baseline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_STRETCH = Stretch(0.0, 60.0, 80, 10.0, 9.0, 11.0, 0.6, 170.0)
_SIDE = SideFacts(
    sensor="left-shoe",
    side="left",
    placement="shoe",
    run_steps=400,
    walk_steps=20,
    rejected_steps=3,
    impact_g=10.0,
    clipped_share=0.0,
    cadence_spm=170.0,
    contact_time_ms=250.0,
    running_s=300.0,
    impacts=400,
    impact_sum_g=4000.0,
    bins=(0,) * 9 + (150, 200, 50),
    landings={"heel": 240, "midfoot": 120, "forefoot": 0, "unsure": 40},
    excessive_share=0.05,
    baseline=Baseline(9.9, "profile"),
    stretches=(
        _STRETCH,
        msgspec.structs.replace(_STRETCH, start_s=60.0, end_s=120.0, impact_g=9.0),
        msgspec.structs.replace(_STRETCH, start_s=120.0, end_s=180.0, impact_g=14.0),
    ),
)


@pytest.fixture
def made_side() -> Callable[..., SideFacts]:
    """Make a usual left shoe with some facts of its own."""

    def make(**changes: Any) -> SideFacts:
        return msgspec.structs.replace(_SIDE, **changes)

    return make


@pytest.fixture
def made_facts(made_side: Callable[..., SideFacts]) -> Callable[..., SessionFacts]:
    """Make a usual session of two shoes with some facts of its own."""
    sides = (made_side(), made_side(sensor="right-shoe", side="right"))
    usual = SessionFacts(
        name="Sunday",
        runner="Zoë",
        started=dt.datetime(2026, 5, 3, 9, 5, tzinfo=dt.UTC),
        shoe="blue pair",
        surface="road",
        tags=("easy",),
        note="",
        origin="live",
        duration_s=320.0,
        complete=True,
        sides=sides,
        quality=tuple(
            SensorQuality(
                side.sensor, 200.0, 32.0, 64_000, 640, 3, 0, 0.99, "", None, None, None, None, None, None
            )
            for side in sides
        ),
    )

    def make(**changes: Any) -> SessionFacts:
        return msgspec.structs.replace(usual, **changes)

    return make


@pytest.fixture(scope="session")
def two_shoes(project_root: Path) -> SessionFacts:
    """Facts of the shipped session with two shoes."""
    return session_facts(imu.load(project_root / "data" / "two_shoes_simulated.mcap"))
