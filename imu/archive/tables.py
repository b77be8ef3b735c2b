"""Tables of one session, as rows of a dataset over all sessions."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

import msgspec

from imu.batch import SensorQuality
from imu.metrics import SensorSummary
from imu.model import Flag
from imu.units import NS_PER_S

if TYPE_CHECKING:
    import pandas as pd

    from imu.batch import Analysis
    from imu.model import SessionHeader

__all__ = ["parquet_bytes", "partition", "session_tables"]

_DTYPES = {float: "Float64", bool: "boolean", int: "Int64"}
_UNKNOWN = "unknown"
_DATE_LENGTH = len("2026-01-31")


def partition(header: SessionHeader) -> str:
    """Folder of a session inside each table: ``runner=NAME/date=YYYY-MM-DD``, percent-encoded."""
    runner = quote(header.runner.strip() or _UNKNOWN, safe="")
    date = header.started_utc[:_DATE_LENGTH] or _UNKNOWN
    return f"runner={runner}/date={quote(date, safe='')}"


def session_tables(session: str, header: SessionHeader, result: Analysis) -> dict[str, pd.DataFrame]:
    """Tables of an analysed session, each with the session's identity in front.

    Parameters
    ----------
    session : str
        Identity of the session: its content's hash.
    header : SessionHeader
        Its header.
    result : Analysis
        What was found.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``steps``: one row per step. ``sensors``: one row per sensor with what the session says of itself,
        summary and quality. ``flags``: one row per flag raised or lowered.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    facts = {
        "started_utc": header.started_utc,
        "shoe": header.shoe,
        "surface": header.surface,
        "tags": ",".join(header.tags),
        "origin": header.origin,
        "recorded_by": header.software,
    }
    steps = result.steps.copy()
    sensors = _typed(result.quality, SensorQuality)
    sensors = sensors.merge(_typed(result.summary, SensorSummary), on="sensor", how="left").assign(**facts)
    flags = _typed(pd.DataFrame([msgspec.to_builtins(flag) for flag in result.flags]), Flag)
    flags.insert(3, "t_s", (flags.pop("t_ns") - header.origin_ns) / NS_PER_S)
    for table in (steps, sensors, flags):
        table.insert(0, "session", session)
    return {"steps": steps, "sensors": sensors, "flags": flags}


def _typed(frame: pd.DataFrame, row: type[msgspec.Struct]) -> pd.DataFrame:
    """Give every column the type of its field, so that a table without rows has the same as any other."""
    columns = {field.name: _dtype(field.type) for field in msgspec.structs.fields(row)}
    return frame.reindex(columns=list(columns)).astype(columns)


def _dtype(kind: Any) -> str:
    kinds = set(get_args(kind)) - {type(None)} or {kind}
    return next((name for python, name in _DTYPES.items() if python in kinds), "string")


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet; the same rows give the same bytes."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    from pyarrow import parquet  # noqa: PLC0415

    out = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()
