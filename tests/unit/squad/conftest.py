"""A squad's folders of its own, no keyring, and messages to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.model import Basis, LinkState, Placement, Rule, Side, Strike
from imu.squad.messages import FlagMessage, SensorState, StatusMessage, StepMessage, SummaryMessage

if TYPE_CHECKING:
    from pathlib import Path

NOW_MS = 1_700_000_000_000
SENSOR = SensorState("left-shin", Side.LEFT, Placement.SHANK, LinkState.CONNECTED, 80.0, 0.0, 0.1)
STATUS = StatusMessage(NOW_MS, online=True, session="s1", sensors=(SENSOR,))
STEP = StepMessage(NOW_MS, "s1", 1, "left-shin", Side.LEFT, 7.5, False, Strike.UNMEASURABLE, False)
FLAG = FlagMessage(
    NOW_MS, "s1", 2, "left-shin", Rule.EXCESSIVE_IMPACT, True, 9.0, 8.0, "g", Basis.PERSONAL, "left: higher"
)
SUMMARY = SummaryMessage(NOW_MS, "s1", None, 10, 170.0, {"left-shin": 7.5}, {"left-shin": 8.0}, {})
MESSAGES = {"status": STATUS, "step": STEP, "flag": FLAG, "summary": SUMMARY}


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep settings and secrets in the test's folder."""
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SOFTSTRIKE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path
