"""Where secrets are kept: the system's keyring, else a file that only its owner may read."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import msgspec

from imu.errors import EnvironmentProblem, InputError
from imu.folders import config_folder
from imu.squad.link import Invitation
from imu.store.files import PRIVATE, new_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "forget_invitation",
    "load_invitation",
    "read_secrets",
    "save_invitation",
    "secrets_file",
    "write_secrets",
]

_SERVICE = "softstrike-squad"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secrets_file() -> Path:
    """File that holds secrets where there is no keyring."""
    return config_folder() / "squad-secrets.json"


def save_invitation(invitation: Invitation) -> str:
    """Keep an invitation; say where, in words.

    Raises
    ------
    EnvironmentProblem
        It cannot be kept anywhere.
    """
    key, text = _key(invitation.squad, invitation.link.user), invitation.text()
    ring = _keyring()
    if ring is not None:
        ring.set_password(_SERVICE, key, text)
        return "the system's keyring"
    kept = read_secrets(secrets_file())
    write_secrets(secrets_file(), {**kept, key: text})
    return str(secrets_file())


def load_invitation(squad: str, user: str) -> Invitation | None:
    """Find an invitation, None when there is none.

    Raises
    ------
    InputError
        The file of secrets is not readable, or others may read it.
    """
    key = _key(squad, user)
    ring = _keyring()
    text = ring.get_password(_SERVICE, key) if ring is not None else None
    text = text or read_secrets(secrets_file()).get(key)
    return None if text is None else Invitation.parse(text)


def forget_invitation(squad: str, user: str) -> None:
    """Remove an invitation from wherever it is."""
    key = _key(squad, user)
    ring = _keyring()
    if ring is not None and ring.get_password(_SERVICE, key) is not None:
        ring.delete_password(_SERVICE, key)
    kept = read_secrets(secrets_file())
    if kept.pop(key, None) is not None:
        write_secrets(secrets_file(), kept)


def _key(squad: str, user: str) -> str:
    return f"{squad}/{user}"


def _keyring() -> Any | None:
    """Return the system's keyring, None where there is none that works."""
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
        from keyring.backends import fail  # noqa: PLC0415
    except ImportError:
        return None
    ring = keyring.get_keyring()
    return None if isinstance(ring, fail.Keyring) else ring


def read_secrets(path: Path) -> dict[str, str]:
    """Read a file of secrets; empty when there is none.

    Raises
    ------
    InputError
        It is not readable, or others may read it.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise InputError(f"others may read it: chmod 600 '{path}', then use it again", path=path)
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, OSError) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error


def write_secrets(path: Path, kept: dict[str, str]) -> None:
    """Write a file of secrets that only its owner may read.

    Raises
    ------
    EnvironmentProblem
        The system refuses it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(f"{path.parent} cannot be made: {error}") from error
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
