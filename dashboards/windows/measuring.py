"""The measure cursors of a replay, moved by keys and by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.measure import Measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.player import Player
    from dashboards.windows.runner import RunnerWindow

__all__ = ["Measuring"]

FINE_MS, COARSE_MS = 5.0, 100.0


class Measuring:
    """Joins the cursors to the traces of a window.

    Parameters
    ----------
    player : Player
        The session; it stands still once the cursors are shown.
    """

    def __init__(self, player: Player) -> None:
        self.measure = Measure()
        self._player = player
        self._window: RunnerWindow | None = None

    @property
    def actions(self) -> dict[str, Callable[[], object]]:
        """What the keys do, by the names in :mod:`dashboards.keys`."""
        return {
            "measure": self.toggle,
            "cursor_other": lambda: self._change(self.measure.choose_other),
            "cursor_back": lambda: self._change(lambda: self.measure.move(-FINE_MS)),
            "cursor_on": lambda: self._change(lambda: self.measure.move(FINE_MS)),
            "cursor_far_back": lambda: self._change(lambda: self.measure.move(-COARSE_MS)),
            "cursor_far_on": lambda: self._change(lambda: self.measure.move(COARSE_MS)),
        }

    def join(self, window: RunnerWindow) -> None:
        """Draw on the traces of a window, and listen to the mouse there."""
        self._window = window
        for panel in window.legs.values():
            panel.trace.cursors.picked.connect(
                lambda x_s: self._change(lambda: self.measure.pick(x_s, window.view.now_ns))
            )
            panel.trace.cursors.dragged.connect(
                lambda x_s: self._change(lambda: self.measure.drag(x_s, window.view.now_ns))
            )

    def toggle(self) -> None:
        """Show the cursors, and let time stand still; or hide them."""
        if self._window is None:
            return
        self.measure.toggle(self._window.view.now_ns, self._window.window_s)
        if self.measure.on:
            self._player.pause()
        self.refresh()

    def refresh(self) -> None:
        """Draw the cursors where they stand now."""
        window = self._window
        if window is None:
            return
        for side, panel in window.legs.items():
            sensor = window.view.sensor_of(side)
            panel.trace.cursors.show_state(
                self.measure.state(self._player.overview, sensor, window.view.now_ns)
            )

    def _change(self, change: Callable[[], None]) -> None:
        if self.measure.on:
            change()
            self.refresh()
