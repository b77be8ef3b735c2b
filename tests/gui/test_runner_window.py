from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontDatabase, QFontInfo, QImage
from synthetic_feed import Run, StillTransport

from dashboards.app import ensure_application, render_screenshot, run_window
from dashboards.bridge import Bridge, items_of
from dashboards.states import BannerKind
from dashboards.theme import load_theme, use_theme
from dashboards.viewmodel import RunnerView
from dashboards.widgets.base import font, text_width
from dashboards.windows.runner import RunnerWindow
from imu.chain import Chain
from imu.cli.simulated import simulated_session
from imu.coach import PAUSE_COMMAND
from imu.engine import Flow
from imu.errors import EnvironmentProblem
from imu.model import Flag, LinkChange, LinkState, Marker, Placement, Rule, SampleBatch, SensorInfo, Side
from imu.sinks.base import Rewound
from imu.sinks.mailbox import Mailbox, MailboxContents
from imu.sinks.recorder import Durability, Recorder, Recording
from imu.store import SessionReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

STATES = {
    "waiting": (Run(duration_s=0.0), ()),
    "good": (Run(), ()),
    "heel": (Run(), (Rule.HEEL_STRIKE,)),
    "impact": (Run(), (Rule.EXCESSIVE_IMPACT, Rule.HEEL_STRIKE)),
    "trouble": (Run(), (Rule.SENSOR_TROUBLE,)),
    "low rate": (Run(rate_hz=60.0), ()),
    "clipped": (Run(clipped=True, impact_g={Side.LEFT: 17.0, Side.RIGHT: 16.0}), ()),
    "paused": (Run(), (Marker(round(110e9), "pause"),)),
    "coming back": (Run(), (LinkChange("left-shank", round(119e9), LinkState.SEARCHING),)),
    "cued": (Run(baseline_g=6.0, strike_angle_deg=12.0), (Run().cue(Side.LEFT, 19.0),)),
    "one leg": (Run(impact_g={Side.RIGHT: 6.0}), ()),
}


def filled(items: Iterable[object]) -> Mailbox:
    mailbox = Mailbox(trace_s=60.0)
    for item in items:
        mailbox.put(item)
    return mailbox


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    del qapp
    ensure_application()


def make_window(qtbot: QtBot, run: Run, *extra: object, **options: object) -> RunnerWindow:
    view = RunnerView(run.header())
    view.feed([*run.items(), *extra])
    window = RunnerWindow(view, **options)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    return window


def activate(qtbot: QtBot, window: RunnerWindow) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()


def colours(image: QImage, left: int, top: int, width: int, height: int) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(left, left + width, 3)
        for y in range(top, top + height, 3)
    }


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (1920, 1080)])
@pytest.mark.parametrize("state", STATES)
def test_every_state_paints_at_every_size(tmp_path: Path, state: str, size: tuple[int, int]) -> None:
    run, rules = STATES[state]
    flags = [run.flag(rule, Side.LEFT, 8.0) if isinstance(rule, Rule) else rule for rule in rules]
    path = tmp_path / "window.png"
    render_screenshot(run.header(), [*run.items(), *flags], path, size)
    image = QImage(str(path))
    assert (image.width(), image.height()) == size
    assert len(colours(image, 0, 0, *size)) > 20


@pytest.mark.parametrize(
    ("rule", "name"),
    [(Rule.HEEL_STRIKE, "heel"), (Rule.EXCESSIVE_IMPACT, "impact"), (Rule.SENSOR_TROUBLE, "trouble")],
)
def test_a_flag_fills_the_banner_with_its_colour(qtbot: QtBot, rule: Rule, name: str) -> None:
    run = Run()
    window = make_window(qtbot, run, run.flag(rule, Side.LEFT, 8.0))
    image = window.banner.grab().toImage()
    assert image.pixelColor(image.width() // 2, 6).name() == getattr(load_theme().colour, name).lower()


def test_a_calm_banner_is_not_filled(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run())
    image = window.banner.grab().toImage()
    assert image.pixelColor(image.width() // 2, 6).name() == load_theme().colour.panel.lower()


def test_the_trace_is_drawn_and_scrolls(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run(duration_s=20))
    window.grab()
    curve = window.legs[Side.LEFT].trace._curve
    before = curve.yData.copy()
    assert curve.xData.min() >= -10.0
    assert curve.xData.max() <= 0.0
    later = Run(duration_s=4, origin_s=120.0)
    window.view.feed(item for item in later.items() if isinstance(item, SampleBatch))
    window.refresh()
    assert before.shape == curve.yData.shape
    assert (before != curve.yData).any()


def test_no_widget_outgrows_the_smallest_laptop(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run(), transport=StillTransport())
    hint = window.minimumSizeHint()
    assert hint.width() <= 1024
    assert hint.height() <= 740


def test_values_do_not_move_the_layout(qtbot: QtBot) -> None:
    run = Run(clipped=True, impact_g={Side.LEFT: 99.0, Side.RIGHT: 5.0})
    calm, wild = (
        make_window(qtbot, Run()),
        make_window(qtbot, run, run.flag(Rule.HEEL_STRIKE, Side.LEFT, 3.0)),
    )
    for window in (calm, wild):
        window.grab()
    for side in (Side.LEFT, Side.RIGHT):
        assert calm.figures[side].geometry() == wild.figures[side].geometry()
        assert calm.legs[side].geometry() == wild.legs[side].geometry()


def test_one_sensor_leaves_no_empty_half(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run(impact_g={Side.LEFT: 6.0}))
    window.grab()
    assert list(window.legs) == [Side.LEFT]
    assert window.legs[Side.LEFT].width() > 1200


def test_the_font_ships_with_the_package_and_has_figures_of_one_width() -> None:
    assert "Inter" in QFontDatabase.families()
    assert QFontInfo(font(20)).family() == "Inter"
    widths = [text_width(digit, 100, strong=True) for digit in "0123456789"]
    assert max(widths) - min(widths) < 0.5


def test_a_key_plays_and_pauses(qtbot: QtBot) -> None:
    transport = StillTransport()
    window = make_window(qtbot, Run(), transport=transport)
    activate(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not transport.playing
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert transport.playing


class Notebook:
    """A session that keeps what it is told."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, str]] = []

    def mark(self, kind: str, text: str = "") -> None:
        self.marks.append((kind, text))

    def command(self, name: str, value: float) -> None:
        self.marks.append((name, f"{value:g}"))


def test_keys_mark_lap_and_pause(qtbot: QtBot) -> None:
    session, run = Notebook(), Run()
    window = make_window(qtbot, run, session=session)
    activate(qtbot, window)
    for key in (Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_P):
        qtbot.keyClick(window, key)
    window.view.feed([Marker(round(119e9), "pause")])
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert session.marks == [
        ("mark", ""),
        ("lap", ""),
        ("pause", ""),
        (PAUSE_COMMAND, "1"),
        ("resume", ""),
        (PAUSE_COMMAND, "0"),
    ]


def test_a_note_is_kept_on_enter_and_given_up_on_escape(qtbot: QtBot) -> None:
    session = Notebook()
    window = make_window(qtbot, Run(), session=session)
    activate(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.keyClicks(window.note_line, "hill, lap 3 ")
    qtbot.keyClick(window.note_line, Qt.Key.Key_Return)
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.keyClicks(window.note_line, "nothing")
    qtbot.keyClick(window.note_line, Qt.Key.Key_Escape)
    assert session.marks == [("note", "hill, lap 3")]
    assert not window.note_line.isVisible()


def test_the_help_lists_what_this_window_can_do(qtbot: QtBot) -> None:
    live, replay = (
        make_window(qtbot, Run(), session=Notebook()),
        make_window(qtbot, Run(), transport=StillTransport()),
    )
    assert {"mark", "lap", "pause", "note"} <= set(live.help.shown) - set(replay.help.shown)
    assert "play" in set(replay.help.shown) - set(live.help.shown)
    activate(qtbot, live)
    qtbot.keyClick(live, Qt.Key.Key_H)
    assert live.help.isVisible()
    assert live.help.geometry() == live.rect()
    qtbot.keyClick(live, Qt.Key.Key_H)
    assert not live.help.isVisible()


def test_the_theme_key_repaints_the_window(qtbot: QtBot) -> None:
    window = make_window(qtbot, Run())
    activate(qtbot, window)
    try:
        qtbot.keyClick(window, Qt.Key.Key_D)
        ground = window.grab().toImage().pixelColor(2, window.height() - 2).name()
        assert ground == load_theme().colour.window.lower() == "#edf0f3"
    finally:
        use_theme("dark")


def test_the_delay_is_taken_after_the_frame_is_painted(qtbot: QtBot) -> None:
    run = Run()
    view = RunnerView(run.header())
    window = RunnerWindow(view)
    qtbot.addWidget(window)
    window.show()
    mailbox = filled([*run.items(), run.flag(Rule.HEEL_STRIKE, Side.LEFT, 8.0)])
    bridge = Bridge(mailbox, view, window)
    bridge.polled.connect(window.refresh)
    bridge.poll()
    assert view.delay.screen_ms == ()
    qtbot.waitUntil(lambda: len(view.delay.screen_ms) > 1)


def test_keys_skip(qtbot: QtBot) -> None:
    transport = StillTransport(position_s=60.0)
    window = make_window(qtbot, Run(), transport=transport)
    activate(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert transport.position_s == 65.0
    qtbot.keyClick(window, Qt.Key.Key_Left)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert transport.position_s == 55.0


def test_next_flag_goes_shortly_before_it_and_then_on(qtbot: QtBot) -> None:
    transport = StillTransport(position_s=0.0)
    window = make_window(qtbot, Run(), transport=transport, flag_times_s=(50.0, 20.0))
    bar = window.transport_bar
    for expected_s in (18.0, 48.0):
        bar.next_button.click()
        assert transport.position_s == expected_s
        bar.refresh(())
    assert not bar.next_button.isEnabled()


def test_flags_seen_join_the_timeline(qtbot: QtBot) -> None:
    run = Run()
    flag = run.flag(Rule.HEEL_STRIKE, Side.LEFT, 12.0)
    window = make_window(qtbot, run, flag, transport=StillTransport(position_s=0.0), flag_times_s=(300.0,))
    assert window.transport_bar.timeline.shown.flag_times_s == (12.0, 300.0)


def test_a_click_on_the_timeline_goes_there(qtbot: QtBot) -> None:
    transport = StillTransport(duration_s=600.0)
    window = make_window(qtbot, Run(), transport=transport)
    timeline = window.transport_bar.timeline
    timeline.resize(620, 36)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(310, 18))
    assert transport.position_s == pytest.approx(300.0, abs=1.0)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(619, 18))
    assert transport.position_s == 600.0


def test_the_speed_is_chosen_from_a_list(qtbot: QtBot) -> None:
    transport = StillTransport()
    window = make_window(qtbot, Run(), transport=transport)
    box = window.transport_bar.speed
    assert box.currentText() == "1\N{MULTIPLICATION SIGN} speed"
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.currentIndex())
    assert transport.speed == float("inf")


@pytest.mark.parametrize(
    ("durability", "said"),
    [(Durability.SAVED, "saved"), (Durability.BUFFERED, "buffered"), (Durability.STOPPED, "Not recording")],
)
def test_the_head_tells_where_the_data_are(qtbot: QtBot, durability: Durability, said: str) -> None:
    recording = Recording(Path("somewhere") / "run.mcap", durability)
    window = make_window(qtbot, Run(), recording=lambda: recording)
    head = window.head.shown
    assert said in head.keeping
    assert "run.mcap" in head.keeping
    assert "somewhere" not in head.keeping


def test_the_bridge_feeds_the_window_and_looks_once_more_when_it_stops(qtbot: QtBot) -> None:
    run = Run()
    view = RunnerView(run.header())
    mailbox = filled(run.items())
    window = RunnerWindow(view)
    qtbot.addWidget(window)
    bridge = Bridge(mailbox, view, window)
    bridge.polled.connect(window.refresh)
    with qtbot.waitSignal(bridge.polled):
        bridge.start()
    assert window.cadence.shown.tiles[0].value == "171"
    mailbox.put(LinkChange("left-shank", 0, LinkState.LOST))
    bridge.stop()
    assert view.state().chips[0].link is LinkState.LOST


def test_after_a_rewind_nothing_of_before_is_shown(qtbot: QtBot) -> None:
    del qtbot
    view, again = RunnerView(Run().header()), RunnerView(Run().header())
    mailbox = filled(Run(duration_s=30).items())
    bridge = Bridge(mailbox, view)
    bridge.poll()
    mailbox.put(Rewound(1))
    for item in Run(duration_s=8).items():
        mailbox.put(item)
    bridge.poll()
    again.feed(items_of(filled(Run(duration_s=8).items()).drain()))
    assert view.state() == again.state()
    assert view.trace(Side.LEFT).y.tolist() == again.trace(Side.LEFT).y.tolist()


def test_a_closed_mailbox_ends_the_session_on_the_screen(qtbot: QtBot) -> None:
    del qtbot
    view = RunnerView(Run().header())
    mailbox = filled(Run().items())
    mailbox.close()
    Bridge(mailbox, view).poll()
    assert view.state().banner.kind is BannerKind.ENDED


def test_closing_the_window_ends_the_loop_and_tells_once(qapp: QApplication) -> None:
    told: list[str] = []

    class ClosesTheWindow(Mailbox):
        def drain(self) -> MailboxContents:
            for window in qapp.topLevelWidgets():
                if isinstance(window, RunnerWindow) and window.isVisible():
                    window.close()
            return super().drain()

    run = Run(duration_s=3)
    code = run_window(run.header(), ClosesTheWindow(), on_close=lambda: told.append("closed"))
    assert code == 0
    assert told == ["closed"]


def test_a_picture_that_cannot_be_written_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "window.png"
    with pytest.raises(EnvironmentProblem, match=r"missing.*window\.png"):
        render_screenshot(Run().header(), [], path)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_painting_loses_no_reference_to_none(qtbot: QtBot) -> None:
    run = Run()
    window = make_window(qtbot, run, run.flag(Rule.HEEL_STRIKE, Side.LEFT, 8.0), transport=StillTransport())
    batches = [item for item in Run(duration_s=20, origin_s=120.0).items() if isinstance(item, SampleBatch)]
    for _ in range(5):
        window.grab()
    gc.collect()
    before = sys.getrefcount(None)
    for batch in batches[:60]:
        window.view.feed([batch])
        window.refresh()
        window.grab()
    gc.collect()
    assert sys.getrefcount(None) - before > -60


def test_without_a_display_the_offscreen_platform_is_chosen() -> None:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        pytest.skip("this machine has a display")
    assert ensure_application().platformName() == "offscreen"


def test_a_flag_is_looked_at_before_the_next_frame_is_due(qtbot: QtBot) -> None:
    run = Run()
    view, mailbox = RunnerView(run.header()), Mailbox()
    bridge = Bridge(mailbox, view)  # not started: no timer looks
    feeder = threading.Thread(target=mailbox.put, args=(run.flag(Rule.HEEL_STRIKE, Side.LEFT, 8.0),))
    feeder.start()
    qtbot.waitUntil(lambda: len(view.flag_times_s) == 1, timeout=20_000)
    feeder.join()
    bridge.stop()
    assert mailbox.wake is None


def test_a_screen_that_is_blocked_loses_neither_flag_nor_recording(qtbot: QtBot, tmp_path: Path) -> None:
    """The engine works a session off while the window looks at nothing; then the window looks once."""
    session = simulated_session("demo", 1, 60.0)
    view, mailbox = RunnerView(session.header), Mailbox()
    window = RunnerWindow(view)
    qtbot.addWidget(window)
    bridge = Bridge(mailbox, view, window)
    bridge.polled.connect(window.refresh)
    recorder = Recorder(tmp_path / "run.mcap", session.header)
    flow = Flow(lambda: Chain(session.header), [recorder, mailbox])
    inputs = list(session.inputs())
    feeder = threading.Thread(target=lambda: [flow.take(item) for item in inputs])
    feeder.start()
    feeder.join()
    flow.finish()
    bridge.poll()
    reader = SessionReader(tmp_path / "run.mcap")
    told = [item for item in reader.derived() if isinstance(item, Flag)]
    raised = sorted({(flag.t_ns - session.header.origin_ns) / 1e9 for flag in told if flag.raised})
    assert len(list(reader.inputs())) == len(inputs)
    assert raised
    assert list(view.flag_times_s) == pytest.approx(raised)
    assert view.state().banner.kind is BannerKind.ENDED


def test_every_sensor_on_a_leg_has_a_trace_of_its_own(qtbot: QtBot) -> None:
    run = Run()
    header = run.header()
    shoe = SensorInfo("left-shoe", Placement.SHOE, Side.LEFT, 200.0)
    pelvis = SensorInfo("pelvis", Placement.PELVIS, Side.LEFT, 200.0)
    view = RunnerView(msgspec.structs.replace(header, sensors=(*header.sensors, shoe, pelvis)))
    batches = [item for item in run.items() if isinstance(item, SampleBatch) and item.sensor == "left-shank"]
    view.feed([*run.items(), *(msgspec.structs.replace(each, sensor="left-shoe") for each in batches)])
    window = RunnerWindow(view)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.grab()
    assert [len(panel.more) for panel in window.legs.values()] == [1, 0]
    main, more = window.legs[Side.LEFT].trace, window.legs[Side.LEFT].more[0]
    assert more._curve.yData.tolist() == main._curve.yData.tolist()
    assert "left shoe" in more._key.text()
    assert "left shin" in main._key.text()
    assert len(window.chips) == 4
