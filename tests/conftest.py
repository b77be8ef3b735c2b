"""What all tests share: no screen, no luck, and the recordings that do not ship."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# Qt and matplotlib read these when they are first imported, which a test module may do.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# The machine is shared and slow at times; a failing example must come back in the next run.
settings.register_profile("softstrike", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("softstrike")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
IN_CI = bool(os.environ.get("CI"))
ABSENT = "needs the recordings of ../shared/data, which do not ship with the project"


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder whose ``config``, ``data`` and ``cache`` are those of a user who is the test's own."""
    home = tmp_path / "home"
    for kind in ("config", "data", "cache"):
        monkeypatch.setenv(f"SOFTSTRIKE_{kind.upper()}_DIR", str(home / kind))
    return home


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the recordings that do not ship; a test that asks for it is marked `shared` by itself."""
    if not SHARED_DATA.is_dir():
        (pytest.fail if IN_CI else pytest.skip)(ABSENT)
    return SHARED_DATA


@pytest.fixture(scope="session")
def system_program() -> Callable[[str], str]:
    """Find a program that the system provides; without it the test is skipped, in CI it fails."""

    def find(name: str) -> str:
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if found is None:
            (pytest.fail if IN_CI else pytest.skip)(f"needs {name}, which scripts/test_tools.sh installs")
        return found

    return find


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the recordings; without them it is skipped, and told why."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")
        if item.get_closest_marker("shared") and not SHARED_DATA.is_dir() and not IN_CI:
            item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI the recordings are there: a skipped test on them is a failure."""
    report = yield
    if IN_CI and report.skipped and item.get_closest_marker("shared"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
