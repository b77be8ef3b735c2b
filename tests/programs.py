"""Programs that tests start: each has an end, whatever the machine does."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

PATIENCE_S = 120.0


@contextlib.contextmanager
def limited(process: subprocess.Popen[Any], seconds: float = PATIENCE_S) -> Iterator[None]:
    """Kill a process that is still there after some seconds, so that waiting for what it writes ends."""
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def lines_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Read what a process says up to the line with a text.

    Raises
    ------
    AssertionError
        The process ended, or was killed after two minutes, without such a line; the error has what it said.
    """
    assert process.stdout is not None
    said: list[str] = []
    with limited(process):
        for line in iter(process.stdout.readline, ""):
            said.append(line)
            if text in line:
                return said
    raise AssertionError(f"{text!r} was not said, but {said}")
