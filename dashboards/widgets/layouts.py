"""Small helpers that lay widgets out in the theme's distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSlider

from dashboards.theme import load_theme
from dashboards.widgets.base import font

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QVBoxLayout, QWidget

__all__ = ["add_section", "even_fields", "form_of"]

ROW_PX = 40


def add_section(column: QVBoxLayout, title: str, *rows: list[QWidget]) -> None:
    """Add a heading and rows of widgets below it; the first one of a row takes what room there is."""
    heading = QLabel(title)
    heading.setFont(font(load_theme().font.title_px, strong=True))
    column.addWidget(heading)
    for widgets in rows:
        row = QHBoxLayout()
        row.setSpacing(load_theme().space.gap_px)
        for number, widget in enumerate(widgets):
            row.addWidget(widget, 1 if number == 0 else 0)
        column.addLayout(row)


def form_of(rows: Iterable[tuple[str, QWidget]]) -> QGridLayout:
    """Return a form: labels on the left, fields of one width on the right."""
    form = QGridLayout()
    form.setSpacing(load_theme().space.gap_px)
    for number, (words, field) in enumerate(rows):
        label = QLabel(words)
        label.setBuddy(field)
        field.setAccessibleName(words)
        form.addWidget(label, number, 0)
        form.addWidget(field, number, 1)
    form.setColumnStretch(0, 3)
    form.setColumnStretch(1, 2)
    return form


def even_fields(page: QWidget) -> None:
    """Give all fields of a page one height."""
    for kind in (QComboBox, QLineEdit, QPushButton, QSlider):
        for field in page.findChildren(kind):
            field.setFixedHeight(ROW_PX)
