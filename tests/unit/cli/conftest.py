"""The command line inside this process: quick, and open to what a real machine rarely does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest

from imu.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without a display and without anything of the user's."""
    assert own_folders
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return tmp_path


@pytest.fixture
def softstrike(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command line in the empty folder."""
    assert folder.is_dir()

    def call(*words: object) -> Said:
        code = run([str(word) for word in words])
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def still(folder: Path) -> Callable[[str], Path]:
    """Write three seconds of a sensor that lies still."""

    def write(name: str) -> Path:
        time_s = np.arange(300) / 100.0
        path = folder / name
        pd.DataFrame({"time_s": time_s, "acc_x_g": 0.0, "acc_y_g": 1.0, "acc_z_g": 0.0}).to_csv(
            path, index=False
        )
        return path

    return write
