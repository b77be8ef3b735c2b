"""How a live session reaches its squad: the options of ``live`` and ``record``, and the sink they make."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imu.model import SessionHeader
    from imu.squad import ConnectionState, Hub

__all__ = ["join_squad"]


def join_squad(squad: str, runner: str, broker: str | None, header: SessionHeader) -> Hub:
    """Make the sink that sends steps and flags to a squad.

    Parameters
    ----------
    squad, runner : str
        The squad and the name under which the runner was invited.
    broker : str or None
        Address of a broker, if it is another than the invitation's.
    header : SessionHeader
        The session.

    Raises
    ------
    UsageError
        The runner has no invitation to this squad, or the address cannot be used.
    """
    from imu.errors import UsageError
    from imu.folders import data_folder
    from imu.squad import Hub, parse_broker
    from imu.squad.secrets import load_invitation

    invitation = load_invitation(squad, runner)
    if invitation is None:
        raise UsageError(
            f"{runner or 'this runner'} has no invitation to the squad {squad}: "
            "take one from the coach with softstrike squad join, and name the runner with --runner"
        )
    link = invitation.link
    if broker is not None:
        given = parse_broker(broker, runner, link.token)
        same = (given.host, given.port) == (link.host, link.port)
        link = link if same else given
    waiting = data_folder() / "squad" / squad / f"{runner}.sqlite"
    return Hub(link, squad, header, waiting, on_state=_tell)


def _tell(state: ConnectionState) -> None:
    print(f"squad: {state.text}", file=sys.stderr, flush=True)
