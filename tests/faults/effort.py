"""How hard the fault tests try: a share of the whole in CI, all of it with ``SOFTSTRIKE_FAULTS=full``."""

from __future__ import annotations

import os

FULL = os.environ.get("SOFTSTRIKE_FAULTS") == "full"


def tries(usual: int, full: int) -> int:
    """Return the number of tries: the issue's figure when all of it is asked for."""
    return full if FULL else usual
