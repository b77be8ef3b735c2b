"""The table that `softstrike live --headless` shows on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from imu.model import LinkState, Strike

if TYPE_CHECKING:
    from imu.cli.sessions import Collector
    from imu.model import SensorHealth, SessionHeader, Step

__all__ = ["live_table"]

_SECONDS_PER_MINUTE = 60
_HEADINGS = ("sensor", "link", "rate", "battery", "lost", "steps", "impact", "landing")


def live_table(header: SessionHeader, collector: Collector, elapsed_s: float) -> Table:
    """Make the table: a row for each sensor, below it the latest flag in force.

    Parameters
    ----------
    header : SessionHeader
        The session's sensors.
    collector : Collector
        What came so far; another thread may go on filling it.
    elapsed_s : float
        Time since the begin, s.
    """
    minutes, seconds = divmod(int(elapsed_s), _SECONDS_PER_MINUTE)
    title = f"{header.runner or 'softstrike'}  {minutes}:{seconds:02d}"
    flags = collector.in_force
    table = Table(title=escape(title), caption=escape(flags[-1].text) if flags else None)
    for heading in _HEADINGS:
        table.add_column(heading)
    health = {each.sensor: each for each in collector.health}
    steps = collector.steps
    for sensor in header.sensors:
        own = [step for step in steps if step.sensor == sensor.sensor]
        table.add_row(*map(escape, (sensor.sensor, *_state(health.get(sensor.sensor)), *_latest(own))))
    return table


def _state(health: SensorHealth | None) -> tuple[str, str, str, str]:
    if health is None:
        return LinkState.SEARCHING.value, "", "", ""
    ledger = health.ledger
    share = None if ledger.lost is None else 100.0 * ledger.lost / max(1, ledger.lost + ledger.samples)
    return (
        health.link.value,
        "" if health.rate_hz is None else f"{health.rate_hz:.0f} Hz",
        "" if health.battery_percent is None else f"{health.battery_percent:.0f} %",
        "unknown" if share is None else f"{share:.1f} %",
    )


def _latest(steps: list[Step]) -> tuple[str, str, str]:
    if not steps:
        return "0", "", ""
    last = steps[-1]
    bound = "\u2265 " if last.clipped else ""
    impact = "" if last.peak_accel_g is None else f"{bound}{last.peak_accel_g:.1f} g"
    landing = "" if last.strike is Strike.UNMEASURABLE else last.strike.value
    return str(len(steps)), impact, landing
