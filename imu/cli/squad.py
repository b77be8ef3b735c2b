"""``softstrike squad``."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from imu.squad import Link, Listener
    from imu.squad.host import SquadIdentity

__all__ = ["squad"]

squad = App(name="squad", help="See a whole squad live on one board.", help_format="plaintext")

_FLAG = Parameter(negative=())
_TOLD_EVERY_S = 3.0

_Names = Annotated[list[str] | None, _FLAG]


@squad.default
def board(
    name: str,
    /,
    *,
    host: Annotated[bool, _FLAG] = False,
    lan: Annotated[bool, _FLAG] = False,
    port: int = 8883,
    runner: _Names = None,
    broker: str | None = None,
    ca: Path | None = None,
    headless: Annotated[bool, _FLAG] = False,
) -> int:
    """Open the coach's board of a squad.

    With --host this laptop is the server: nothing else is needed. Without it the squad's broker is asked.

    Parameters
    ----------
    name : str
        The squad.
    host : bool
        Host the squad here and show an invitation for every runner.
    lan : bool
        With --host: let runners in from this network, encrypted; by default only from this machine.
    port : int
        With --host: where to listen; 0 chooses a free one.
    runner : list of str
        With --host: a runner to invite; give it once for each.
    broker : str
        Address of a broker, mqtts://HOST:PORT. The board's token is asked for once and kept.
    ca : Path
        Certificate to trust (PEM), for a broker with one of its own.
    headless : bool
        Open no window: print a line per runner every few seconds.
    """
    from imu.errors import UsageError

    if host == (broker is not None):
        raise UsageError("squad: say either --host, to host it here, or --broker, to join one")
    if not host:
        return _show(name, _board_link(name, str(broker), ca), headless=headless)
    from imu.squad.host import LOOPBACK, SquadHost, SquadIdentity, lan_address

    identity = SquadIdentity(name, runner or [], lan_address() if lan else LOOPBACK, port)
    hosted = SquadHost(identity)
    try:
        _invite(identity)
        print(f"\nlistening at {identity.address}:{identity.port}", flush=True)
        return _show(name, identity.link("board"), headless=headless)
    finally:
        hosted.close()


@squad.command
def join(file: Path | None = None, /) -> int:
    """Join a squad with an invitation, as a runner; it is kept in the system's keyring or a private file.

    Parameters
    ----------
    file : Path
        Text file with the invitation; by default it is read from the keyboard.
    """
    from imu.cli.app import OK
    from imu.squad import Invitation
    from imu.squad.secrets import save_invitation

    if file is None:
        print("Paste the invitation and press Enter:", file=sys.stderr)
    text = sys.stdin.readline() if file is None else file.read_text("ascii", errors="replace")
    invitation = Invitation.parse(text)
    place = save_invitation(invitation)
    runner = invitation.link.user
    print(f"{runner} has joined {invitation.squad}; the secret is kept in {place}")
    print(f'run it with: softstrike live --runner "{runner}" --squad "{invitation.squad}"')
    return OK


@squad.command
def mosquitto(name: str, /, *, out: Path, address: str, port: int = 8883, runner: _Names = None) -> int:
    """Write ready files for a Mosquitto broker: settings, rights, passwords, certificate, invitations.

    Parameters
    ----------
    name : str
        The squad.
    out : Path
        Folder to make; it must not exist.
    address : str
        Name or number under which runners reach the broker.
    port : int
        Where it listens.
    runner : list of str
        A runner to invite; give it once for each.
    """
    from imu.cli.app import OK
    from imu.squad.host import SquadIdentity
    from imu.squad.mosquitto import write_files

    identity = SquadIdentity(name, runner or [], address, port)
    write_files(identity, out)
    print(f"files for Mosquitto written to {out}; start it with: mosquitto -c {out / 'mosquitto.conf'}")
    return OK


@squad.command
def leave(name: str, runner: str, /) -> int:
    """Forget an invitation.

    Parameters
    ----------
    name : str
        The squad.
    runner : str
        The runner.
    """
    from imu.cli.app import OK
    from imu.squad.secrets import forget_invitation

    forget_invitation(name, runner)
    print(f"the invitation of {runner} to {name} is forgotten here")
    return OK


def _board_link(name: str, broker: str, ca: Path | None) -> Link:
    """How the board reaches a broker; its token is asked for once, never taken from the command line."""
    from getpass import getpass

    from imu.squad import BOARD_USER, Invitation, parse_broker
    from imu.squad.secrets import load_invitation, save_invitation

    link = parse_broker(broker, BOARD_USER, ca=ca)
    kept = load_invitation(name, BOARD_USER)
    if kept is not None and (kept.link.host, kept.link.port) == (link.host, link.port):
        return kept.link
    token = getpass(f"Token of the board at {link.host}: ")
    found = Invitation(name, parse_broker(broker, BOARD_USER, token, ca))
    save_invitation(found)
    return found.link


def _invite(identity: SquadIdentity) -> None:
    """Show the invitations: a QR code where the terminal can, and the line itself."""
    import segno

    for runner, invitation in identity.invitations().items():
        print(f"\nInvitation of {runner} (a secret: show it to nobody else):")
        if sys.stdout.isatty():
            segno.make(invitation.text(), error="l").terminal(compact=True)
        print(invitation.text())
    print("\na runner joins with: softstrike squad join")


def _show(name: str, link: Link, *, headless: bool) -> int:
    from imu.cli.app import OK
    from imu.squad import Listener

    listener = Listener(link, name)
    try:
        if headless:
            _print_board(name, listener)
        else:
            from imu.cli.screen import need_window, show_board

            need_window()
            show_board(name, listener)
    finally:
        listener.close()
    return OK


def _print_board(name: str, listener: Listener) -> None:
    """Print a line per runner every few seconds until Ctrl-C."""
    from imu.squad import SquadState, now_ms

    state, over = SquadState(name), threading.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: over.set())
    print("listening; Ctrl-C stops it", file=sys.stderr, flush=True)
    while not over.wait(_TOLD_EVERY_S):
        for heard in listener.fetch():
            state.receive(heard.topic, heard.payload, now_ms(), retained=heard.retained)
        print(f"-- {listener.state.text}; {state.refused.total()} messages refused")
        for card in state.cards(now_ms()):
            impacts = ", ".join(f"{sensor} {impact_g:.1f} g" for sensor, impact_g in card.impact_g.items())
            print(
                f"{card.runner}: {card.attention.text or 'all good'}; {card.steps} steps; {impacts}",
                flush=True,
            )
