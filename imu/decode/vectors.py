"""Runs the test vectors that each profile carries: a profile that fails its own is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imu.decode.decoder import Decoder
from imu.errors import ProfileError, UsageError
from imu.model import Fault, Packet, RawBatch, RawGyro, SensorStatus
from imu.profiles import Profile, find_profile, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from imu.decode.decoder import Decoded
    from imu.profiles import Service
    from imu.profiles.schema import Vector

__all__ = ["check_vectors", "load", "vector_packets"]

SENSOR = "vector"
ANY_SENSOR = "softstrike-reference"


def load(source: Path | str) -> Profile:
    """Load a profile and run its test vectors.

    Parameters
    ----------
    source : Path or str
        A TOML file, or the id of a built-in profile; the vectors of built-in ones are run by the tests.

    Returns
    -------
    Profile
        A profile that decodes its own vectors.

    Raises
    ------
    ProfileError
        It cannot be read, is not valid, or fails one of its vectors.
    """
    if isinstance(source, str) and not source.endswith(".toml"):
        return find_profile(source)
    profile = load_profile(source)
    check_vectors(profile, source)
    return profile


def check_vectors(profile: Profile | Service, path: Path | str | None = None) -> None:
    """Decode all test vectors of a profile and compare.

    Parameters
    ----------
    profile : Profile or Service
        The profile; a standard service is read as a side channel of the reference firmware.
    path : Path or str, optional
        Where it is from, for messages.

    Raises
    ------
    ProfileError
        A vector decodes to something else; the message names it and says what.
    """
    for i, vector in enumerate(profile.vector):
        try:
            complaint = next(_differences(profile, vector), None)
        except UsageError as error:
            complaint = str(error)
        if complaint is not None:
            raise ProfileError(f"vector {vector.name!r}: {complaint}", path=path, key=f"vector[{i}]")


def vector_packets(profile: Profile | Service, vector: Vector) -> list[Packet]:
    """Packets of a vector, as if they had come from a sensor.

    Parameters
    ----------
    profile : Profile or Service
        The profile or standard service.
    vector : Vector
        One of its vectors.

    Returns
    -------
    list of Packet
        One for each notification, of sensor ``"vector"``.
    """
    role = next(rule.role for rule in profile.packet if rule.name == vector.packet)
    return [Packet(SENSOR, i, i, role, bytes.fromhex(text)) for i, text in enumerate(vector.hex)]


def _differences(profile: Profile | Service, vector: Vector) -> Iterator[str]:
    read_by = profile if isinstance(profile, Profile) else find_profile(ANY_SENSOR)
    decoder = Decoder(read_by, SENSOR, vector.params)
    out = [item for packet in vector_packets(profile, vector) for item in decoder.push(packet)]
    out += decoder.flush()
    batches = [item for item in out if isinstance(item, RawBatch)]
    framed = [item for item in out if isinstance(item, RawBatch | RawGyro)]
    yield from _differ("faults", vector.faults, tuple(item.kind for item in out if isinstance(item, Fault)))
    if not vector.faults and not decoder.counts.by_rule.get(vector.packet):
        yield f"packet rule {vector.packet!r} was not used"
    yield from _differ("samples", vector.samples, sum(map(len, framed)))
    yield from _rows("acc_g", vector.acc_g, [batch.acc_g for batch in batches], vector.tolerance)
    gyr = [batch.gyr_dps for batch in framed if batch.gyr_dps is not None]
    yield from _rows("gyr_dps", vector.gyr_dps, gyr, vector.tolerance)
    yield from _differ("clipped", vector.clipped, sum(int(batch.clipped.sum()) for batch in batches))
    yield from _differ("seq", vector.seq, framed[-1].seq if framed else None)
    yield from _differ("counter", vector.counter, framed[-1].counter if framed else None)
    yield from _status(vector, out)


def _status(vector: Vector, out: list[Decoded]) -> Iterator[str]:
    told = [item for item in out if isinstance(item, SensorStatus)]
    yield from _differ("battery_percent", vector.battery_percent, told[-1].battery_percent if told else None)
    yield from _differ("flags", vector.flags, told[-1].flags if told else None)
    yield from _differ("texts", vector.texts, told[-1].texts if told else None)
    if vector.readings is not None:
        found = told[-1].readings if told else {}
        near = vector.readings.keys() == found.keys() and all(
            abs(value - found[name]) <= vector.tolerance for name, value in vector.readings.items()
        )
        yield from _differ("readings", vector.readings, vector.readings if near else found)


def _differ(name: str, wanted: object, found: object) -> Iterator[str]:
    if wanted is not None and wanted != found:
        yield f"{name} is {found!r}, not {wanted!r}"


def _rows(
    name: str,
    wanted: Sequence[tuple[float, float, float]],
    found: list[NDArray[np.float64]],
    tolerance: float,
) -> Iterator[str]:
    if not wanted:
        return
    rows = np.concatenate(found)[: len(wanted)] if found else np.empty((0, 3))
    if len(rows) < len(wanted):
        yield f"{name} has {len(rows)} samples, not {len(wanted)} or more"
        return
    off = np.flatnonzero(np.abs(rows - np.asarray(wanted)).max(axis=1) > tolerance)
    if len(off):
        yield f"{name} of sample {off[0]} is {rows[off[0]].tolist()}, not {list(wanted[off[0]])}"
