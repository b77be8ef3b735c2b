"""The library window: find a session, say something about it, open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dashboards.librarymodel import COLUMNS
from dashboards.theme import load_theme
from dashboards.widgets.base import colour, font
from dashboards.widgets.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.librarymodel import LibraryView

__all__ = ["LibraryWindow"]

ROW_PX, FIELD_PX = 40, 40
STATE = len(COLUMNS) - 1


class LibraryWindow(QWidget):
    """All sessions of a folder in a table.

    Enter or a double click opens the chosen session, F2 goes to its name, Ctrl+F to the search, Delete asks
    and deletes.

    Parameters
    ----------
    view : LibraryView
        What is shown.
    confirm : callable, optional
        Asks a question and returns whether the answer was yes; by default in a message box.
    """

    opened = Signal(object)
    """A session was opened: its path."""

    def __init__(self, view: LibraryView, *, confirm: Callable[[str], bool] | None = None) -> None:
        super().__init__()
        self.view = view
        self._confirm = confirm or self._ask
        self.setWindowTitle("softstrike library")
        self.search = self._field("Search", "Search: runner, tag, shoe, surface, note")
        self.table = self._make_table()
        self.summary = QLabel()
        self.fields = {
            "name": self._field("Name", "Name"),
            "tags": self._field("Tags", "Tags, separated by commas"),
            "note": self._field("Note", "Note"),
        }
        self.open_button, self.delete_button = QPushButton("Open"), QPushButton("Delete …")
        self._lay_out()
        self._connect()
        self.setStyleSheet(style_sheet("LibraryWindow") + _table_style())
        self.show_rows()

    def show_rows(self) -> None:
        """Fill the table anew; the chosen session stays chosen while it is there."""
        rows = self.view.rows
        chosen = self.view.chosen
        self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, text in enumerate(row.cells):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, row.session)
                item.setToolTip(row.note if column == 0 else text)
                if column == STATE and text:
                    item.setForeground(colour("trouble"))
                self.table.setItem(place, column, item)
            if chosen is not None and row.session == chosen.session:
                self.table.selectRow(place)
        if chosen is None:
            self.table.clearSelection()
        self.table.blockSignals(False)
        self.summary.setText(self.view.summary)
        self._show_chosen()

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS))
        table.setAccessibleName("Sessions")
        table.setHorizontalHeaderLabels(list(COLUMNS))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(ROW_PX)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        return table

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(hint)
        field.setAccessibleName(name)
        field.setFixedHeight(FIELD_PX)
        field.setFont(font(load_theme().font.body_px))
        return field

    def _lay_out(self) -> None:
        space = load_theme().space
        column = QVBoxLayout(self)
        column.setContentsMargins(space.pad_px, space.pad_px, space.pad_px, space.pad_px)
        column.setSpacing(space.gap_px)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.summary)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        lower = QHBoxLayout()
        lower.addWidget(self.fields["name"], 2)
        lower.addWidget(self.fields["tags"], 2)
        lower.addWidget(self.fields["note"], 4)
        for button in (self.open_button, self.delete_button):
            button.setFixedHeight(FIELD_PX)
            lower.addWidget(button)
        column.addLayout(lower)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.table.itemSelectionChanged.connect(self._choose)
        self.table.itemActivated.connect(lambda _: self._open())
        self.open_button.clicked.connect(self._open)
        self.delete_button.clicked.connect(self._delete)
        self.fields["name"].editingFinished.connect(lambda: self._keep("name"))
        self.fields["tags"].editingFinished.connect(lambda: self._keep("tags"))
        self.fields["note"].editingFinished.connect(lambda: self._keep("note"))
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+F": self.search.setFocus,
            "F2": self.fields["name"].setFocus,
            "F5": self._refresh,
        }
        for key, work in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(work)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)

    def _search(self, text: str) -> None:
        self.view.search(text)
        self.show_rows()

    def _refresh(self) -> None:
        self.view.refresh()
        self.show_rows()

    def _choose(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        self.view.choose(item.data(Qt.ItemDataRole.UserRole) if item is not None else "")
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Show what is said of the chosen session, and what can be done with it."""
        row = self.view.chosen
        usable = row is not None and row.usable
        shown = self.view.said()
        for name, field in self.fields.items():
            field.setEnabled(usable)
            field.setText(shown.get(name, ""))
        self.open_button.setEnabled(usable)
        self.delete_button.setEnabled(row is not None)

    def _keep(self, name: str) -> None:
        """Keep what was written, when it differs."""
        text = self.fields[name].text()
        if self.view.chosen is not None and text != self.view.said().get(name):
            self.view.edit(**{name: text})
            self.show_rows()

    def _open(self) -> None:
        path = self.view.path()
        if path is not None:
            self.opened.emit(path)

    def _delete(self) -> None:
        row = self.view.chosen
        if row is not None and self._confirm(f"Delete {row.cells[0]}? This cannot be undone."):
            self.view.delete()
            self.show_rows()

    def _ask(self, question: str) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        return QMessageBox.question(self, self.windowTitle(), question, yes | no, no) == yes


def _table_style() -> str:
    """Style of the table, which the other windows do not have."""
    name = {key: colour(key).name() for key in ("window", "panel", "raised", "text", "text_soft", "accent")}
    return f"""
    QTableWidget {{
        color: {name["text"]}; background: {name["panel"]}; border: none;
        border-radius: {load_theme().space.radius_px}px;
        selection-background-color: {name["accent"]}; selection-color: {name["window"]};
    }}
    QTableWidget::item {{ padding: 0 10px; }}
    QHeaderView::section {{
        color: {name["text_soft"]}; background: {name["raised"]}; border: none; padding: 8px 10px;
    }}
    QTableCornerButton::section {{ background: {name["raised"]}; border: none; }}
    """
