"""What the header of a new session carries of its runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.coach import Verdict, assess, baseline_settings, measure_id, params_of_run
from imu.errors import UsageError
from imu.runners.history import read_history
from imu.runners.journal import journal_of
from imu.runners.profile import find_runner, read_baselines
from imu.signal import SignalParams

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from imu.model import SensorInfo

__all__ = ["coached_settings"]


def coached_settings(
    runner: str, sensors: Sequence[SensorInfo], *, shoe: str, today: dt.date, coached: bool
) -> tuple[dict[str, float], Verdict | None]:
    """Fix the settings for the header of a new session before it begins.

    Parameters
    ----------
    runner : str
        Name of the runner.
    sensors : sequence of SensorInfo
        What is worn.
    shoe : str
        What is run in; empty takes the runner's first pair.
    today : datetime.date
        Day of the session.
    coached : bool
        Whether this is the next run of the programme.

    Returns
    -------
    dict of str to float
        For the header's ``config``: mass, leg length, baselines, and the coached run.
    Verdict or None
        What the diary's rules say; None when the run is not coached. When cues rest, there is no coached run.

    Raises
    ------
    UsageError
        No programme was begun or it is complete, or no leg has a baseline in this shoe.
    """
    profile = find_runner(runner)
    shoe = shoe or (profile.shoes[0].name if profile.shoes else "")
    settings = {
        key: value for key in ("mass_kg", "leg_length_m") if (value := getattr(profile, key)) is not None
    }
    measure = measure_id(SignalParams())
    settings |= baseline_settings(read_baselines(runner), sensors, shoe=shoe, measure=measure)
    if not coached:
        return settings, None
    return _with_coached_run(profile.name, shoe, settings, today)


def _with_coached_run(
    runner: str, shoe: str, settings: dict[str, float], today: dt.date
) -> tuple[dict[str, float], Verdict]:
    """Add the next run of the programme, unless cues rest."""
    journal = journal_of(runner)
    programme = journal.programme
    if programme is None:
        raise UsageError(f"{runner} has no programme: begin one with `softstrike plan start`")
    if not any(key.startswith("baseline_g.") for key in settings):
        raise UsageError(
            f"{runner} has no usual impact in {shoe or 'these shoes'} with these sensors yet: record "
            "an easy run and learn it with `softstrike runner learn`"
        )
    verdict = assess(journal.diary, today)
    if verdict.cues_rest:
        return settings, verdict
    following = read_history(runner).progress(programme.number).next
    if following is None:
        raise UsageError(f"{runner}'s programme is complete: begin another with `softstrike plan start`")
    params = params_of_run(
        following,
        programme=programme.number,
        target_share=programme.target_share,
        landing=programme.landing,
        step_rate_spm=programme.step_rate_spm,
    )
    return settings | params.settings(), verdict
