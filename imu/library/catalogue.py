"""Finding, naming and removing the sessions of a folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu.errors import EnvironmentProblem, UsageError
from imu.folders import sessions_folder
from imu.library.entries import SessionEntry, Wanted, read_entry
from imu.library.index import Index
from imu.library.kept import forget_kept
from imu.library.tables import table_folder
from imu.store import Edits, edits_path, read_edits, write_edits

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Library"]

ENDING = ".mcap"
MANY = 5


class Library:
    """The sessions of a folder and of the folders in it.

    Parameters
    ----------
    folder : pathlib.Path or str, optional
        The folder; by default the one that sessions are recorded into. It need not exist yet.

    Attributes
    ----------
    folder : pathlib.Path
        The folder.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else sessions_folder()
        self._index = Index(self.folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise UsageError(f"{self.folder} is not a folder: give the folder that holds the sessions")

    def sessions(self, wanted: Wanted | None = None) -> list[SessionEntry]:
        """Sessions, the latest first; those that do not tell their begin come last, by name.

        Parameters
        ----------
        wanted : Wanted, optional
            Only these; by default all, those that cannot be read as well.

        Returns
        -------
        list of SessionEntry
        """
        found = self._index.entries(self._paths())
        parts = {part for entry in found for part in entry.more}
        entries = [entry for entry in found if entry.path not in parts]
        if wanted is not None and wanted != Wanted():
            entries = [entry for entry in entries if not entry.problem and wanted.takes(entry)]
        return sorted(entries, key=_latest_first)

    def find(self, text: str) -> SessionEntry:
        """Find one session.

        Parameters
        ----------
        text : str
            Its file, its place in the folder, its name, or the beginning of one of these.

        Returns
        -------
        SessionEntry

        Raises
        ------
        UsageError
            None or more than one fits.
        """
        path = Path(text)
        if path.suffix.lower() == ENDING and path.is_file():
            return self._of_path(path)
        entries = self.sessions()
        for fits in (_is_called, _begins_with):
            found = [entry for entry in entries if fits(entry, text)]
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(entry.session for entry in found[:MANY])
                raise UsageError(f"{text}: {len(found)} sessions fit ({names}): say more of the name")
        raise UsageError(f"{text}: no such session in {self.folder}; `softstrike sessions list` names them")

    def edit(self, entry: SessionEntry, **changes: object) -> Edits:
        """Change what is said of a session, in the file beside it.

        Parameters
        ----------
        entry : SessionEntry
            The session.
        **changes
            Fields of :class:`imu.store.Edits`.

        Returns
        -------
        Edits
            The edits now in force.
        """
        edits = msgspec.structs.replace(read_edits(entry.path), **changes)
        write_edits(entry.path, edits)
        return edits

    def delete(self, entry: SessionEntry) -> list[Path]:
        """Delete a session, the edits beside it and what the cache holds of it; this cannot be undone.

        Returns
        -------
        list of pathlib.Path
            The files that were deleted.

        Raises
        ------
        EnvironmentProblem
            The system refuses.
        """
        files = (entry.path, *entry.more)
        forget_kept(files)
        removed = []
        for path in (*files, edits_path(entry.path)):
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise EnvironmentProblem(f"{path} cannot be deleted: {error.strerror or error}") from error
            removed.append(path)
        shutil.rmtree(table_folder(entry.path), ignore_errors=True)
        return removed

    def rebuild(self) -> list[SessionEntry]:
        """Read every session anew, whatever the index says."""
        self._index.forget()
        return self.sessions()

    def _paths(self) -> Iterable[Path]:
        return sorted(
            path
            for path in self._index.folder.rglob(f"*{ENDING}")
            if path.is_file() and not path.name.startswith(".")
        )

    def _of_path(self, path: Path) -> SessionEntry:
        resolved = path.resolve()
        inside = resolved.is_relative_to(self._index.folder)
        place = resolved.relative_to(self._index.folder) if inside else resolved
        return read_entry(resolved, place.with_suffix("").as_posix())


def _is_called(entry: SessionEntry, text: str) -> bool:
    return text.casefold().removesuffix(ENDING) in (entry.session.casefold(), entry.name.casefold() or None)


def _begins_with(entry: SessionEntry, text: str) -> bool:
    start = text.casefold()
    return bool(start) and (
        entry.session.casefold().startswith(start) or entry.name.casefold().startswith(start)
    )


def _latest_first(entry: SessionEntry) -> tuple[bool, float, str]:
    started = entry.started
    return (started is None, -(started.timestamp() if started else 0.0), entry.session)
