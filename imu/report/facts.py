"""What a session amounts to, as plain numbers: everything that a report says is computed here."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from imu.batch import SensorQuality
from imu.config import ChainConfig
from imu.model import Activity, Strike
from imu.report.usual import Baseline, first_steps, usual_by_step
from imu.units import MS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from imu.batch import SessionData
    from imu.model import SensorInfo

    FloatArray = NDArray[np.float64]

__all__ = [
    "FlagFacts",
    "SessionFacts",
    "SideFacts",
    "Stretch",
    "moment_of",
    "session_facts",
]

LANDINGS = (Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT, Strike.UNSURE)
DECIDED = LANDINGS[:3]
LONG_RUN_S = 240.0
STRETCH_S, SHORT_STRETCH_S = S_PER_MIN, 15.0
LEAST_STEPS = 8
"""Fewer steps than this in a stretch give no median worth showing."""

LEAST_SIDE_STEPS = 50
"""Left is compared with right from so many steps of each on."""


class Stretch(msgspec.Struct, frozen=True):
    """A minute, or a quarter of one in a short session.

    Attributes
    ----------
    start_s, end_s : float
        Session time, s.
    steps : int
        Accepted running steps in it.
    impact_g, low_g, high_g : float or None
        Median and quartiles of the impact, g.
    heel_share, cadence_spm : float or None
        Share of heel landings among the decided ones; median cadence.
    usual_g : float or None
        What is usual at the cadence of these steps, g; None without a baseline of the runner's own.
    """

    start_s: float
    end_s: float
    steps: int
    impact_g: float | None
    low_g: float | None
    high_g: float | None
    heel_share: float | None
    cadence_spm: float | None
    usual_g: float | None = None


class SideFacts(msgspec.Struct, frozen=True):
    """One sensor's accepted running steps; None where nothing was measured.

    Attributes
    ----------
    sensor, side, placement : str
        Which sensor.
    run_steps, walk_steps, rejected_steps : int
        Steps of this foot.
    impact_g : float or None
        Median of the resultant peak, g; a lower bound where steps are clipped.
    clipped_share : float
        Share of steps whose impact went beyond the sensor's range.
    impacts, impact_sum_g, bins
        Number of measured impacts, their sum, and how many lie in ``[k, k + 1)`` g.
    landings : dict of str to int
        Steps per landing type, ``unsure`` included; empty when this sensor cannot tell.
    excessive_share : float or None
        Share of steps above the limit in force among those that could be judged.
    baseline : Baseline or None
        What is usual.
    stretches : tuple of Stretch
        The session in stretches of equal length.
    """

    sensor: str
    side: str
    placement: str
    run_steps: int
    walk_steps: int
    rejected_steps: int
    impact_g: float | None
    clipped_share: float
    cadence_spm: float | None
    contact_time_ms: float | None
    running_s: float
    impacts: int
    impact_sum_g: float
    bins: tuple[int, ...]
    landings: dict[str, int]
    excessive_share: float | None
    baseline: Baseline | None = None
    stretches: tuple[Stretch, ...] = ()

    @property
    def decided(self) -> int:
        """Steps whose landing type was decided."""
        return sum(self.landings.get(kind, 0) for kind in DECIDED)

    def share(self, kind: str) -> float | None:
        """Share of a landing type among the decided steps; None without any."""
        return self.landings.get(kind, 0) / self.decided if self.decided else None

    @property
    def place(self) -> tuple[str, str]:
        """Placement and side: only the same may be compared between sessions."""
        return self.placement, self.side


class FlagFacts(msgspec.Struct, frozen=True):
    """A flag that rose, s since the session's begin."""

    time_s: float
    rule: str
    text: str


class SessionFacts(msgspec.Struct, frozen=True):
    """Everything a report knows of a session; names and notes as the runner gave them.

    Attributes
    ----------
    started : datetime or None
        When it began, if the session says so.
    duration_s : float
        From the first to the last input, s.
    complete : bool
        Whether the file was closed in order and undamaged.
    """

    name: str
    runner: str
    started: datetime | None
    shoe: str
    surface: str
    tags: tuple[str, ...]
    note: str
    origin: str
    duration_s: float
    complete: bool
    sides: tuple[SideFacts, ...]
    flags: tuple[FlagFacts, ...] = ()
    quality: tuple[SensorQuality, ...] = ()

    @property
    def running_s(self) -> float:
        """Time spent running, s, as the sensor that saw most of it tells."""
        return max((side.running_s for side in self.sides), default=0.0)

    def of_place(self, place: tuple[str, str]) -> SideFacts | None:
        """Facts of the sensor worn in a place, if there was one."""
        return next((side for side in self.sides if side.place == place), None)


def session_facts(session: SessionData) -> SessionFacts:
    """Compute what a report says of a session.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.batch.load`. What is usual is the runner's baselines that its header carries, by
        cadence; without them the first steps, see :func:`imu.report.against_earlier`.

    Returns
    -------
    SessionFacts
    """
    header, steps = session.header, session.steps
    length_s = STRETCH_S if session.duration_s >= LONG_RUN_S else SHORT_STRETCH_S
    edges_s = np.arange(0.0, max(session.duration_s, length_s) + length_s, length_s)
    config = ChainConfig.from_header(header)
    sides = tuple(
        _side(steps[steps["sensor"] == info.sensor], info, config, edges_s)
        for info in header.sensors
        if info.placement.on_leg
    )
    return SessionFacts(
        name=session.name,
        runner=header.runner,
        started=moment_of(header.started_utc),
        shoe=header.shoe,
        surface=header.surface,
        tags=header.tags,
        note=header.note,
        origin=header.origin,
        duration_s=session.duration_s,
        complete=session.complete,
        sides=sides,
        flags=tuple(_flags(session.flags)),
        quality=tuple(_quality(session.quality)),
    )


def moment_of(text: str) -> datetime | None:
    """Read a wall-clock label; one that cannot be read is no reason to show no report."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.astimezone()


def _side(steps: pd.DataFrame, info: SensorInfo, config: ChainConfig, edges_s: FloatArray) -> SideFacts:
    running = steps[steps["activity"] == Activity.RUN.value]
    good = running[running["accepted"].astype(bool)]
    impact_g = _numbers(good, "peak_accel_g")
    known_g = impact_g[np.isfinite(impact_g)]
    strikes = good["strike"].to_numpy(str)
    landings = {kind.value: int((strikes == kind.value).sum()) for kind in LANDINGS}
    judged = good["excessive_impact"].dropna()
    usual_g = usual_by_step(good, config, info.sensor)
    return SideFacts(
        info.sensor,
        str(info.side),
        str(info.placement),
        run_steps=len(running),
        walk_steps=len(steps) - len(running),
        rejected_steps=int((~steps["accepted"].astype(bool)).sum()),
        impact_g=_middle(impact_g),
        clipped_share=float(good["clipped"].astype(bool).mean()) if len(good) else 0.0,
        cadence_spm=_middle(_numbers(good, "cadence_spm")),
        contact_time_ms=_middle(_numbers(good, "contact_time_ms")),
        running_s=float(np.nansum(_numbers(running, "stride_time_ms"))) / MS_PER_S,
        impacts=len(known_g),
        impact_sum_g=float(known_g.sum()),
        bins=tuple(int(count) for count in np.bincount(known_g.astype(np.int64))) if len(known_g) else (),
        landings=landings if any(landings.values()) else {},
        excessive_share=float(judged.astype(bool).mean()) if len(judged) else None,
        baseline=first_steps(good) if usual_g is None else _own(usual_g, config.baselines_g[info.sensor]),
        stretches=tuple(_stretches(good, edges_s, usual_g)),
    )


def _own(usual_g: FloatArray, overall_g: float) -> Baseline:
    """Sum up the runner's own baseline over the steps of a session."""
    middle_g = float(np.median(usual_g)) if len(usual_g) else overall_g
    return Baseline(middle_g, "profile", by_cadence=len(np.unique(usual_g)) > 1)


def _stretches(good: pd.DataFrame, edges_s: FloatArray, usual_g: FloatArray | None) -> Iterable[Stretch]:
    place = np.digitize(_numbers(good, "initial_contact_s"), edges_s) - 1
    for number, (start_s, end_s) in enumerate(itertools.pairwise(edges_s)):
        part = good[place == number]
        if len(part) == 0:
            continue
        impact_g = _numbers(part, "peak_accel_g")
        decided = part["strike"][part["strike"].isin([kind.value for kind in DECIDED])]
        yield Stretch(
            start_s=float(start_s),
            end_s=float(end_s),
            steps=len(part),
            impact_g=_middle(impact_g, LEAST_STEPS),
            low_g=_middle(impact_g, LEAST_STEPS, 25),
            high_g=_middle(impact_g, LEAST_STEPS, 75),
            heel_share=float((decided == Strike.HEEL.value).mean()) if len(decided) >= LEAST_STEPS else None,
            cadence_spm=_middle(_numbers(part, "cadence_spm"), LEAST_STEPS),
            usual_g=None if usual_g is None else float(np.median(usual_g[place == number])),
        )


def _flags(flags: pd.DataFrame) -> Iterable[FlagFacts]:
    raised = flags[flags["raised"].astype(bool)]
    for row in raised.to_dict("records"):
        yield FlagFacts(float(row["time_s"]), str(row["rule"]), str(row["text"]))


def _quality(quality: pd.DataFrame) -> Iterable[SensorQuality]:
    for row in quality.to_dict("records"):
        known = {name: None if value is None or value != value else value for name, value in row.items()}  # noqa: PLR0124 - not a number
        yield SensorQuality(**cast("Any", known))


def _numbers(frame: pd.DataFrame, column: str) -> FloatArray:
    return frame[column].to_numpy(np.float64, na_value=np.nan)


def _middle(values: FloatArray, least: int = 1, percent: float = 50) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.percentile(known, percent)) if len(known) >= least else None
