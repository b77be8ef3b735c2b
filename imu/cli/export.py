"""``softstrike export``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from imu.batch import SessionData
    from imu.exports import Written

__all__ = ["export"]


def export(
    session: str,
    /,
    *,
    to: Literal["parquet", "csv", "bids", "fit", "lsl"],
    out: Path | None = None,
    folder: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
    started: dt.datetime | None = None,
    subject: str | None = None,
    speed: str | None = None,
) -> int:
    """Write a session in the format of another tool.

    Parameters
    ----------
    session : str
        Session file (.mcap), or a session of the library by its name.
    to : str
        Format: parquet or csv is a folder of tables, bids a folder in the Motion-BIDS form, fit an activity
        for a training log; lsl streams to a lab's recorder instead of writing.
    out : Path
        Folder (parquet, csv, bids) or file (.fit) to write.
    folder : Path
        Folder of the library; by default the one that sessions are recorded into.
    overwrite : bool
        Replace files that exist.
    started : datetime
        For fit: when the session began, e.g. 2026-05-01T09:00, if it does not say so.
    subject : str
        For bids: label of the runner, letters and digits; by default 01.
    speed : str
        For lsl: times the recorded pace, or max; by default 1.
    """
    from imu import load
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import check_target
    from imu.cli.sessions import naming
    from imu.exports import export_bids, export_csv, export_fit, export_parquet
    from imu.library import Library

    _check(to, out, {"started": started, "subject": subject, "speed": speed})
    path = Library(folder).find(session).path
    with naming(path):
        data = load(path)
        if out is None:
            written = _stream(data, speed)
        elif to == "fit":
            check_target(out, (".fit",), overwrite=overwrite)
            written = export_fit(data, out, overwrite=overwrite, started=started)
        elif to == "bids":
            written = export_bids(data, out, overwrite=overwrite, subject=subject or "01")
        else:
            write = export_csv if to == "csv" else export_parquet
            written = write(data, out, overwrite=overwrite)
    place = written.path if out is not None else "LSL"
    print(f"{path}: {written.samples} samples and {written.steps} steps written to {place}")
    for note in written.notes:
        print(f"{path}: {note}")
    return OK if data.complete else PARTLY_USABLE


_ONLY_FOR = {"started": "fit", "subject": "bids", "speed": "lsl"}


def _check(to: str, out: Path | None, options: Mapping[str, Any]) -> None:
    """Refuse an option of another format, rather than pass over it."""
    from imu.errors import UsageError

    if (out is None) != (to == "lsl"):
        raise UsageError("--to lsl writes no file: leave --out out" if out else f"--to {to} needs --out")
    wrong = [name for name, value in options.items() if value is not None and _ONLY_FOR[name] != to]
    if wrong:
        raise UsageError(f"--{wrong[0]} is for --to {_ONLY_FOR[wrong[0]]}: leave it out")


def _stream(data: SessionData, speed: str | None) -> Written:
    from imu.cli.sessions import parse_speed
    from imu.exports import stream_lsl

    print("waiting for a listener to every stream")
    return stream_lsl(data, speed=parse_speed(speed or "1"))
