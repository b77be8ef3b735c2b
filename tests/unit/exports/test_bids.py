"""Motion-BIDS data sets, held against the official validator and read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imu
from imu.errors import UsageError
from imu.exports import export_bids
from imu.store import ACC_COLUMNS, GYR_COLUMNS
from imu.units import MPS2_PER_G

VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")


def problems(folder: Path) -> list[dict[str, str]]:
    """Errors that the validator finds; it asks no server for a newer version, and nothing of the user's."""
    done = subprocess.run(
        [VALIDATOR, folder, "--format", "json", "--max-rows", "-1"],
        env={**os.environ, "DENO_NO_UPDATE_CHECK": "1", "DENO_DIR": str(folder.with_name("deno"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    return [issue for issue in issues if issue["severity"] == "error"]


@pytest.mark.parametrize("name", ["two_shoes_simulated", "run_shoe_real", "two_shins_simulated"])
def test_the_official_validator_finds_no_error_and_no_sample_is_lost(
    project_root: Path, tmp_path: Path, name: str
) -> None:
    session = imu.load(project_root / "data" / f"{name}.mcap")
    out = tmp_path / "bids"
    written = export_bids(session, out, subject="Zoe1")
    assert problems(out) == []
    assert written.samples == len(session.samples)
    motion = out / "sub-Zoe1" / "motion"
    for sensor in session.sensors["sensor"]:
        base = motion / f"sub-Zoe1_task-running_tracksys-{sensor.replace('-', '')}"
        channels = pd.read_csv(f"{base}_channels.tsv", sep="\t")
        read = pd.read_csv(f"{base}_motion.tsv", sep="\t", names=list(channels["name"]))
        ours = session.samples[session.samples["sensor"] == sensor]
        assert len(read) == len(ours)
        np.testing.assert_allclose(read["latency"], ours["time_s"], rtol=1e-15)
        np.testing.assert_allclose(
            read[["acc_x", "acc_y", "acc_z"]] / MPS2_PER_G, ours[list(ACC_COLUMNS)], rtol=1e-15, atol=1e-15
        )
        np.testing.assert_allclose(read[["gyr_x", "gyr_y", "gyr_z"]], ours[list(GYR_COLUMNS)], rtol=1e-15)
    events = pd.read_csv(motion / "sub-Zoe1_task-running_events.tsv", sep="\t")
    assert len(events) == len(session.steps)
    assert events["onset"].is_monotonic_increasing


def test_the_validator_can_fail(project_root: Path, tmp_path: Path) -> None:
    export_bids(imu.load(project_root / "data" / "run_shoe_real.mcap"), str(tmp_path / "bids"))
    (next((tmp_path / "bids").rglob("*_motion.json"))).write_text("{}")
    assert problems(tmp_path / "bids")


def test_no_name_is_in_the_data_set_and_labels_are_checked(project_root: Path, tmp_path: Path) -> None:
    session = imu.load(project_root / "data" / "two_shoes_simulated.mcap")
    export_bids(session, tmp_path / "bids")
    assert session.header.runner not in "".join(
        path.read_text() for path in (tmp_path / "bids").rglob("*") if path.suffix in {".json", ".md"}
    )
    with pytest.raises(UsageError, match="letters and digits"):
        export_bids(session, tmp_path / "other", subject="../x")
    assert not (tmp_path / "other").exists()
