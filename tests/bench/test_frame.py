"""One frame of the whole window against a bare pyqtgraph script: the same two curves with defaults."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QApplication

from dashboards.app import ensure_application
from dashboards.viewmodel import RunnerView
from dashboards.windows.runner import RunnerWindow
from imu.model import SampleBatch

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))
from synthetic_feed import Run

RATE_HZ = 1000.0
FRAMES = 60
PER_FRAME = 33
GOAL = 0.5
"""The whole window - traces, strips, figures, banner - against two bare default curves."""


def paint() -> None:
    """Paint, and paint what painting asked for: else the one would pay for the other."""
    QApplication.processEvents()
    QApplication.processEvents()


def whole_window() -> Callable[[int], None]:
    ensure_application()
    run = Run(duration_s=20, rate_hz=RATE_HZ)
    view = RunnerView(run.header())
    view.feed(run.items())
    window = RunnerWindow(view)
    window.resize(1440, 900)
    window.show()
    rng = np.random.default_rng(0)

    def frame(number: int) -> None:
        start_ns = round((run.origin_s + 20 + number * PER_FRAME / RATE_HZ) * 1e9)
        t_ns = start_ns + np.arange(PER_FRAME) * 1_000_000
        clipped = np.zeros(PER_FRAME, bool)
        view.feed(
            SampleBatch(f"{side}-shank", 0, t_ns, rng.normal(0, 3, (PER_FRAME, 3)), None, clipped)
            for side in ("left", "right")
        )
        window.refresh()
        paint()

    return frame


def bare_curves() -> Callable[[int], None]:
    window = pg.GraphicsLayoutWidget()
    window.resize(1440, 900)
    curves = [window.addPlot(row=0, col=column).plot(pen="y") for column in (0, 1)]
    window.show()
    count = int(10 * RATE_HZ)
    values = np.linalg.norm(np.random.default_rng(0).normal(0, 3, (3 * count, 3)), axis=1)
    t_s = np.arange(3 * count) / RATE_HZ

    def frame(number: int) -> None:
        part = slice(number * PER_FRAME, number * PER_FRAME + count)
        for curve in curves:
            curve.setData(t_s[part], values[part])
        paint()

    frame.window = window  # type: ignore[attr-defined] - else it is collected
    return frame


@pytest.mark.bench
def test_a_frame_of_the_whole_window_costs_half_of_two_default_curves(qapp: object) -> None:
    del qapp
    ours, bare = whole_window(), bare_curves()
    spent_s: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(FRAMES):
        for name, frame in (("ours", ours), ("bare", bare)):
            begin_s = time.perf_counter()
            frame(number)
            spent_s[name].append(time.perf_counter() - begin_s)
    median_s = {name: statistics.median(times[5:]) for name, times in spent_s.items()}
    ratio = median_s["ours"] / median_s["bare"]
    print(f"window {1e3 * median_s['ours']:.2f} ms, bare {1e3 * median_s['bare']:.2f} ms, ratio {ratio:.2f}")
    assert ratio <= GOAL
