"""What the library window shows, free of Qt: rows, the choice among them, what can be done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.library import length_text, printable

if TYPE_CHECKING:
    from pathlib import Path

    from imu.library import Library, SessionEntry

__all__ = ["COLUMNS", "LibraryView", "SessionRow"]

COLUMNS = ("Session", "Began", "Length", "Runner", "Shoe", "Surface", "Tags", "State")
NOTHING = "\N{EN DASH}"


class SessionRow(msgspec.Struct, frozen=True):
    """One session as it is shown.

    Attributes
    ----------
    session : str
        Its key in the library.
    cells : tuple of str
        Text of each of :data:`COLUMNS`.
    note : str
        Its note.
    usable : bool
        Whether it can be opened.
    """

    session: str
    cells: tuple[str, ...]
    note: str
    usable: bool

    def has(self, words: list[str]) -> bool:
        """Whether every word stands somewhere in the row or in its note."""
        text = "\n".join((*self.cells, self.note)).casefold()
        return all(word in text for word in words)


class LibraryView:
    """The sessions of a library, with a search and a chosen one.

    Parameters
    ----------
    library : Library
        Where the sessions are.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._search = ""
        self._chosen = ""
        self._entries: dict[str, SessionEntry] = {}
        self._all: list[SessionRow] = []
        self.refresh()

    @property
    def rows(self) -> list[SessionRow]:
        """Rows that fit the search, the latest session first."""
        words = self._search.casefold().split()
        return [row for row in self._all if row.has(words)]

    @property
    def chosen(self) -> SessionRow | None:
        """The chosen row; None when nothing is chosen or the search hides it."""
        return next((row for row in self.rows if row.session == self._chosen), None)

    @property
    def summary(self) -> str:
        """One line about what is shown."""
        shown, whole = len(self.rows), len(self._all)
        if not whole:
            return f"No sessions in {self._library.folder}"
        return f"{whole} sessions" if shown == whole else f"{shown} of {whole} sessions"

    def said(self) -> dict[str, str]:
        """Return what is said of the chosen session, as it is edited: name, tags and note."""
        row = self.chosen
        if row is None or not row.usable:
            return {}
        entry = self._entries[row.session]
        return {
            "name": printable(entry.name),
            "tags": printable(", ".join(entry.tags)),
            "note": printable(entry.note),
        }

    def path(self) -> Path | None:
        """File of the chosen session, when it can be opened."""
        row = self.chosen
        return self._entries[row.session].path if row is not None and row.usable else None

    def search(self, text: str) -> None:
        """Show only sessions in which every word of the text is found."""
        self._search = text

    def choose(self, session: str) -> None:
        """Choose a session."""
        self._chosen = session

    def refresh(self) -> None:
        """Look into the folder again."""
        entries = self._library.sessions()
        self._entries = {entry.session: entry for entry in entries}
        self._all = [_row(entry) for entry in entries]

    def edit(self, *, name: str | None = None, tags: str | None = None, note: str | None = None) -> None:
        """Change name, tags (separated by commas) or note of the chosen session; None leaves one as it is."""
        row = self.chosen
        if row is None or not row.usable:
            return
        changes: dict[str, object] = {}
        if name is not None:
            changes["name"] = name.strip()
        if tags is not None:
            changes["tags"] = tuple(dict.fromkeys(filter(None, (tag.strip() for tag in tags.split(",")))))
        if note is not None:
            changes["note"] = note.strip()
        self._library.edit(self._entries[row.session], **changes)
        self.refresh()

    def delete(self) -> None:
        """Delete the chosen session; whoever calls has asked before."""
        row = self.chosen
        if row is not None:
            self._library.delete(self._entries[row.session])
            self.refresh()


def _row(entry: SessionEntry) -> SessionRow:
    started = entry.started
    cells = (
        printable(entry.title),
        f"{started:%d %b %Y, %H:%M}" if started else NOTHING,
        NOTHING if entry.problem else length_text(entry.duration_s),
        printable(entry.runner) or NOTHING,
        printable(entry.shoe) or NOTHING,
        printable(entry.surface) or NOTHING,
        printable(", ".join(entry.tags)) or NOTHING,
        entry.state,
    )
    return SessionRow(entry.session, cells, printable(entry.note), usable=not entry.problem)
