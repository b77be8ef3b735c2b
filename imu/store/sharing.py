"""A copy of a session for others: the measurements, without what tells whose they are."""

from __future__ import annotations

import enum
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imu.model import Command, LinkChange, Marker, Packet, SessionHeader
from imu.store.edits import edited, read_edits
from imu.store.files import PRIVATE, new_file
from imu.store.parts import open_session
from imu.store.session_reader import FORMAT_VERSION
from imu.store.session_writer import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imu.model import Input, SensorInfo

__all__ = ["Keep", "Shared", "share"]

LEAST_NAME = 3
"""Shorter names are not looked for inside packets: they would be found by chance."""

_BODY = ("mass_kg", "leg_length_m")
_MARKS = frozenset({"mark", "lap", "note", "segment", "phase"})


class Keep(enum.StrEnum):
    """What a shared copy may tell when asked for.

    ``RUNNER``: the runner's name. ``DATE``: when it was recorded. ``SENSORS``: the sensors' names and serial
    numbers, and what they are called in the session. ``NOTES``: note, marks and tags. ``GEAR``: shoe and
    surface. ``BODY``: mass and leg length.
    """

    RUNNER = "runner"
    DATE = "date"
    SENSORS = "sensors"
    NOTES = "notes"
    GEAR = "gear"
    BODY = "body"


class Shared(msgspec.Struct, frozen=True):
    """What was shared: the new file, and how many packets were left out since they spelled a name."""

    path: Path
    left_out_packets: int


def share(path: Path | str, out: Path | str, *, keep: Iterable[Keep] = ()) -> Shared:
    """Write a copy of a session without names, addresses, serial numbers, free text and dates.

    The samples are those of the session, bit for bit; times count from 0 at its begin. What was derived
    while recording is left out, since a replay derives it again.

    Parameters
    ----------
    path : pathlib.Path or str
        A session file.
    out : pathlib.Path or str
        The new file, which must not exist.
    keep : iterable of Keep
        What may stay.

    Returns
    -------
    Shared

    Raises
    ------
    SessionFileError
        The file holds no session.
    UsageError
        The new file exists.
    EnvironmentProblem
        The system refuses the new file.
    """
    path, out = Path(path), Path(out)
    kept = frozenset(keep)
    reader = open_session(path)
    header = edited(reader.header, read_edits(path))
    names = _new_names(header.sensors, kept)
    secrets = _secrets(header, kept)
    plain = _Plain(header.origin_ns, names, secrets, keeps_notes=Keep.NOTES in kept)
    with new_file(out, mode=PRIVATE) as temporary:
        writer = SessionWriter(temporary, _header(header, names, kept), open_file=_opened)
        try:
            for item in plain.items(reader.inputs()):
                writer.write(item)
            writer.close()
        finally:
            writer.abandon()
    return Shared(out, plain.left_out)


def _opened(path: Path) -> io.FileIO:
    return io.FileIO(path, "w")


class _Plain:
    """Turns inputs into ones that name nobody."""

    def __init__(
        self, origin_ns: int, names: dict[str, str], secrets: tuple[bytes, ...], *, keeps_notes: bool
    ) -> None:
        self._origin_ns, self._names = origin_ns, names
        self._secrets, self._keeps_notes = secrets, keeps_notes
        self.left_out = 0

    def items(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """Yield the inputs as they may be shared."""
        for item in inputs:
            plain = self._plain(item)
            if plain is None:
                self.left_out += 1
            else:
                yield msgspec.structs.replace(plain, arrival_ns=plain.arrival_ns - self._origin_ns)

    def _plain(self, item: Input) -> Input | None:
        if isinstance(item, Packet):
            payload = item.payload.lower()
            if item.sensor not in self._names or any(secret in payload for secret in self._secrets):
                return None
            return msgspec.structs.replace(item, sensor=self._names[item.sensor])
        if isinstance(item, LinkChange):
            return LinkChange(self._names.get(item.sensor, ""), item.arrival_ns, item.state)
        if isinstance(item, Marker) and not self._keeps_notes:
            return Marker(item.arrival_ns, item.kind if item.kind in _MARKS else "mark")
        if isinstance(item, Command):
            return msgspec.structs.replace(item, name=_key(item.name, self._names))
        return item


def _new_names(sensors: Iterable[SensorInfo], kept: frozenset[Keep]) -> dict[str, str]:
    """Name of each sensor in the copy: side and placement, numbered where two would be called the same."""
    names: dict[str, str] = {}
    used: Counter[str] = Counter()
    for info in sensors:
        place = f"{info.side}-{info.placement}"
        used[place] += 1
        plain = place if used[place] == 1 else f"{place}-{used[place]}"
        names[info.sensor] = info.sensor if Keep.SENSORS in kept else plain
    return names


def _key(name: str, names: dict[str, str]) -> str:
    """Name of a setting, with the sensor in it called as in the copy."""
    setting, dot, sensor = name.partition(".")
    return f"{setting}{dot}{names.get(sensor, '')}" if dot else setting


def _secrets(header: SessionHeader, kept: frozenset[Keep]) -> tuple[bytes, ...]:
    """Texts that no packet may spell."""
    texts = [] if Keep.RUNNER in kept else [header.runner]
    if Keep.SENSORS not in kept:
        texts += [text for info in header.sensors for text in (info.name, info.serial)]
    return tuple(text.lower().encode() for text in texts if len(text) >= LEAST_NAME)


def _header(header: SessionHeader, names: dict[str, str], kept: frozenset[Keep]) -> SessionHeader:
    """Make the header of the copy: only what is needed to read it, and what may stay."""
    tells = {keep: keep in kept for keep in Keep}
    config = {
        _key(name, names): value
        for name, value in header.config.items()
        if tells[Keep.BODY] or name not in _BODY
    }
    return SessionHeader(
        sensors=tuple(_sensor(info, names, keeps_identity=tells[Keep.SENSORS]) for info in header.sensors),
        runner=header.runner if tells[Keep.RUNNER] else "",
        started_utc=header.started_utc if tells[Keep.DATE] else "",
        software=header.software,
        origin=header.origin,
        note=header.note if tells[Keep.NOTES] else "",
        tags=header.tags if tells[Keep.NOTES] else (),
        shoe=header.shoe if tells[Keep.GEAR] else "",
        surface=header.surface if tells[Keep.GEAR] else "",
        config=config,
        format_version=FORMAT_VERSION,
    )


def _sensor(info: SensorInfo, names: dict[str, str], *, keeps_identity: bool) -> SensorInfo:
    changes = {} if keeps_identity else {"name": "", "serial": ""}
    return msgspec.structs.replace(info, sensor=names[info.sensor], **changes)
