"""How a broker is reached: its address, who asks, and what is trusted."""

from __future__ import annotations

import base64
import ipaddress
import ssl
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from imu.errors import UsageError
from imu.squad.messages import check_name
from imu.typed import ready

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BOARD_USER", "Invitation", "Link", "is_loopback", "parse_broker"]

BOARD_USER = "board"
"""User that reads a whole squad; no runner may be called so."""

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SCHEME = "softstrike-squad:"
_ZLIB, _LARGEST = b"\x78", 1 << 16


class Link(msgspec.Struct, frozen=True):
    """Everything that is needed to connect.

    Attributes
    ----------
    host, port : str, int
        The broker.
    tls : bool
        Whether the line is encrypted; only a broker on this machine may do without.
    user, token : str
        Who asks, and the secret that proves it; the user is the runner's name, or ``"board"``.
    certificate : str
        PEM of the one certificate to trust; empty trusts what the system trusts.
    """

    host: str
    port: int
    tls: bool
    user: str
    token: str = ""
    certificate: str = ""

    def __repr__(self) -> str:  # a token never stands in a log
        return f"Link({self.user!r} at {self.host}:{self.port}, tls={self.tls})"

    def context(self) -> ssl.SSLContext | None:
        """TLS settings: the certificate is checked, and the name in it."""
        if not self.tls:
            return None
        return ssl.create_default_context(cadata=self.certificate or None)


class Invitation(msgspec.Struct, frozen=True):
    """What a runner needs to join: shown as a QR code or a line of text, never typed on a command line."""

    squad: str
    link: Link

    def text(self) -> str:
        """Return the invitation as one line."""
        packed = zlib.compress(msgspec.msgpack.encode(self), 9)
        return _SCHEME + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Invitation:
        """Read an invitation.

        Raises
        ------
        UsageError
            It is none, or not whole.
        """
        body = "".join(text.split()).removeprefix(_SCHEME)
        try:
            data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            found = msgspec.msgpack.decode(_unpacked(data), type=cls)
        except (ValueError, zlib.error, msgspec.DecodeError) as error:
            raise UsageError("this is no whole invitation: copy the line once more") from error
        check_name(found.squad, "squad")
        check_name(found.link.user, "runner")
        _check_line(found.link.host, tls=found.link.tls)
        return found


def _unpacked(data: bytes) -> bytes:
    """Unpack what was compressed, up to a size that no invitation has; the first ones were not compressed."""
    if not data.startswith(_ZLIB):
        return data
    packed = zlib.decompressobj()
    found = packed.decompress(data, _LARGEST)
    if not packed.eof or packed.unused_data:
        raise ValueError("not whole")
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_broker(url: str, user: str, token: str = "", ca: Path | None = None) -> Link:
    """Read the address of a broker.

    Parameters
    ----------
    url : str
        ``mqtts://HOST[:PORT]``, or ``mqtt://127.0.0.1[:PORT]`` on this machine.
    user, token : str
        Who asks, and the secret.
    ca : pathlib.Path, optional
        PEM file of the certificate to trust; by default what the system trusts.

    Raises
    ------
    UsageError
        The address is no broker's, holds a secret, or would send one over an open line.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--broker {url}: the port must be a number up to 65535") from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise UsageError(f"--broker {url}: give it as mqtts://HOST or mqtts://HOST:PORT")
    if parts.username or parts.password:
        raise UsageError(
            "--broker holds a secret, which others can read in the list of processes: take it out"
        )
    tls = parts.scheme == "mqtts"
    _check_line(parts.hostname, tls=tls)
    certificate = ca.read_text("ascii") if ca is not None else ""
    return Link(parts.hostname, port or _PORTS[parts.scheme], tls, user, token, certificate)


def _check_line(host: str, *, tls: bool) -> None:
    if not tls and not is_loopback(host):
        raise UsageError(f"{host} is another machine: the line must be encrypted, use mqtts://{host}")


ready(Invitation)
