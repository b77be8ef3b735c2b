"""A sensor's health in short texts; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.states import DASH, ChipState, Tone
from imu.model import LinkState
from imu.signal.mounting_check import Posture
from imu.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from dashboards.leg import Leg
    from imu.model import SensorHealth

__all__ = ["chip_of"]

CLIPPED_SHOWN_S = 10.0
SETTLING_S = 15.0
"""A clock is known poorly at first; so long after the first samples that is no news."""

SETTLED_MS = 20.0
FULL_RATE_HZ = 200.0
LOW_BATTERY_PERCENT = 15.0
HIGH_LOSS_SHARE = 0.05
POSTURES = frozenset({"has turned", *Posture})
TROUBLES = frozenset({"low battery", "high loss", "coming back", *POSTURES})


def chip_of(leg: Leg, now_ns: int) -> ChipState:
    """Return the health of one sensor.

    Parameters
    ----------
    leg : Leg
        The sensor.
    now_ns : int
        The window's time, ns.
    """
    badges = _badges(leg, now_ns)
    name, tone = leg.name.capitalize(), _tone(leg, badges)
    health = leg.health
    if health is None:
        return ChipState(name, leg.link, mounting=leg.mounting.word, badges=badges, tone=tone)
    battery = health.battery_percent
    return ChipState(
        name=name,
        link=leg.link,
        rate=DASH if health.rate_hz is None else f"{health.rate_hz:.0f} Hz",
        loss=_loss_text(health),
        battery=DASH if battery is None else f"{battery:.0f} %",
        clock=_clock_text(leg, health),
        mounting=leg.mounting.word,
        badges=badges,
        tone=tone,
    )


def _badges(leg: Leg, now_ns: int) -> tuple[str, ...]:
    badges = []
    if leg.returning:
        badges.append("coming back")
    posture = leg.mounting.badge(now_ns)
    if posture:
        badges.append(posture)
    if leg.info.rate_hz < FULL_RATE_HZ:
        badges.append("low rate")
    if leg.clipped_ns is not None and now_ns - leg.clipped_ns < CLIPPED_SHOWN_S * NS_PER_S:
        badges.append("clipped")
    health = leg.health
    if health and health.battery_percent is not None and health.battery_percent < LOW_BATTERY_PERCENT:
        badges.append("low battery")
    if health and (_loss_share(health) or 0.0) > HIGH_LOSS_SHARE:
        badges.append("high loss")
    return tuple(badges)


def _clock_text(leg: Leg, health: SensorHealth) -> str:
    """Return the clock's error; one that is still large soon after the begin is settling."""
    if health.clock is None:
        return DASH
    error_ms = health.clock.uncertainty_ns / NS_PER_MS
    begun_ns = leg.first_ns
    fresh = begun_ns is not None and health.t_ns - begun_ns < SETTLING_S * NS_PER_S
    return "settling" if fresh and error_ms > SETTLED_MS else f"±{error_ms:.1f} ms"


def _tone(leg: Leg, badges: tuple[str, ...]) -> Tone:
    if leg.link is LinkState.LOST or TROUBLES.intersection(badges):
        return Tone.TROUBLE
    return Tone.GOOD if leg.link is LinkState.CONNECTED else Tone.PLAIN


def _loss_share(health: SensorHealth) -> float | None:
    lost = health.ledger.lost
    total = health.ledger.samples + (lost or 0)
    return None if lost is None or total == 0 else lost / total


def _loss_text(health: SensorHealth) -> str:
    share = _loss_share(health)
    return DASH if share is None else f"{100 * share:.1f} %"
