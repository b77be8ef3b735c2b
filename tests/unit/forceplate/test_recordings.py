"""Against force that others measured: contacts, strike patterns and drift whose truth is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from imu.forceplate import ForceRecord, read_force, remove_drift, stride_table

if TYPE_CHECKING:
    from pathlib import Path

MASS_KG = 76.8


@pytest.fixture(scope="module")
def trials(shared_data: Path) -> dict[str, tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]]:
    """Read description, truth and our table of each trial."""
    found = {}
    for path in sorted((shared_data / "alcantara").glob("*.json")):
        stem = str(path.with_suffix(""))
        record = read_force(f"{stem}.force.csv", mass_kg=MASS_KG)
        found[path.stem] = (
            json.loads(path.read_text()),
            pd.read_csv(f"{stem}.truth.csv"),
            stride_table(record),
        )
    assert len(found) == 10
    return found


def test_every_contact_is_found_and_none_besides(trials: dict[str, Any]) -> None:
    for told, truth, table in trials.values():
        assert len(table) == len(truth) == told["true_steps"]
        assert np.abs(table["initial_contact_s"] - truth["initial_contact_s"]).max() < 0.003
        assert np.abs(table["toe_off_s"] - truth["toe_off_s"]).max() < 0.005


def test_impact_transients_go_with_the_strike_pattern(trials: dict[str, Any]) -> None:
    """On the level and downhill the runner lands on the heel; the mid-foot trial has no transient.

    Uphill the authors' label says heel for trials of which most contacts show none: those are left out.
    """
    heel, mixed = [], []
    for told, _, table in trials.values():
        rearfoot_percent = told["rfs_mfs_ffs_percent"][0]
        if rearfoot_percent == 100.0 and told["slope_deg"] <= 0.0:
            heel += list(table["impact_transient"])
        if rearfoot_percent < 50.0:
            mixed += list(table["impact_transient"])
    assert len(heel) == 92
    assert np.mean(heel) >= 0.9
    assert len(mixed) == 30
    assert np.mean(mixed) <= 0.25


def test_impulse_carries_the_body_weight(trials: dict[str, Any]) -> None:
    """Over whole steps the mean vertical force is one body weight."""
    for _, _, table in trials.values():
        steady = table.dropna(subset=["step_time_ms"])
        mean_bw = steady["impulse_bw_s"].sum() / (steady["step_time_ms"].sum() / 1000.0)
        assert mean_bw == pytest.approx(1.0, abs=0.04)


def test_drift_that_was_added_is_taken_off_again(shared_data: Path) -> None:
    drifting = read_force(shared_data / "dryft" / "custom_drift_S001runT25.csv", rate_hz=300.0)
    clean = read_force(shared_data / "rbds" / "S001_v25.force.csv.gz")
    freed = remove_drift(drifting)
    assert np.abs(drifting.force - clean.force).max() > 100.0
    assert np.abs(freed.force - clean.force).max() < 1.0
    ours, theirs = stride_table(freed), stride_table(clean)
    assert len(ours) == len(theirs) == 77
    assert np.abs(ours["contact_time_ms"] - theirs["contact_time_ms"]).max() < 0.1


def test_drift_is_taken_off_as_its_author_does(shared_data: Path) -> None:
    published = pd.read_csv(shared_data / "dryft" / "joss_example.csv")
    ours = remove_drift(ForceRecord(published["force"].to_numpy(), 300.0))
    assert np.abs(ours.force - published["right"]).max() < 4.5
    assert np.abs(published["wrong"] - published["right"]).max() > 70.0


def test_a_forefoot_runner_has_no_transient(shared_data: Path) -> None:
    table = stride_table(read_force(shared_data / "rbds" / "S001_v25.force.csv.gz"))
    assert table["impact_transient"].mean() < 0.05
