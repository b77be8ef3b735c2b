"""What the commands share that run simulated sensors: their options and the session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter, validators

from imu import __version__

if TYPE_CHECKING:
    from imu.sources.sim import SimulatedSession

__all__ = ["Duration", "Seed", "simulated_session"]

_LONGEST_S = 86_400.0

Duration = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=_LONGEST_S))]
"""Option: a length in s."""

Seed = Annotated[int, Parameter(validator=validators.Number(gte=0))]
"""Option: a seed."""


def simulated_session(
    scenario: str, seed: int, duration_s: float | None, *, endless: bool = False
) -> SimulatedSession:
    """Simulate a ready scenario.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    seed : int
        Seed of everything.
    duration_s : float or None
        Length, s; None is the scenario's own, or a whole day.
    endless : bool
        It plays the part of a live session: without a duration it goes on for a day, and its header says
        when it began.

    Raises
    ------
    UsageError
        An unknown scenario.
    """
    from imu.sources.sim import ready_session

    length_s = _LONGEST_S if endless and duration_s is None else duration_s
    session = ready_session(scenario, seed=seed, duration_s=length_s)
    began = datetime.now(UTC).isoformat(timespec="seconds") if endless else ""
    software = f"softstrike {__version__}"
    session.header = msgspec.structs.replace(session.header, software=software, started_utc=began)
    return session
