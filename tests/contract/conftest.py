"""Values that every sink and source meets."""

from __future__ import annotations

import numpy as np
import pytest

from imu.model import (
    Fault,
    FaultKind,
    Gap,
    LinkChange,
    LinkState,
    Marker,
    Packet,
    Placement,
    SampleBatch,
    SensorInfo,
    SessionHeader,
    Side,
    Tick,
)
from imu.sinks.base import EngineFault, Rewound


@pytest.fixture
def header() -> SessionHeader:
    return SessionHeader((SensorInfo("left", Placement.SHOE, Side.LEFT, 100.0),))


@pytest.fixture
def everything() -> list[object]:
    zeros = np.zeros((2, 3))
    return [
        LinkChange("left", 1, LinkState.CONNECTED),
        Packet("left", 0, 2, "data", b"\x00"),
        SampleBatch("left", 0, np.array([3, 4]), zeros, None, np.zeros(2, dtype=bool)),
        Gap("left", 2, 5, 6, 1, "lost"),
        Fault("left", 6, FaultKind.TOO_SHORT),
        Marker(7, "lap"),
        Tick(8),
        EngineFault("chain", "It failed."),
        Rewound(1),
    ]
