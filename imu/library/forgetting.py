"""Forgetting a runner: sessions, edits, settings, diary, sensors and everything made of them."""

from __future__ import annotations

import contextlib
import json
import shutil
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu.errors import EnvironmentProblem, InputError
from imu.folders import cache_folder, config_folder, data_folder, sensors_file, sessions_folder
from imu.library.catalogue import Library
from imu.store import SessionReader, edits_path

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Traces", "forget", "traces_of"]

SESSION_ENDING = ".mcap"
OURS = ("runners", "sensors")
"""Names in the folders of settings and data that are softstrike's own, whatever a runner is called."""


class Traces(msgspec.Struct, frozen=True):
    """What there is of a runner.

    Attributes
    ----------
    runner : str
        The name.
    sessions : tuple of pathlib.Path
        Their sessions, with the edits beside them.
    files : tuple of pathlib.Path
        Their own files in the settings and data folders: profile, baselines, diary.
    sensors : int
        Sensors in the sensors file that are theirs.
    """

    runner: str
    sessions: tuple[Path, ...]
    files: tuple[Path, ...]
    sensors: int

    @property
    def any(self) -> bool:
        """Whether there is anything of the runner's own."""
        return bool(self.sessions or self.files or self.sensors)


def traces_of(runner: str, library: Library | None = None) -> Traces:
    """Find what there is of a runner; deletes nothing.

    Parameters
    ----------
    runner : str
        The name, capitals or not.
    library : Library, optional
        The sessions to look through; by default those of the usual folder.

    Returns
    -------
    Traces
    """
    library = library or Library()
    sessions = [
        path
        for entry in library.sessions()
        if _ran(runner, entry.path, entry.runner)
        for path in (entry.path, *entry.more)
    ]
    files = [
        path
        for folder in (config_folder(), data_folder())
        for path in _files(folder)
        if not path.is_relative_to(sessions_folder()) and _belongs(path, folder, runner)
    ]
    with_edits = [path for session in sessions for path in (session, edits_path(session)) if path.exists()]
    return Traces(runner, tuple(with_edits), tuple(files), len(_sensors_of(runner)))


def forget(traces: Traces) -> list[Path]:
    """Delete all traces of a runner; this cannot be undone.

    Parameters
    ----------
    traces : Traces
        From :func:`traces_of`.

    Returns
    -------
    list of pathlib.Path
        Files that still mention the name, in what others wrote or in recordings of others: only a person can
        tell what should become of them.

    Raises
    ------
    EnvironmentProblem
        The system refuses to delete a file; what was deleted before stays so.
    """
    for path in (*traces.sessions, *traces.files):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise EnvironmentProblem(f"{path} cannot be deleted: {error.strerror or error}") from error
    for path in traces.files:
        with contextlib.suppress(OSError):  # a folder that holds something else stays
            path.parent.rmdir()
    if traces.sensors:
        _drop_sensors(traces.runner)
    shutil.rmtree(cache_folder(), ignore_errors=True)
    folders = (config_folder(), data_folder(), cache_folder())
    return [path for folder in folders for path in _files(folder) if _mentions(path, traces.runner)]


def _key(text: str) -> str:
    """Letters and digits of a name without accents and capitals, as file names are made of them."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _ran(runner: str, path: Path, told: str) -> bool:
    """Whether a session is the runner's, by its edits or by its own header."""
    if told.casefold() == runner.casefold():
        return True
    try:
        return SessionReader(path).header.runner.casefold() == runner.casefold()
    except InputError:
        return False


def _belongs(path: Path, folder: Path, runner: str) -> bool:
    """Whether a file is called after a runner, as are all that hold what one runner wrote or was measured."""
    parts = path.relative_to(folder).parts
    if parts[0].partition(".")[0] in OURS:
        parts = parts[1:]
    return any(_key(part.partition(".")[0]) == _key(runner) for part in parts)


def _sensors_of(runner: str) -> list[str]:
    from imu.sources.ble.registry import load_sensors  # noqa: PLC0415 - only here

    return [s.name for s in load_sensors(sensors_file()) if s.runner.casefold() == runner.casefold()]


def _drop_sensors(runner: str) -> None:
    from imu.sources.ble.registry import load_sensors, save_sensors  # noqa: PLC0415

    path = sensors_file()
    save_sensors(path, [s for s in load_sensors(path) if s.runner.casefold() != runner.casefold()])


def _mentions(path: Path, runner: str) -> bool:
    """Whether a name stands in a file's name, in its text or in what a session holds."""
    wanted = {runner.casefold(), json.dumps(runner)[1:-1].casefold()}
    if any(_key(runner) == _key(part.partition(".")[0]) for part in path.parts[-2:]):
        return True
    return any(name in _text(part) for part in _contents(path) for name in wanted)


def _text(data: bytes) -> str:
    return data.decode(errors="replace").casefold()


def _contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds; of a session its unpacked blocks."""
    if path.suffix == SESSION_ENDING:
        try:
            yield from SessionReader(path).bodies()
        except InputError:
            yield path.read_bytes()
    else:
        yield path.read_bytes()
