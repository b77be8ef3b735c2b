from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from imu.batch.evaluate import Evaluation, evaluate
from imu.batch.page import page_text, write_page
from imu.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def evaluation(labelled: Path) -> Evaluation:
    return evaluate(labelled)


PAGE = "Title\n=====\n\nWords.\n\n.. begin table counts\nold\n.. end table counts\n\nMore words.\n"


def test_words_stay_and_tables_change(evaluation: Evaluation) -> None:
    text = page_text(evaluation, PAGE)
    assert text.startswith("Title\n=====\n\nWords.\n\n.. begin table counts\n\n.. csv-table::")
    assert text.endswith(".. end table counts\n\nMore words.\n")
    assert "old" not in text
    assert '"made/counted", "shank", "acc", "0.0", "20.0", "40", ' in text
    assert '"error (%)"' in text
    assert page_text(evaluation, text) == text


def test_a_page_is_made_and_then_left_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    page = tmp_path / "accuracy.rst"
    assert write_page(evaluation, page)
    assert page.read_text("utf-8").count(".. csv-table::") == len(fields(Evaluation))
    assert not write_page(evaluation, page)


def test_an_unknown_table_is_refused_and_the_page_kept(evaluation: Evaluation, tmp_path: Path) -> None:
    page = tmp_path / "accuracy.rst"
    page.write_text(PAGE.replace("table counts", "table beauty"), "utf-8")
    with pytest.raises(InputError, match="'beauty'"):
        write_page(evaluation, page)
    assert "old" in page.read_text("utf-8")
