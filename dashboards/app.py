"""Entry points: open a runner's window, or paint it to a file without a display."""

from __future__ import annotations

import os
import sys
from importlib import resources
from typing import TYPE_CHECKING, Unpack

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from dashboards.bridge import Bridge
from dashboards.register import WINDOWS
from dashboards.theme import load_theme
from dashboards.viewmodel import RunnerView
from dashboards.widgets.base import font
from dashboards.windows.runner import RunnerOptions, RunnerWindow
from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from imu.model import SessionHeader
    from imu.sinks.mailbox import Mailbox

__all__ = [
    "ensure_application",
    "has_display",
    "quit_soon",
    "render_screenshot",
    "run_window",
    "save_picture",
    "show_until_closed",
]


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
    if not os.environ.get("QT_QPA_PLATFORM"):
        os.environ.pop("QT_QPA_PLATFORM", None)  # set to nothing it would make Qt abort
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


def show_until_closed(window: QWidget) -> int:
    """Show a window until it is closed.

    Parameters
    ----------
    window : QWidget
        Any window of :mod:`dashboards.register`; made no larger than the screen.

    Returns
    -------
    int
        Exit code of Qt's event loop: 0 when the window was closed.
    """
    app = ensure_application()
    window.resize(window.size().boundedTo(app.primaryScreen().availableGeometry().size()))
    window.show()
    try:
        return app.exec()
    finally:
        window.close()
        window.deleteLater()
        # The loop is over: a quit asked for by this close would be left, and end whatever loop comes next.
        QCoreApplication.removePostedEvents(app, QEvent.Type.Quit)


def run_window(
    header: SessionHeader,
    mailbox: Mailbox,
    *,
    on_close: Callable[[], object] | None = None,
    **options: Unpack[RunnerOptions],
) -> int:
    """Show the window of one runner until it is closed.

    Parameters
    ----------
    header : SessionHeader
        The sensors.
    mailbox : Mailbox
        Where the engine puts what it knows; polled 30 times a second.
    on_close : callable, optional
        Called once when the window closes.
    **options
        As for :class:`dashboards.windows.runner.RunnerWindow`.

    Returns
    -------
    int
        As for :func:`show_until_closed`.

    Raises
    ------
    EnvironmentProblem
        When a font that ships with the package cannot be read.
    """
    ensure_application()
    view = RunnerView(header)
    window = RunnerWindow(view, **options)
    window.resize(*WINDOWS["runner"].size_px)
    bridge = Bridge(mailbox, view, window)
    bridge.polled.connect(window.refresh)
    if on_close is not None:
        window.closed.connect(on_close)
    bridge.start()
    try:
        return show_until_closed(window)
    finally:
        bridge.stop()


def render_screenshot(
    header: SessionHeader,
    items: Iterable[object],
    path: Path | str,
    size: tuple[int, int] = WINDOWS["runner"].size_px,
    *,
    coach: bool = False,
    **options: Unpack[RunnerOptions],
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
    coach : bool
        Paint the coach's view.
    **options
        As for :class:`dashboards.windows.runner.RunnerWindow`.

    Raises
    ------
    EnvironmentProblem
        When the file cannot be written.
    """
    ensure_application()
    view = RunnerView(header)
    view.feed(items)
    window = RunnerWindow(view, **options)
    window.resize(*size)
    if coach:
        window.toggle_coach()
    save_picture(window, path)
    window.close()


def save_picture(widget: QWidget, path: Path | str) -> None:
    """Paint a widget as it is shown to a PNG file.

    Raises
    ------
    EnvironmentProblem
        When the file cannot be written.
    """
    widget.grab()  # the first one lays out the plots
    QApplication.processEvents()
    if isinstance(widget, RunnerWindow):
        widget.refresh()
    if not widget.grab().save(str(path), "PNG"):
        raise EnvironmentProblem(
            f"{path}: the picture cannot be written; choose a folder that you may write to."
        )
