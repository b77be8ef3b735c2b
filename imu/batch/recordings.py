"""Labelled recordings: samples, and what is true of them.

A folder holds one folder per data set; in it lie ``NAME.csv`` (or ``NAME.csv.gz``) with the samples,
``NAME.json`` with placement, side, activity and range, ``NAME.truth.csv`` with the true contacts, and where
only counts are known ``counts.csv`` or ``bouts.csv`` (columns ``t0_s, t1_s, strides``, with several
recordings also ``file``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd

from imu.batch.analyze import analyze
from imu.errors import InputError, UsageError
from imu.model import Placement, Side
from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from imu.config import ChainConfig

__all__ = ["Recording", "read_recording", "recordings"]


@dataclass(frozen=True)
class Recording:
    """One labelled recording.

    Attributes
    ----------
    name : str
        Data set and file, e.g. ``"marlow17/trial01_run"``.
    placement, side : Placement, Side
        Where the sensor was worn.
    activity : str
        ``"run"``, ``"walk"`` or ``"other"``.
    runner : str
        Who ran: ``subject`` of the description, or the data set where it names none.
    range_g : float or None
        End of the accelerometer's range.
    samples : pandas.DataFrame
        As :func:`imu.analyze` takes them.
    truth : pandas.DataFrame
        ``initial_contact_s, toe_off_s`` and perhaps ``strike``; no rows when unknown.
    counts : pandas.DataFrame
        ``t0_s, t1_s, strides``: true strides of this foot between two times; no rows when unknown.
    """

    name: str
    placement: Placement
    side: Side
    activity: str
    runner: str
    range_g: float | None
    samples: pd.DataFrame
    truth: pd.DataFrame
    counts: pd.DataFrame

    @property
    def sensor(self) -> str:
        """What the sensor measures."""
        return "acc+gyr" if "gyr_x_dps" in self.samples.columns else "acc"

    @property
    def labels(self) -> dict[str, Any]:
        """First columns of every table."""
        return {"recording": self.name, "placement": self.placement.value, "sensor": self.sensor}

    @property
    def minutes(self) -> float:
        """Length of the recording, min."""
        time_s = self.samples["time_s"]
        return float(time_s.iloc[-1] - time_s.iloc[0]) / S_PER_MIN

    def steps(self, samples: pd.DataFrame | None = None, config: ChainConfig | None = None) -> pd.DataFrame:
        """Find the steps, in the recording's own or in other samples."""
        return analyze(
            self.samples if samples is None else samples,
            placement=self.placement,
            side=self.side,
            range_g=self.range_g,
            config=config,
        ).steps


def recordings(root: Path | str) -> list[Recording]:
    """Read all recordings below a folder, in order of their names.

    Parameters
    ----------
    root : pathlib.Path or str
        The folder.

    Returns
    -------
    list of Recording

    Raises
    ------
    UsageError
        There is no such folder or no recording in it.
    InputError
        A recording or its labels cannot be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder; name one with labelled recordings")
    found = [one for path in sorted(root.glob("*/*.json")) if (one := read_recording(path)) is not None]
    if not found:
        raise UsageError(f"{root}: holds no NAME.csv beside a NAME.json; see the documentation of `evaluate`")
    return found


def read_recording(path: Path) -> Recording | None:
    """Read a recording by its description; None when no samples lie beside it.

    Raises
    ------
    InputError
        The recording or its labels cannot be read.
    """
    stem = path.with_suffix("")
    samples = next((p for p in (Path(f"{stem}.csv"), Path(f"{stem}.csv.gz")) if p.exists()), None)
    if samples is None:
        return None
    try:
        told = msgspec.json.decode(path.read_bytes())
        placement, side, activity = Placement(told["placement"]), Side(told["side"]), str(told["activity"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"must tell placement, side and activity: {error}", path=path) from error
    return Recording(
        name=f"{path.parent.name}/{path.stem}",
        placement=placement,
        side=side,
        activity=activity,
        runner=f"{path.parent.name}/{told['subject']}" if told.get("subject") else path.parent.name,
        range_g=told.get("accel_range_g"),
        samples=pd.read_csv(samples),
        truth=_table(Path(f"{stem}.truth.csv"), ("initial_contact_s", "toe_off_s")),
        counts=_spans(path),
    )


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=list(columns), dtype=float)
    table = pd.read_csv(path)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(f"column {missing[0]!r} is missing; add it", path=path)
    return table


def _spans(path: Path) -> pd.DataFrame:
    columns = ("t0_s", "t1_s", "strides")
    tables = [_table(path.parent / name, columns) for name in ("counts.csv", "bouts.csv")]
    spans = pd.concat([table for table in tables if len(table)] or tables[:1])
    return spans[spans["file"] == path.stem] if "file" in spans.columns else spans
