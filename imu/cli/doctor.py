"""``softstrike doctor``."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["doctor"]

_PACKAGES = ("bleak", "cyclopts", "mcap", "msgspec", "numpy", "pandas", "pyarrow", "rich", "scipy")
_OLDEST = (3, 11)
_LEAST_FREE_GB = 1.0


class Finding(NamedTuple):
    """One thing that was looked at; `needed` tells whether softstrike works without it."""

    topic: str
    fine: bool
    text: str
    needed: bool = True


def doctor() -> int:
    """Look at this machine and say what is missing and what to do about it.

    Exit code 0: everything needed is there. 3: it works, but something is missing. 1: it cannot work.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE

    findings = [finding for look in _LOOKS for finding in look()]
    for topic, fine, text, needed in findings:
        mark = "ok     " if fine else "MISSING" if needed else "absent "
        print(f"{mark}  {topic:<12} {text}")
    if all(finding.fine for finding in findings):
        return OK
    return NOTHING_USABLE if any(f.needed and not f.fine for f in findings) else PARTLY_USABLE


def _python() -> Iterator[Finding]:
    fine = sys.version_info >= _OLDEST
    hint = "" if fine else f"; install Python {_OLDEST[0]}.{_OLDEST[1]} or newer"
    yield Finding("Python", fine, f"{platform.python_version()} on {platform.system()}{hint}")


def _packages() -> Iterator[Finding]:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES if name not in missing)
    text = f"install {', '.join(missing)}: pip install softstrike" if missing else shown
    yield Finding("packages", not missing, text)


def _qt() -> Iterator[Finding]:
    if importlib.util.find_spec("PySide6") is None or importlib.util.find_spec("pyqtgraph") is None:
        yield Finding("dashboard", False, "install the gui extra: pip install 'softstrike[gui]'", False)
        return
    try:
        from dashboards.app import has_display
    except ImportError as error:
        text = f"Qt cannot be loaded ({error}); on Debian or Ubuntu: apt install libegl1 libgl1 libxkbcommon0"
        yield Finding("dashboard", False, text, False)
        return
    yield Finding("dashboard", True, f"PySide6 {metadata.version('PySide6_Essentials')}")
    text = "found" if has_display() else "none: pictures and reports are written instead of a window"
    yield Finding("display", has_display(), text, False)


def _bluetooth() -> Iterator[Finding]:
    if sys.platform != "linux":
        yield Finding("Bluetooth", True, f"of {platform.system()}; not looked at further")
        return
    adapters = sorted(path.name for path in Path("/sys/class/bluetooth").glob("hci*"))
    if adapters:
        yield Finding("Bluetooth", True, ", ".join(adapters))
    else:
        text = "no adapter: plug one in; simulated sensors work without (softstrike live --simulate)"
        yield Finding("Bluetooth", False, text, False)


def _disk() -> Iterator[Finding]:
    free_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    writable = os.access(Path.cwd(), os.W_OK)
    fine = free_gb >= _LEAST_FREE_GB and writable
    hint = "" if fine else "; choose a folder that you may write to, with 1 GB free"
    yield Finding("disk", fine, f"{free_gb:.1f} GB free in this folder{hint}")


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _packages, _qt, _bluetooth, _disk)
