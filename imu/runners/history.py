"""What the recorded sessions of a runner say: programme, load, warm-ups, taped against untaped."""

from __future__ import annotations

import contextlib
import datetime as dt
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from imu.chain import Chain
from imu.coach import CoachedRun, SessionLoad, coached_run, progress_of, session_load, weekly
from imu.errors import EnvironmentProblem, InputError
from imu.folders import cache_folder
from imu.library import Library
from imu.library.entries import Stamp, stamp_of
from imu.metrics import phase_spans
from imu.model import Activity, Phase, PhaseChange, Step
from imu.runners.profile import slug_of
from imu.store import Reader, open_session
from imu.store.files import PRIVATE, new_file
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imu.coach import Progress, Week
    from imu.library import SessionEntry

__all__ = ["RunnerHistory", "SessionFacts", "read_history", "session_facts", "steps_of_session"]

TAPED = "taped"
"""Tag of a session that was run with tape."""


class SessionFacts(msgspec.Struct, frozen=True):
    """What the coach needs of one recorded session.

    Attributes
    ----------
    session : str
        Its place in the library.
    day : datetime.date
        Its day.
    tags : tuple of str
        Its tags.
    shoe : str
        What was run in.
    load : SessionLoad
        Steps and impact sum.
    impact_g : dict of str to float
        Median impact by sensor.
    cadence_spm : float or None
        Median cadence.
    coached : CoachedRun or None
        The run of a programme that it was.
    warm_up, cool_down : bool or None
        Whether each was seen; None when the session was not looked at for them, or nothing was run.
    """

    session: str
    day: dt.date
    tags: tuple[str, ...]
    shoe: str
    load: SessionLoad
    impact_g: dict[str, float]
    cadence_spm: float | None
    coached: CoachedRun | None
    warm_up: bool | None
    cool_down: bool | None


class RunnerHistory(msgspec.Struct, frozen=True):
    """All sessions of a runner, in order of time.

    Attributes
    ----------
    sessions : tuple of SessionFacts
        The sessions.
    problems : tuple of str
        Why sessions could not be used.
    """

    sessions: tuple[SessionFacts, ...]
    problems: tuple[str, ...] = ()

    def progress(self, programme: int) -> Progress:
        """Where a programme stands."""
        return progress_of((one.coached for one in self.sessions if one.coached is not None), programme)

    def weeks(self, until: dt.date) -> list[Week]:
        """Load by week."""
        return weekly([one.load for one in self.sessions], until)

    def habits(self) -> tuple[int, int]:
        """Count sessions with warm-up and cool-down, and those that were looked at for both."""
        known = [one for one in self.sessions if one.warm_up is not None and one.cool_down is not None]
        return sum(bool(one.warm_up and one.cool_down) for one in known), len(known)

    def taped_against_untaped(self) -> dict[bool, tuple[int, float | None]]:
        """Sessions and median impact with and without tape, g; only sessions with running."""
        found: dict[bool, tuple[int, float | None]] = {}
        for taped in (True, False):
            own = [s for s in self.sessions if s.impact_g and (TAPED in map(str.casefold, s.tags)) is taped]
            impacts = [g for one in own for g in one.impact_g.values()]
            found[taped] = (len(own), median(impacts) if impacts else None)
        return found


def read_history(runner: str, folder: Path | None = None) -> RunnerHistory:
    """Read the sessions of a runner from the library.

    Parameters
    ----------
    runner : str
        Name of the runner, as in the headers.
    folder : pathlib.Path, optional
        Folder with the sessions; by default the one that sessions are recorded into.

    Returns
    -------
    RunnerHistory
        A session that cannot be read or has no date is named among the problems.
    """
    known = _remembered(runner)
    found: dict[str, _Remembered] = {}
    problems: list[str] = []
    for entry in Library(folder).sessions():
        if entry.runner.casefold() != runner.casefold():
            continue
        if entry.started is None:
            problems.append(f"{entry.session}: it does not tell its day")
            continue
        stamp, have = stamp_of(entry.path), known.get(str(entry.path))
        try:
            facts = have.facts if have and have.stamp == stamp else session_facts(entry, entry.started.date())
        except InputError as error:
            problems.append(str(error))
            continue
        found[str(entry.path)] = _Remembered(stamp, facts)
    if found != known:
        _remember(runner, found)
    in_order = sorted((one.facts for one in found.values()), key=lambda facts: (facts.day, facts.session))
    return RunnerHistory(tuple(in_order), tuple(problems))


class _Remembered(msgspec.Struct, frozen=True):
    """Facts of a session, good while its file and the edits beside it stay as they were."""

    stamp: Stamp
    facts: SessionFacts


def _cache_file(runner: str) -> Path:
    return cache_folder() / "runners" / f"{slug_of(runner)}.json"


def _remembered(runner: str) -> dict[str, _Remembered]:
    """Read what was found out before; what cannot be read is found out anew."""
    try:
        return msgspec.json.decode(_cache_file(runner).read_bytes(), type=dict[str, _Remembered])
    except (OSError, msgspec.DecodeError):
        return {}


def _remember(runner: str, found: dict[str, _Remembered]) -> None:
    path = _cache_file(runner)
    # Without the cache everything is found out anew: slower, not wrong.
    with contextlib.suppress(OSError, EnvironmentProblem):
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
            temporary.write_bytes(msgspec.json.encode(found))


def steps_of_session(path: Path) -> list[Step]:
    """Compute the steps of a session anew: by this version's filter, whichever recorded it.

    Raises
    ------
    SessionFileError
        The file cannot be read.
    """
    reader = open_session(path)
    return [item for item in _computed(reader) if isinstance(item, Step)]


def session_facts(entry: SessionEntry, day: dt.date) -> SessionFacts:
    """Read what the coach needs of one session.

    Raises
    ------
    SessionFileError
        The file cannot be read.
    """
    reader = open_session(entry.path)
    items = list(_outputs(reader))
    steps = [item for item in items if isinstance(item, Step)]
    good = [step for step in steps if step.accepted and step.activity is Activity.RUN]
    by_sensor: dict[str, list[float]] = {}
    for step in good:
        if step.peak_accel_g is not None:
            by_sensor.setdefault(step.sensor, []).append(step.peak_accel_g)
    cadences = [step.cadence_spm for step in good if step.cadence_spm is not None]
    warm_up, cool_down = _habits(items, ran=bool(good))
    return SessionFacts(
        session=entry.session,
        day=day,
        tags=entry.tags,
        shoe=entry.shoe,
        load=session_load(day, steps),
        impact_g={sensor: median(impacts) for sensor, impacts in by_sensor.items()},
        cadence_spm=median(cadences) if cadences else None,
        coached=coached_run(reader.header, items),
        warm_up=warm_up,
        cool_down=cool_down,
    )


def _outputs(reader: Reader) -> Iterator[object]:
    """Yield what was derived while recording; of a session recorded without the chain, what it gives now."""
    recorded = list(reader.derived())
    if any(isinstance(item, Step) for item in recorded):
        yield from recorded
    else:
        yield from _computed(reader)


def _computed(reader: Reader) -> Iterator[object]:
    chain = Chain(reader.header)
    for item in reader.inputs():
        yield from chain.push(item)
    yield from chain.flush()


def _habits(items: list[object], *, ran: bool) -> tuple[bool | None, bool | None]:
    changes = [item for item in items if isinstance(item, PhaseChange)]
    if not ran or not changes:
        return None, None
    phases = {span.phase for span in phase_spans(changes, changes[-1].known_ns)}
    return Phase.WARM_UP in phases, Phase.COOL_DOWN in phases


ready(_Remembered)
