"""A folder of tables, as Parquet or as CSV: samples, steps, flags, gaps, markers, sensors, the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imu.exports.places import Written, new_folder
from imu.store import write_steps
from imu.store.cells import safe_text, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from imu.batch import SessionData

__all__ = ["TABLES", "export_csv", "export_parquet"]

TABLES = ("samples", "flags", "gaps", "markers", "sensors", "metadata")
"""Tables beside the steps, named as in :class:`imu.batch.SessionData`."""


def export_parquet(session: SessionData, out: Path | str, *, overwrite: bool = False) -> Written:
    """Write a session as a folder of Parquet files; every digit is kept.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.batch.load`.
    out : pathlib.Path or str
        The folder.
    overwrite : bool
        Whether files of the same names may be replaced.

    Returns
    -------
    Written

    Raises
    ------
    UsageError
        When the folder exists and may not be written to.
    """
    return _export(session, out, ".parquet", _write_parquet, overwrite=overwrite)


def export_csv(session: SessionData, out: Path | str, *, overwrite: bool = False) -> Written:
    """Write a session as a folder of CSV files that a spreadsheet can open without running anything.

    Numbers of samples keep every digit; steps have the decimals of the analysis contract. Text that a
    spreadsheet would run as a formula gets an apostrophe in front (``imu.store.cells.safe_text``).
    Parameters, result and errors as in :func:`export_parquet`.
    """
    return _export(session, out, ".csv", _write_csv, overwrite=overwrite)


def _export(
    session: SessionData,
    out: Path | str,
    ending: str,
    write: Callable[[pd.DataFrame, Path], None],
    *,
    overwrite: bool,
) -> Written:
    out = Path(out)
    with new_folder(out, overwrite=overwrite) as folder:
        for name in TABLES:
            write(getattr(session, name), folder / f"{name}{ending}")
        write_steps(session.steps, folder / f"steps{ending}")
    return Written(out, len(session.samples), len(session.steps))


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, compression="zstd", index=False)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    safe = frame.copy(deep=False)
    for name in frame.columns:
        if frame[name].dtype == object:
            safe[name] = [None if value is None else safe_text(words_of(value)) for value in frame[name]]
        elif str(frame[name].dtype) in {"string", "str"}:
            safe[name] = frame[name].map(safe_text, na_action="ignore")
        elif str(frame[name].dtype) == "category":
            safe[name] = frame[name].cat.rename_categories(safe_text).astype("string")
    table = pa.Table.from_pandas(safe, preserve_index=False)
    arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(quoting_style="needed"))
