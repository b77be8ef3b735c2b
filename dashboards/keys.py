"""Every key of every window, in one table: shortcuts, help and documentation are made from it; free of Qt."""

from __future__ import annotations

import msgspec

__all__ = ["BOARD_KEYS", "KEYS", "Key", "key_text"]


class Key(msgspec.Struct, frozen=True):
    """One action: its keys, in Qt's spelling, what it does in words, and under which heading it is listed."""

    keys: tuple[str, ...]
    text: str
    group: str


SESSION, VIEW, REPLAY, FEEDBACK, BOARD = "Session", "View", "Replay", "Feedback", "Board"

KEYS: dict[str, Key] = {
    "mark": Key(("M",), "Mark this moment", SESSION),
    "lap": Key(("L",), "Begin a new lap", SESSION),
    "pause": Key(("P",), "Pause the run, or go on", SESSION),
    "note": Key(("T",), "Write a note", SESSION),
    "coach": Key(("C",), "Coach's view: few large things", VIEW),
    "theme": Key(("D",), "Dark, light or high contrast", VIEW),
    "wider": Key(("W",), "Longer or shorter time axis", VIEW),
    "full_screen": Key(("F11", "F"), "Full screen, or back", VIEW),
    "help": Key(("F1", "H", "?"), "Show or hide the keys", VIEW),
    "settings": Key(("Ctrl+,",), "Settings", VIEW),
    "mute": Key(("S",), "Sound on or off", FEEDBACK),
    "louder": Key(("+", "="), "Louder", FEEDBACK),
    "softer": Key(("-",), "Less loud", FEEDBACK),
    "play": Key(("Space",), "Play or pause", REPLAY),
    "back": Key(("Left",), "5 s back", REPLAY),
    "on": Key(("Right",), "5 s on", REPLAY),
    "minute_back": Key(("Shift+Left",), "1 min back", REPLAY),
    "minute_on": Key(("Shift+Right",), "1 min on", REPLAY),
    "begin": Key(("Home",), "To the beginning", REPLAY),
    "end": Key(("End",), "To the end", REPLAY),
    "next_flag": Key(("N",), "To the next flag", REPLAY),
    "last_flag": Key(("B",), "To the flag before", REPLAY),
    "faster": Key(("Up",), "Faster", REPLAY),
    "slower": Key(("Down",), "Slower", REPLAY),
    "loop_begin": Key(("[",), "The loop begins here", REPLAY),
    "loop_end": Key(("]",), "The loop ends here", REPLAY),
    "loop_off": Key(("\\",), "No loop", REPLAY),
    "measure": Key(("U",), "Measure: two cursors on or off", REPLAY),
    "cursor_other": Key(("I",), "Measure: choose the other cursor", REPLAY),
    "cursor_back": Key(("J",), "Measure: cursor 5 ms back", REPLAY),
    "cursor_on": Key(("K",), "Measure: cursor 5 ms on", REPLAY),
    "cursor_far_back": Key(("Shift+J",), "Measure: cursor 100 ms back", REPLAY),
    "cursor_far_on": Key(("Shift+K",), "Measure: cursor 100 ms on", REPLAY),
    "compare": Key(("V",), "Compare the loop with the rest, or with another session", REPLAY),
    "export": Key(("X",), "Export what is seen: PNG, SVG or CSV", REPLAY),
    "open": Key(("O", "Ctrl+O"), "Open a session; dropping a file on the window does the same", REPLAY),
}
"""By name of the action."""

BOARD_KEYS: dict[str, Key] = {
    "order": Key(("O",), "Sort the runners another way", BOARD),
    "next_runner": Key(("Right", "Tab"), "Choose the next runner", BOARD),
    "last_runner": Key(("Left", "Shift+Tab"), "Choose the runner before", BOARD),
    "sound": Key(("S",), "Sound on or off for the chosen runner", BOARD),
    "theme": KEYS["theme"],
    "full_screen": KEYS["full_screen"],
}
"""Keys of the coach's board, a window of its own."""


def key_text(name: str) -> str:
    """Return the keys of an action as a user reads them, e.g. ``"F1 or H or ?"``.

    Raises
    ------
    KeyError
        When there is no such action.
    """
    return " or ".join(KEYS[name].keys)
