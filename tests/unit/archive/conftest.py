"""A small archive: sessions that are good, cut off, and none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.sources.sim import ready_session
from imu.store import SessionWriter

if TYPE_CHECKING:
    from pathlib import Path

RUNNERS = ("Ada", "Ada", "../Bo=b/%", "")


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sessions of 12 s and two files that are worth less."""
    folder = tmp_path_factory.mktemp("archive")
    for number, runner in enumerate(RUNNERS):
        path = folder / "2026" / f"{number}.mcap"
        path.parent.mkdir(exist_ok=True)
        write_session(path, runner, seed=number)
    whole = (folder / "2026" / "0.mcap").read_bytes()
    (folder / "cut.mcap").write_bytes(whole[: len(whole) // 2])
    (folder / "none.mcap").write_bytes(b"not a session")
    return folder


def write_session(path: Path | str, runner: str, seed: int) -> None:
    """Write a simulated session of 12 s."""
    session = ready_session("two_shins", seed=seed, duration_s=12.0)
    header = msgspec.structs.replace(
        session.header, runner=runner, started_utc=f"2026-03-0{seed + 1}T08:00:00Z"
    )
    writer = SessionWriter(path, header)
    for item in session.inputs():
        writer.write(item)
    writer.close()
