"""Paint the pictures of the dashboards in docs/_static; `make screenshots` runs this. Look at them."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from dashboards.app import ensure_application
from dashboards.bridge import Bridge
from dashboards.comparing import Stretch
from dashboards.lanes import flag_times_s, lanes_of
from dashboards.player import Player
from dashboards.settings import SettingsView
from dashboards.theme import use_theme
from dashboards.viewmodel import RunnerView
from dashboards.windows.compare import CompareWindow
from dashboards.windows.runner import RunnerWindow
from dashboards.windows.settings import SettingsWindow
from imu.store.overview import build_overview

ROOT = Path(__file__).resolve().parents[1]
SIZE_PX = (1440, 900)
MOMENT_S, BEGIN_S, END_S = 88.0, 30.0, 60.0


def save(widget: QWidget, path: Path) -> None:
    """Paint a widget as it is shown."""
    widget.grab()  # the first one lays out the plots
    QApplication.processEvents()
    if not widget.grab().save(str(path), "PNG"):
        raise SystemExit(f"{path}: cannot be written")
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


def _settings() -> QWidget:
    """Show the settings of a made-up runner with two sensors, in a folder of their own."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["SOFTSTRIKE_CONFIG_DIR"] = place
        view = SettingsView()
        view.add_runner("Ada")
        for number, side in enumerate(("left", "right"), start=1):
            view.bind(f"softstrike {number}", "softstrike-reference", f"{side} shoe")
        window = SettingsWindow(view)
        window.place.setCurrentText("right shin")
    return window


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "_static")
