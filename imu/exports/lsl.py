"""A session as Lab Streaming Layer outlets, so that a lab's recorder takes it in beside its own streams.

One outlet per sensor (``NAME``, type ``IMU``) and one for the steps (``softstrike-steps``, type ``Markers``),
with the session's own spacing in time. Needs pylsl (the extra ``labs``).
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imu.errors import EnvironmentProblem, UsageError
from imu.exports.places import Written
from imu.store import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from imu.batch import SessionData

__all__ = ["STEPS_STREAM", "stream_lsl"]

STEPS_STREAM = "softstrike-steps"
CHUNK_S = 0.05
LINGER_S = 1.0


class _Chunk(NamedTuple):
    """Values that go out together: session times in s, and a row of values for each."""

    outlet: Any
    times_s: NDArray[np.float64]
    rows: list[Any]


def stream_lsl(
    session: SessionData,
    *,
    speed: float = 1.0,
    wait_s: float = 30.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Written:
    """Stream a session once, beginning when somebody listens to every outlet.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.batch.load`.
    speed : float
        Times the recorded pace; ``math.inf`` for at once. Time stamps keep the recorded spacing.
    wait_s : float
        How long to wait for listeners, s.
    sleep : callable
        Waits some seconds; tests replace it.

    Returns
    -------
    Written

    Raises
    ------
    EnvironmentProblem
        pylsl or its library is missing, or nobody listened in time.
    UsageError
        The speed is not greater than 0.
    """
    if not speed > 0:
        raise UsageError(f"speed {speed}: give a number greater than 0")
    lsl = _pylsl()
    sensors, steps = _outlets(lsl, session)
    for outlet in (*sensors.values(), steps):
        if not outlet.wait_for_consumers(wait_s):
            raise EnvironmentProblem(
                f"nobody listened to the LSL streams within {wait_s:g} s: start the recorder first"
            )
    begin_s, started_s = lsl.local_clock(), time.monotonic()
    count = 0
    for chunk in sorted(_chunks(session, sensors, steps), key=lambda one: one.times_s[-1]):
        ahead_s = chunk.times_s[-1] / speed - (time.monotonic() - started_s)
        if ahead_s > 0 and not math.isinf(speed):
            sleep(ahead_s)
        count += len(chunk.rows) * (chunk.outlet is not steps)
        _push(chunk, begin_s)
    sleep(LINGER_S)  # what is on its way is lost when an outlet goes
    return Written(session.path, count, len(session.steps))


def _pylsl() -> Any:
    try:
        import pylsl  # noqa: PLC0415 - optional, and loads a library
    except (ImportError, RuntimeError, OSError) as error:
        raise EnvironmentProblem(
            f"LSL needs pylsl and its library: install softstrike[labs] ({error})"
        ) from error
    return pylsl


def _outlets(lsl: Any, session: SessionData) -> tuple[dict[str, Any], Any]:
    """Make the outlets; sensors without a gyroscope have three channels."""
    made = {}
    for info in session.header.sensors:
        names = [*ACC_COLUMNS, *(GYR_COLUMNS if info.has_gyro else ())]
        about = lsl.StreamInfo(
            info.sensor, "IMU", len(names), info.rate_hz, lsl.cf_double64, f"softstrike-{info.sensor}"
        )
        channels = about.desc().append_child("channels")
        for name in names:
            kind, axis, unit = name.split("_")
            channel = channels.append_child("channel")
            channel.append_child_value("label", f"{kind}_{axis}")
            channel.append_child_value("type", kind.upper())
            channel.append_child_value("unit", unit)
        about.desc().append_child_value("placement", str(info.placement))
        about.desc().append_child_value("side", str(info.side))
        made[info.sensor] = lsl.StreamOutlet(about, max_buffered=3600)
    marks = lsl.StreamInfo(STEPS_STREAM, "Markers", 1, lsl.IRREGULAR_RATE, lsl.cf_string, "softstrike-steps")
    return made, lsl.StreamOutlet(marks)


def _chunks(session: SessionData, sensors: dict[str, Any], steps: Any) -> Iterator[_Chunk]:
    for sensor, samples in session.samples.groupby("sensor", observed=True):
        info = next(one for one in session.header.sensors if one.sensor == sensor)
        names = [*ACC_COLUMNS, *(GYR_COLUMNS if info.has_gyro else ())]
        times_s, values = samples[TIME_COLUMN].to_numpy(), samples[names].to_numpy()
        edges = np.searchsorted(times_s, np.arange(times_s[0] + CHUNK_S, times_s[-1], CHUNK_S))
        for part_s, part in zip(np.split(times_s, edges), np.split(values, edges), strict=True):
            if len(part_s):
                yield _Chunk(sensors[str(sensor)], part_s, part.tolist())
    for step in session.steps.to_dict("records"):
        label = f"{step['activity']} {step['side']} {step['strike']}"
        yield _Chunk(steps, np.array([step["initial_contact_s"]]), [[label]])


def _push(chunk: _Chunk, begin_s: float) -> None:
    for time_s, row in zip(chunk.times_s, chunk.rows, strict=True):
        chunk.outlet.push_sample(row, begin_s + float(time_s))
