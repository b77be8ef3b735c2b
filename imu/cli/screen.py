"""What the commands share that show a window or paint a picture; the only place that opens the dashboards."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from imu.cli.sessions import chain_maker
from imu.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dashboards.windows.library import LibraryWindow
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
    "show_any",
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

    return has_display() and os.environ.get("QT_QPA_PLATFORM", "") not in _UNSEEN


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


def show_any(
    name: str,
    *parts: object,
    sound: AudioSink | None = None,
    ready: Callable[[Any], object] | None = None,
    **options: object,
) -> None:
    """Show a window of the table until it is closed, or until Ctrl-C.

    Parameters
    ----------
    name : str
        A key of :data:`dashboards.register.WINDOWS`.
    *parts, **options
        What its class takes.
    sound : AudioSink, optional
        What plays cues; it is closed with the window, and its volume remembered.
    ready : callable, optional
        Given the window before it is shown.

    Raises
    ------
    EnvironmentProblem
        There is no dashboard or no display.
    """
    need_window()
    from dashboards.app import ensure_application, show_until_closed
    from dashboards.register import make_window

    ensure_application()
    _end_on_signals()
    with contextlib.ExitStack() as stack:
        if sound is not None:
            stack.callback(sound.close)
        stack.enter_context(_remembering(sound))
        window = make_window(name, *parts, **options)
        if ready is not None:
            ready(window)
        show_until_closed(window)


def show_window(
    source: Source,
    sinks: Sequence[Sink],
    *,
    recording: Callable[[], Recording] | None = None,
    flag_times_s: Sequence[float] = (),
    title: str = "softstrike",
) -> None:
    """Run a session in the engine's thread and show its window until it is closed, or until Ctrl-C."""
    from dashboards.app import ensure_application, run_window
    from imu.engine import Engine
    from imu.sinks.live import MountingSink
    from imu.sinks.mailbox import Mailbox

    ensure_application()
    mailbox, sound = Mailbox(), _sound()
    _end_on_signals()
    checks = [sink for sink in sinks if isinstance(sink, MountingSink)]
    own = [] if checks else [MountingSink(source.header, _unsaid)]
    for check in checks or own:
        check.tell = mailbox.put
    engine = Engine(source, chain_maker(source.header), [*sinks, *own, mailbox, sound])
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
    need_window()
    from dashboards.preferences import load_preferences

    sound = _sound() if load_preferences().replay_cues else None
    show_any("replay", file, speed, sound=sound, title=title, cues=sound)


def show_settings() -> None:
    """Show the window of the settings until it is closed, or until Ctrl-C."""
    need_window()
    from dashboards.settings import SettingsView

    show_any("settings", SettingsView())


def _sound() -> AudioSink:
    """Open the sound as it is remembered."""
    from dashboards.preferences import load_preferences
    from imu.sinks.audio import AudioSink

    known = load_preferences()
    return AudioSink(known.volume, muted=known.muted)


def _unsaid(_text: str) -> None:
    """Say nothing on the terminal: the window shows it."""


def _end_on_signals() -> None:
    """Let Ctrl-C and a request to end close the window."""
    from dashboards.app import quit_soon

    # Python runs the handler when the window next polls the mailbox; Qt alone would never notice.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: quit_soon())


@contextlib.contextmanager
def _remembering(sound: AudioSink | None = None) -> Iterator[None]:
    """Begin with the theme that is remembered; at the end keep theme and volume as they are then."""
    from dashboards.preferences import load_preferences, remember
    from dashboards.theme import theme_in_use, use_theme
    from dashboards.units import use_units
    from imu.errors import SoftstrikeError

    known = load_preferences()
    use_theme(known.theme)
    use_units(known.units)
    yield
    heard = {} if sound is None else {"volume": round(sound.volume, 3), "muted": sound.muted}
    try:
        remember(theme=theme_in_use(), **heard)
    except SoftstrikeError as error:  # the session is over and kept; this alone is lost, and told
        print(f"softstrike: theme and volume are not remembered: {error}", file=sys.stderr)


def show_board(name: str, listener: Listener) -> None:
    """Show the coach's board until it is closed, or until Ctrl-C."""
    sound = _sound()

    def play(card: Card, flag: FlagMessage) -> None:
        cue = _as_cue(card, flag)
        if cue is not None:
            sound.put(cue)

    show_any("board", name, listener, sound=sound, on_flag=play)


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
    need_window()
    from dashboards.librarymodel import LibraryView
    from imu.library import Library

    chosen: list[Path] = []

    def ready(window: LibraryWindow) -> None:
        window.opened.connect(chosen.append)
        window.opened.connect(lambda _: window.close())

    show_any("library", LibraryView(Library(folder)), ready=ready)
    return chosen[0] if chosen else None


def write_picture(header: SessionHeader, collector: Collector, path: Path, *, title: str) -> None:
    """Paint the window as it looks after a session; an existing file is replaced."""
    from dashboards.app import render_screenshot

    render_screenshot(header, collector.shown(), path, title=title)
