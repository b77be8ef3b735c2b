"""Every window there is, in one table: what it shows, how large it opens, what opens it; free of Qt."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

from imu.errors import UsageError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["WINDOWS", "WindowEntry", "make_window"]


class WindowEntry(msgspec.Struct, frozen=True):
    """One window.

    Attributes
    ----------
    name : str
        Its class, in ``dashboards.windows`` in the module of the entry's name.
    size_px : tuple of 2 int
        Width and height with which it opens where the screen is large enough.
    shows : str
        What it shows, in words.
    opened_by : str
        Command or key.
    """

    name: str
    size_px: tuple[int, int]
    shows: str
    opened_by: str


WINDOWS: dict[str, WindowEntry] = {
    "runner": WindowEntry("RunnerWindow", (1440, 900), "one runner, live", "softstrike live"),
    "replay": WindowEntry("ReplayWindow", (1440, 900), "a recorded session", "softstrike replay"),
    "compare": WindowEntry("CompareWindow", (1200, 720), "two sessions or stretches", "V in a replay"),
    "settings": WindowEntry(
        "SettingsWindow", (1280, 900), "runner, sensors, limits, look, sound", "softstrike settings --window"
    ),
    "library": WindowEntry("LibraryWindow", (1280, 800), "all sessions", "softstrike sessions window"),
    "plan": WindowEntry("PlanWindow", (1280, 1080), "programme and exercises", "softstrike plan --window"),
    "board": WindowEntry("BoardWindow", (1440, 900), "a squad, live", "softstrike squad board"),
}
"""By name; commands, tests and pictures go through the table."""


def make_window(name: str, *parts: object, **options: object) -> QWidget:
    """Make a window of the table; its module is imported only then.

    Parameters
    ----------
    name : str
        A key of :data:`WINDOWS`.
    *parts, **options
        What its class takes.

    Raises
    ------
    UsageError
        When there is no such window.
    """
    if name not in WINDOWS:
        raise UsageError(f"there is no window {name!r}: choose {', '.join(WINDOWS)}")
    entry, module = WINDOWS[name], importlib.import_module(f"dashboards.windows.{name}")
    made: QWidget = getattr(module, entry.name)(*parts, **options)
    made.resize(*entry.size_px)
    return made
