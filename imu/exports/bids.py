"""A data set in the Motion-BIDS form (BIDS 1.10), with the steps as events.

DOI of the form: 10.1038/s41597-024-03559-8. Each sensor is a tracking system of its own, since each has its
own clock and samples; a channel LATENCY carries the time of every sample.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from imu import __version__
from imu.errors import UsageError
from imu.exports.places import Written, new_folder
from imu.store import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from imu.batch import SessionData

__all__ = ["export_bids"]

VERSION = "1.10.0"
TASK = "running"
_LABEL = re.compile(r"[0-9a-zA-Z]{1,32}")
_EVENTS = {
    "trial_type": "run or walk",
    "sensor": "tracking system that saw the step",
    "side": "left or right foot",
    "peak_accel": "greatest norm of the filtered acceleration after contact, gravity included, in g",
    "strike": "landing type: heel, midfoot, forefoot, unsure or unmeasurable",
    "accepted": "whether the step counts in averages",
    "clipped": "whether the sensor's range ended during the impact: its peak is a lower bound",
}


def export_bids(
    session: SessionData, out: Path | str, *, overwrite: bool = False, subject: str = "01"
) -> Written:
    """Write a session as a Motion-BIDS data set of one subject; no name, address or date is in it.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.batch.load`.
    out : pathlib.Path or str
        The folder of the data set.
    overwrite : bool
        Whether files of the same names may be replaced.
    subject : str
        Label of the subject: letters and digits.

    Returns
    -------
    Written

    Raises
    ------
    UsageError
        A label of other characters, or a folder that may not be written to.
    """
    if not _LABEL.fullmatch(subject):
        raise UsageError(f"--subject {subject}: a BIDS label is made of letters and digits only")
    out = Path(out)
    with new_folder(out, overwrite=overwrite) as folder:
        motion = folder / f"sub-{subject}" / "motion"
        motion.mkdir(parents=True)
        _describe(folder, subject)
        stem = f"sub-{subject}_task-{TASK}"
        for sensor, samples in session.samples.groupby("sensor", observed=True):
            _write_sensor(motion, stem, session, str(sensor), samples)
        _write_events(motion, stem, session)
    return Written(out, len(session.samples), len(session.steps))


def _describe(folder: Path, subject: str) -> None:
    _json(
        folder / "dataset_description.json",
        {
            "Name": "Running session recorded with softstrike",
            "BIDSVersion": VERSION,
            "DatasetType": "raw",
            "License": "n/a",
            "Authors": ["unnamed"],
            "GeneratedBy": [{"Name": "softstrike", "Version": __version__}],
        },
    )
    (folder / "README.md").write_text(
        "# Running session\n\nAcceleration and angular rate of sensors on shoes or shins, written by "
        "softstrike. Times are seconds since the session's begin. Acceleration includes gravity: a still "
        'sensor reads 9.80665 m/s^2 along "up".\n',
        encoding="utf-8",
    )
    (folder / "participants.tsv").write_text(f"participant_id\nsub-{subject}\n", encoding="utf-8")


def _write_sensor(motion: Path, stem: str, session: SessionData, sensor: str, samples: pd.DataFrame) -> None:
    info = next(one for one in session.header.sensors if one.sensor == sensor)
    label = _label(sensor)
    channels = _channels(f"{info.side}_{info.placement}", has_gyr=info.has_gyro)
    columns = [TIME_COLUMN, *ACC_COLUMNS, *(GYR_COLUMNS if info.has_gyro else ())]
    table = samples[columns].astype("float64")
    table[list(ACC_COLUMNS)] = table[list(ACC_COLUMNS)] * MPS2_PER_G
    base = f"{stem}_tracksys-{label}"
    _tsv(table, motion / f"{base}_motion.tsv", header=False)
    lines = ["name\tcomponent\ttype\ttracked_point\tunits", *("\t".join(row) for row in channels)]
    (motion / f"{base}_channels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    span_s = float(table[TIME_COLUMN].max() - table[TIME_COLUMN].min())
    axes = 3 if info.has_gyro else 0
    facts: dict[str, Any] = {
        "TaskName": TASK,
        "TaskDescription": "Running, with walking and standing in between",
        "SamplingFrequency": info.rate_hz,
        "SamplingFrequencyEffective": (len(table) - 1) / span_s if span_s else info.rate_hz,
        "TrackingSystemName": label,
        "RecordingType": "continuous",
        "RecordingDuration": span_s,
        "MotionChannelCount": 4 + axes,
        "ACCELChannelCount": 3,
        "GYROChannelCount": axes,
        "LATENCYChannelCount": 1,
        "TrackedPointsCount": 1,
        "MissingValues": "missing samples are left out: the LATENCY channel tells the time of each sample",
        "SoftwareVersions": f"softstrike {__version__}",
    }
    _json(motion / f"{base}_motion.json", {name: value for name, value in facts.items() if value is not None})


def _channels(point: str, *, has_gyr: bool) -> list[tuple[str, str, str, str, str]]:
    rows = [("latency", "n/a", "LATENCY", "n/a", "s")]
    rows += [(f"acc_{axis}", axis, "ACCEL", point, "m/s^2") for axis in "xyz"]
    if has_gyr:
        rows += [(f"gyr_{axis}", axis, "GYRO", point, "deg/s") for axis in "xyz"]
    return rows


def _label(sensor: str) -> str:
    """Label of a tracking system: letters and digits of the sensor's name."""
    return re.sub(r"[^0-9a-zA-Z]", "", sensor)[:32] or "sensor"


def _write_events(motion: Path, stem: str, session: SessionData) -> None:
    import pandas as pd  # noqa: PLC0415 - slow to import

    steps = session.steps.sort_values("initial_contact_s")
    table = pd.DataFrame(
        {
            "onset": steps["initial_contact_s"],
            "duration": steps["contact_time_ms"] / 1000.0,
            "trial_type": steps["activity"],
            "sensor": steps["sensor"].map(_label),
            "side": steps["side"],
            "peak_accel": steps["peak_accel_g"],
            "strike": steps["strike"],
            "accepted": steps["accepted"].map({True: "true", False: "false"}),
            "clipped": steps["clipped"].map({True: "true", False: "false"}),
        }
    )
    _tsv(table, motion / f"{stem}_events.tsv", header=True)
    about: Mapping[str, Any] = {name: {"Description": text} for name, text in _EVENTS.items()}
    _json(motion / f"{stem}_events.json", about)


def _tsv(table: pd.DataFrame, path: Path, *, header: bool) -> None:
    table.to_csv(
        path, sep="\t", index=False, header=header, na_rep="n/a", lineterminator="\n", encoding="utf-8"
    )


def _json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
