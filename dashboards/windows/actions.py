"""What the keys of the runner's window do; which key it is stands in :mod:`dashboards.keys`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dashboards.theme import next_theme
from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.widgets.transport import TransportBar
    from dashboards.windows.runner import RunnerWindow

__all__ = ["actions_of"]

SKIP_S = 5.0
VOLUME_STEP = 0.1


def actions_of(window: RunnerWindow) -> dict[str, Callable[[], object]]:
    """Return what can be done in a window, by name.

    Parameters
    ----------
    window : RunnerWindow
        Without a session it has no marks, without a replay no transport.
    """
    actions: dict[str, Callable[[], object]] = {
        "theme": lambda: window.show_theme(next_theme()),
        "coach": window.toggle_coach,
        "wider": window.widen,
        "full_screen": window.toggle_full_screen,
        "help": window.help.toggle,
        "settings": window.settings.show,
    }
    if window.session:
        actions |= {
            "mark": lambda: window.mark("mark"),
            "lap": lambda: window.mark("lap"),
            "pause": window.pause,
            "note": window.note_line.begin,
        }
    if window.sound:
        actions |= {
            "mute": window.toggle_mute,
            "louder": lambda: window.change_volume(VOLUME_STEP),
            "softer": lambda: window.change_volume(-VOLUME_STEP),
        }
    if window.transport_bar:
        actions |= _replaying(window.transport_bar)
        if window.lanes:
            actions |= _looping(window.transport_bar)
    return actions


def _replaying(bar: TransportBar) -> dict[str, Callable[[], object]]:
    return {
        "play": bar.toggle,
        "on": lambda: bar.skip(SKIP_S),
        "back": lambda: bar.skip(-SKIP_S),
        "minute_on": lambda: bar.skip(S_PER_MIN),
        "minute_back": lambda: bar.skip(-S_PER_MIN),
        "begin": lambda: bar.skip(-math.inf),
        "end": lambda: bar.skip(math.inf),
        "next_flag": bar.next_flag,
        "last_flag": bar.last_flag,
        "faster": lambda: bar.change_speed(1),
        "slower": lambda: bar.change_speed(-1),
    }


def _looping(bar: TransportBar) -> dict[str, Callable[[], object]]:
    return {"loop_begin": bar.begin_loop, "loop_end": bar.end_loop, "loop_off": bar.drop_loop}
