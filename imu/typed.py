"""Types that are read from files and messages, made ready for use from any thread."""

from __future__ import annotations

import msgspec

__all__ = ["ready"]


def ready(*kinds: type) -> None:
    """Let msgspec work out types now, while their module is imported, and not when they are first used.

    msgspec 0.22 does so at first use, without a lock: two threads that decode the first value of a type at
    the same time end the process with a segmentation fault.

    Parameters
    ----------
    *kinds : type
        Types that the module decodes or converts to; those within them are made ready too.
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)
