"""Entry points: open a runner's window, or paint it to a file without a display."""

from __future__ import annotations

import os
import sys
from importlib import resources
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from dashboards.bridge import Bridge
from dashboards.theme import load_theme
from dashboards.viewmodel import RunnerView
from dashboards.widgets.base import font
from dashboards.windows.replay import ReplayWindow
from dashboards.windows.runner import RunnerWindow
from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from dashboards.windows.runner import TakesMarks
    from dashboards.windows.sound import Sound
    from imu.model import SessionHeader
    from imu.sinks.mailbox import Mailbox
    from imu.sinks.recorder import Recording
    from imu.sources.base import Control

__all__ = ["ensure_application", "has_display", "quit_soon", "render_screenshot", "run_replay", "run_window"]

WINDOW_SIZE = (1440, 900)


def has_display() -> bool:
    """Tell whether a window can be shown on this machine."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure_application() -> QApplication:
    """Return the one Qt application, with the fonts that ship with the package.

    Qt's offscreen platform is chosen only where there is no display and nobody chose another.

    Raises
    ------
    EnvironmentProblem
        When a font that ships with the package cannot be read.
    """
    running = QApplication.instance()
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = running if isinstance(running, QApplication) else QApplication(["softstrike"])
    if load_theme().font.family not in QFontDatabase.families():
        _load_fonts()
    app.setFont(font(load_theme().font.body_px))
    return app


def _load_fonts() -> None:
    for entry in resources.files("dashboards").joinpath("assets", "fonts").iterdir():
        if entry.name.endswith(".otf") and QFontDatabase.addApplicationFontFromData(entry.read_bytes()) < 0:
            raise EnvironmentProblem(f"The font {entry.name} cannot be read; install softstrike again.")


def quit_soon() -> None:
    """End the application when its event loop runs next; a quit before the loop begins would be lost."""
    QTimer.singleShot(0, QApplication.quit)


def run_window(
    header: SessionHeader,
    mailbox: Mailbox,
    *,
    transport: Control | None = None,
    recording: Callable[[], Recording] | None = None,
    flag_times_s: Sequence[float] = (),
    on_close: Callable[[], object] | None = None,
    title: str = "softstrike",
    session: TakesMarks | None = None,
    sound: Sound | None = None,
) -> int:
    """Show the window of one runner until it is closed.

    Parameters
    ----------
    header : SessionHeader
        The sensors.
    mailbox : Mailbox
        Where the engine puts what it knows; polled 30 times a second.
    transport : Control, optional
        Control of a replay.
    recording : callable, optional
        Tells the state of the recording.
    flag_times_s : sequence of float
        Times of flags known beforehand, s since the session's begin.
    on_close : callable, optional
        Called once when the window closes.
    title : str
        Title of the window.
    session : TakesMarks, optional
        Takes marks, laps, pauses and notes.
    sound : Sound, optional
        Plays cues.

    Returns
    -------
    int
        Exit code of Qt's event loop: 0 when the window was closed.

    Raises
    ------
    EnvironmentProblem
        When a font that ships with the package cannot be read.
    """
    app = ensure_application()
    view = RunnerView(header)
    window = RunnerWindow(
        view,
        transport=transport,
        recording=recording,
        flag_times_s=flag_times_s,
        title=title,
        session=session,
        sound=sound,
    )
    bridge = Bridge(mailbox, view, window)
    bridge.polled.connect(window.refresh)
    if on_close is not None:
        window.closed.connect(on_close)
    window.resize(_fitting(app))
    window.show()
    bridge.start()
    try:
        return app.exec()
    finally:
        bridge.stop()
        window.deleteLater()


def run_replay(path: Path | None, *, speed: float = 1.0, title: str = "") -> int:
    """Show a window that plays a session, or waits for one to be dropped on it, until it is closed.

    Parameters
    ----------
    path : Path, optional
        Session file.
    speed : float
        Times the recorded pace.
    title : str
        Title of the window; by default the name of the file.

    Returns
    -------
    int
        As for :func:`run_window`.
    """
    app = ensure_application()
    window = ReplayWindow(path, speed, title=title)
    window.resize(_fitting(app))
    window.show()
    try:
        return app.exec()
    finally:
        window.close()
        window.deleteLater()


def _fitting(app: QApplication) -> QSize:
    """Size of the window: the usual one, or the screen where that is smaller."""
    return QSize(*WINDOW_SIZE).boundedTo(app.primaryScreen().availableGeometry().size())


def render_screenshot(
    header: SessionHeader,
    items: Iterable[object],
    path: Path | str,
    size: tuple[int, int] = WINDOW_SIZE,
    *,
    transport: Control | None = None,
    recording: Callable[[], Recording] | None = None,
    flag_times_s: Sequence[float] = (),
    title: str = "softstrike",
    coach: bool = False,
) -> None:
    """Paint the window as it looks after `items` to a PNG file; no display is needed.

    Parameters
    ----------
    header : SessionHeader
        The sensors.
    items : iterable of object
        Values of :mod:`imu.model`, in the order in which they came.
    path : Path or str
        The file; an existing one is replaced.
    size : tuple of int
        Width and height, px.
    transport, recording, flag_times_s, title
        As in :func:`run_window`.
    coach : bool
        Paint the coach's view.

    Raises
    ------
    EnvironmentProblem
        When the file cannot be written.
    """
    app = ensure_application()
    view = RunnerView(header)
    view.feed(items)
    window = RunnerWindow(
        view, transport=transport, recording=recording, flag_times_s=flag_times_s, title=title
    )
    window.resize(*size)
    if coach:
        window.toggle_coach()
    window.grab()  # the first one lays out the plots
    app.processEvents()
    window.refresh()
    written = window.grab().save(str(path), "PNG")
    window.close()
    if not written:
        raise EnvironmentProblem(
            f"{path}: the picture cannot be written; choose a folder that you may write to."
        )
