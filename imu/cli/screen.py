"""What the commands share that show a window or paint a picture; the only place that opens the dashboards."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from imu.cli.sessions import chain_maker
from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from imu.cli.sessions import Collector
    from imu.model import Cue, SessionHeader
    from imu.sinks.audio import AudioSink
    from imu.sinks.base import Sink
    from imu.sinks.recorder import Recording
    from imu.sources.base import Source
    from imu.squad import Card, Listener
    from imu.squad.messages import FlagMessage

__all__ = [
    "choose_session",
    "need_pictures",
    "need_window",
    "show_board",
    "show_replay",
    "show_settings",
    "show_window",
    "window_possible",
    "write_picture",
]

_UNSEEN = ("offscreen", "minimal")


def need_pictures() -> None:
    """Make sure that the dashboards can be loaded.

    Raises
    ------
    EnvironmentProblem
        Qt is not installed, or lacks a library of the system.
    """
    try:
        import dashboards.app  # noqa: F401 - whether it can be loaded is the question
    except ImportError as error:
        hint = (
            "pip install 'softstrike[gui]', and on Debian or Ubuntu apt install libegl1 libgl1 libxkbcommon0"
        )
        raise EnvironmentProblem(f"the dashboard cannot be loaded ({error}): {hint}") from error


def window_possible() -> bool:
    """Tell whether a window can be shown to somebody."""
    try:
        need_pictures()
    except EnvironmentProblem:
        return False
    from dashboards.app import has_display

    return has_display() and os.environ.get("QT_QPA_PLATFORM") not in _UNSEEN


def need_window() -> None:
    """Make sure that a window can be shown, before anything is begun.

    Raises
    ------
    EnvironmentProblem
        There is no dashboard or no display.
    """
    need_pictures()
    if not window_possible():
        raise EnvironmentProblem("there is no display for a window: add --headless to do without")


def show_window(
    source: Source,
    sinks: Sequence[Sink],
    *,
    recording: Callable[[], Recording] | None = None,
    flag_times_s: Sequence[float] = (),
    title: str = "softstrike",
) -> None:
    """Run a session in the engine's thread and show its window until it is closed, or until Ctrl-C."""
    from dashboards.app import ensure_application, quit_soon, run_window
    from dashboards.preferences import load_preferences
    from imu.engine import Engine
    from imu.sinks.audio import AudioSink
    from imu.sinks.mailbox import Mailbox

    ensure_application()
    known = load_preferences()
    mailbox = Mailbox()
    # Python runs the handler when the window next polls the mailbox; Qt alone would never notice.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())
    sound = AudioSink(known.volume, muted=known.muted)
    engine = Engine(source, chain_maker(source.header), [*sinks, mailbox, sound])
    engine.start()
    try:
        with _remembering(sound):
            run_window(
                source.header,
                mailbox,
                transport=engine.control,
                recording=recording,
                flag_times_s=flag_times_s,
                title=title,
                session=None if engine.control else engine,
                sound=sound,
            )
    finally:
        engine.stop()
        engine.join()


def show_replay(file: Path | None, speed: float, *, title: str = "") -> None:
    """Show the window that plays sessions until it is closed, or until Ctrl-C."""
    from dashboards.app import ensure_application, quit_soon, run_replay

    ensure_application()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())
    with _remembering():
        run_replay(file, speed=speed, title=title)


def show_settings() -> None:
    """Show the window of the settings until it is closed, or until Ctrl-C."""
    from dashboards.app import ensure_application, quit_soon
    from dashboards.settings import SettingsView
    from dashboards.windows.settings import SettingsWindow

    app = ensure_application()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())
    with _remembering():
        window = SettingsWindow(SettingsView())
        window.show()
        app.exec()


@contextlib.contextmanager
def _remembering(sound: AudioSink | None = None) -> Iterator[None]:
    """Begin with the theme that is remembered; at the end keep theme and volume as they are then."""
    from dashboards.preferences import load_preferences, remember
    from dashboards.theme import theme_in_use, use_theme
    from imu.errors import SoftstrikeError

    use_theme(load_preferences().theme)
    yield
    heard = {} if sound is None else {"volume": round(sound.volume, 3), "muted": sound.muted}
    try:
        remember(theme=theme_in_use(), **heard)
    except SoftstrikeError as error:  # the session is over and kept; this alone is lost, and told
        print(f"softstrike: theme and volume are not remembered: {error}", file=sys.stderr)


def show_board(name: str, listener: Listener) -> None:
    """Show the coach's board until it is closed, or until Ctrl-C."""
    from dashboards.app import ensure_application, quit_soon
    from dashboards.preferences import load_preferences
    from dashboards.windows.board import BoardWindow
    from imu.sinks.audio import AudioSink

    app = ensure_application()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())
    known = load_preferences()
    sound = AudioSink(known.volume, muted=known.muted)

    def play(card: Card, flag: FlagMessage) -> None:
        cue = _as_cue(card, flag)
        if cue is not None:
            sound.put(cue)

    window = BoardWindow(name, listener, on_flag=play)
    window.resize(1440, 900)
    window.show()
    try:
        app.exec()
    finally:
        sound.close()


def _as_cue(card: Card, flag: FlagMessage) -> Cue | None:
    """Return the cue that sounds like a flag: pitch by leg, beeps by rule; none for trouble with a sensor."""
    from imu.model import Cue, CueKind, Rule

    kind = {Rule.EXCESSIVE_IMPACT: CueKind.SOFTER, Rule.HEEL_STRIKE: CueKind.LANDING}.get(flag.rule)
    side = next((state.side for state in card.sensors if state.sensor == flag.sensor), None)
    if kind is None or side is None:
        return None
    value, limit = flag.value or 0.0, flag.limit or 0.0
    return Cue(
        flag.t_ms * 1_000_000, kind, flag.sensor, side, flag.number, value, limit, flag.unit, flag.text
    )


def choose_session(folder: Path | None) -> Path | None:
    """Show the library until a session is opened; None when the window was closed instead."""
    from dashboards.app import ensure_application, quit_soon
    from dashboards.librarymodel import LibraryView
    from dashboards.windows.library import LibraryWindow
    from imu.library import Library

    app = ensure_application()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())
    chosen: list[Path] = []
    window = LibraryWindow(LibraryView(Library(folder)))

    def take(path: Path) -> None:
        chosen.append(path)
        window.close()

    window.opened.connect(take)
    window.resize(1280, 800)
    window.show()
    app.exec()
    return chosen[0] if chosen else None


def write_picture(header: SessionHeader, collector: Collector, path: Path, *, title: str) -> None:
    """Paint the window as it looks after a session; an existing file is replaced."""
    from dashboards.app import render_screenshot

    render_screenshot(header, collector.shown(), path, title=title)
