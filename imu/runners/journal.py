"""What a runner writes down: programme, things done, pain diary; one JSON file, whole at any moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TypeVar

import msgspec

from imu.coach import DiaryEntry, LogEntry
from imu.errors import InputError, UsageError
from imu.folders import data_folder
from imu.runners.profile import slug_of
from imu.store.files import PRIVATE, new_file
from imu.typed import ready

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Journal", "Programme", "journal_of"]

Entry = TypeVar("Entry", LogEntry, DiaryEntry)


class Programme(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A retraining programme.

    Attributes
    ----------
    began : datetime.date
        First day.
    target_share : float
        Target as a share of the usual impact.
    landing : int
        Practice of the landing: 0 none, 1 on the toes, 2 on the balls of the feet.
    step_rate_spm : float
        Cadence to keep up; 0 for none.
    """

    began: dt.date
    target_share: float = 0.8
    landing: int = 0
    step_rate_spm: float = 0.0

    @property
    def number(self) -> int:
        """Number by which sessions name it: the day, as 20250131."""
        return int(self.began.strftime("%Y%m%d"))


class _Pages(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    programmes: tuple[Programme, ...] = ()
    log: tuple[LogEntry, ...] = ()
    diary: tuple[DiaryEntry, ...] = ()


class Journal:
    """A runner's journal.

    Parameters
    ----------
    path : pathlib.Path
        The file; it need not exist yet.

    Raises
    ------
    InputError
        The file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._pages = msgspec.json.decode(path.read_bytes(), type=_Pages)
        except FileNotFoundError:
            self._pages = _Pages()
        except (msgspec.DecodeError, UsageError, OSError) as error:
            raise InputError(f"cannot be used as a journal ({error}): move it away", path=path) from error

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """Exercises, tests, ice and taping."""
        return self._pages.log

    @property
    def diary(self) -> tuple[DiaryEntry, ...]:
        """Pain diary."""
        return self._pages.diary

    @property
    def programme(self) -> Programme | None:
        """The programme in force: the latest begun."""
        return self._pages.programmes[-1] if self._pages.programmes else None

    def begin(self, programme: Programme) -> None:
        """Begin a programme, or change the one begun on the same day."""
        others = tuple(one for one in self._pages.programmes if one.began != programme.began)
        self._write(programmes=(*others, programme))

    def add(self, entry: LogEntry | DiaryEntry) -> None:
        """Add an entry."""
        if isinstance(entry, LogEntry):
            self._write(log=(*self.log, entry))
        else:
            self._write(diary=(*self.diary, entry))

    def take_back(self, kind: type[Entry]) -> Entry:
        """Take out the entry of a kind that was written last.

        Raises
        ------
        UsageError
            There is none.
        """
        page = "log" if kind is LogEntry else "diary"
        entries: tuple[Entry, ...] = getattr(self, page)
        if not entries:
            raise UsageError(f"{self.path}: nothing has been written yet")
        self._write(**{page: entries[:-1]})
        return entries[-1]

    def _write(self, **changes: object) -> None:
        pages = msgspec.structs.replace(self._pages, **changes)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(self.path, overwrite=True, mode=PRIVATE) as temporary:
            temporary.write_bytes(msgspec.json.format(msgspec.json.encode(pages)))
        self._pages = pages


def journal_of(runner: str) -> Journal:
    """Journal of a runner, in the data folder.

    Raises
    ------
    InputError
        The file cannot be used.
    """
    return Journal(data_folder() / "runners" / f"{slug_of(runner)}.json")


ready(_Pages)
