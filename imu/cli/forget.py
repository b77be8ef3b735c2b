"""``softstrike forget``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.library.forgetting import Traces

__all__ = ["forget"]

_SHOWN = 10


def forget(
    runner: str,
    /,
    *,
    yes: Annotated[bool, Parameter(negative=())] = False,
    folder: Path | None = None,
) -> int:
    """Delete everything there is of a runner; this cannot be undone.

    Sessions and what was written about them, the runner's profile, baselines and diary, which sensors are
    theirs, and the cache. Files that you exported, shared or wrote reports to are yours to delete.

    Parameters
    ----------
    runner : str
        Name of the runner.
    yes : bool
        Do not ask.
    folder : Path
        Folder with the sessions; by default the one that sessions are recorded into.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.cli.asking import confirmed
    from imu.library import Library
    from imu.library.forgetting import forget as forget_runner
    from imu.library.forgetting import traces_of

    traces = traces_of(runner, Library(folder))
    if not traces.any:
        print(f"there is nothing of {runner}")
        return NOTHING_USABLE
    print("\n".join(_listed(traces)))
    if not yes and not confirmed(f"Delete all this of {runner}?"):
        print("nothing was deleted")
        return OK
    left = forget_runner(traces)
    print(f"all this of {runner} was deleted, and the cache")
    for path in left:
        print(f"{path} still mentions {runner}: look at it yourself", file=sys.stderr)
    return PARTLY_USABLE if left else OK


def _listed(traces: Traces) -> Iterator[str]:
    for path in (*traces.sessions[:_SHOWN], *traces.files):
        yield f"  {path}"
    if len(traces.sessions) > _SHOWN:
        yield f"  and {len(traces.sessions) - _SHOWN} further files of sessions"
    if traces.sensors:
        yield f"  {traces.sensors} sensors that are {traces.runner}'s"
