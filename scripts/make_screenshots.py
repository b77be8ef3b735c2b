"""Paint the pictures of the dashboards in docs/_static; `make screenshots` runs this. Look at them."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from dashboards.app import ensure_application, save_picture
from dashboards.bridge import Bridge
from dashboards.comparing import Stretch
from dashboards.lanes import flag_times_s, lanes_of
from dashboards.player import Player
from dashboards.register import make_window
from dashboards.settings import SettingsView
from dashboards.theme import use_theme
from dashboards.viewmodel import RunnerView
from dashboards.windows.compare import CompareWindow
from dashboards.windows.runner import RunnerWindow
from imu.store.overview import build_overview

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "gui"))  # the gallery of states is the tests'
STATES = importlib.import_module("gallery").STATES

SIZE_PX = (1440, 900)
SHOWN_STATES = ("stand_still", "loose", "coming_back", "radio_none")
MOMENT_S, BEGIN_S, END_S = 88.0, 30.0, 60.0


def save(widget: QWidget, path: Path) -> None:
    """Paint a widget as it is shown."""
    save_picture(widget, path)
    print(path)


def main(folder: Path) -> None:
    """Paint the replay, the coach's view in two themes, and a comparison."""
    ensure_application()
    overview = build_overview(ROOT / "data" / "two_shoes_simulated.mcap")
    player, view = Player(overview), RunnerView(overview.header)
    view.foresee_top(overview.greatest_g)
    window = RunnerWindow(
        view,
        transport=player,
        flag_times_s=flag_times_s(overview),
        title="Simulated: two shoe sensors",
        lanes=lanes_of(overview),
    )
    window.resize(*SIZE_PX)
    bridge = Bridge(player, view)
    bridge.polled.connect(window.refresh)
    player.pause()
    player.seek(MOMENT_S)
    player.set_loop(BEGIN_S, END_S)
    bridge.poll()
    save(window, folder / "replay.png")
    window.toggle_coach()
    for theme in ("dark", "light"):
        use_theme(theme)
        window.show_theme(theme)
        save(window, folder / f"coach_{theme}.png")
    use_theme("dark")
    parts = (
        Stretch("00:30 to 01:00", overview, BEGIN_S, END_S),
        Stretch("rest of the session", overview, 0.0, player.duration_s, (BEGIN_S, END_S)),
    )
    save(CompareWindow(*parts), folder / "compare.png")
    save(_settings(), folder / "settings.png")
    for name in SHOWN_STATES:
        save(_state(name), folder / f"state_{name}.png")


def _settings() -> QWidget:
    """Show the settings of a made-up runner with two sensors, in a folder of their own."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["SOFTSTRIKE_CONFIG_DIR"] = place
        view = SettingsView()
        view.add_runner("Ada")
        for number, side in enumerate(("left", "right"), start=1):
            view.bind(f"softstrike {number}", "softstrike-reference", f"{side} shoe")
        window: QWidget = make_window("settings", view)
    return window


def _state(name: str) -> QWidget:
    """Show a state of the gallery that the tests paint."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["SOFTSTRIKE_CONFIG_DIR"] = place
        return STATES[name].make()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "_static")
