"""The banner: which one thing is to be said now, and in which words; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.leg import mean
from dashboards.mounting import CHECK_WORDS
from dashboards.states import BannerKind, BannerState
from imu.model import LinkState, Rule
from imu.units import NS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.leg import Leg, RaisedFlag
    from imu.model import Step
    from imu.signal.mounting_check import CheckState

__all__ = ["choose_banner", "duration_text"]

# Most urgent first: figures of a sensor in trouble would mislead.
URGENCY = (Rule.SENSOR_TROUBLE, Rule.EXCESSIVE_IMPACT, Rule.HEEL_STRIKE)
FRESH_STEPS = 5
MIXED_SHARE = 0.5
WORDS = {
    Rule.SENSOR_TROUBLE: (BannerKind.SENSOR_TROUBLE, "Check the sensor"),
    Rule.EXCESSIVE_IMPACT: (BannerKind.EXCESSIVE_IMPACT, "Hard impact"),
    Rule.HEEL_STRIKE: (BannerKind.HEEL_STRIKE, "Heel strikes"),
}


def duration_text(duration_s: float) -> str:
    """Return a duration in words, e.g. ``"12 s"`` or ``"2 min 05 s"``."""
    minutes, seconds = divmod(int(max(0.0, duration_s)), int(S_PER_MIN))
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def choose_banner(legs: Sequence[Leg], now_ns: int, check: CheckState | None = None) -> BannerState:
    """Return the most urgent thing to say.

    Parameters
    ----------
    legs : sequence of Leg
        All sensors of the runner.
    now_ns : int
        The window's time, ns.
    check : CheckState or None
        What the check of the mounting waits for, where there is one.

    Returns
    -------
    BannerState
        A flag that is up, else a calm state.
    """
    up = [(rule, [leg for leg in legs if rule in leg.raised]) for rule in URGENCY]
    up = [(rule, flagged) for rule, flagged in up if flagged]
    if not up or up[0][0] is not Rule.SENSOR_TROUBLE:
        back = [leg.name for leg in legs if leg.returning]
        if back:
            detail = "The sensor was lost and is being looked for; recording goes on."
            return BannerState(BannerKind.RETURNING, f"Coming back: {' and '.join(back)}", detail)
    if not up:
        return _calm_banner(legs, now_ns, check)
    rule, flagged = up[0]
    flags = [leg.raised[rule] for leg in flagged]
    since_ns = min(flag.since_ns for flag in flags)
    kind, _ = WORDS[rule]
    return BannerState(
        kind=kind,
        headline=_headline(rule, flagged, legs),
        detail=_reasons(flags),
        lasting=f"for {duration_text((now_ns - since_ns) / NS_PER_S)}",
        others=tuple(_headline(other, legs_up, legs) for other, legs_up in up[1:]),
    )


def _headline(rule: Rule, flagged: Sequence[Leg], legs: Sequence[Leg]) -> str:
    words = WORDS[rule][1]
    if rule is Rule.SENSOR_TROUBLE:
        return f"{words}: {' and '.join(leg.name for leg in flagged)}"
    sides = sorted({leg.info.side.value for leg in flagged})
    if len(sides) > 1:
        return f"{words}: both legs"
    return f"{words}: {sides[0]} leg" if legs else words


def _reasons(flags: Sequence[RaisedFlag]) -> str:
    """Join the flags' own texts, each once."""
    return " · ".join(dict.fromkeys(flag.text for flag in flags if flag.text))


def _calm_banner(legs: Sequence[Leg], now_ns: int, check: CheckState | None) -> BannerState:
    if legs and all(leg.link is LinkState.CLOSED for leg in legs):
        return BannerState(BannerKind.ENDED, "Session ended", "All sensors are closed.")
    unheard = [leg.name for leg in legs if leg.newest_ns is None]
    if len(unheard) == len(legs):
        looked_for = f"Looking for {' and '.join(unheard)}." if unheard else "This session has no sensor."
        reasons = dict.fromkeys(leg.link_detail for leg in legs if leg.link_detail)
        detail = " \N{MIDDLE DOT} ".join(reasons) or looked_for
        return BannerState(BannerKind.WAITING, "Waiting for sensors", detail)
    fresh = [step for leg in legs if not leg.is_stale(now_ns) for step in leg.running(FRESH_STEPS)]
    if not fresh and check in CHECK_WORDS:
        return BannerState(BannerKind.READY, *CHECK_WORDS[check])
    if not fresh:
        return BannerState(BannerKind.READY, "Ready", "Impact and landing are judged while running.")
    return _running_banner(fresh)


def _running_banner(steps: Sequence[Step]) -> BannerState:
    """Say no more than was judged, and nothing that the steps belie."""
    hard = _share([step.excessive_impact for step in steps])
    heel = _share([step.heel_strike for step in steps])
    if hard is None and heel is None:
        detail = "Neither impact nor landing type is judged yet."
        return BannerState(BannerKind.READY, "Running", detail)
    if (hard or 0.0) >= MIXED_SHARE or (heel or 0.0) >= MIXED_SHARE:
        told = [(hard, "above the impact limit"), (heel, "on the heel")]
        parts = [f"{100 * share:.0f} % {words}" for share, words in told if share]
        return BannerState(BannerKind.READY, "Running", f"Of the latest steps: {', '.join(parts)}.")
    headline = "All good: soft landings" if hard is not None else "All good: few heel strikes"
    impact = "Impact is within the limit." if hard is not None else "Impact is not judged."
    landing = "Heel strikes are rare." if heel is not None else "Landing type is not judged."
    return BannerState(BannerKind.GOOD, headline, f"{impact} {landing}")


def _share(judgements: Sequence[bool | None]) -> float | None:
    """Share of True among what could be judged; None when nothing could."""
    return mean(None if judged is None else float(judged) for judged in judgements)
