"""A session as data frames, for whoever works in pandas."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imu.batch.analyze import Analysis, analyze
from imu.chain import SensorChain
from imu.errors import UsageError
from imu.feed import decode_block
from imu.model import Gap, Marker, SampleBatch
from imu.store import edited, open_session, read_edits
from imu.store.event_tables import flags_frame, gaps_frame, markers_frame, samples_frame, sensors_frame
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from imu.model import SensorInfo, SessionHeader
    from imu.store.parts import Reader

__all__ = ["SESSION_COLUMNS", "SessionData", "load", "load_many"]

SESSION_COLUMNS = ("session", "name", "runner", "started_utc", "shoe", "surface")
"""Columns that :func:`load_many` puts in front of those of a step."""


class SessionData:
    """A recorded session; each table is computed when it is first asked for.

    Made by :func:`load`. Times are seconds since the session's begin. Tables are made once: copy before
    changing one.

    Parameters
    ----------
    path : pathlib.Path or str
        A session file.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    header : SessionHeader
        Header of the session, with the edits beside it in force.
    name : str
        What the session is called: the name given to it, else the file's.
    complete : bool
        Whether it was closed in order and no byte is damaged.
    lost_bytes : int
        Bytes that could not be used.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._reader = open_session(self.path)
        edits = read_edits(self.path)
        self.header: SessionHeader = edited(self._reader.header, edits)
        self.name = edits.name or self.path.stem
        self.complete, self.lost_bytes = self._reader.complete, self._reader.lost_bytes

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    @functools.cached_property
    def duration_s(self) -> float:
        """From the first to the last input, s; 0 without inputs."""
        span = self._reader.span_ns()
        return 0.0 if span is None else (span[1] - span[0]) / NS_PER_S

    @functools.cached_property
    def samples(self) -> pd.DataFrame:
        """One row per sample, see :func:`imu.store.event_tables.samples_frame`."""
        return samples_frame(self._decoded[0], self.header)

    @property
    def steps(self) -> pd.DataFrame:
        """One row per step, :data:`imu.model.STEP_COLUMNS`; the table that ``softstrike analyze`` writes."""
        return self.analysis.steps

    @functools.cached_property
    def flags(self) -> pd.DataFrame:
        """One row per flag raised or lowered."""
        return flags_frame(self.analysis.flags, self.header.origin_ns)

    @functools.cached_property
    def gaps(self) -> pd.DataFrame:
        """One row per gap in the samples."""
        return gaps_frame(self.analysis.gaps, self.header.origin_ns)

    @functools.cached_property
    def markers(self) -> pd.DataFrame:
        """One row per mark, lap or note made while recording."""
        marks = (item for item in self._reader.inputs() if isinstance(item, Marker))
        return markers_frame(marks, self.header.origin_ns)

    @functools.cached_property
    def sensors(self) -> pd.DataFrame:
        """One row per sensor."""
        return sensors_frame(self.header)

    @property
    def summary(self) -> pd.DataFrame:
        """One row per sensor, see :class:`imu.metrics.SensorSummary`."""
        return self.analysis.summary

    @property
    def quality(self) -> pd.DataFrame:
        """One row per sensor, see :class:`imu.batch.SensorQuality`."""
        return self.analysis.quality

    @functools.cached_property
    def metadata(self) -> pd.DataFrame:
        """One row: what the session says of itself, in the words last given to it."""
        import pandas as pd  # noqa: PLC0415 - start-up time

        header = self.header
        row: dict[str, Any] = {
            **self.session_columns(),
            "duration_s": self.duration_s,
            "tags": list(header.tags),
            "note": header.note,
            "origin": header.origin,
            "software": header.software,
            "complete": self.complete,
            "lost_bytes": self.lost_bytes,
        }
        return pd.DataFrame([row])

    @functools.cached_property
    def analysis(self) -> Analysis:
        """All that :func:`imu.batch.analyze` tells of the file."""
        return analyze(self.path)

    def session_columns(self) -> dict[str, str]:
        """Return what :func:`load_many` repeats in each row: :data:`SESSION_COLUMNS`."""
        header = self.header
        return {
            "session": self.path.stem,
            "name": self.name,
            **{name: getattr(header, name) for name in SESSION_COLUMNS[2:]},
        }

    @functools.cached_property
    def _decoded(self) -> tuple[dict[str, list[SampleBatch]], list[Gap]]:
        return decoded(self._reader, self._reader.header.sensors)


def decoded(reader: Reader, sensors: Iterable[SensorInfo]) -> tuple[dict[str, list[SampleBatch]], list[Gap]]:
    """Return samples, by sensor, and gaps of some sensors of a session, on the session's clock."""
    chains = {info.sensor: SensorChain(info) for info in sensors}
    batches: dict[str, list[SampleBatch]] = {name: [] for name in chains}
    gaps: list[Gap] = []
    for block in reader.blocks():
        for packets in block.packets:
            if packets.sensor not in chains:
                continue
            for timed in decode_block(chains[packets.sensor], packets).outputs:
                if isinstance(timed.item, SampleBatch):
                    batches[packets.sensor].append(timed.item)
                elif isinstance(timed.item, Gap):
                    gaps.append(timed.item)
    return batches, gaps


def load(path: Path | str) -> SessionData:
    """Open a session file for work in pandas.

    Parameters
    ----------
    path : pathlib.Path or str
        A session file (``.mcap``).

    Returns
    -------
    SessionData
        Its tables ``samples``, ``steps``, ``flags``, ``gaps``, ``markers``, ``sensors``, ``summary``,
        ``quality`` and ``metadata`` are data frames, each made when it is first asked for.

    Raises
    ------
    imu.errors.SessionFileError
        The file holds no session.
    imu.errors.UsageError
        The name does not end in ``.mcap``.
    """
    if Path(path).suffix.lower() != ".mcap":
        raise UsageError(f"{path}: sessions end in .mcap; read a table with imu.analyze")
    return SessionData(path)


def load_many(paths: Iterable[Path | str], *, threads: int | None = None) -> pd.DataFrame:
    """Put the steps of many sessions into one table.

    Parameters
    ----------
    paths : iterable of pathlib.Path or str
        Session files; a part whose first file is among them is read along with that one.
    threads : int, optional
        Sessions read at the same time; by default a few.

    Returns
    -------
    pandas.DataFrame
        :data:`SESSION_COLUMNS`, then :data:`imu.model.STEP_COLUMNS`, in the order of the paths.

    Raises
    ------
    imu.errors.InputError
        One of the files cannot be used; the message names it.
    """
    import pandas as pd  # noqa: PLC0415 - start-up time

    sessions = [load(path) for path in paths]
    given = {session.path for session in sessions}
    wanted = [
        session
        for session in sessions
        if not (first := session.header.continues_from) or session.path.with_name(first) not in given
    ]
    with ThreadPoolExecutor(threads, thread_name_prefix="load") as pool:
        tables = list(pool.map(_labelled_steps, wanted))
    if not tables:
        raise UsageError("load_many was given no sessions")
    return pd.concat(tables, ignore_index=True)


def _labelled_steps(session: SessionData) -> pd.DataFrame:
    steps = session.steps.copy()
    for place, (name, value) in enumerate(session.session_columns().items()):
        steps.insert(place, name, value)
    return steps.astype(dict.fromkeys(SESSION_COLUMNS, "string"))
