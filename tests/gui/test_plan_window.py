"""The plan's window, without a display."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from dashboards.app import ensure_application
from dashboards.plancards import plan_cards
from dashboards.windows.plan import PlanWindow, render_plan
from imu.coach import SEE_PT
from imu.errors import EnvironmentProblem
from tests.unit.dashboards.test_plancards import EMPTY, filled

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_the_window_shows_the_cards_and_reads_them_out(qtbot: QtBot) -> None:
    ensure_application()
    window = PlanWindow(filled(), ["Cues rest."])
    qtbot.addWidget(window)
    assert [card.shown for card in window.page.cards] == list(plan_cards(filled()))
    assert "done, -22 % against usual" in window.page.cards[0].accessibleDescription()
    assert window.page.notes.text().startswith("Cues rest.")
    assert window.page.notes.text().endswith(SEE_PT)


def test_a_picture_is_painted_and_differs_by_what_was_done(tmp_path: Path) -> None:
    for name, view in (("empty", EMPTY), ("filled", filled())):
        render_plan(view, [], tmp_path / f"{name}.png")
    pictures = [QImage(str(tmp_path / f"{name}.png")) for name in ("empty", "filled")]
    assert all(picture.width() > 1000 for picture in pictures)
    assert pictures[0] != pictures[1]


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        render_plan(EMPTY, [], tmp_path / "no" / "folder.png")
