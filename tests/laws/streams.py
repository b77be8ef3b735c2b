"""Made-up gait in every shape that a block takes, and outputs in a form that compares bit by bit."""

from __future__ import annotations

import dataclasses
import functools
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from imu.clock import TimelineParams
from imu.decode import Encoder, samples_per_packet
from imu.model import (
    Command,
    Gap,
    Packet,
    Placement,
    RawBatch,
    RawGyro,
    SampleBatch,
    SensorHealth,
    SensorInfo,
    Side,
    Step,
    Tick,
)
from imu.model.health import Ledger
from imu.model.inputs import LinkState
from imu.profiles import find_profile
from imu.registry import BlockCase, Takes
from imu.signal import StepDetector
from imu.signal.regular import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

START_NS = 7_000_000_000
DELAY_NS = 6_000_000
MOST_PACKETS = 700
"""Of a sensor that sends single samples, a few seconds are as good as many."""


def _rotation(rng: np.random.Generator) -> np.ndarray:
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.diag(r))
    return np.asarray(q if np.linalg.det(q) > 0 else -q)


def _bump(phase: np.ndarray, centre: float, width: float) -> np.ndarray:
    away = (phase - centre + 0.5) % 1.0 - 0.5
    return np.asarray(np.exp(-0.5 * (away / width) ** 2))


def gait(sensor: SensorInfo, seed: int, seconds: float = 12.0) -> SampleBatch:
    """Stand a second, then run or walk, mounted anyhow; arrays are read-only."""
    t_ns, acc, gyr, clipped = _signals(sensor.rate_hz, seed, seconds)
    return SampleBatch(sensor.sensor, 0, t_ns, acc, gyr if sensor.has_gyro else None, clipped)


@functools.cache
def _signals(rate_hz: float, seed: int, seconds: float) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    runs = seed % 3 > 0
    period_s = rng.uniform(0.62, 0.78) if runs else rng.uniform(1.0, 1.2)
    phase = (time_s - 1.0) / period_s + 0.05 * np.sin(0.9 * time_s)
    size = (1.0 if runs else 0.35) * (time_s >= 1.0)
    acc, gyr = _leg(phase, size)
    mount = _rotation(rng)
    acc = (acc + rng.normal(0.0, 0.03, acc.shape)) @ mount.T
    gyr = (gyr + rng.normal(0.0, 3.0, gyr.shape)) @ mount.T
    t_ns = START_NS + np.rint(time_s * 1e9).astype(np.int64)
    arrays = (t_ns, acc, gyr, np.abs(acc).max(axis=1) > 7.5)
    for array in arrays:
        array.flags.writeable = False
    return arrays


def _leg(phase: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Acceleration in g and rate in dps with a spike, a ringing and a swing in every stride."""
    spike = 8.0 * _bump(phase, 0.0, 0.012) - 2.0 * _bump(phase, 0.05, 0.015) + 2.0 * _bump(phase, 0.15, 0.05)
    swing = np.sin(2 * np.pi * phase)
    forward = size * (0.9 * swing + 0.35 * spike)
    up = 1.0 + size * (spike - 1.2 * _bump(phase, 0.4, 0.03) + 0.5 * swing)
    side = size * 0.3 * np.sin(4 * np.pi * phase + 1.0)
    turn = _bump(phase, 0.75, 0.1) - _bump(phase, 0.35, 0.06) - 0.5 * _bump(phase, 0.02, 0.02)
    rate = 350.0 * size * turn
    return np.stack([forward, up, side], axis=1), np.stack([0.1 * rate, 0.2 * rate * swing, rate], axis=1)


def part(batch: SampleBatch, first: int, stop: int | None = None) -> SampleBatch:
    """Take samples `[first, stop)`."""
    rows = slice(first, stop)
    gyr = None if batch.gyr_dps is None else batch.gyr_dps[rows]
    return SampleBatch(
        batch.sensor, batch.index0 + first, batch.t_ns[rows], batch.acc_g[rows], gyr, batch.clipped[rows]
    )


def cut(batch: SampleBatch, sizes: Sequence[int]) -> list[SampleBatch]:
    """Cut into pieces of the given sizes, taken in turn until the batch is used up."""
    pieces, first, k = [], 0, 0
    while first < len(batch):
        size = max(1, sizes[k % len(sizes)])
        pieces.append(part(batch, first, first + size))
        first, k = first + size, k + 1
    return pieces


def hole(batch: SampleBatch, first: int, length: int) -> list[SampleBatch]:
    """Leave out samples `[first, first + length)`."""
    return [part(batch, 0, first), part(batch, first + length)]


def frames(sensor: SensorInfo, params: TimelineParams, batch: SampleBatch, size: int) -> list[RawBatch]:
    """Make the frames of a sensor with these counters."""
    found = []
    for number, piece in enumerate(cut(batch, [size])):
        marked = piece.t_ns[0 if params.marks == "first" else -1]
        seq = number if params.seq_counts == "packets" else piece.index0
        found.append(
            RawBatch(
                sensor=sensor.sensor,
                arrival_ns=int(piece.t_ns[-1]) + DELAY_NS + (number * 7919) % 9_000_000,
                seq=None if params.seq_bits is None else seq % (1 << params.seq_bits),
                counter=None
                if params.source != "packet"
                else int(marked) // params.unit_ns % (1 << params.wrap_bits),
                acc_g=piece.acc_g,
                gyr_dps=piece.gyr_dps,
                clipped=piece.clipped,
            )
        )
    return found


def apart(frame: RawBatch) -> tuple[RawBatch, RawGyro]:
    """Acceleration and angular rate of a frame as two packets."""
    assert frame.gyr_dps is not None
    gyro = RawGyro(frame.sensor, frame.arrival_ns, frame.seq, frame.counter, frame.gyr_dps)
    return msgspec.structs.replace(frame, gyr_dps=None), gyro


def packet_samples(sensor: SensorInfo) -> int:
    """Return how many samples a packet of the sensor's firmware holds."""
    return min(15, samples_per_packet(find_profile(sensor.profile), gyr=sensor.has_gyro))


def packets(sensor: SensorInfo, batch: SampleBatch) -> list[Packet]:
    """Make the packets of the sensor's firmware."""
    profile = find_profile(sensor.profile)
    encoder, rule = Encoder(profile), TimelineParams.from_profile(profile, sensor.rate_hz)
    size = packet_samples(sensor)
    found: list[Packet] = []
    for frame in frames(sensor, rule, batch, size):
        for role, payload in encoder.notifications(
            frame.counter or 0, frame.seq or 0, frame.acc_g, frame.gyr_dps
        ):
            found.append(Packet(sensor.sensor, len(found), frame.arrival_ns, role, payload))
    return found


def steps_in(outputs: Iterable[Any]) -> list[Step]:
    """Take the steps among outputs."""
    return [out for out in outputs if isinstance(out, Step)]


def lunges(
    sensor: SensorInfo,
    seed: int = 1,
    *,
    angles_deg: Sequence[float] = (38.0, 40.0, 39.0),
    hold_s: float = 2.0,
    noise_g: float = 0.008,
) -> SampleBatch:
    """Knee-to-wall lunges: stand, bend and hold, return; the sensor is turned on the shin in any way."""
    rng = np.random.default_rng(seed)
    rate = sensor.rate_hz
    parts = [np.zeros(int(3 * rate))]
    for angle in angles_deg:
        way = angle * (1 - np.cos(np.linspace(0, np.pi, int(rate)))) / 2
        parts += [way, np.full(int(hold_s * rate), angle), way[::-1], np.zeros(int(1.5 * rate))]
    tilt = np.radians(np.concatenate(parts))
    turned = _rotation(rng)
    acc = np.column_stack((np.sin(tilt), np.zeros_like(tilt), np.cos(tilt))) @ turned.T
    acc += noise_g * rng.standard_normal(acc.shape)
    t_ns = START_NS + np.round(np.arange(len(acc)) * 1e9 / rate).astype(np.int64)
    for array in (acc, t_ns):
        array.setflags(write=False)
    return SampleBatch(sensor.sensor, 0, t_ns, acc, None, np.zeros(len(acc), np.bool_))


def steps(sensor: SensorInfo, seed: int) -> list[Any]:
    """Make steps of gait, with health and commands between them."""
    detector = StepDetector(sensor)
    rng = np.random.default_rng(seed)
    items: list[Any] = []
    for step in steps_in(detector.push(gait(sensor, seed, 30.0)) + detector.flush()):
        peak_g = float(rng.uniform(6.0, 13.0))
        items.append(msgspec.structs.replace(step, peak_accel_g=peak_g, peak_axial_g=0.9 * peak_g))
        if rng.random() < 0.3:
            items.append(_health(sensor, step.known_ns, rng))
        if rng.random() < 0.1:
            items.append(Command(step.known_ns, "impact_limit_g", float(rng.uniform(6.0, 12.0))))
    return items


def _later(step: Step, by_ns: int) -> Step:
    times = {
        name: None if (t_ns := getattr(step, name)) is None else t_ns + by_ns
        for name in ("initial_contact_ns", "toe_off_ns", "known_ns")
    }
    return msgspec.structs.replace(step, **times)


def moments(sensor: SensorInfo, seed: int) -> list[Any]:
    """Make steps of a running pair of legs, with a tick every second."""
    runs = 1 + seed % 2 + 3 * (seed // 3)
    both = []
    for name, side, by_ns in ((sensor.sensor, Side.LEFT, 0), ("right", Side.RIGHT, 330_000_000)):
        own = [item for item in steps(sensor, runs) if isinstance(item, Step)]
        both += [_later(msgspec.structs.replace(step, sensor=name, side=side), by_ns) for step in own]
    ticks = [Tick(START_NS + second * 1_000_000_000) for second in range(1, 36)]
    return sorted([*both, *ticks], key=lambda i: i.arrival_ns if isinstance(i, Tick) else i.known_ns)


def watched(sensor: SensorInfo, seed: int) -> list[Any]:
    """Make steps of walk, run, walk and rest, with health every second and a hole."""
    items: list[Any] = []
    for part_of, kind in enumerate((3, 1, 2, 0)):
        by_ns = part_of * (31 + seed % 3) * 1_000_000_000
        items += [_later(i, by_ns) for i in steps(sensor, kind) if isinstance(i, Step)]
    rng = np.random.default_rng(seed)
    for second in range(150):
        t_ns = START_NS + second * 1_000_000_000
        health = _health(sensor, t_ns, rng)
        items.append(msgspec.structs.replace(health, silent_s=0.1 if rng.random() < 0.9 else 3.0))
    hole_ns = START_NS + int(rng.integers(5, 120)) * 1_000_000_000
    items.append(Gap(sensor.sensor, 0, hole_ns, hole_ns + 4_000_000_000, 800, "lost"))
    return sorted(items, key=_told_ns)


def _told_ns(item: Step | SensorHealth | Gap) -> int:
    if isinstance(item, Step):
        return item.known_ns
    return item.end_ns if isinstance(item, Gap) else item.t_ns


def _health(sensor: SensorInfo, t_ns: int, rng: np.random.Generator) -> SensorHealth:
    samples, lost = int(rng.integers(0, 1000)), int(rng.integers(0, 500))
    return SensorHealth(
        sensor=sensor.sensor,
        t_ns=t_ns,
        link=LinkState.CONNECTED,
        rate_hz=sensor.rate_hz,
        ledger=Ledger(samples=samples, lost=lost),
        clock=None,
        battery_percent=float(rng.integers(0, 100)),
        silent_s=float(rng.uniform(0.0, 3.0)),
    )


def feed(case: BlockCase, seed: int) -> list[Any]:
    """Make the input of a block, in small pieces."""
    key = (case.name, seed)
    if key not in _FEEDS:
        _FEEDS[key] = _feed(case, seed)
    return list(_FEEDS[key])


_FEEDS: dict[tuple[str, int], list[Any]] = {}


_MAKERS = {Takes.STEPS: steps, Takes.MOMENTS: moments, Takes.WATCHED: watched}


def _feed(case: BlockCase, seed: int) -> list[Any]:
    if case.takes in _MAKERS:
        return _MAKERS[case.takes](case.sensor, seed)
    if case.takes is Takes.HOLDS:
        return list(cut(lunges(case.sensor, seed), [11, 2, 60, 1]))
    batch = gait(case.sensor, seed)
    if case.takes is Takes.SAMPLES:
        return list(cut(batch, [11, 2, 60, 1]))
    if case.takes is Takes.APART:
        params = TimelineParams.from_profile(find_profile(case.sensor.profile), case.sensor.rate_hz)
        return [half for frame in frames(case.sensor, params, batch, 10) for half in apart(frame)]
    if case.takes is Takes.FRAMES:
        return list(frames(case.sensor, case.make().params, batch, 10))  # type: ignore[attr-defined]
    return list(packets(case.sensor, part(batch, 0, MOST_PACKETS * packet_samples(case.sensor))))


def run(block: Any, items: Iterable[Any], *, flush: bool = True) -> list[Any]:
    """All outputs in order."""
    outputs = [out for item in items for out in block.push(item)]
    return outputs + block.flush() if flush else outputs


def plain(value: Any) -> Any:
    """Turn a value into tuples that are equal exactly when all its bits are."""
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, msgspec.Struct):
        return (type(value).__name__, *(plain(getattr(value, f)) for f in value.__struct_fields__))
    if dataclasses.is_dataclass(value):
        return (
            type(value).__name__,
            *(plain(getattr(value, f.name)) for f in dataclasses.fields(value)),
        )
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return value


def difference(ours: list[Any], theirs: list[Any]) -> str:
    """Name the first output that differs in any bit; empty when none does."""
    for k, (mine, yours) in enumerate(zip_longest(ours, theirs)):
        if plain(mine) != plain(yours):
            return f"output {k} of {len(ours)} and {len(theirs)}: {mine} is not {yours}"
    return ""


def joined(outputs: list[Any]) -> list[Any]:
    """Join even grids that belong together: how they were cut is no part of the result."""
    found: list[Any] = []
    for out in outputs:
        if isinstance(out, Grid) and not out.restart and found:
            found[-1] = _join(found[-1], out)
        else:
            found.append(out)
    return found


def _join(a: Grid, b: Grid) -> Grid:
    gyr = None if a.gyr_dps is None or b.gyr_dps is None else np.vstack((a.gyr_dps, b.gyr_dps))
    places = {
        k: np.concatenate((getattr(a, k), getattr(b, k) + len(a.t_ns))) for k in ("clipped", "lost", "torn")
    }
    return Grid(a.restart, np.concatenate((a.t_ns, b.t_ns)), np.vstack((a.acc_g, b.acc_g)), gyr, **places)


def worn(placement: Placement, *, has_gyro: bool, rate_hz: float = 200.0) -> SensorInfo:
    """Sensor on the left leg."""
    return SensorInfo(sensor="left", placement=placement, side=Side.LEFT, rate_hz=rate_hz, has_gyro=has_gyro)


def together(batches: list[SampleBatch]) -> list[SampleBatch]:
    """Join batches into one."""
    gyr = [batch.gyr_dps for batch in batches if batch.gyr_dps is not None]
    return [
        SampleBatch(
            batches[0].sensor,
            batches[0].index0,
            np.concatenate([batch.t_ns for batch in batches]),
            np.concatenate([batch.acc_g for batch in batches]),
            np.concatenate(gyr) if gyr else None,
            np.concatenate([batch.clipped for batch in batches]),
        )
    ]
