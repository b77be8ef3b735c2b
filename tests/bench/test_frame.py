"""One frame of the whole window against a bare pyqtgraph script: the same two curves with defaults."""

from __future__ import annotations

import pytest

from tests.bench.frames import bare_curves, live_window, median_s

GOAL = 0.5
"""The whole window - traces, strips, figures, banner - against two bare default curves."""


@pytest.mark.bench
def test_a_frame_of_the_whole_window_costs_half_of_two_default_curves(qapp: object) -> None:
    del qapp
    spent_s = median_s({"ours": live_window(2, 10.0), "bare": bare_curves(10.0)})
    ratio = spent_s["ours"] / spent_s["bare"]
    print(f"window {1e3 * spent_s['ours']:.2f} ms, bare {1e3 * spent_s['bare']:.2f} ms, ratio {ratio:.2f}")
    assert ratio <= GOAL
