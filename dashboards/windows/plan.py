"""The window of the plan: programme, exercises, load, ankles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
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

__all__ = ["PlanWindow", "render_plan", "show_plan"]

SIZE_PX = (1280, 1080)


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


def show_plan(view: PlanView, verdict: Sequence[str]) -> int:
    """Show the plan until its window is closed.

    Parameters
    ----------
    view : PlanView
        The plan.
    verdict : sequence of str
        What the diary's rules say.

    Returns
    -------
    int
        Exit code of Qt's event loop: 0 when the window was closed.
    """
    from dashboards.app import ensure_application  # noqa: PLC0415 - the application first

    app = ensure_application()
    window = PlanWindow(view, verdict)
    window.resize(QSize(*SIZE_PX).boundedTo(app.primaryScreen().availableGeometry().size()))
    window.show()
    return app.exec()


def render_plan(view: PlanView, verdict: Sequence[str], path: Path) -> None:
    """Paint the plan to a PNG file, without a display.

    Raises
    ------
    EnvironmentProblem
        The picture cannot be written.
    """
    from dashboards.app import ensure_application  # noqa: PLC0415 - the application first
    from imu.errors import EnvironmentProblem  # noqa: PLC0415

    ensure_application()
    window = PlanWindow(view, verdict)
    window.resize(*SIZE_PX)
    window.ensurePolished()
    saved = window.grab().save(str(path), "PNG")
    window.deleteLater()
    if not saved:
        raise EnvironmentProblem(f"{path} cannot be written: choose another folder")
