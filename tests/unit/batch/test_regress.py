from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from imu.batch.evaluate import Evaluation, evaluate
from imu.batch.regress import TOLERANCES, read_figures, worse, write_figures
from imu.cli.app import run
from imu.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def evaluation(labelled: Path) -> Evaluation:
    return evaluate(labelled)


@pytest.fixture
def kept(evaluation: Evaluation, tmp_path: Path) -> Path:
    path = tmp_path / "accuracy.json"
    write_figures(evaluation, path)
    return path


def test_nothing_got_worse_than_itself(evaluation: Evaluation, kept: Path) -> None:
    assert worse(read_figures(kept), evaluation) == []


def test_every_tolerance_belongs_to_a_figure(evaluation: Evaluation) -> None:
    columns = {name for field in fields(evaluation) for name in getattr(evaluation, field.name).columns}
    assert set(TOLERANCES) <= columns | {"right_percent", "undecided_percent"}


@pytest.mark.parametrize(
    ("place", "by", "told"),
    [
        ("contacts.f1", -0.01, True),
        ("contacts.f1", -0.001, False),
        ("contacts.f1", 0.01, False),
        ("contacts.ic_bias_ms", 1.5, True),
        ("contacts.ic_bias_ms", -1.5, False),  # nearer to zero
        ("contacts.ic_sd_ms", 0.6, True),
        ("no_running.running_steps", 1, True),
        ("literature.ic_sd_ms", 0.0, False),
    ],
)
def test_what_counts_as_worse(evaluation: Evaluation, kept: Path, place: str, by: float, told: bool) -> None:
    table, column = place.split(".")
    changed = getattr(evaluation, table).copy()
    changed[column] = changed[column] + by
    found = worse(read_figures(kept), replace(evaluation, **{table: changed}))
    assert bool(found) is told
    assert all(column in text and table in text for text in found)


def test_rules_of_the_literature_may_get_worse(evaluation: Evaluation, kept: Path) -> None:
    changed = evaluation.literature.copy()
    changed.loc[changed["detector"] != "softstrike", "f1"] = 0.0
    assert worse(read_figures(kept), replace(evaluation, literature=changed)) == []


def test_a_recording_that_is_gone_counts_as_worse(evaluation: Evaluation, kept: Path) -> None:
    (text,) = worse(read_figures(kept), replace(evaluation, contacts=evaluation.contacts.iloc[1:]))
    assert text == "contacts, made/run, shank, acc, run, " + text.split(", run, ")[1]
    assert text.endswith("is missing now")


def test_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    for name in ("a.json", "none.json"):
        with pytest.raises(InputError, match=name.partition(".")[0]):
            read_figures(tmp_path / name)


def test_command_keeps_and_checks(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, page, out = tmp_path / "f.json", tmp_path / "page.rst", tmp_path / "tables"
    words = ["evaluate", str(labelled), "--figures", str(figures), "--page", str(page), "--out", str(out)]
    assert run(words) == 0
    assert "F1" in capsys.readouterr().out
    assert len(list(out.glob("*.csv"))) == len(fields(Evaluation))
    assert page.read_text("utf-8").count(".. csv-table::") == len(fields(Evaluation))
    assert run(["evaluate", str(labelled), "--check", str(figures)]) == 0
    assert "nothing got worse" in capsys.readouterr().out
    figures.write_text(figures.read_text("utf-8").replace('"f1": 1,', '"f1": 1.5,'), "utf-8")
    assert run(["evaluate", str(labelled), "--check", str(figures)]) == 1
    assert "worse: contacts" in capsys.readouterr().err
    assert run(["evaluate", str(labelled), "--out", str(out)]) == 2


def test_command_says_what_folder_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["evaluate"]) == 2
    assert "recordings" in capsys.readouterr().err
