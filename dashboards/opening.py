"""Opening a session without stopping the window: the overview is read, or made, in another thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imu.errors import SoftstrikeError
from imu.store.overview import Overview, open_overview

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Opener"]

FIRST_SHARE, STEP_SHARE = 0.004, 0.08
"""What there is so far is shown when this share is done, and each time that so much more is."""


class Opener(QObject):
    """Opens one session after the other; a new one ends the one before.

    The signals tell the share that is done (0 to 1), the overview with its path - first unfinished ones, then
    the whole - or in one sentence what is wrong.
    """

    progressed = Signal(float)
    grown = Signal(object, object)
    opened = Signal(object, object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish: object = None
        self._thread: threading.Thread | None = None

    def open(self, path: Path) -> None:
        """Begin to open a session."""
        self._wish = wish = object()
        self._thread = threading.Thread(target=self._work, args=(path, wish), daemon=True, name="overview")
        self._thread.start()

    def stop(self) -> None:
        """Give up, and wait until it is given up."""
        self._wish = None
        if self._thread is not None:
            self._thread.join()

    def _work(self, path: Path, wish: object) -> None:
        next_share = FIRST_SHARE

        def go_on(share: float, so_far: Callable[[], Overview]) -> bool:
            nonlocal next_share
            if wish is self._wish:
                self.progressed.emit(share)
                if share >= next_share:
                    next_share = share + STEP_SHARE
                    self.grown.emit(so_far(), path)
            return wish is self._wish

        try:
            overview = open_overview(path, progress=go_on)
        except SoftstrikeError as error:
            self._fail(wish, str(error))
        except Exception as error:  # noqa: BLE001 - dying in silence would leave the window waiting
            self._fail(wish, f"{path.name} cannot be shown: {error}")
        else:
            if wish is self._wish:
                self.opened.emit(overview, path)

    def _fail(self, wish: object, text: str) -> None:
        if wish is self._wish:
            self.failed.emit(text)
