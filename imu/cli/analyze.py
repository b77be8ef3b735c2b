"""``softstrike analyze``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.batch import Analysis
    from imu.config import ChainConfig

__all__ = ["analyze"]

_TABLE_ENDINGS = (".csv", ".parquet")
_SESSION_ENDING = ".mcap"


def analyze(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    out: Path,
    placement: Literal["shank", "shoe", "pelvis"] | None = None,
    side: Literal["left", "right"] | None = None,
    range_g: float | None = None,
    calibration: Path | None = None,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the option's name
    outcomes: Path | None = None,
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
    calibration : Path
        Landing model made by `softstrike calibrate`, for CSV.
    format : str
        Format of the tables in a folder.
    outcomes : Path
        A second table to write, .csv, for one recording: flight time, duty factor, stride length, speed,
        ankle, shank tilt, pelvic drop, shock attenuation.
    overwrite : bool
        Replace tables that exist.
    """
    facts = {"placement": placement, "side": side, "range_g": range_g, "config": _calibrated(calibration)}
    _check_facts(files, facts)
    targets = _targets(files, out, format)
    _check_targets(files, targets, overwrite=overwrite)
    if outcomes is not None:
        _check_outcomes(files, outcomes, overwrite=overwrite)
    if len(files) == 1:
        return _one(files[0], targets[0], facts, overwrite=overwrite, outcomes=outcomes)
    return _together(
        [_attempt(f, target, facts, overwrite=overwrite) for f, target in zip(files, targets, strict=True)]
    )


def _check_facts(files: list[Path], facts: Mapping[str, Any]) -> None:
    """Refuse what would let some of the files fail for a missing option, before any of them is read."""
    from imu.errors import UsageError

    tables = [file for file in files if not _is_session(file)]
    if tables and (facts["placement"] is None or facts["side"] is None):
        raise UsageError(
            f"{tables[0]}: a table does not say where the sensor was worn: add --placement shank, shoe or "
            "pelvis and --side left or right"
        )
    if not tables and any(value is not None for value in facts.values()):
        raise UsageError(
            f"{files[0]}: a session says placement, side and range itself: "
            "leave --placement, --side, --range-g and --calibration out"
        )


def _calibrated(file: Path | None) -> ChainConfig | None:
    """Parameters with a landing model for every table."""
    if file is None:
        return None
    from imu.batch.calibrate import load_calibration
    from imu.config import ANY_SENSOR, ChainConfig

    return ChainConfig(strike_models={ANY_SENSOR: load_calibration(file)})


def _is_session(file: Path) -> bool:
    return file.suffix.lower() == _SESSION_ENDING


def _targets(files: list[Path], out: Path, ending: str) -> list[Path]:
    from imu.errors import UsageError

    if len(files) == 1 and not out.is_dir():
        return [out]
    if out.suffix.lower() in _TABLE_ENDINGS or out.is_file():
        raise UsageError(f"{out}: several files need a folder for --out, not a file")
    targets = [out / f"{file.name.partition('.')[0]}.steps.{ending}" for file in files]
    twice = sorted({t.name for t in targets if targets.count(t) > 1})
    if twice:
        raise UsageError(f"{twice[0]}: two of the files would be written to it; analyze them one by one")
    return targets


def _check_targets(files: list[Path], targets: list[Path], *, overwrite: bool) -> None:
    from imu.cli.paths import check_target
    from imu.errors import UsageError

    read = {file.resolve() for file in files}
    for target in targets:
        if target.resolve() in read:
            raise UsageError(f"{target} is the recording itself: choose another name for --out")
        check_target(target, _TABLE_ENDINGS, overwrite=overwrite)


def _check_outcomes(files: list[Path], outcomes: Path, *, overwrite: bool) -> None:
    from imu.cli.paths import check_target
    from imu.errors import UsageError

    if len(files) > 1:
        raise UsageError(f"{outcomes}: --outcomes takes one recording at a time")
    check_target(outcomes, (".csv",), overwrite=overwrite)


def _attempt(file: Path, target: Path, facts: Mapping[str, Any], *, overwrite: bool) -> int:
    """Analyze one file of several: an error in one says so and lets the others go on."""
    from imu.cli.app import NOTHING_USABLE, sentence
    from imu.errors import SoftstrikeError

    try:
        return _one(file, target, facts, overwrite=overwrite, make_folder=True)
    except (SoftstrikeError, OSError) as error:
        print(f"softstrike: {sentence(error)}", file=sys.stderr)
        return NOTHING_USABLE


def _together(codes: list[int]) -> int:
    from imu.cli.app import PARTLY_USABLE

    return codes[0] if len(set(codes)) == 1 else PARTLY_USABLE


def _one(
    file: Path,
    target: Path,
    facts: Mapping[str, Any],
    *,
    overwrite: bool,
    make_folder: bool = False,
    outcomes: Path | None = None,
) -> int:
    from imu import analyze as analyze_recording
    from imu.cli.sessions import naming
    from imu.store import write_steps
    from imu.store.files import new_file

    with naming(file):
        told = {} if _is_session(file) else facts
        result = analyze_recording(file, **told, motion=outcomes is not None)
    if make_folder:
        target.parent.mkdir(parents=True, exist_ok=True)
    write_steps(result.steps, target, overwrite=overwrite)
    if outcomes is not None:
        with new_file(outcomes, overwrite=overwrite) as temporary:
            result.outcomes.to_csv(temporary, index=False, float_format="%.6g")
    return _report(file, target, result)


def _report(file: Path, target: Path, result: Analysis) -> int:
    from imu.cli.app import OK, PARTLY_USABLE

    running = int((result.steps["activity"] == "run").sum())
    print(f"{file}: {len(result.steps)} steps, {running} of them running, written to {target}")
    notes = [note for note in result.quality["notes"] if note]
    for note in dict.fromkeys(notes):
        print(f"{file}: {note}", file=sys.stderr)
    return PARTLY_USABLE if result.cut_off else OK
