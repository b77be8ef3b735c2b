"""Steps and health to order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.model import (
    Ledger,
    LinkState,
    Placement,
    SensorHealth,
    SensorInfo,
    Side,
    Step,
)
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def shank() -> SensorInfo:
    return SensorInfo(sensor="left-shank", placement=Placement.SHANK, side=Side.LEFT, rate_hz=200.0)


@pytest.fixture
def shoe() -> SensorInfo:
    return SensorInfo(sensor="left-shoe", placement=Placement.SHOE, side=Side.LEFT, rate_hz=200.0)


@pytest.fixture
def step() -> Callable[..., Step]:
    return made_step


@pytest.fixture
def health() -> Callable[..., SensorHealth]:
    def make(
        *, silent_s: float = 0.0, samples: int = 0, lost: int | None = 0, battery: float | None = None
    ) -> SensorHealth:
        ledger = Ledger(samples=samples, lost=lost)
        return SensorHealth(
            "left-shank", 9_000_000_000, LinkState.CONNECTED, 200.0, ledger, None, battery, silent_s
        )

    return make
