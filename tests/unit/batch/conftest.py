"""A labelled set of recordings made on the spot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from imu.model import Placement
from imu.signal import StepDetector
from tests.laws import streams

if TYPE_CHECKING:
    from pathlib import Path

RUNNING, WALKING = 1, 3
TRUTH_LAG_S = 0.010


def _write(folder: Path, name: str, seed: int, activity: str, *, labelled: bool) -> None:
    sensor = streams.worn(Placement.SHANK, has_gyro=False)
    batch = streams.gait(sensor, seed, 20.0)
    time_s = (batch.t_ns - streams.START_NS) / 1e9
    table = pd.DataFrame(batch.acc_g, columns=["acc_x_g", "acc_y_g", "acc_z_g"])
    table.insert(0, "time_s", time_s)
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False)
    told = {"placement": "shank", "side": "left", "activity": activity, "accel_range_g": 16.0}
    (folder / f"{name}.json").write_text(json.dumps(told))
    steps = streams.steps_in(streams.run(StepDetector(sensor), [batch]))
    contact_s = np.array([step.initial_contact_ns - streams.START_NS for step in steps]) / 1e9 - TRUTH_LAG_S
    truth = pd.DataFrame({"initial_contact_s": contact_s, "toe_off_s": contact_s + 0.25})
    (truth if labelled else truth[:0]).to_csv(folder / f"{name}.truth.csv", index=False)


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a labelled run, a run of which the strides are counted, and a walk."""
    root = tmp_path_factory.mktemp("recordings")
    _write(root / "made", "run", RUNNING, "run", labelled=True)
    _write(root / "made", "counted", RUNNING + 1, "run", labelled=False)
    _write(root / "made", "walk", WALKING, "walk", labelled=True)
    (root / "made" / "counts.csv").write_text("file,t0_s,t1_s,strides\ncounted,0.0,20.0,40\n")
    (root / "made" / "force.json").write_text('{"note": "no samples beside this"}')
    return root
