"""Asking before something is deleted."""

from __future__ import annotations

import sys

from imu.errors import UsageError

__all__ = ["confirmed"]


def confirmed(question: str) -> bool:
    """Ask, and wait for a yes.

    Parameters
    ----------
    question : str
        What will be done.

    Returns
    -------
    bool
        Whether the answer was y or yes.

    Raises
    ------
    UsageError
        Nobody is there to answer.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody can answer here: add --yes if it shall be done")
    return input(f"{question} [y/N] ").strip().casefold() in ("y", "yes")
