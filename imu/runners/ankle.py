"""Tests and holds in recorded sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.chain import SensorChain
from imu.coach import Hold, HoldMeter, ankle_result
from imu.model import LinkChange, Packet, Placement, SampleBatch
from imu.store import Reader, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imu.coach import AnkleResult
    from imu.model import SensorInfo

__all__ = ["ankle_test_of", "holds_of"]


def ankle_test_of(path: Path) -> tuple[list[AnkleResult], list[str]]:
    """Find the tries of a knee-to-wall test in a session.

    Parameters
    ----------
    path : pathlib.Path
        The session.

    Returns
    -------
    list of AnkleResult
        One for each shin sensor with at least one try.
    list of str
        Why other sensors gave none, in plain words.

    Raises
    ------
    SessionFileError
        The file cannot be read.
    """
    results: list[AnkleResult] = []
    refused: list[str] = []
    for info, holds in holds_of(path):
        if info.placement is not Placement.SHANK:
            refused.append(
                f"{info.sensor}: the test is not measurable with this sensor; wear one on the shin"
            )
            continue
        result = ankle_result(info.side, holds)
        if result is None:
            refused.append(f"{info.sensor}: no try was found: stand still first, then bend and hold for 2 s")
        else:
            results.append(result)
    return results, refused


def holds_of(path: Path) -> list[tuple[SensorInfo, list[Hold]]]:
    """Find what was held in a session: each time away from standing, by sensor.

    Parameters
    ----------
    path : pathlib.Path
        The session.

    Raises
    ------
    SessionFileError
        The file cannot be read.
    """
    reader = open_session(path)
    return [(info, list(_holds(reader, info))) for info in reader.header.sensors]


def _holds(reader: Reader, info: SensorInfo) -> Iterator[Hold]:
    chain, meter = SensorChain(info), HoldMeter()
    for item in reader.inputs():
        if not isinstance(item, Packet | LinkChange) or item.sensor != info.sensor:
            continue
        for batch in chain.push(item):
            if isinstance(batch, SampleBatch):
                yield from (out for out in meter.push(batch) if isinstance(out, Hold))
    yield from (out for out in meter.flush() if isinstance(out, Hold))
