"""``softstrike settings``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

__all__ = ["settings"]

settings = App(
    name="settings",
    help="See and change what is remembered between runs: runner, limits, units, theme, sound.",
    help_format="plaintext",
)


@settings.default
def show(*, window: Annotated[bool, Parameter(negative=())] = False) -> int:
    """List the settings and the file that holds them.

    Parameters
    ----------
    window : bool
        Open the window of the settings, with runners, sensors and where to fix them.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from dashboards.preferences import HINTS, load_preferences, preferences_file
    from imu.cli.app import OK
    from imu.cli.screen import need_window, show_settings

    if window:
        need_window()
        show_settings()
        return OK
    values = load_preferences()
    table = Table()
    for heading in ("setting", "value", "meaning"):
        table.add_column(heading)
    for key, hint in HINTS.items():
        table.add_row(key, escape(_text(getattr(values, key))), hint)
    Console().print(table)
    print(f"file: {preferences_file()}")
    return OK


@settings.command(name="set")
def set_value(key: str, value: str = "", /) -> int:
    """Change one setting.

    Parameters
    ----------
    key : str
        As softstrike settings lists them, e.g. runner, units, impact_limit_g or heel_share_percent.
    value : str
        Its value; left out, the usual one.
    """
    from dashboards.preferences import load_preferences, save_preferences, with_value
    from imu.cli.app import OK

    changed = with_value(load_preferences(), key, value)
    save_preferences(changed)
    print(f"{key} is now {_text(getattr(changed, key)) or 'as usual'}")
    return OK


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
