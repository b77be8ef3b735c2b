"""Scan, bind and record by the command line, with a pair of virtual sensors in another process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imu.chain import Chain
from imu.model import LinkChange, LinkState, SensorHealth
from imu.store import SessionReader
from tests.programs import lines_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN = [sys.executable, "-c", "from imu.cli import main; main()"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {f"SOFTSTRIKE_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE")}
    return {**os.environ, **own}


@pytest.fixture
def sensors(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    words = ["virtual-sensor", "softstrike-reference", "--transport", f"tcp-server:127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*MAIN, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    )
    try:
        lines_until(process, "ready")
        yield process, f"tcp-client:127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        finally:
            process.kill()
        assert process.returncode == 0


def test_from_a_scan_to_a_recording_that_survives_a_drop(
    sensors: tuple[subprocess.Popen[str], str], environment: dict[str, str], tmp_path: Path
) -> None:
    process, radio = sensors

    def softstrike(*words: str) -> str:
        command = [*MAIN, *words, "--radio", radio]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120, env=environment
        )
        return done.stdout + done.stderr

    scanned = softstrike("scan", "--listen", "1")
    for side in ("left", "right"):
        assert f"softstrike {side}" in scanned
        where = ("--runner", "anna", "--placement", "shoe", "--side", side, "--listen", "1")
        assert f"virtual-{side}" in softstrike("sensors", "bind", f"softstrike {side}", *where)
    recording = subprocess.Popen(
        [*MAIN, "record", "--duration", "9", "--radio", radio],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    try:
        lines_until(recording, "left: streaming")
        lines_until(recording, "steps")
        assert process.stdin is not None
        process.stdin.write("drop left\n")
        said, _ = recording.communicate(timeout=60)
    finally:
        recording.kill()
    assert recording.returncode == 0, said
    (path,) = (tmp_path / "data" / "sessions").iterdir()
    assert path.name in said
    reader = SessionReader(path)
    items = list(reader.inputs())
    links = [each.state for each in items if isinstance(each, LinkChange) and each.sensor == "left-shoe"]
    assert LinkState.LOST in links
    assert links[-1] is LinkState.CONNECTED
    chain = Chain(reader.header)
    out = [each for item in items for each in chain.push(item)]
    last = {each.sensor: each.ledger for each in out if isinstance(each, SensorHealth)}
    assert last["right-shoe"].lost == 0
    assert last["left-shoe"].gaps == 1
    assert all(each.duplicates == each.faults == 0 for each in last.values())
