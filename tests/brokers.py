"""A Mosquitto of a test's own, on a free port of this machine; it never outlives the test."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_START_S = 30.0
_PAUSE_S = 0.05
_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """Port that nobody uses just now.

    Below those that a system gives to clients: a client that tries again and again to reach a broker that is
    gone may be given the broker's own port, connects to itself, and keeps the broker from coming back.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail(f"no port in {_PORTS} is free")


@contextlib.contextmanager
def mosquitto(program: str, settings: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Mosquitto until the block ends; when it does not answer, the test fails with its words."""
    log = settings.with_suffix(".log")
    with (
        log.open("ab") as said,
        subprocess.Popen([program, "-c", str(settings)], stdout=said, stderr=said) as running,
    ):
        try:
            _await_answer(running, port, log)
            yield running
        finally:
            running.kill()


def _await_answer(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    pause = threading.Event()
    for _ in range(int(LONGEST_START_S / _PAUSE_S)):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        if running.poll() is not None:
            break
        pause.wait(_PAUSE_S)
    pytest.fail(f"Mosquitto does not listen at port {port}: {log.read_text('utf-8', errors='replace')}")
