"""``softstrike doctor``."""

from __future__ import annotations

import enum
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["doctor"]

_PACKAGES = ("bleak", "cyclopts", "mcap", "msgspec", "numpy", "pandas", "pyarrow", "rich", "scipy")
_OLDEST = (3, 11)
_LEAST_FREE_GB = 1.0
_PATIENCE_S = 60.0
_START_QT = """
from dashboards.app import ensure_application
app = ensure_application()
print(app.platformName(), app.font().family())
"""


class Weight(enum.IntEnum):
    """What is lost without a thing; the value is the exit code when it is missing."""

    NOTHING_LOST = 0
    ALL_LOST = 1
    PART_LOST = 3


class Finding(NamedTuple):
    """One thing that was looked at."""

    topic: str
    fine: bool
    text: str
    weight: Weight = Weight.ALL_LOST


def doctor() -> int:
    """Look at this machine and say what is missing and what to do about it.

    Exit code 0: it works here. 3: it works without the dashboard. 1: it cannot work.
    """
    findings = [finding for look in _LOOKS for finding in look()]
    for topic, fine, text, weight in findings:
        mark = "ok" if fine else "MISSING" if weight else "none"
        print(f"{mark:<8} {topic:<10} {text}")
    missing = {finding.weight for finding in findings if not finding.fine}
    return Weight.ALL_LOST if Weight.ALL_LOST in missing else max(missing, default=Weight.NOTHING_LOST)


def _python() -> Iterator[Finding]:
    fine = sys.version_info >= _OLDEST
    hint = "" if fine else f"; install Python {_OLDEST[0]}.{_OLDEST[1]} or newer"
    yield Finding("Python", fine, f"{platform.python_version()} on {platform.system()}{hint}")


def _packages() -> Iterator[Finding]:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES if name not in missing)
    text = f"install {', '.join(missing)}: pip install softstrike" if missing else shown
    yield Finding("packages", not missing, text)


def _dashboard() -> Iterator[Finding]:
    from imu.cli.screen import need_pictures, window_possible

    try:
        need_pictures()
    except EnvironmentProblem as problem:
        yield Finding("dashboard", False, str(problem), Weight.PART_LOST)
        return
    # Qt ends the whole process when its platform lacks a library, so a process of its own starts it.
    trial = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _START_QT], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    if trial.returncode:
        first = (trial.stderr.strip().splitlines() or ["it ended without a word"])[0]
        hint = "on Debian or Ubuntu: apt install libxcb-cursor0"
        yield Finding("dashboard", False, f"Qt cannot open a window ({first}); {hint}", Weight.PART_LOST)
        return
    platform_name, font = trial.stdout.split(maxsplit=1)
    qt = f"PySide6 {metadata.version('PySide6_Essentials')}, pyqtgraph {metadata.version('pyqtgraph')}"
    yield Finding("dashboard", True, f"{qt}, platform {platform_name}, font {font.strip()}")
    seen = window_possible()
    text = "found" if seen else "none: pictures and reports are written instead of a window"
    yield Finding("display", seen, text, Weight.NOTHING_LOST)


def _bluetooth() -> Iterator[Finding]:
    if sys.platform != "linux":
        yield Finding("Bluetooth", True, f"of {platform.system()}; not looked at further")
        return
    adapters = sorted(path.name for path in Path("/sys/class/bluetooth").glob("hci*"))
    service = shutil.which("bluetoothctl") is not None
    if adapters and service:
        yield Finding("Bluetooth", True, f"{', '.join(adapters)}, BlueZ is installed")
        return
    wanted = [] if adapters else ["no adapter: plug one in"]
    wanted += [] if service else ["no BlueZ: on Debian or Ubuntu apt install bluez"]
    text = f"{'; '.join(wanted)}; simulated sensors work without (softstrike live --simulate)"
    yield Finding("Bluetooth", False, text, Weight.NOTHING_LOST)


def _recordings() -> Iterator[Finding]:
    from imu.cli.demo import RECORDINGS
    from imu.cli.paths import shipped_recording

    try:
        folder = {shipped_recording(name).parent for name in RECORDINGS}
    except EnvironmentProblem as problem:
        yield Finding("recordings", False, str(problem), Weight.PART_LOST)
    else:
        yield Finding("recordings", True, f"of the demo: {', '.join(map(str, folder))}")


def _disk() -> Iterator[Finding]:
    free_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    writable = os.access(Path.cwd(), os.W_OK)
    fine = free_gb >= _LEAST_FREE_GB and writable
    hint = "" if fine else "; choose a folder that you may write to, with 1 GB free"
    yield Finding("disk", fine, f"{free_gb:.1f} GB free in this folder{hint}")


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _dashboard,
    _bluetooth,
    _recordings,
    _disk,
)
