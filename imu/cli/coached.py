"""What live and record share of the runner: options, and a header with what is usual and the cues."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.model import SessionHeader
    from imu.sources.base import Source

__all__ = ["RunOptions", "prepare"]


@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions:
    """About this run.

    Attributes
    ----------
    shoe : str
        What is run in; by default the runner's first pair. What is usual is known for each pair.
    surface : str
        What is run on; by default the runner's first.
    tag : list of str
        Short labels, e.g. taped; may be given more than once.
    coached : bool
        This is the next run of the programme (softstrike plan): cues come when they are due.
    """

    shoe: str = ""
    surface: str = ""
    tag: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    coached: Annotated[bool, Parameter(negative=())] = False


def prepare(source: Source, runner: str | None, options: RunOptions | None) -> Source:
    """Put what is known of the runner into the header of a session that has not begun.

    Parameters
    ----------
    source : Source
        The sensors.
    runner : str or None
        Who; by default as the header says.
    options : RunOptions or None
        About this run.

    Returns
    -------
    Source
        The same inputs under the full header.

    Raises
    ------
    UsageError
        The run is to be coached, and the runner, a programme or a baseline is missing.
    InputError
        The runner's files cannot be used.
    """
    from imu.sources.headed import HeadedSource

    header, told = _header(source.header, runner or source.header.runner, options or RunOptions())
    for line in told:
        print(line, file=sys.stderr, flush=True)
    return HeadedSource(source, header)


def _header(header: SessionHeader, runner: str, options: RunOptions) -> tuple[SessionHeader, list[str]]:
    """Return the header with all that is known, and what to tell the runner."""
    import msgspec

    from dashboards.limits import limit_settings
    from dashboards.preferences import load_preferences
    from imu.batch.calibrate import calibration_settings
    from imu.cli.who import shown_verdict, today
    from imu.runners import coached_settings, find_runner, runner_file
    from imu.runners.profile import slug_of

    limits = limit_settings(msgspec.structs.asdict(load_preferences()))
    models = calibration_settings(header.sensors, slug_of(runner) if runner else "")
    known = {**header.config, **limits, **models}
    plain = msgspec.structs.replace(
        header, runner=runner, shoe=options.shoe, surface=options.surface, tags=options.tag, config=known
    )
    if not options.coached and not (runner and runner_file(runner).is_file()):
        return plain, []
    profile = find_runner(runner)
    shoe = options.shoe or (profile.shoes[0].name if profile.shoes else "")
    settings, verdict = coached_settings(
        profile.name, header.sensors, shoe=shoe, today=today(), coached=options.coached
    )
    full = msgspec.structs.replace(
        plain,
        runner=profile.name,
        shoe=shoe,
        surface=options.surface or next(iter(profile.surfaces), ""),
        config={**known, **settings},
    )
    told = shown_verdict(profile.name) if verdict is not None else []
    return full, [*told, *_about_run(settings)]


def _about_run(settings: dict[str, float]) -> list[str]:
    number = settings.get("coach.session")
    if number is None:
        return []
    minutes, share = settings["coach.run_s"] / 60.0, settings.get("coach.on_share", 1.0)
    cued = f"cues {share:.0%} of the time, then 2 min without"
    return [f"Run {number:.0f} of 8: {minutes:.0f} min of running, {cued}."]
