"""Calibrate the landing type of an accelerometer-only sensor on two short runs of the runner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.batch.analyze import clipped_samples, table_batches, table_sensor
from imu.batch.session_data import decoded
from imu.config import STRIKE_MODEL_KEY
from imu.errors import InputError, UsageError
from imu.folders import config_folder
from imu.model import Activity, Placement, SampleBatch, Step, Strike
from imu.signal import StepDetector
from imu.signal.strike_model import CalibrationScore, StrikeModel, cross_validate, fit
from imu.store import open_session, read_samples
from imu.store.files import new_file
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from imu.model import SensorInfo, Side
    from imu.model.samples import FloatArray

__all__ = [
    "FEWEST_LANDINGS",
    "LEAST_DECIDED_PERCENT",
    "LEAST_RIGHT_PERCENT",
    "Calibration",
    "calibrate",
    "calibration_file",
    "calibration_settings",
    "load_calibration",
    "save_calibration",
]

FEWEST_LANDINGS = 25
"""Accepted running landings that each of the two runs must have."""

RATE_TOLERANCE = 0.05
LEAST_RIGHT_PERCENT, LEAST_DECIDED_PERCENT = 90.0, 80.0
"""The bar: cross-validated, so many of the decided landings are right and so many are decided."""


class Calibration(msgspec.Struct, frozen=True):
    """Result of :func:`calibrate`: the model, or None below the bar, and how it did."""

    model: StrikeModel | None
    score: CalibrationScore


def calibrate(
    heel: Path | str | pd.DataFrame,
    other: Path | str | pd.DataFrame,
    *,
    placement: Placement | str | None = None,
    side: Side | str | None = None,
    kind: Strike = Strike.MIDFOOT,
    range_g: float | None = None,
    sensor: str = "",
) -> Calibration:
    """Learn a runner's own model of landing from two runs of about 30 s.

    Parameters
    ----------
    heel, other : pathlib.Path, str or pandas.DataFrame
        The run on the heels and the run on the mid- or forefoot, as for :func:`imu.analyze`: session files or
        tables; a gyroscope is not used.
    placement, side : str
        ``"shank"`` or ``"shoe"``, ``"left"`` or ``"right"``; needed for tables, session files say them.
    kind : Strike
        How the runner landed in the second run: midfoot or forefoot.
    range_g : float, optional
        End of the accelerometer's range of a table, g.
    sensor : str
        Which sensor of a session file; needed where it has several.

    Returns
    -------
    Calibration
        Without a model when the two ways of landing cannot be told apart well enough.

    Raises
    ------
    InputError
        A recording cannot be used; the two differ in sampling rate; one has too few running landings.
    """
    runs = [_run(one, placement, side, range_g, sensor) for one in (heel, other)]
    worn = runs[0][0]
    if worn.placement is not runs[1][0].placement:
        raise InputError(f"one run was recorded on the {worn.placement}, the other on another place")
    (rows_heel, rate_hz), (rows_other, other_hz) = (
        (_landings(info, batches), info.rate_hz) for info, batches in runs
    )
    if abs(rate_hz - other_hz) > RATE_TOLERANCE * rate_hz:
        raise InputError(
            f"the runs were sampled at {rate_hz:.0f} and {other_hz:.0f} Hz: record both with one setting"
        )
    for rows, name in ((rows_heel, "heel"), (rows_other, str(kind))):
        _check_enough(rows, name)
    place = worn.placement
    score = cross_validate(rows_heel, rows_other, place, rate_hz, kind)
    if score.right_percent < LEAST_RIGHT_PERCENT or score.decided_percent < LEAST_DECIDED_PERCENT:
        return Calibration(None, score)
    weights, bias = fit(rows_heel, rows_other)
    model = StrikeModel(
        placement=place,
        rate_hz=rate_hz,
        other=kind,
        weights=tuple(weights.tolist()),
        bias=bias,
        right_percent=score.right_percent,
        decided_percent=score.decided_percent,
        steps=len(rows_heel) + len(rows_other),
    )
    return Calibration(model, score)


def _check_enough(rows: FloatArray, name: str) -> None:
    if len(rows) < FEWEST_LANDINGS:
        raise InputError(
            f"the {name} run has {len(rows)} accepted running landings, at least {FEWEST_LANDINGS} are "
            "needed: run for 30 s"
        )


Run = tuple["SensorInfo", list["SampleBatch"]]


def _run(
    source: Path | str | pd.DataFrame,
    placement: Placement | str | None,
    side: Side | str | None,
    range_g: float | None,
    sensor: str,
) -> Run:
    """Sensor and samples of a run, without angular rates."""
    if isinstance(source, (str, Path)) and Path(source).suffix.lower() == ".mcap":
        info, batches = _from_session(Path(source), sensor)
        if placement is not None and Placement(placement) is not info.placement:
            raise InputError(
                f"sensor {info.sensor!r} was worn on the {info.placement}, not on the {placement}",
                path=source,
            )
        bare = [msgspec.structs.replace(batch, gyr_dps=None) for batch in batches]
        return msgspec.structs.replace(info, has_gyro=False), bare
    if placement is None or side is None:
        raise UsageError("say placement (shank or shoe) and side (left or right) of a table's sensor")
    table = read_samples(source, placement=placement, side=side, range_g=range_g)
    table = msgspec.structs.replace(table, gyr_dps=None)
    clipped, _ = clipped_samples(table.acc_g, table.range_g)
    return table_sensor(table), list(table_batches(table, clipped))


def _from_session(path: Path, sensor: str) -> Run:
    """One sensor of a session file and its samples, decoded anew."""
    reader = open_session(path)
    on_leg = {info.sensor: info for info in reader.header.sensors if info.placement.on_leg}
    info = on_leg.get(sensor) or (next(iter(on_leg.values())) if len(on_leg) == 1 else None)
    if info is None:
        raise InputError(f"has no sensor {sensor!r} on a leg, but {', '.join(on_leg) or 'none'}", path=path)
    batches, _ = decoded(reader, [info])
    return info, batches[info.sensor]


def _landings(sensor: SensorInfo, batches: list[SampleBatch]) -> FloatArray:
    """Features of the accepted running landings of a recording, in order of time."""
    tap: list[tuple[int, FloatArray]] = []
    detector = StepDetector(sensor, tap=tap)
    told = [out for batch in batches for out in detector.push(batch)] + detector.flush()
    good = {
        out.initial_contact_ns
        for out in told
        if isinstance(out, Step) and out.accepted and out.activity is Activity.RUN
    }
    rows = [features for contact_ns, features in tap if contact_ns in good]
    return np.stack(rows) if rows else np.empty((0, 0))


def calibration_file(sensor: str, runner: str = "") -> Path:
    """Return where the landing model of a runner's sensor is kept: it is personal.

    Raises
    ------
    UsageError
        A name cannot be a file's name.
    """
    for what, name in (("sensor", sensor or "?:"), ("runner", runner)):
        if any(mark in name for mark in "/\\:") or name.startswith("."):
            raise UsageError(f"{what} {name!r}: use letters, digits, - and _ where a sensor is calibrated")
    return config_folder() / "calibrations" / runner / f"{sensor}.json"


def calibration_settings(sensors: Iterable[SensorInfo], runner: str = "") -> dict[str, float]:
    """Return what the header of a new session carries, so that its replay tells the landings as live did.

    Parameters
    ----------
    sensors : iterable of SensorInfo
        The session's sensors; those without a calibration, or on a shoe with a gyroscope, carry nothing.
    runner : str
        Whose.

    Raises
    ------
    InputError
        A calibration cannot be read.
    UsageError
        A calibration was made for another placement or sampling rate.
    """
    settings: dict[str, float] = {}
    for sensor in sensors:
        path = calibration_file(sensor.sensor, runner)
        if not path.exists() or (sensor.placement is Placement.SHOE and sensor.has_gyro):
            continue
        model = load_calibration(path)
        model.check(sensor)
        settings |= {f"{STRIKE_MODEL_KEY}{sensor.sensor}.{name}": n for name, n in model.numbers().items()}
    return settings


def save_calibration(model: StrikeModel, path: Path, *, overwrite: bool = False) -> Path:
    """Write a model as a plain JSON file; it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path, overwrite=overwrite, mode=0o600) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(model)) + b"\n")
    return path


def load_calibration(path: Path) -> StrikeModel:
    """Read a model.

    Raises
    ------
    InputError
        There is no such file, or it holds no model.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=StrikeModel)
    except FileNotFoundError as error:
        raise InputError(
            "there is no such calibration: make one with `softstrike calibrate`", path=path
        ) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"holds no landing model: {error}", path=path) from error


ready(StrikeModel)
