"""``softstrike timer``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["timer"]

Minutes = Annotated[float, Parameter(validator=validators.Number(gte=15, lte=20))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=1, lte=600))]

wait = time.sleep
now_s = time.monotonic


def timer(
    what: str,
    /,
    *,
    minutes: Minutes = 15.0,
    seconds: Seconds | None = None,
    runner: str | None = None,
    log: bool = True,
) -> int:
    """Time ice after a run, or a hold of the plan, and write it into the log.

    Parameters
    ----------
    what : str
        ice, or an exercise that is held: calf-stretch, soleus-stretch, plank, side-plank.
    minutes : float
        Of ice: 15 to 20.
    seconds : float
        Of a hold; by default as planned.
    runner : str
        Who; the only runner without.
    log : bool
        Write it into the runner's log.
    """
    from imu.cli.app import OK
    from imu.cli.who import runner_named, today
    from imu.coach import LogEntry, advice, exercise_named
    from imu.errors import UsageError
    from imu.runners import journal_of

    journal = journal_of(runner_named(runner)) if log else None
    if what == "ice":
        length_s, told = minutes * 60.0, advice("ice").told()
    else:
        exercise = exercise_named(what)
        if not exercise.hold_s:
            raise UsageError(f"{what} is counted, not held: note it with `softstrike plan done {what}`")
        length_s, told = seconds or exercise.hold_s, exercise.how
    print(told)
    for line in _ticks(length_s):
        print(line, flush=True)
    if journal is not None:
        journal.add(LogEntry(today(), what, held_s=length_s, counted_by="timer"))
        print("noted")
    return OK


def _ticks(length_s: float) -> Iterator[str]:
    """Yield what to say, when it is time to; the last line comes when the time is over."""
    every_s = 60.0 if length_s > 120.0 else 10.0  # noqa: PLR2004 - two minutes
    end_s = now_s() + length_s
    left_s = length_s
    while left_s > 0:
        yield f"{left_s / 60:.0f} min left" if every_s > 10.0 else f"{left_s:.0f} s left"  # noqa: PLR2004
        wait(min(left_s, every_s))
        left_s = end_s - now_s()
    yield "time is up"
