"""Every state that real life has, by name: what is shown in it, and what must be said.

``python tests/gui/gallery.py FOLDER`` paints them all, in each theme; look at them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QWidget
from synthetic_feed import Run

from dashboards.app import ensure_application, save_picture
from dashboards.finder import Finder
from dashboards.near import NearKind
from dashboards.register import make_window
from dashboards.settings import SettingsView
from dashboards.theme import theme_names, use_theme
from dashboards.viewmodel import RunnerView
from dashboards.widgets.base import Panel
from imu.model import LinkChange, LinkState, Rule, SampleBatch, SensorHealth, Side
from imu.signal.mounting_check import CheckState, Finding, MountingReport, Posture
from imu.sinks.recorder import Durability, Recording
from imu.sources.ble.scan import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboards.windows.runner import RunnerWindow
    from dashboards.windows.settings import SettingsWindow

RUN = Run()
END_NS = round(119.5e9)
SENSORS = ("left-shank", "right-shank")
SESSION = Path("2026-03-14_Ada.mcap")


class Picture(NamedTuple):
    """A state: makes its window, and what the window must say."""

    make: Callable[[], QWidget]
    says: tuple[str, ...]


class Quiet:
    """Sound of which only the words matter."""

    volume, muted = 0.6, False

    def __init__(self, words: str) -> None:
        self.words = words

    def put(self, item: object) -> None:
        """Play nothing."""

    def set_volume(self, volume: float) -> None:
        """Stay as it is."""

    def set_muted(self, muted: bool) -> None:
        """Stay as it is."""

    def toggle_mute(self) -> None:
        """Stay as it is."""


def runner(*told: object, run: Run = RUN, items: bool = True, **options: object) -> RunnerWindow:
    view = RunnerView(run.header())
    view.feed([*(run.items() if items else ()), *told])
    return make_window("runner", view, **options)


def links(state: LinkState, detail: str = "", sensors: tuple[str, ...] = SENSORS) -> list[LinkChange]:
    return [LinkChange(sensor, END_NS, state, detail) for sensor in sensors]


def recording(durability: Durability, free_mb: float = 90_000.0) -> Callable[[], Recording]:
    return lambda: Recording(SESSION, durability, free_bytes=round(free_mb * 1e6))


def weak_battery() -> RunnerWindow:
    latest = [item for item in RUN.items() if isinstance(item, SensorHealth)][-1]
    return runner(msgspec.structs.replace(latest, sensor="left-shank", battery_percent=8.0))


def standing(*told: object) -> RunnerWindow:
    return runner(*(item for item in RUN.items() if isinstance(item, SampleBatch)), *told, items=False)


def loose() -> RunnerWindow:
    text = "left-shank goes on swinging after each landing: tighten its strap or clip."
    up = dict.fromkeys(SENSORS, (0.0, 0.0, 1.0))
    return runner(MountingReport(END_NS, (Finding("left-shank", Posture.LOOSE, text),), up))


def settings(kind: NearKind, detail: str = "", near: tuple[Sighting, ...] = ()) -> SettingsWindow:
    view = SettingsView()
    if kind is not NearKind.IDLE:
        view.add_runner("Ada")
        view.bind("softstrike 1", "softstrike-reference", "left shoe", serial="0001")
    window = make_window("settings", view, Finder())
    window.place.setCurrentText("right shoe")
    if near:
        window.sensors._take(list(near))
    else:
        window.sensors._show_near(kind, detail)
    return window


NEAR = (
    Sighting("softstrike 2", "F0:01", -52, "softstrike-reference", 91),
    Sighting("softstrike 1", "F0:02", -71, "softstrike-reference"),
)
OFF = "Bluetooth is switched off: switch it on, the search then goes on by itself"

STATES: dict[str, Picture] = {
    "first_run": Picture(lambda: settings(NearKind.IDLE), ("Next: say who runs", "Which sensors are near?")),
    "no_sensor_yet": Picture(lambda: runner(items=False), ("Waiting for sensors", "searching")),
    "searching": Picture(
        lambda: runner(*links(LinkState.SEARCHING, OFF), items=False), ("Waiting for sensors", OFF)
    ),
    "lost": Picture(
        lambda: runner(
            *links(LinkState.LOST, sensors=SENSORS[:1]), RUN.flag(Rule.SENSOR_TROUBLE, Side.LEFT, 16.0)
        ),
        ("Check the sensor: left shin", "lost"),
    ),
    "coming_back": Picture(
        lambda: runner(*links(LinkState.SEARCHING, sensors=SENSORS[:1])),
        ("Coming back: left shin", "coming back"),
    ),
    "low_battery": Picture(weak_battery, ("low battery", "8 %")),
    "clipped": Picture(
        lambda: runner(run=Run(clipped=True, impact_g={Side.LEFT: 17.0, Side.RIGHT: 16.0})),
        ("clipped", "sensor at its limit"),
    ),
    "low_rate": Picture(lambda: runner(run=Run(rate_hz=60.0)), ("low rate", "not shown at 60 Hz")),
    "disk_nearly_full": Picture(
        lambda: runner(recording=recording(Durability.SAVED, 120.0)), ("Disk nearly full: 120 MB left",)
    ),
    "disk_refuses": Picture(
        lambda: runner(recording=recording(Durability.STOPPED)), ("Not recording: the disk refuses",)
    ),
    "no_sound_device": Picture(
        lambda: runner(RUN.cue(Side.LEFT, 12.0), sound=Quiet("no sound device")), ("Cues, no sound device",)
    ),
    "stand_still": Picture(lambda: standing(CheckState.STILL), ("Stand still for 3 s",)),
    "loose": Picture(loose, ("Check the mounting: left shin", "loose")),
    "radio_searching": Picture(lambda: settings(NearKind.SEARCHING), ("Looking",)),
    "radio_none": Picture(lambda: settings(NearKind.NO_RADIO, OFF), ("Bluetooth cannot be used", OFF)),
    "radio_nobody": Picture(lambda: settings(NearKind.NOBODY), ("No sensor was heard",)),
    "radio_found": Picture(
        lambda: settings(NearKind.FOUND, near=NEAR), ("already bound to Ada (left shoe)", "softstrike 2")
    ),
}


def painted(name: str, path: Path) -> QWidget:
    """Paint a state."""
    window = STATES[name].make()
    save_picture(window, path)
    return window


def said(window: QWidget) -> str:
    """All words that a window shows: those of Qt's widgets, and of the states that panels draw."""
    words: list[str] = []
    for widget in window.findChildren(QWidget):
        if isinstance(widget, Panel):
            words.append(repr(widget.shown))
        elif isinstance(widget, QLabel | QLineEdit):
            words.append(widget.text())
        elif isinstance(widget, QListWidget):
            words += [widget.item(row).text() for row in range(widget.count())]
    return "\n".join(words)


@contextmanager
def themed(theme: str) -> Iterator[None]:
    use_theme(theme)
    try:
        yield
    finally:
        use_theme("dark")


def main(folder: Path) -> None:
    """Paint all states in all themes."""
    folder.mkdir(parents=True, exist_ok=True)
    ensure_application()
    for theme in theme_names():
        for name in STATES:
            with tempfile.TemporaryDirectory() as place, themed(theme):
                os.environ["SOFTSTRIKE_CONFIG_DIR"] = place
                painted(name, folder / f"{name}_{theme}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
