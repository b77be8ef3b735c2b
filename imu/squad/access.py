"""Who may do what at a broker: a runner writes its own topics, the board reads its squad, and no more."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import msgspec

from imu.squad.link import BOARD_USER
from imu.squad.messages import PREFIX

__all__ = ["Access", "new_token"]

_TOKEN_BYTES = 24


def new_token() -> str:
    """Make a secret of 192 bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


class Access(msgspec.Struct, frozen=True):
    """Rights in one squad.

    Attributes
    ----------
    squad : str
        The squad.
    tokens : dict of str to str
        Secret of every user by name; the user ``"board"`` reads, every other one is a runner.
    """

    squad: str
    tokens: dict[str, str]

    def lets_in(self, user: str | None, token: str | None) -> bool:
        """Whether a user proves to be who it says; takes as long for a wrong name as for a wrong secret."""
        expected = self.tokens.get(user or "", "")
        given, wanted = (hashlib.sha256(text.encode()).digest() for text in (token or "", expected))
        return hmac.compare_digest(given, wanted) and bool(expected)

    def may_publish(self, user: str, topic: str) -> bool:
        """Whether a runner may write to a topic."""
        return (
            user != BOARD_USER and user in self.tokens and topic.startswith(f"{PREFIX}/{self.squad}/{user}/")
        )

    def may_read(self, user: str, pattern: str) -> bool:
        """Whether a user may read the topics of a pattern."""
        return user == BOARD_USER and pattern.startswith(f"{PREFIX}/{self.squad}/")
