"""Method cards: every number that is shown has one, and its parameters are those of the code."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING, Any

import pytest

from imu.batch import OUTCOME_COLUMNS, SensorQuality
from imu.metrics import PhaseParams, RunnerSummary, SensorSummary
from imu.model import STEP_COLUMNS, RunnerMetrics
from imu.signal import SignalParams

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = (
    "Columns",
    "Definition",
    "Method",
    "Reference",
    "Latency",
    "Accuracy measured",
    "Accuracy published",
    "Unknown when",
)


@pytest.fixture(scope="module")
def cards(project_root: Path) -> dict[str, str]:
    """Text of each card, its lines joined."""
    folder = project_root / "docs" / "methods"
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.rst") if path.stem != "index"}


def told_columns(text: str) -> set[str]:
    return set(re.findall(r"``(\w+)``", text.partition(":Columns:")[2].partition("\n:")[0]))


def test_every_number_has_its_card(cards: dict[str, str]) -> None:
    shown = {
        *STEP_COLUMNS,
        *OUTCOME_COLUMNS,
        *SensorSummary.__struct_fields__,
        *RunnerSummary.__struct_fields__,
        *RunnerMetrics.__struct_fields__,
        *SensorQuality.__struct_fields__,
    } - {"t_ns"}
    told = set().union(*(told_columns(text) for text in cards.values()))
    assert shown <= told


def test_every_card_says_all_that_is_asked(cards: dict[str, str], project_root: Path) -> None:
    index = (project_root / "docs" / "methods" / "index.rst").read_text("utf-8")
    for name, text in cards.items():
        assert re.search(rf"^   {name}$", index, re.MULTILINE), name
        for field in FIELDS:
            assert len(text.partition(f":{field}:")[2].strip()) > 3, (name, field)
        for figure in re.findall(r"\.\. image:: \.\./(\S+)", text):
            assert (project_root / "docs" / figure).is_file(), (name, figure)


def test_parameters_on_the_cards_are_those_of_the_code(cards: dict[str, str], project_root: Path) -> None:
    spec = importlib.util.spec_from_file_location("parameters", project_root / "docs" / "parameters.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = {}
    for text in cards.values():
        for words in re.findall(r"^\.\. parameters:: (.+)$", text, re.MULTILINE):
            found |= module.values(words.split())
    assert found["impact_cutoff_hz"] == SignalParams().impact_cutoff_hz
    assert found["least_easy_s"] == PhaseParams().least_easy_s
    assert len(found) > 30
    with pytest.raises(AttributeError):
        module.values(["imu.signal.SignalParams", "no_such_field"])
