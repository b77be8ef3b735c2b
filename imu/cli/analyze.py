"""``softstrike analyze``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.batch import Analysis

__all__ = ["analyze"]


def analyze(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    out: Path,
    placement: Literal["shank", "shoe"] | None = None,
    side: Literal["left", "right"] | None = None,
    range_g: float | None = None,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the option's name
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Find and measure every step of recordings and write one table per recording.

    Parameters
    ----------
    files : list of Path
        Session files (.mcap), or CSV files (.csv, .csv.gz) with the columns time_s, acc_x_g, acc_y_g, acc_z_g
        and optionally gyr_x_dps, gyr_y_dps, gyr_z_dps.
    out : Path
        Table to write, .csv or .parquet; with several files a folder.
    placement : str
        Where the sensor was worn; needed for CSV.
    side : str
        Which leg; needed for CSV.
    range_g : float
        End of the accelerometer's range in g, for CSV; by default seen from the samples.
    format : str
        Format of the tables in a folder.
    overwrite : bool
        Replace tables that exist.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.errors import SoftstrikeError, UsageError

    targets = _targets(files, out, format)
    if len(files) == 1:
        return _one(files[0], targets[0], placement, side, range_g, overwrite=overwrite)
    codes = []
    for file, target in zip(files, targets, strict=True):
        try:
            codes.append(_one(file, target, placement, side, range_g, overwrite=overwrite))
        except UsageError:
            raise
        except (SoftstrikeError, OSError) as error:
            print(f"softstrike: {error}", file=sys.stderr)
            codes.append(NOTHING_USABLE)
    if set(codes) <= {OK}:
        return OK
    return NOTHING_USABLE if set(codes) == {NOTHING_USABLE} else PARTLY_USABLE


def _targets(files: list[Path], out: Path, ending: str) -> list[Path]:
    from imu.errors import UsageError

    if len(files) == 1 and not out.is_dir():
        return [out]
    if out.suffix.lower() in {".csv", ".parquet"}:
        raise UsageError(f"{out}: several files need a folder for --out, not a table")
    targets = [out / f"{file.name.partition('.')[0]}.steps.{ending}" for file in files]
    twice = sorted({t.name for t in targets if targets.count(t) > 1})
    if twice:
        raise UsageError(f"{twice[0]}: two of the files would be written to it; analyze them one by one")
    out.mkdir(parents=True, exist_ok=True)
    return targets


def _one(
    file: Path,
    target: Path,
    placement: str | None,
    side: str | None,
    range_g: float | None,
    *,
    overwrite: bool,
) -> int:
    from imu import analyze as analyze_recording
    from imu.store import write_steps

    own = file.suffix.lower() == ".mcap"
    table_only = {"placement": placement, "side": side, "range_g": range_g}
    result = analyze_recording(file, **({} if own else table_only))  # type: ignore[arg-type]
    write_steps(result.steps, target, overwrite=overwrite)
    return _report(file, target, result)


def _report(file: Path, target: Path, result: Analysis) -> int:
    from imu.cli.app import OK, PARTLY_USABLE

    running = int((result.steps["activity"] == "run").sum())
    print(f"{file}: {len(result.steps)} steps, {running} of them running, written to {target}")
    notes = [note for note in result.quality["notes"] if note]
    for note in notes:
        print(f"{file}: {note}", file=sys.stderr)
    return PARTLY_USABLE if result.cut_off else OK
