"""Flags, gaps, markers, sensors and samples as data frames with the unit in each column's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imu.model import Side
from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from imu.model import Flag, Gap, Marker, SampleBatch, SessionHeader

__all__ = ["flags_frame", "gaps_frame", "markers_frame", "samples_frame", "sensors_frame"]

SIDES = tuple(map(str, Side))

_FLAGS = {
    TIME_COLUMN: "float64",
    "sensor": "string",
    "rule": "string",
    "raised": "bool",
    "step": "Int64",
    "value": "Float64",
    "limit": "Float64",
    "unit": "string",
    "basis": "string",
    "text": "string",
}
_GAPS = {
    "sensor": "string",
    "start_s": "float64",
    "end_s": "float64",
    "lost_samples": "Int64",
    "reason": "string",
}
_MARKERS = {TIME_COLUMN: "float64", "kind": "string", "text": "string"}
_SENSORS = {
    "sensor": "string",
    "side": "string",
    "placement": "string",
    "rate_hz": "float64",
    "accel_range_g": "Float64",
    "has_gyro": "bool",
    "profile": "string",
    "name": "string",
    "serial": "string",
}


def _frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import

    kept = list(rows)
    return pd.DataFrame(
        {name: pd.Series([row[name] for row in kept], dtype=dtype) for name, dtype in columns.items()}
    )


def flags_frame(flags: Iterable[Flag], origin_ns: int = 0) -> pd.DataFrame:
    """One row per flag raised or lowered.

    Parameters
    ----------
    flags : iterable of Flag
        The flags, in order.
    origin_ns : int
        Time that is 0 s in the frame, ns.

    Returns
    -------
    pandas.DataFrame
        ``time_s``, ``sensor``, ``rule``, ``raised``, ``step``, ``value`` and ``limit`` in ``unit``,
        ``basis``, ``text``.
    """
    return _frame(
        (
            {
                TIME_COLUMN: (flag.t_ns - origin_ns) / NS_PER_S,
                "rule": str(flag.rule),
                "basis": str(flag.basis),
                **{
                    n: getattr(flag, n)
                    for n in ("sensor", "raised", "step", "value", "limit", "unit", "text")
                },
            }
            for flag in flags
        ),
        _FLAGS,
    )


def gaps_frame(gaps: Iterable[Gap], origin_ns: int = 0) -> pd.DataFrame:
    """One row per gap in the samples, ``[start_s, end_s)``; ``lost_samples`` is missing where unknown."""
    return _frame(
        (
            {
                "sensor": gap.sensor,
                "start_s": (gap.start_ns - origin_ns) / NS_PER_S,
                "end_s": (gap.end_ns - origin_ns) / NS_PER_S,
                "lost_samples": None if gap.lost < 0 else gap.lost,
                "reason": gap.reason,
            }
            for gap in gaps
        ),
        _GAPS,
    )


def markers_frame(markers: Iterable[Marker], origin_ns: int = 0) -> pd.DataFrame:
    """One row per mark, lap or note made while recording."""
    return _frame(
        (
            {
                TIME_COLUMN: (marker.arrival_ns - origin_ns) / NS_PER_S,
                "kind": marker.kind,
                "text": marker.text,
            }
            for marker in markers
        ),
        _MARKERS,
    )


def sensors_frame(header: SessionHeader) -> pd.DataFrame:
    """One row per sensor of a session."""
    return _frame(
        (
            {name: getattr(info, name) for name in _SENSORS}
            | {"side": str(info.side), "placement": str(info.placement)}
            for info in header.sensors
        ),
        _SENSORS,
    )


def samples_frame(batches: Mapping[str, Sequence[SampleBatch]], header: SessionHeader) -> pd.DataFrame:
    """One row per sample, sensor after sensor, each in order of time.

    Parameters
    ----------
    batches : mapping of str to sequence of SampleBatch
        Samples of each sensor, on the session's clock.
    header : SessionHeader
        Names sides and origin.

    Returns
    -------
    pandas.DataFrame
        ``time_s``, ``sensor`` and ``side`` (categories), ``acc_x_g`` ... ``gyr_z_dps`` in the sensor's own
        axes (angular rate is NaN without a gyroscope), ``clipped``.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    counts = [sum(map(len, batches.get(info.sensor, ()))) for info in header.sensors]
    names = [info.sensor for info in header.sensors]
    of_sensor = np.repeat(np.arange(len(names)), counts)
    of_side = np.array([SIDES.index(info.side) for info in header.sensors], np.int8)[of_sensor]
    ordered = [batch for name in names for batch in batches.get(name, ())]
    columns: dict[str, Any] = {
        TIME_COLUMN: (_joined([batch.t_ns for batch in ordered], np.int64) - header.origin_ns) / NS_PER_S,
        "sensor": pd.Categorical.from_codes(of_sensor, pd.Index(names)),
        "side": pd.Categorical.from_codes(of_side, pd.Index(SIDES)),
    }
    acc = _joined([batch.acc_g for batch in ordered], np.float64, 3)
    gyr = _joined([_rates(batch) for batch in ordered], np.float64, 3)
    columns |= {name: acc[:, axis] for axis, name in enumerate(ACC_COLUMNS)}
    columns |= {name: gyr[:, axis] for axis, name in enumerate(GYR_COLUMNS)}
    columns["clipped"] = _joined([batch.clipped for batch in ordered], np.bool_)
    return pd.DataFrame(columns, copy=False)


def _rates(batch: SampleBatch) -> Any:
    return np.full((len(batch), 3), np.nan) if batch.gyr_dps is None else batch.gyr_dps


def _joined(parts: list[Any], dtype: Any, width: int = 0) -> Any:
    empty = np.empty((0, width) if width else 0, dtype)
    return np.concatenate([empty, *parts])
