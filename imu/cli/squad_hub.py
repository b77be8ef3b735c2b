"""How a live session reaches its squad: the options of ``live``, and the sink they make."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.model import SessionHeader
    from imu.squad import ConnectionState, Hub

__all__ = ["SquadOptions", "squad_sinks"]


@Parameter(name="*")
@dataclass(frozen=True)
class SquadOptions:
    """The squad.

    Attributes
    ----------
    squad : str
        Send steps and flags to this squad's board (softstrike squad join); raw samples stay here.
    broker : str
        Another broker than the invitation's, mqtts://HOST:PORT.
    """

    squad: str = ""
    broker: str = ""


def squad_sinks(options: SquadOptions | None, header: SessionHeader) -> list[Hub]:
    """Return the sink that sends to the squad, or none.

    Raises
    ------
    UsageError
        The runner has no invitation to this squad, or the address cannot be used.
    EnvironmentProblem
        Another session of this runner is under way, or the package is not installed.
    """
    from imu.errors import UsageError

    if options is None or not (options.squad or options.broker):
        return []
    if not options.squad:
        raise UsageError("--broker needs the name of the squad: add --squad NAME")
    return [_hub(options, header)]


def _hub(options: SquadOptions, header: SessionHeader) -> Hub:
    from imu.errors import UsageError
    from imu.folders import data_folder
    from imu.squad import Hub, parse_broker
    from imu.squad.secrets import load_invitation

    squad, runner = options.squad, header.runner
    invitation = load_invitation(squad, runner)
    if invitation is None:
        raise UsageError(
            f"{runner or 'this runner'} has no invitation to the squad {squad}: "
            "take one from the coach with softstrike squad join, and name the runner with --runner"
        )
    link = invitation.link
    if options.broker:
        given = parse_broker(options.broker, runner, link.token)
        link = link if (given.host, given.port) == (link.host, link.port) else given
    waiting = data_folder() / "squad" / squad / f"{runner}.sqlite"
    return Hub(link, squad, header, waiting, on_state=_tell)


def _tell(state: ConnectionState) -> None:
    print(f"squad: {state.text}", file=sys.stderr, flush=True)
