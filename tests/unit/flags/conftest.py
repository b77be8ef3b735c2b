"""Steps and health to order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from imu.model import (
    Activity,
    Ledger,
    LinkState,
    Placement,
    RejectReason,
    SensorHealth,
    SensorInfo,
    Side,
    Step,
    Strike,
)

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
    usual = Step(
        step=0,
        sensor="left-shank",
        side=Side.LEFT,
        placement=Placement.SHANK,
        activity=Activity.RUN,
        initial_contact_ns=1_000_000_000,
        toe_off_ns=1_250_000_000,
        stride_time_ms=700.0,
        peak_accel_g=6.0,
        peak_axial_g=5.0,
        time_to_peak_ms=25.0,
        strike=Strike.HEEL,
        strike_angle_deg=15.0,
        accepted=True,
        reject_reason=RejectReason.NONE,
        clipped=False,
        lost_samples=0,
        known_ns=1_600_000_000,
    )

    def make(**changes: Any) -> Step:
        return msgspec.structs.replace(usual, **changes)

    return make


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
