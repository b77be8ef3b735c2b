"""``report`` and ``export`` as a user calls them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

import imu

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def recording(project_root: Path) -> Path:
    return project_root / "data" / "run_shoe_real.mcap"


def test_report_is_written_once_and_for_its_owner(
    softstrike: Callable[..., tuple[int, str, str]], folder: Path, recording: Path
) -> None:
    assert softstrike("report", recording, "--folder", folder) == (
        0,
        "report written to run_shoe_real.html\n",
        "",
    )
    page = folder / "run_shoe_real.html"
    steps = imu.load(recording).steps
    decided = steps["accepted"] & (steps["activity"] == "run") & (steps["strike"] != "unsure")
    assert f"{decided.sum()} landings decided" in page.read_text()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    code, _, err = softstrike("report", recording, "--folder", folder)
    assert code == 2
    assert "exists already" in err
    assert softstrike("report", recording, "--folder", folder, "--overwrite")[0] == 0


def test_export_says_what_it_wrote(
    softstrike: Callable[..., tuple[int, str, str]], folder: Path, recording: Path
) -> None:
    code, out, _ = softstrike("export", recording, "--to", "csv", "--out", "tables")
    assert code == 0
    assert "3913 samples and 61 steps written to tables" in out
    assert len(list((folder / "tables").iterdir())) == 7


def test_an_unknown_format_or_session_is_named(
    softstrike: Callable[..., tuple[int, str, str]], recording: Path
) -> None:
    assert softstrike("export", recording, "--to", "xls", "--out", "t")[0] == 2
    code, _, err = softstrike("report", "nowhere", "--folder", ".")
    assert code == 2
    assert "no such session" in err
