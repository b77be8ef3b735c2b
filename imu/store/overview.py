"""The overview of a session: what a screen shows of it at any time, made once and kept in the cache folder.

It holds the acceleration's norm of each sensor at several resolutions, and everything that the chain made of
the session with the time at which it came out. A screen reads any moment from it without running the chain
again; since the chain is deterministic, it reads what the chain would tell.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from imu.chain import Chain
from imu.errors import InputError, SessionFileError
from imu.feed import feed
from imu.folders import cache_folder
from imu.model import (
    Cue,
    CuePeriod,
    Flag,
    ImpactLimit,
    InputBlock,
    LinkChange,
    Marker,
    MountingEstimate,
    PhaseChange,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SessionHeader,
    Step,
)
from imu.signal.mounting_check import CheckState, MountingCheck, MountingReport
from imu.store.files import PRIVATE, new_file
from imu.store.parts import open_session
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Overview", "Progress", "SensorTrace", "Track", "build_overview", "open_overview", "overview_path"]

Progress = Callable[[float, "Callable[[], Overview]"], bool]
"""Told the share that is done and how to get what there is so far; returns whether to go on."""

FORMAT = 2
FACTOR = 16
LEVELS = 3
"""Beside the samples: each level has a sixteenth of the entries of the one before."""

PROGRESS_EVERY = 2000
TRACKS: tuple[type[msgspec.Struct], ...] = (
    Step,
    Flag,
    ImpactLimit,
    SensorHealth,
    LinkChange,
    Marker,
    PhaseChange,
    RunnerMetrics,
    Cue,
    CuePeriod,
    MountingEstimate,
    MountingReport,
)
"""Types of the values kept, in the order in which they are shown when they come together."""


class Track(msgspec.Struct, frozen=True, eq=False):
    """All values of one type, in the order in which they came.

    Attributes
    ----------
    at_ns : ndarray of int64, shape (n,)
        Session time at which each came out of the chain, ns, rising.
    items : list
        The values.
    """

    at_ns: NDArray[np.int64]
    items: list[Any]

    def between(self, begin_ns: int, end_ns: int) -> list[Any]:
        """Return the values that came in ``(begin_ns, end_ns]``."""
        first, last = np.searchsorted(self.at_ns, (begin_ns, end_ns), side="right")
        return self.items[int(first) : int(last)]


class SensorTrace(msgspec.Struct, frozen=True, eq=False):
    """Norm of the acceleration of one sensor, at several resolutions.

    Attributes
    ----------
    t_ns : tuple of ndarray of int64
        Session time of each entry, ns; the first level has one per sample, each further one per
        sixteen entries of the level before.
    low_g, high_g : tuple of ndarray of float32
        Least and greatest norm of each entry, g.
    clipped : ndarray of bool, shape (n,)
        Samples at the end of the range.
    """

    t_ns: tuple[NDArray[np.int64], ...]
    low_g: tuple[NDArray[np.float32], ...]
    high_g: tuple[NDArray[np.float32], ...]
    clipped: NDArray[np.bool_]

    def window(
        self, begin_ns: int, end_ns: int, most: int = 40_000
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Return times, least and greatest norm of ``(begin_ns, end_ns]``, at the finest level that fits.

        Parameters
        ----------
        begin_ns, end_ns : int
            Session time, ns.
        most : int
            Greatest number of entries.
        """
        level, first, last = 0, 0, 0
        for number, t_ns in enumerate(self.t_ns):
            first, last = (int(place) for place in np.searchsorted(t_ns, (begin_ns, end_ns), side="right"))
            level = number
            if last - first <= most:
                break
        part = slice(first, last)
        return t_ns[part], self.low_g[level][part], self.high_g[level][part]


class Overview(msgspec.Struct, frozen=True, eq=False):
    """What a screen shows of a session.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.
    begin_ns, end_ns : int
        Session time of the first and the last input, ns.
    traces : dict of str to SensorTrace
        By sensor.
    tracks : dict of type to Track
        By type of the values.
    complete : bool
        Whether the file was closed properly.
    """

    header: SessionHeader
    begin_ns: int
    end_ns: int
    traces: dict[str, SensorTrace]
    tracks: dict[type, Track]
    complete: bool = True

    @property
    def greatest_g(self) -> float:
        """Greatest norm of the acceleration of any sensor, g; 0 without samples."""
        tops = [trace.high_g[-1].max() for trace in self.traces.values() if len(trace.high_g[-1])]
        return float(np.nan_to_num(max(tops, default=0.0)))

    @property
    def steps(self) -> list[Step]:
        """All steps, in the order in which they were known."""
        return self.tracks[Step].items

    @property
    def flags(self) -> list[Flag]:
        """All flags, raised and lowered."""
        return self.tracks[Flag].items


def overview_path(session: Path) -> Path:
    """Where the overview of a session is kept; it belongs to this very file and this software."""
    status = session.stat()
    about = f"{session.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\0{FORMAT}\0{version('softstrike')}"
    name = hashlib.sha256(about.encode()).hexdigest()[:24]
    return cache_folder() / "overviews" / f"{name}.npz"


def open_overview(session: Path | str, *, progress: Progress | None = None, keep: bool = True) -> Overview:
    """Return the overview of a session; the first time it is made, then it is read.

    Parameters
    ----------
    session : Path or str
        Session file.
    progress : callable, optional
        Told the share that is done, 0 to 1, and how to get what there is so far; returns whether to go on.
    keep : bool
        Keep a new overview in the cache folder; what cannot be kept is made again next time.

    Raises
    ------
    SessionFileError
        When the file holds no session or no inputs, or `progress` said to stop.
    InputError
        When the session cannot be computed, e.g. for an unknown profile.
    """
    session = Path(session)
    if not session.is_file():
        raise SessionFileError("there is no such file", path=session)
    path = overview_path(session)
    found = _read(path)
    if found is not None:
        return found
    made = build_overview(session, progress=progress)
    if keep:
        with contextlib.suppress(OSError, InputError):  # a full disk must not keep anybody from looking
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(made, path)
    return made


def build_overview(session: Path | str, *, progress: Progress | None = None) -> Overview:
    """Run the chain over a session and keep what a screen shows.

    Parameters
    ----------
    session : Path or str
        Session file.
    progress : callable, optional
        As in :func:`open_overview`.

    Raises
    ------
    SessionFileError, InputError
        As in :func:`open_overview`.
    """
    reader = open_session(session)
    span = reader.span_ns()
    if span is None:
        raise SessionFileError("nothing to show: it holds no inputs", path=reader.path)
    begin_ns, end_ns = span
    builder = _Builder(reader.header, begin_ns, end_ns)
    for block in reader.blocks(PROGRESS_EVERY):
        at_ns = builder.push(block)
        if progress is not None:
            share = (at_ns - begin_ns) / max(1, end_ns - begin_ns)
            if not progress(share, builder.overview):
                raise SessionFileError("the overview was not finished", path=reader.path)
    builder.finish()
    return msgspec.structs.replace(builder.overview(), complete=reader.complete)


class _Builder:
    """Collects what comes out of the chain."""

    def __init__(self, header: SessionHeader, begin_ns: int, end_ns: int) -> None:
        self._header, self._begin_ns, self._end_ns = header, begin_ns, end_ns
        self._chain = Chain(header)
        self._check = MountingCheck(header)
        self._at_ns: dict[type, list[int]] = {kind: [] for kind in TRACKS}
        self._items: dict[type, list[object]] = {kind: [] for kind in TRACKS}
        self._parts: dict[str, list[tuple[NDArray[Any], ...]]] = {s.sensor: [] for s in header.sensors}

    def push(self, block: InputBlock) -> int:
        """Take many inputs and return the arrival of the latest, ns."""
        latest_ns = max((int(packets.arrival_ns[-1]) for packets in block.packets), default=self._begin_ns)
        for _, item in block.others:
            self._keep(item, item.arrival_ns)
            latest_ns = max(latest_ns, item.arrival_ns)
        checks = self._check.state is not CheckState.DONE  # it looks at samples packet by packet
        for arrival_ns, out in feed(self._chain, block, apart=checks):
            self._keep(out, arrival_ns)
            if checks and isinstance(out, SampleBatch | Step):
                report = self._check.push(out)
                if report is not None:
                    self._keep(report, arrival_ns)
        return latest_ns

    def _keep(self, item: object, at_ns: int) -> None:
        kind = type(item)
        if isinstance(item, SampleBatch):
            norm_g = np.sqrt(np.einsum("ij,ij->i", item.acc_g, item.acc_g)).astype(np.float32)
            self._parts[item.sensor].append((item.t_ns, norm_g, item.clipped))
        elif kind in self._items:
            self._items[kind].append(item)
            self._at_ns[kind].append(at_ns)

    def finish(self) -> None:
        for out in self._chain.flush():
            self._keep(out, self._end_ns)

    def overview(self) -> Overview:
        """Return what there is so far."""
        tracks = {
            kind: Track(np.array(self._at_ns[kind], np.int64), list(items))
            for kind, items in self._items.items()
        }
        traces = {sensor: _trace(parts) for sensor, parts in self._parts.items()}
        return Overview(self._header, self._begin_ns, self._end_ns, traces, tracks)


def _trace(parts: list[tuple[NDArray[Any], ...]]) -> SensorTrace:
    empty = (np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.bool_))
    t_ns, norm_g, clipped = (np.concatenate(column) for column in zip(*(parts or [empty]), strict=True))
    parts[:] = [(t_ns, norm_g, clipped)]  # joined once, not at every look
    times, lows, highs = [t_ns], [norm_g], [norm_g]
    for _ in range(LEVELS):
        starts = np.arange(0, len(times[-1]), FACTOR)
        times.append(times[-1][starts])
        lows.append(np.minimum.reduceat(lows[-1], starts) if len(starts) else lows[-1])
        highs.append(np.maximum.reduceat(highs[-1], starts) if len(starts) else highs[-1])
    return SensorTrace(tuple(times), tuple(lows), tuple(highs), clipped)


class _Head(msgspec.Struct):
    """The part of the file that is no array of samples."""

    header: SessionHeader
    begin_ns: int
    end_ns: int
    complete: bool
    sensors: list[str]


def _write(overview: Overview, path: Path) -> None:
    sensors = list(overview.traces)
    head = _Head(overview.header, overview.begin_ns, overview.end_ns, overview.complete, sensors)
    arrays: dict[str, NDArray[Any]] = {"head": _bytes(head)}
    for kind, track in overview.tracks.items():
        arrays[f"{kind.__name__}.at_ns"] = track.at_ns
        arrays[f"{kind.__name__}.items"] = _bytes(track.items)
    for number, trace in enumerate(overview.traces.values()):
        arrays[f"{number}.clipped"] = trace.clipped
        for level in range(LEVELS + 1):
            arrays[f"{number}.{level}.t_ns"] = trace.t_ns[level]
            arrays[f"{number}.{level}.low_g"] = trace.low_g[level]
            if level:
                arrays[f"{number}.{level}.high_g"] = trace.high_g[level]
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type] # numpy's stub takes the names for options


def _bytes(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(msgspec.msgpack.encode(value), np.uint8)


def _read(path: Path) -> Overview | None:
    """Read a kept overview; None when there is none or it cannot be read, then it is made anew."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = msgspec.msgpack.decode(arrays["head"].tobytes(), type=_Head)
            tracks = dict(_read_tracks(arrays))
            traces = {sensor: _read_trace(arrays, number) for number, sensor in enumerate(head.sensors)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError):
        return None
    return Overview(head.header, head.begin_ns, head.end_ns, traces, tracks, head.complete)


def _read_tracks(arrays: Any) -> Iterator[tuple[type, Track]]:
    for kind in TRACKS:
        decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type] # a type made at run time
        items = decoder.decode(arrays[f"{kind.__name__}.items"].tobytes())
        yield kind, Track(arrays[f"{kind.__name__}.at_ns"], items)


def _read_trace(arrays: Any, number: int) -> SensorTrace:
    levels = range(LEVELS + 1)
    lows = tuple(arrays[f"{number}.{level}.low_g"] for level in levels)
    highs = (lows[0], *(arrays[f"{number}.{level}.high_g"] for level in levels[1:]))
    times = tuple(arrays[f"{number}.{level}.t_ns"] for level in levels)
    return SensorTrace(times, lows, highs, arrays[f"{number}.clipped"])


ready(_Head, *TRACKS)
