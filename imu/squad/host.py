"""Hosting a squad on this machine: its secrets, its certificate, and the invitations for the runners."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from typing import TYPE_CHECKING, Any

from imu.errors import EnvironmentProblem, UsageError
from imu.folders import config_folder
from imu.squad.access import Access, new_token
from imu.squad.broker import EmbeddedBroker
from imu.squad.link import BOARD_USER, Invitation, Link, is_loopback
from imu.squad.messages import check_name
from imu.squad.secrets import read_secrets, write_secrets
from imu.store.files import PRIVATE, new_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["LOOPBACK", "SquadHost", "SquadIdentity", "lan_address"]

LOOPBACK = "127.0.0.1"
_DAYS = 825


class SquadIdentity:
    """Secrets and certificate of a squad at one address, kept between runs so that invitations stay good.

    Parameters
    ----------
    squad : str
        The squad.
    runners : sequence of str
        Runners to invite; those invited before stay invited.
    address, port : str, int
        Where runners reach the broker.
    encrypted : bool, optional
        Whether the line is encrypted, with a certificate made for this address which the invitations carry;
        by default wherever the address is not loopback.

    Attributes
    ----------
    tokens : dict of str to str
        Secret of every user, the board's among them.
    certificate, key : pathlib.Path or None
        PEM files.

    Raises
    ------
    UsageError
        A name cannot be used.
    InputError, EnvironmentProblem
        The kept secrets cannot be read or written.
    """

    def __init__(
        self, squad: str, runners: Sequence[str], address: str, port: int, *, encrypted: bool | None = None
    ) -> None:
        self.squad = check_name(squad, "squad")
        self.address, self.port = address, port
        self._folder = config_folder() / "squads" / squad
        self.tokens = self._invite(runners)
        self.tls = not is_loopback(address) if encrypted is None else encrypted
        self.certificate: Path | None = None
        self.key: Path | None = None
        if self.tls:
            self.certificate, self.key = self._certificate()

    def link(self, user: str) -> Link:
        """How a user reaches the broker."""
        pem = self.certificate.read_text("ascii") if self.certificate is not None else ""
        return Link(self.address, self.port, self.tls, user, self.tokens[user], pem)

    def invitations(self) -> dict[str, Invitation]:
        """Invitations of all runners, by name."""
        runners = sorted(user for user in self.tokens if user != BOARD_USER)
        return {user: Invitation(self.squad, self.link(user)) for user in runners}

    def _invite(self, runners: Sequence[str]) -> dict[str, str]:
        if BOARD_USER in runners:
            raise UsageError(f"no runner may be called {BOARD_USER!r}: the coach's board has that name")
        path = self._folder / "tokens.json"
        tokens = read_secrets(path)
        for user in (BOARD_USER, *runners):
            tokens.setdefault(check_name(user, "runner"), new_token())
        write_secrets(path, tokens)
        return tokens

    def _certificate(self) -> tuple[Path, Path]:
        """Make the certificate for this address, once."""
        certificate, key = (self._folder / f"{self.address}.{end}" for end in ("crt", "key"))
        if not certificate.exists():
            pem, secret = _self_signed(self.address)
            with new_file(key, overwrite=True, mode=PRIVATE) as temporary:
                temporary.write_bytes(secret)
            with new_file(certificate) as temporary:
                temporary.write_bytes(pem)
        return certificate, key


class SquadHost:
    """The embedded broker of a squad.

    Parameters
    ----------
    identity : SquadIdentity
        Whose it is; a port of 0 is replaced by the one found.

    Raises
    ------
    EnvironmentProblem
        The broker cannot listen there, or a package is missing.
    """

    def __init__(self, identity: SquadIdentity) -> None:
        self.identity = identity
        listen = "0.0.0.0" if identity.tls else LOOPBACK  # noqa: S104 - asked for by name, with TLS and tokens
        self.broker = EmbeddedBroker(
            Access(identity.squad, identity.tokens),
            listen,
            identity.port,
            certificate=identity.certificate,
            key=identity.key,
        )
        identity.port = self.broker.port

    def close(self) -> None:
        """End the broker."""
        self.broker.close()


def lan_address() -> str:
    """Address of this machine in its network, as seen from it; nothing is sent.

    Raises
    ------
    EnvironmentProblem
        There is no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: UDP only chooses the way out
        except OSError as error:
            raise EnvironmentProblem(
                "this machine is in no network: connect it, or leave --lan out"
            ) from error
        return str(probe.getsockname()[0])


def _self_signed(address: str) -> tuple[bytes, bytes]:
    """Certificate and key in PEM for one address."""
    from cryptography import x509  # noqa: PLC0415 - an extra, and slow to import
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "softstrike squad")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([_alternative(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), secret


def _alternative(address: str) -> Any:
    from cryptography import x509  # noqa: PLC0415 - an extra, and slow to import

    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)
