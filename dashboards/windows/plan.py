"""The window of the plan: programme, exercises, load, ankles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from dashboards.plancards import plan_cards, plan_notes
from dashboards.theme import load_theme
from dashboards.widgets.base import font
from dashboards.widgets.card import Card
from dashboards.widgets.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imu.runners import PlanView

__all__ = ["PlanWindow", "render_plan"]


class PlanWindow(QWidget):
    """Shows a plan; what is done is written on the command line.

    Parameters
    ----------
    view : PlanView
        The plan.
    verdict : sequence of str
        What the diary's rules say.
    """

    def __init__(self, view: PlanView, verdict: Sequence[str] = ()) -> None:
        super().__init__()
        self.setWindowTitle(f"{view.runner}: week from {view.monday}")
        self.setStyleSheet(style_sheet("PlanWindow", "PlanPage", "QScrollArea"))
        page = PlanPage(view, verdict)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.page = page


class PlanPage(QWidget):
    """The cards and the lines below them."""

    def __init__(self, view: PlanView, verdict: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("PlanPage")
        space, fonts = load_theme().space, load_theme().font
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.pad_px, space.pad_px, space.pad_px, space.pad_px)
        title = QLabel(f"{view.runner}, week from {view.monday:%d %B %Y}")
        title.setFont(font(fonts.lead_px, strong=True))
        layout.addWidget(title)
        grid = QGridLayout()
        grid.setSpacing(space.gap_px)
        self.cards: list[Card] = []
        for number, state in enumerate(plan_cards(view)):
            card = Card()
            card.show_state(state)
            grid.addWidget(card, number // 2, number % 2)
            self.cards.append(card)
        layout.addLayout(grid)
        self.notes = QLabel("\n".join(plan_notes(view, verdict)))
        self.notes.setWordWrap(True)
        layout.addWidget(self.notes)
        layout.addStretch(1)


def render_plan(view: PlanView, verdict: Sequence[str], path: Path) -> None:
    """Paint the plan to a PNG file, without a display.

    Raises
    ------
    EnvironmentProblem
        The picture cannot be written.
    """
    from dashboards.app import ensure_application, save_picture  # noqa: PLC0415 - the application first
    from dashboards.register import make_window  # noqa: PLC0415

    ensure_application()
    window = make_window("plan", view, verdict)
    window.ensurePolished()
    save_picture(window, path)
    window.deleteLater()
