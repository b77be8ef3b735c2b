"""Ready files for a Mosquitto broker with the same rights as the embedded one."""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
from typing import TYPE_CHECKING

from imu.errors import UsageError
from imu.squad.link import BOARD_USER
from imu.squad.messages import LARGEST_PACKET, PREFIX
from imu.store.files import PRIVATE, new_file, told_plainly

if TYPE_CHECKING:
    from pathlib import Path

    from imu.squad.host import SquadIdentity

__all__ = ["write_files"]

_ROUNDS = 1000
_SALT_BYTES = 12
_ON_THE_WAY, _WAITING = 1000, 20_000
"""Messages to one client that wait for its word, and that wait to be sent."""


def write_files(identity: SquadIdentity, folder: Path) -> None:
    """Write settings, rights, hashed passwords, certificate and invitations into a new folder.

    Parameters
    ----------
    identity : SquadIdentity
        The squad.
    folder : pathlib.Path
        Must not exist.

    Raises
    ------
    UsageError
        The folder exists.
    EnvironmentProblem
        The system refuses it.
    """
    if folder.exists():
        raise UsageError(f"{folder} exists already and is not overwritten: choose another folder")
    with told_plainly(folder):
        (folder / "data").mkdir(parents=True)
    home = folder.resolve()
    files = {
        "mosquitto.conf": _settings(identity, home),
        "acl": _rights(identity),
        "passwords": "".join(f"{user}:{_hash(token)}\n" for user, token in identity.tokens.items()),
        "invitations.txt": "".join(
            f"{name}: {invitation.text()}\n" for name, invitation in identity.invitations().items()
        ),
        "board-token.txt": f"{identity.tokens[BOARD_USER]}\n",
    }
    if identity.certificate is not None and identity.key is not None:
        files |= {
            "squad.crt": identity.certificate.read_text("ascii"),
            "squad.key": identity.key.read_text("ascii"),
        }
    for name, text in files.items():
        with new_file(folder / name, mode=PRIVATE) as temporary:
            temporary.write_text(text, "utf-8")


def _settings(identity: SquadIdentity, home: Path) -> str:
    listen = f"listener {identity.port}" if identity.tls else f"listener {identity.port} {identity.address}"
    tls = f"certfile {home / 'squad.crt'}\nkeyfile {home / 'squad.key'}\n" if identity.tls else ""
    return (
        f"# Broker of the squad {identity.squad}: start it with mosquitto -c mosquitto.conf\n"
        f"{listen}\n{tls}"
        f"{_owner()}"
        "allow_anonymous false\n"
        f"password_file {home / 'passwords'}\n"
        f"acl_file {home / 'acl'}\n"
        f"max_packet_size {LARGEST_PACKET}\n"
        "max_keepalive 60\n"
        "# A board that is slow for a moment loses no flag: by default 20 are on the way and 1,000 wait.\n"
        f"max_inflight_messages {_ON_THE_WAY}\nmax_queued_messages {_WAITING}\n"
        "# Retained states and queued flags survive a restart.\n"
        f"persistence true\npersistence_location {home / 'data'}/\nautosave_interval 10\n"
    )


def _owner() -> str:
    """Whom a broker started as root shall become: who wrote the files, since nobody else reads them."""
    try:
        return f"user {getpass.getuser()}\n"
    except (OSError, KeyError, ImportError):  # a system without names of users
        return ""


def _rights(identity: SquadIdentity) -> str:
    squad = f"{PREFIX}/{identity.squad}"
    rules = [f"user {BOARD_USER}\ntopic read {squad}/#\n"]
    rules += [f"user {name}\ntopic write {squad}/{name}/#\n" for name in identity.invitations()]
    return "\n".join(rules)


def _hash(token: str) -> str:
    """Hash a secret as ``mosquitto_passwd`` does: PBKDF2 with SHA-512."""
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", token.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
