"""A runner with a folder of recorded sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.coach import Baseline, measure_id
from imu.folders import sessions_folder
from imu.model import Placement, SessionHeader, Side, Tick
from imu.runners import RunnerProfile, Shoe, add_runner, keep_baselines
from imu.signal import SignalParams
from imu.store import SessionWriter
from tests.unit.coach.runners import SHINS, USUAL_G

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from imu.store import Recordable


@pytest.fixture
def ada(own_folders: Path) -> str:
    """Make a runner with a baseline for both shins in her road shoes."""
    assert own_folders
    add_runner(RunnerProfile("Ada", 61.0, None, (Shoe("road"), Shoe("trail")), ("asphalt",)))
    measure = measure_id(SignalParams())
    keep_baselines("Ada", [Baseline(side, Placement.SHANK, "road", measure, USUAL_G, 400) for side in Side])
    return "Ada"


@pytest.fixture
def record(own_folders: Path) -> Callable[..., Path]:
    """Record a session from what a chain gave."""
    assert own_folders

    def make(name: str, day: str, items: Iterable[Recordable] = (), **facts: object) -> Path:
        path = sessions_folder() / f"{name}.mcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        header = SessionHeader(SHINS, **{"runner": "Ada", "started_utc": f"{day}T08:00:00+00:00", **facts})  # type: ignore[arg-type]
        writer = SessionWriter(path, header)
        writer.write(Tick(1))
        for item in items:
            writer.write(item)
        writer.close()
        return path

    return make
