"""A folder with three sessions of two runners, one of them cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.folders import sessions_folder
from imu.model import Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.store import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SENSORS = (SensorInfo("left-shoe", Placement.SHOE, Side.LEFT, 200.0, profile="softstrike-reference"),)


@pytest.fixture
def record(own_folders: Path) -> Callable[..., Path]:
    """Record a short session without steps."""

    def make(name: str, *, close: bool = True, **facts: object) -> Path:
        path = sessions_folder() / f"{name}.mcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = SessionWriter(path, SessionHeader(SENSORS, **facts))  # type: ignore[arg-type]
        for second in range(5):
            writer.write(Tick(second * 1_000_000_000))
            writer.write(Packet("left-shoe", second, second * 1_000_000_000, "data", b"abc"))
        writer.flush()
        if close:
            writer.close()
        else:
            writer.abandon()
        return path

    assert own_folders
    return make


@pytest.fixture
def three(record: Callable[..., Path]) -> tuple[Path, Path, Path]:
    """Three sessions."""
    return (
        record("easy", runner="Zoë", started_utc="2026-05-01T08:00:00Z", tags=("easy",), surface="grass"),
        record("hills", runner="Ben", started_utc="2026-05-03T08:00:00+00:00", shoe="racer"),
        record("cut", runner="Zoë", close=False),
    )
