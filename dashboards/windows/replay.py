"""The replay: opens sessions by name, key or drag and drop, and shows each in the runner's window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from dashboards.bridge import Bridge
from dashboards.comparing import Stretch
from dashboards.export import FORMATS, export
from dashboards.keys import KEYS
from dashboards.lanes import flag_times_s, lanes_of
from dashboards.opening import Opener
from dashboards.player import Player
from dashboards.theme import load_theme
from dashboards.viewmodel import RunnerView, clock_text
from dashboards.widgets.base import font
from dashboards.widgets.style import style_sheet
from dashboards.windows.compare import CompareWindow
from dashboards.windows.measuring import Measuring
from dashboards.windows.runner import RunnerWindow
from imu.errors import SoftstrikeError
from imu.units import ns_to_s

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from dashboards.windows.sound import Sound
    from imu.store.overview import Overview

__all__ = ["ReplayWindow"]

INVITATION = "Drop a session (.mcap) here, or press O to open one."


class ReplayWindow(QWidget):
    """A place for one session after the other.

    Parameters
    ----------
    path : Path, optional
        Session that is opened first.
    speed : float
        Speed with which a session begins to play.
    title : str
        Title; by default the name of the file.
    cues : Sound, optional
        Plays the cues that are passed at the recorded pace.
    """

    closed = Signal()
    shown = Signal()

    def __init__(
        self, path: Path | None = None, speed: float = 1.0, *, title: str = "", cues: Sound | None = None
    ) -> None:
        super().__init__()
        self._cues = cues
        self._speed, self._title = speed, title
        self._comparing = self._growing = False
        self.runner: RunnerWindow | None = None
        self.measuring: Measuring | None = None
        self.player: Player | None = None
        self.compare_window: CompareWindow | None = None
        self._bridge: Bridge | None = None
        self._path: Path | None = None
        self.setWindowTitle("softstrike replay")
        self.setAcceptDrops(True)
        self.setStyleSheet(style_sheet("ReplayWindow"))
        self.message, self.progress = QLabel(INVITATION), QProgressBar()
        self._layout = QStackedLayout(self)
        self._layout.addWidget(self._make_page())
        self.opener = Opener(self)
        self.opener.progressed.connect(self._show_progress)
        self.opener.grown.connect(self._grow)
        self.opener.opened.connect(self._take)
        self.opener.failed.connect(self._fail)
        self._open_keys = [QShortcut(QKeySequence(key), self) for key in KEYS["open"].keys]
        for shortcut in self._open_keys:
            shortcut.activated.connect(self.ask_for_session)
        if path is not None:
            self.open(path)

    def _make_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self.message.setFont(font(load_theme().font.lead_px))
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.progress.setFixedSize(480, 12)
        self.progress.setTextVisible(False)
        self.progress.hide()
        column.addStretch(1)
        column.addWidget(self.message)
        column.addWidget(self.progress, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def open(self, path: Path) -> None:
        """Open a session; what is shown stays until the new one is there."""
        self._growing = False
        if self.runner is None:
            self.message.setText(f"Preparing {path.name} …\nThis is done once for each session.")
            self.progress.setValue(0)
            self.progress.show()
        self.opener.open(path)

    def ask_for_session(self) -> None:
        """Let the user choose a session file."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a session", "", "Sessions (*.mcap)")
        if name:
            self.open(Path(name))

    def _show_progress(self, share: float) -> None:
        self.progress.setValue(round(100 * share))

    def _fail(self, text: str) -> None:
        self._comparing = False
        self.progress.hide()
        if self.runner is None:
            self.message.setText(f"{text}\n\n{INVITATION}")
        else:
            self.runner.tell(text)

    def _take(self, overview: Overview, path: Path) -> None:
        """Show a whole session, or compare with it."""
        if self._comparing:
            self._comparing = False
            self._compare_with(Stretch(path.name, overview, 0.0, _length_s(overview)))
            return
        self._grow(overview, path)
        self._growing = False

    def _grow(self, overview: Overview, path: Path) -> None:
        """Show a session, or more of the one that is shown."""
        if self._comparing:
            return
        if self._growing and self.player is not None and self.runner is not None:
            self.player.grow(overview)
            self.runner.view.foresee_top(overview.greatest_g)
            self.runner.show_session(lanes_of(overview), flag_times_s(overview))
        else:
            self._show(overview, path)
            self._growing = True

    def _show(self, overview: Overview, path: Path) -> None:
        self._drop_runner()
        for shortcut in self._open_keys:
            shortcut.setEnabled(False)  # the runner's window has the key, and lists it
        self._path = path
        self.player = player = Player(overview, self._speed)
        player.on_cue = None if self._cues is None else self._cues.put
        view = RunnerView(overview.header)
        view.foresee_top(overview.greatest_g)
        self.measuring = measuring = Measuring(player)
        runner = RunnerWindow(
            view,
            transport=player,
            flag_times_s=flag_times_s(overview),
            title=self._title or path.name,
            lanes=lanes_of(overview),
            sound=self._cues,
            more_actions={
                "compare": self.compare,
                "export": self.ask_for_export,
                "open": self.ask_for_session,
                **measuring.actions,
            },
        )
        measuring.join(runner)
        self.runner, self._bridge = runner, Bridge(player, view, self)
        self._bridge.polled.connect(runner.refresh)
        self._bridge.polled.connect(measuring.refresh)
        self._layout.addWidget(runner)
        self._layout.setCurrentWidget(runner)
        self.setWindowTitle(f"{self._title or path.name} \N{EN DASH} softstrike")
        runner.setFocus()
        self._bridge.poll()
        self._bridge.start()
        self.shown.emit()

    def _drop_runner(self) -> None:
        if self._bridge is not None:
            self._bridge.stop()
            self._bridge.deleteLater()
        if self.runner is not None:
            self._layout.removeWidget(self.runner)
            self.runner.deleteLater()
        self.runner = self._bridge = None

    def seen_s(self) -> tuple[float, float]:
        """Return the stretch that is seen: the loop, else what the traces show, s since the first input."""
        if self.player is None or self.runner is None:
            return (0.0, 0.0)
        if self.player.loop_s is not None:
            return self.player.loop_s
        return (self.player.position_s - self.runner.window_s, self.player.position_s)

    def compare(self) -> None:
        """Compare the loop with the rest of the session; without a loop, the session with another one."""
        player = self.player
        if player is None:
            return
        if player.loop_s is not None:
            rest = Stretch("rest of the session", player.overview, 0.0, player.duration_s, player.loop_s)
            self._compare_with(rest)
            return
        name, _ = QFileDialog.getOpenFileName(self, "Compare with a session", "", "Sessions (*.mcap)")
        if name:
            self.compare_with_file(Path(name))

    def compare_with_file(self, path: Path) -> None:
        """Compare with another session."""
        self._comparing = True
        self.opener.open(path)

    def _compare_with(self, other: Stretch) -> None:
        player = self.player
        if player is None or self._path is None:
            return
        if player.loop_s is not None:
            begin_s, end_s = player.loop_s
            name = f"{self._path.name}, {clock_text(begin_s)} to {clock_text(end_s)}"
        else:
            begin_s, end_s, name = 0.0, player.duration_s, self._path.name
        self.compare_window = CompareWindow(Stretch(name, player.overview, begin_s, end_s), other)
        self.compare_window.show()

    def ask_for_export(self) -> None:
        """Let the user choose where what is seen is written to."""
        choices = ";;".join(f"{words} (*{suffix})" for suffix, words in FORMATS.items())
        name, chosen = QFileDialog.getSaveFileName(self, "Export what is seen", "", choices)
        if name:
            path = Path(name)
            suffix = next((known for known in FORMATS if f"*{known})" in chosen), ".png")
            self.export_to(path if path.suffix else path.with_suffix(suffix))

    def export_to(self, path: Path) -> None:
        """Write what is seen, and tell how it went."""
        if self.runner is None or self.player is None:
            return
        try:
            export(path, self.runner, self.player.overview, *self.seen_s())
        except SoftstrikeError as error:
            self.runner.tell(str(error))
        else:
            self.runner.tell(f"Written to {path}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a session file, nothing else."""
        if _session_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        path = _session_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End what goes on behind the window."""
        self.opener.stop()
        self._drop_runner()
        if self.compare_window is not None:
            self.compare_window.close()
        self.closed.emit()
        super().closeEvent(event)


def _length_s(overview: Overview) -> float:
    return ns_to_s(overview.end_ns - overview.begin_ns)


def _session_in(event: QDropEvent) -> Path | None:
    """Return the first session among the dropped files."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() == ".mcap"), None)
