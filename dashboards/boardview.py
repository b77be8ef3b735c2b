"""What the coach's board shows: words and numbers of every card, free of Qt."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from dashboards.states import DASH, Tone
from imu.model import LinkState, Phase, Rule, Strike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imu.squad import Card

__all__ = [
    "BoardHead",
    "CardState",
    "LegFigure",
    "Order",
    "TraceState",
    "card_states",
    "head_state",
    "ordered",
    "trace_state",
]

_STALE_S = 10.0
_PHASES = {
    Phase.STANDING: "standing",
    Phase.WALKING: "walking",
    Phase.WARM_UP: "warm-up",
    Phase.RUN: "running",
    Phase.COOL_DOWN: "cool-down",
}
_TONES = {
    Rule.EXCESSIVE_IMPACT: Tone.IMPACT,
    Rule.HEEL_STRIKE: Tone.HEEL,
    Rule.SENSOR_TROUBLE: Tone.TROUBLE,
}


class Order(enum.StrEnum):
    """How the cards are sorted."""

    NEED = "who needs attention"
    NAME = "name"
    IMPACT = "impact against the usual"


class LegFigure(msgspec.Struct, frozen=True):
    """One foot on a card: side's letter, mean impact, its share of the limit, heel landings."""

    letter: str
    impact: str
    of_limit: float | None
    heel: str


class CardState(msgspec.Struct, frozen=True):
    """One card, ready to draw; `links` says when it was last seen, links and battery, long or in short."""

    runner: str
    tone: Tone
    text: str
    phase: str
    cadence: str
    legs: tuple[LegFigure, ...]
    links: tuple[str, ...]
    sound: bool
    selected: bool


class TraceState(msgspec.Struct, frozen=True):
    """Latest steps of the chosen runner, per foot: landing type, peak (g) and whether it was excessive."""

    runner: str
    tone: Tone
    text: str
    legs: tuple[tuple[str, tuple[tuple[Strike, float | None, bool], ...]], ...]


class BoardHead(msgspec.Struct, frozen=True):
    """The line above the cards."""

    title: str
    counts: str
    broker: str
    refused: str
    order: str
    trouble: bool


def ordered(cards: Sequence[Card], order: Order) -> list[Card]:
    """Sort cards; those that are equal stay by name."""
    by_name = sorted(cards, key=lambda card: card.runner.casefold())
    if order is Order.NEED:
        return sorted(by_name, key=lambda card: -card.attention.rank)
    if order is Order.IMPACT:
        return sorted(
            by_name, key=lambda card: -max((_of_limit(card, s) or 0.0 for s in card.impact_g), default=0.0)
        )
    return by_name


def card_states(cards: Sequence[Card], *, sounding: set[str], selected: str | None) -> list[CardState]:
    """Make what is drawn of cards."""
    return [_card(card, card.runner in sounding, card.runner == selected) for card in cards]


def trace_state(card: Card) -> TraceState:
    """Make what is drawn of the chosen runner's steps."""
    stale = _is_stale(card)
    legs = tuple(
        (
            state.side[:1].upper(),
            tuple((s.strike, s.peak_g, bool(s.excessive)) for s in card.trace if s.sensor == state.sensor),
        )
        for state in card.sensors
        if state.placement.on_leg
    )
    return TraceState(card.runner, _tone(card, stale=stale), _text(card), legs)


def head_state(
    squad: str, cards: Sequence[Card], *, broker: str, connected: bool, refused: int, order: Order
) -> BoardHead:
    """Make the line above the cards."""
    online = sum(card.online for card in cards)
    need = sum(card.attention.rank > 1 for card in cards)
    return BoardHead(
        title=squad,
        counts=f"{online} of {len(cards)} here, {need} to look at",
        broker=broker,
        refused=f"{refused} message{'s' * (refused > 1)} refused" if refused else "",
        order=f"by {order.value}",
        trouble=not connected,
    )


def _of_limit(card: Card, sensor: str) -> float | None:
    impact_g, limit_g = card.impact_g.get(sensor), card.usual_g.get(sensor)
    return None if impact_g is None or not limit_g else impact_g / limit_g


def _card(card: Card, sound: bool, selected: bool) -> CardState:
    return CardState(
        runner=card.runner,
        tone=_tone(card, stale=_is_stale(card)),
        text=_text(card),
        phase=DASH if card.phase is None else _PHASES[card.phase],
        cadence=DASH if card.cadence_spm is None else f"{card.cadence_spm:.0f}",
        legs=tuple(
            _leg(card, state.sensor, state.side[:1].upper())
            for state in card.sensors
            if state.placement.on_leg
        ),
        links=_links(card),
        sound=sound,
        selected=selected,
    )


def _is_stale(card: Card) -> bool:
    return not card.online or card.seen_s > _STALE_S


def _text(card: Card) -> str:
    if card.attention.text or not card.steps:
        return card.attention.text or "no steps yet"
    over = any((_of_limit(card, sensor) or 0.0) > 1.0 for sensor in card.impact_g)
    return "above the limit lately" if over else "all good"


def _tone(card: Card, *, stale: bool) -> Tone:
    if card.attention.rank >= 3:  # noqa: PLR2004 - flags and silence; see imu.squad.state
        return _TONES.get(card.flags[0].rule, Tone.TROUBLE) if card.flags and not stale else Tone.TROUBLE
    if card.attention.rank == 2:  # noqa: PLR2004 - battery and loss
        return Tone.TROUBLE
    if stale:
        return Tone.STALE
    return Tone.GOOD if _text(card) == "all good" else Tone.PLAIN


def _leg(card: Card, sensor: str, letter: str) -> LegFigure:
    impact_g, heel = card.impact_g.get(sensor), card.heel_share.get(sensor)
    clipped = any(step.clipped for step in card.trace[-10:] if step.sensor == sensor)
    bound = "\N{GREATER-THAN OR EQUAL TO}" if clipped else ""
    return LegFigure(
        letter=letter,
        impact=DASH if impact_g is None else f"{bound}{impact_g:.1f}",
        of_limit=_of_limit(card, sensor),
        heel="" if heel is None else f"{100 * heel:.0f}\N{NO-BREAK SPACE}% heel",
    )


def _links(card: Card) -> tuple[str, ...]:
    seen, sensors = _seen(card.seen_s), card.sensors
    if not sensors:
        return (seen,)
    linked = f"{sum(state.link is LinkState.CONNECTED for state in sensors)}/{len(sensors)}"
    batteries = [s.battery_percent for s in sensors if s.battery_percent is not None]
    battery = f"{min(batteries):.0f}\N{NO-BREAK SPACE}%" if batteries else ""
    long = ", ".join(filter(None, (f"{linked} linked", battery)))
    return f"{seen}  {long}", " ".join(filter(None, (seen, linked, battery)))


def _seen(seen_s: float) -> str:
    if seen_s < _STALE_S:
        return "now"
    return f"{seen_s:.0f} s ago" if seen_s < 120 else f"{seen_s / 60:.0f} min ago"  # noqa: PLR2004
