"""From tables of samples to a session file that plays through the same chain as any other."""

from __future__ import annotations

import datetime as dt
import functools
import heapq
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from imu import __version__
from imu.batch import clipped_samples
from imu.decode import Encoder
from imu.errors import UsageError
from imu.model import LinkChange, LinkState, Packet, SensorInfo, SessionHeader, Tick
from imu.profiles import parse_profile
from imu.store import SessionWriter
from imu.store.files import new_file
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imu.imports.tables import Imported
    from imu.model import Input
    from imu.profiles import Profile
    from imu.store import SampleTable

__all__ = ["PROFILE", "write_session"]

PROFILE = "softstrike-table"
GROUP = 16
"""Samples of a packet at a steady rate."""

STEADY = 0.01
"""Within a packet times may be off a straight line by this share of the sampling period."""

UNKNOWN_RANGE_G = 1000.0


def write_session(
    sensors: Sequence[Imported],
    out: Path,
    *,
    runner: str = "",
    shoe: str = "",
    surface: str = "",
    note: str = "",
) -> SessionHeader:
    """Write a session of imported samples.

    Parameters
    ----------
    sensors : sequence of Imported
        One per sensor.
    out : pathlib.Path
        The session file, which must not exist.
    runner, shoe, surface, note : str
        Kept in the header.

    Returns
    -------
    SessionHeader
        The header.

    Raises
    ------
    UsageError
        Two sensors in one place, or a file in the way.
    """
    infos = [_info(one.table) for one in sensors]
    names = [info.sensor for info in infos]
    if len(set(names)) < len(names):
        raise UsageError(
            "two of the tables are of the same place: say --side for each, or use --left and --right"
        )
    begins = [one.begin_ns for one in sensors]
    shared = all(begin is not None for begin in begins)
    origin_ns = min(begin for begin in begins if begin is not None) if shared else None
    offsets = [begin - origin_ns if begin is not None and origin_ns is not None else 0 for begin in begins]
    header = SessionHeader(
        tuple(infos),
        runner=runner,
        shoe=shoe,
        surface=surface,
        started_utc=_utc(origin_ns),
        software=f"softstrike {__version__}",
        origin="imported",
        note=_note(sensors, note, aligned=shared or len(sensors) == 1),
    )
    with new_file(out, mode=0o600) as temporary:
        temporary.unlink()
        writer = SessionWriter(temporary, header)
        for item in _inputs(sensors, infos, offsets):
            writer.write(item)
        writer.close()
    return header


def _utc(begin_ns: int | None) -> str:
    if begin_ns is None:
        return ""
    return dt.datetime.fromtimestamp(begin_ns / NS_PER_S, dt.UTC).isoformat(timespec="seconds")


def _note(sensors: Sequence[Imported], note: str, *, aligned: bool) -> str:
    layouts = ", ".join(dict.fromkeys(title for one in sensors for title in one.layouts))
    remarks = dict.fromkeys(remark for one in sensors for remark in one.notes)
    lines = [note, f"Imported from: {layouts}.", *(f"{remark[0].upper()}{remark[1:]}." for remark in remarks)]
    if not aligned:
        lines.append(
            "The files share no clock: left and right both begin at 0 and cannot be compared in time."
        )
    return "\n".join(line for line in lines if line)


def _info(table: SampleTable) -> SensorInfo:
    _, range_g = clipped_samples(table.acc_g, table.range_g)
    return SensorInfo(
        sensor=f"{table.side}-{table.placement}",
        placement=table.placement,
        side=table.side,
        rate_hz=table.rate_hz,
        profile=PROFILE,
        profile_toml=_profile().text,
        accel_range_g=range_g,
        has_gyro=table.gyr_dps is not None,
        params={"rate_hz": table.rate_hz, "acc_range_g": UNKNOWN_RANGE_G if range_g is None else range_g},
    )


@functools.cache
def _profile() -> Profile:
    return parse_profile(files("imu.imports").joinpath("packets.toml").read_text("utf-8"))


def _inputs(
    sensors: Sequence[Imported], infos: Sequence[SensorInfo], offsets: Sequence[int]
) -> Iterator[Input]:
    """All inputs in order of time, with one tick a second."""
    links = [LinkChange(info.sensor, 0, LinkState.CONNECTED, "imported") for info in infos]
    streams: list[Iterator[Input]] = [
        _packets(one.table, info, offset) for one, info, offset in zip(sensors, infos, offsets, strict=True)
    ]
    last_ns = max(int(one.table.t_ns[-1]) + offset for one, offset in zip(sensors, offsets, strict=True))
    ticks: Iterator[Input] = (Tick(second * NS_PER_S) for second in range(1, last_ns // NS_PER_S + 2))
    yield from links
    yield from heapq.merge(*streams, ticks, key=_arrival_ns)


def _arrival_ns(item: Input) -> int:
    return item.arrival_ns


def _packets(table: SampleTable, info: SensorInfo, offset_ns: int) -> Iterator[Input]:
    encoder = Encoder(_profile(), info.params)
    for number, part in enumerate(_parts(table)):
        last_ns = int(table.t_ns[part.stop - 1])
        gyr = None if table.gyr_dps is None else table.gyr_dps[part]
        (payload,) = encoder.encode(last_ns, number, table.acc_g[part], gyr)
        yield Packet(info.sensor, number, last_ns + offset_ns, "data", payload)


def _parts(table: SampleTable) -> Iterator[slice]:
    """Cut a table into packets: whole groups where time is steady, single samples elsewhere."""
    period_ns = NS_PER_S / table.rate_hz
    for first in range(0, len(table), GROUP):
        stop = min(first + GROUP, len(table))
        times = table.t_ns[max(first - 1, 0) : stop]
        line = np.linspace(times[0], times[-1], len(times))
        span_ns = (times[-1] - times[0]) / max(1, len(times) - 1)
        if np.abs(times - line).max() <= STEADY * period_ns and abs(span_ns / period_ns - 1) <= STEADY:
            yield slice(first, stop)
        else:
            yield from (slice(place, place + 1) for place in range(first, stop))
