"""What the benches of the window share: its frames, bare pyqtgraph curves beside them, and their times."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from dashboards.app import ensure_application
from dashboards.viewmodel import RunnerView
from dashboards.windows.runner import RunnerWindow
from imu.model import SampleBatch, SensorInfo, Side

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))
from synthetic_feed import Run

RATE_HZ = 1000.0
PER_FRAME = 33
FRAME_S = 1 / 30
SIZE_PX = (1440, 900)


def paint() -> None:
    """Paint, and paint what painting asked for: else the one would pay for the other."""
    QApplication.processEvents()
    QApplication.processEvents()


def live_window(sensors: int, window_s: float) -> Callable[[int], None]:
    """Return what feeds and paints one frame of a window with so many sensors at 1000 Hz and six axes."""
    ensure_application()
    run = Run(duration_s=window_s, rate_hz=RATE_HZ)
    header = run.header()
    more = tuple(
        SensorInfo(f"more-{number}", header.sensors[0].placement, header.sensors[number % 2].side, RATE_HZ)
        for number in range(sensors - 2)
    )
    header = msgspec.structs.replace(header, sensors=(*header.sensors, *more))
    view = RunnerView(header)
    view.feed(run.items())
    while view.window_s != window_s:
        view.widen()
    window = RunnerWindow(view)
    window.resize(*SIZE_PX)
    window.show()
    rng = np.random.default_rng(0)
    acc_g, gyr_dps = rng.normal(0, 3, (PER_FRAME, 3)), rng.normal(0, 90, (PER_FRAME, 3))

    def frame(number: int) -> None:
        start_ns = round((run.origin_s + window_s + number * PER_FRAME / RATE_HZ) * 1e9)
        t_ns = start_ns + np.arange(PER_FRAME) * 1_000_000
        clipped = np.zeros(PER_FRAME, bool)
        view.feed(SampleBatch(info.sensor, 0, t_ns, acc_g, gyr_dps, clipped) for info in header.sensors)
        window.refresh()
        paint()

    frame.window = window  # type: ignore[attr-defined] - else it is collected
    frame.traces = sum(view.number_on(side) for side in (Side.LEFT, Side.RIGHT))  # type: ignore[attr-defined]
    return frame


def bare_curves(window_s: float, number: int = 2) -> Callable[[int], None]:
    """Return so many traces drawn by pyqtgraph as it comes, two beside each other."""
    window = pg.GraphicsLayoutWidget()
    window.resize(*SIZE_PX)
    curves = [window.addPlot(row=each // 2, col=each % 2).plot(pen="y") for each in range(number)]
    window.show()
    count = int(window_s * RATE_HZ)
    values = np.linalg.norm(np.random.default_rng(0).normal(0, 3, (3 * count, 3)), axis=1)
    t_s = np.arange(3 * count) / RATE_HZ

    def frame(number: int) -> None:
        part = slice(number * PER_FRAME, number * PER_FRAME + count)
        for curve in curves:
            curve.setData(t_s[part], values[part])
        paint()

    frame.window = window  # type: ignore[attr-defined] - else it is collected
    return frame


def median_s(frames: dict[str, Callable[[int], None]], count: int = 60) -> dict[str, float]:
    """Return the median time of each frame, s, taken in turns."""
    spent_s: dict[str, list[float]] = {name: [] for name in frames}
    for number in range(count):
        for name, frame in frames.items():
            begin_s = time.perf_counter()
            frame(number)
            spent_s[name].append(time.perf_counter() - begin_s)
    return {name: statistics.median(times[5:]) for name, times in spent_s.items()}
