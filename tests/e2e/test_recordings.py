"""Real recordings: what must be got right, with margins slightly wider than what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imu.batch.evaluate import Evaluation, evaluate
from imu.batch.page import page_text
from imu.batch.recordings import recordings
from imu.batch.regress import read_figures, worse

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

RUN, WALK = "run", "walk"


@pytest.fixture(scope="module")
def evaluation(shared_data: Path) -> Evaluation:
    return evaluate(shared_data)


def of(table: pd.DataFrame, data_set: str, **wanted: str) -> pd.DataFrame:
    """Rows of a data set; never none."""
    chosen = table[table["recording"].str.startswith(f"{data_set}/")]
    for column, value in wanted.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen)
    return chosen


def test_shank_running_contacts_are_all_found_and_no_other(evaluation: Evaluation) -> None:
    runs = of(evaluation.contacts, "marlow17", activity=RUN)
    assert runs[["true", "found", "extra"]].sum().tolist() == [31, 31, 0]
    assert (runs["ic_sd_ms"] < 4.0).all()
    assert (runs["ic_bias_ms"].abs() < 15.0).all()


def test_shank_running_toe_offs(evaluation: Evaluation) -> None:
    runs = of(evaluation.toe_offs, "marlow17", activity=RUN)
    assert (runs["found_percent"] >= 95.0).all()
    assert (runs["to_bias_ms"].abs() < 10.0).all()
    assert (runs["to_median_abs_ms"] < 10.0).all()
    assert (runs["contact_median_abs_ms"] < 20.0).all()


def test_shank_walking_contacts(evaluation: Evaluation) -> None:
    walks = of(evaluation.contacts, "marlow17", activity=WALK)
    assert (walks["recall_percent"] >= 95.0).all()
    assert (walks["precision_percent"] >= 95.0).all()
    assert (walks["ic_sd_ms"] < 8.0).all()


@pytest.mark.parametrize(("placement", "greatest_sd_ms"), [("shank", 4.0), ("shoe", 3.0)])
def test_both_legs_of_the_forefoot_runner(
    evaluation: Evaluation, placement: str, greatest_sd_ms: float
) -> None:
    runs = of(evaluation.contacts, "rbds", placement=placement)
    assert (runs["f1"] == 1.0).all()
    assert (runs["ic_sd_ms"] <= greatest_sd_ms).all()
    assert (runs["ic_bias_ms"].abs() <= 10.0).all()
    offs = of(evaluation.toe_offs, "rbds", placement=placement)
    assert (offs["to_bias_ms"].abs() <= 10.0).all()
    assert (offs["to_sd_ms"] <= 8.0).all()


def test_forefoot_runner_is_not_called_a_heel_striker(evaluation: Evaluation) -> None:
    shoes = of(evaluation.strikes, "rbds", placement="shoe")
    assert shoes["heel"].sum() <= 0.02 * shoes["steps"].sum()
    assert shoes[["midfoot", "forefoot"]].sum().sum() >= 0.9 * shoes["steps"].sum()
    shanks = of(evaluation.strikes, "rbds", placement="shank")
    assert (shanks["unmeasurable"] == shanks["steps"]).all()


def test_strides_outdoors_are_counted_to_half_a_percent(evaluation: Evaluation) -> None:
    assert (of(evaluation.counts, "adept")["error_percent"].abs() <= 0.5).all()


def test_strides_of_the_streamed_shoe_sensor(evaluation: Evaluation) -> None:
    assert of(evaluation.counts, "wmf")["found"].tolist() in ([61], [62])


def test_cadence_is_right_to_half_a_step_a_minute(evaluation: Evaluation) -> None:
    assert (evaluation.cadence["error_spm"].abs() < 0.5).all()


def test_nobody_runs_where_nobody_runs(evaluation: Evaluation) -> None:
    assert evaluation.no_running["running_steps"].tolist() == [0] * 8
    for data_set in ("marlow17", "wmf", "biomac"):
        assert len(of(evaluation.no_running, data_set)) >= 2


def test_mounting_does_not_matter(evaluation: Evaluation) -> None:
    turned = evaluation.robustness[evaluation.robustness["disturbance"].str.startswith("rotated")]
    assert len(turned) == 18
    assert (turned["f1_change"] == 0.0).all()
    assert (turned["shift_ms"].abs() < 0.01).all()


def test_disturbed_recordings_keep_their_contacts(evaluation: Evaluation) -> None:
    assert (evaluation.robustness["f1"] >= 0.97).all()
    assert (evaluation.robustness["shift_ms"].abs() < 4.0).all()


def test_contacts_are_timed_as_steadily_as_by_the_best_rule_of_the_literature(evaluation: Evaluation) -> None:
    spread = of(evaluation.literature, "marlow17").pivot_table("ic_sd_ms", "recording", "detector")
    assert len(spread) == 2
    assert (spread["softstrike"] <= 1.2 * spread.min(axis=1)).all()


def test_spread_of_accepted_contacts_does_not_grow_by_losses(evaluation: Evaluation) -> None:
    torn = evaluation.robustness[evaluation.robustness["disturbance"] == "5 % lost in bursts"]
    assert len(torn) == 6
    assert (torn["accepted_ic_sd_ms"] < 4.0).all()
    assert (torn["accepted_percent"] > 60.0).all()


def test_landing_type_of_the_mounted_anyhow_shoe_is_told_for_most_steps(shared_data: Path) -> None:
    run = next(one for one in recordings(shared_data) if one.name == "wmf/run_first44s")
    steps = run.steps()
    decided = steps["strike"].isin(["heel", "midfoot", "forefoot"])
    assert decided.mean() >= 0.8
    assert steps["clipped"].any()


def test_accuracy_page_shows_these_figures(evaluation: Evaluation, project_root: Path) -> None:
    page = (project_root / "docs" / "accuracy.rst").read_text("utf-8")
    assert page_text(evaluation, page) == page, "run: make accuracy"


def test_no_figure_is_worse_than_the_committed_one(evaluation: Evaluation, project_root: Path) -> None:
    assert worse(read_figures(project_root / "docs" / "accuracy.json"), evaluation) == []
