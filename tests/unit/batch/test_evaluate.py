from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.batch.disturb import DISTURBANCES
from imu.batch.evaluate import evaluate
from imu.batch.recordings import recordings
from imu.batch.scoring import match, score
from imu.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

TRUE_S = np.arange(20, dtype=np.float64) * 0.7 + 1.0


@given(st.floats(-0.2, 0.2), st.sets(st.integers(0, 19), max_size=6), st.integers(0, 6))
def test_score_counts_what_was_left_out_and_added(offset_s: float, missed: set[int], extra: int) -> None:
    found_s = np.delete(TRUE_S, sorted(missed)) + offset_s
    added_s = TRUE_S[2 : 2 + extra] + 0.35 + offset_s
    told = score(TRUE_S, np.sort(np.concatenate([found_s, added_s])))
    hits = 20 - len(missed)
    assert (told["found"], told["missed"]) == (hits, len(missed))
    assert told["f1"] == pytest.approx(2 * hits / (20 + hits + told["extra"]))
    assert told["ic_bias_ms"] == pytest.approx(1000 * offset_s)
    assert told["ic_sd_ms"] == pytest.approx(0.0, abs=1e-6)


def test_limits_are_196_sd_around_the_bias() -> None:
    error_s = np.tile([0.004, -0.004], 10)
    told = score(TRUE_S, TRUE_S + 0.01 + error_s)
    sd_ms = 1000 * error_s.std(ddof=1)
    assert told["ic_sd_ms"] == pytest.approx(sd_ms)
    assert (told["ic_low_ms"], told["ic_high_ms"]) == pytest.approx((10 - 1.96 * sd_ms, 10 + 1.96 * sd_ms))


def test_a_contact_more_than_100_ms_off_its_fellows_is_missed_and_extra() -> None:
    found_s = TRUE_S.copy()
    found_s[5] += 0.12
    told = score(TRUE_S, found_s)
    assert (told["found"], told["missed"], told["extra"]) == (19, 1, 1)


def test_one_found_contact_is_not_two_true_ones() -> None:
    true_at, found_at = match(np.array([1.0, 1.05]), np.array([1.01]))
    assert (true_at.tolist(), found_at.tolist()) == ([0], [0])


def test_contacts_beyond_the_truth_are_left_out() -> None:
    beyond_s = np.concatenate([[0.3], TRUE_S, [TRUE_S[-1] + 0.7]])
    assert score(TRUE_S, beyond_s)["extra"] == 0


@pytest.mark.parametrize("found_s", [np.array([]), np.array([55.0])])
def test_nothing_found_has_no_bias(found_s: np.ndarray) -> None:
    told = score(TRUE_S, found_s)
    assert (told["found"], told["f1"]) == (0, 0.0)
    assert np.isnan(told["ic_bias_ms"])


def test_tables_hold_what_is_known_of_each_recording(labelled: Path) -> None:
    told = evaluate(labelled)
    contacts = told.contacts.set_index("recording")
    assert contacts.index.tolist() == ["made/run", "made/walk"]
    assert (contacts["f1"] == 1.0).all()
    assert contacts["ic_bias_ms"].tolist() == pytest.approx([10.0, 10.0], abs=0.01)
    assert told.counts[["recording", "true"]].to_numpy().tolist() == [["made/counted", 40]]
    assert told.counts["error_percent"].iloc[0] == pytest.approx(
        100 * (told.counts["found"].iloc[0] / 40 - 1)
    )
    assert told.no_running["recording"].tolist() == ["made/walk"]
    assert told.cadence["error_spm"].abs().max() < 0.5
    assert told.robustness["disturbance"].nunique() == len(DISTURBANCES)
    assert set(told.literature["recording"]) == {"made/run", "made/counted", "made/walk"}


def test_the_same_figures_every_time(labelled: Path) -> None:
    once, again = evaluate(labelled), evaluate(labelled)
    for field in fields(once):
        pd.testing.assert_frame_equal(getattr(once, field.name), getattr(again, field.name))


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        recordings(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"no NAME\.csv"):
        recordings(tmp_path)


def test_a_description_without_placement_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "run.csv").write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n")
    (tmp_path / "set" / "run.json").write_text('{"side": "left", "activity": "run"}')
    with pytest.raises(InputError, match=r"run\.json.*placement"):
        recordings(tmp_path)


def test_a_truth_without_contacts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "run.csv").write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n")
    (tmp_path / "set" / "run.json").write_text('{"placement": "shoe", "side": "left", "activity": "run"}')
    (tmp_path / "set" / "run.truth.csv").write_text("contact\n1.0\n")
    with pytest.raises(InputError, match="'initial_contact_s' is missing"):
        recordings(tmp_path)
