"""Our figures beside those of the rules of the literature, and on runners that nothing was learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from imu.batch.literature import ENGINES, LANDING_RULES, Signals, signals_of
from imu.batch.scoring import LIMITS_SD, PERCENT, match, mean, numbers, score, sd
from imu.model import Placement, Strike
from imu.store import read_samples
from imu.units import MS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.batch.recordings import Recording
    from imu.model.samples import FloatArray

__all__ = ["OURS", "held_out", "landing_rules", "literature", "per_runner"]

OURS = "softstrike"
"""Name under which our own detector stands in the tables."""

_UNDECIDED = (Strike.UNSURE, Strike.UNMEASURABLE)


def literature(found: Sequence[tuple[Recording, pd.DataFrame]]) -> pd.DataFrame:
    """Figures of all detectors: against contacts, against counts, or where nobody runs.

    Parameters
    ----------
    found : sequence of (Recording, pandas.DataFrame)
        Recordings and our steps.

    Returns
    -------
    pandas.DataFrame
    """
    return pd.DataFrame(
        [
            {**one.labels, "detector": name} | _against(one, found_s)
            for one, steps in found
            for name, found_s in _all_detectors(one, steps).items()
        ]
    )


def per_runner(
    labelled: Iterable[tuple[Recording, pd.DataFrame]], paired: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Figures of each runner over all recordings, each recording's own median offset taken off.

    Parameters
    ----------
    labelled : iterable of (Recording, pandas.DataFrame)
        Recordings with true contacts, and our steps.
    paired : dict of str to pandas.DataFrame
        Pairs of true and found contacts by recording, see :func:`imu.batch.scoring.pairs`.

    Returns
    -------
    pandas.DataFrame
    """
    groups: dict[tuple[str, str, str], list[tuple[dict[str, float], pd.DataFrame]]] = {}
    for one, steps in labelled:
        mine = steps[steps["activity"] == one.activity]
        told = score(numbers(one.truth, "initial_contact_s"), numbers(mine, "initial_contact_s"))
        group = (one.runner, one.placement.value, one.activity)
        groups.setdefault(group, []).append((told, paired[one.name]))
    return pd.DataFrame(
        [
            dict(zip(("runner", "placement", "activity"), group, strict=True)) | _of_runner(parts)
            for group, parts in groups.items()
        ]
    )


def _of_runner(parts: Sequence[tuple[dict[str, float], pd.DataFrame]]) -> dict[str, float]:
    true, hits, extra = (sum(told[name] for told, _ in parts) for name in ("true", "found", "extra"))
    errors = [pairs[["ic_error_ms", "to_error_ms"]] for _, pairs in parts]
    left = pd.concat([one - one.median() for one in errors])
    return {
        "true": true,
        "found": hits,
        "extra": extra,
        "f1": 2.0 * hits / (true + hits + extra) if true + hits + extra else np.nan,
        "ic_bias_ms": mean(numbers(pd.concat(errors), "ic_error_ms")),
        "ic_sd_ms": sd(numbers(left, "ic_error_ms")),
        "to_bias_ms": mean(numbers(pd.concat(errors).dropna(), "to_error_ms")),
        "to_sd_ms": sd(numbers(left.dropna(), "to_error_ms")),
    }


def held_out(running: Sequence[tuple[Recording, pd.DataFrame]]) -> pd.DataFrame:
    """Error of contact on each runner after an offset that was learnt on the other runners.

    Parameters
    ----------
    running : sequence of (Recording, pandas.DataFrame)
        Recordings of running with true contacts, and our steps.

    Returns
    -------
    pandas.DataFrame
        Offset and errors are NaN where a detector met one runner only.
    """
    errors: dict[tuple[str, str], dict[str, list[FloatArray]]] = {}
    for one, steps in running:
        true_s = numbers(one.truth, "initial_contact_s")
        for name, found_s in _all_detectors(one, steps).items():
            true_at, found_at = match(true_s, found_s)
            off_ms = (found_s[found_at] - true_s[true_at]) * MS_PER_S
            errors.setdefault((name, one.placement.value), {}).setdefault(one.runner, []).append(off_ms)
    rows = []
    for (name, placement), by_runner in errors.items():
        joined = {runner: np.concatenate(parts) for runner, parts in by_runner.items()}
        for runner, mine in joined.items():
            others = [float(np.median(e)) for other, e in joined.items() if other != runner and len(e)]
            labels = {"detector": name, "placement": placement, "runner": runner, "contacts": len(mine)}
            rows.append(labels | _left_over(mine, others))
    return pd.DataFrame(rows).sort_values(["placement", "runner", "detector"], ignore_index=True)


def _left_over(error_ms: FloatArray, others_ms: list[float]) -> dict[str, float]:
    offset_ms = float(np.mean(others_ms)) if others_ms else np.nan
    left = error_ms - offset_ms
    bias, spread = mean(left), sd(left)
    return {
        "offset_ms": offset_ms,
        "left_mean_ms": bias,
        "left_sd_ms": spread,
        "left_mean_abs_ms": mean(np.abs(left)),
        "left_low_ms": bias - LIMITS_SD * spread,
        "left_high_ms": bias + LIMITS_SD * spread,
    }


def landing_rules(running: Sequence[tuple[Recording, pd.DataFrame]]) -> pd.DataFrame:
    """Heel or not: how many landings each rule decides, and how many of those rightly.

    Parameters
    ----------
    running : sequence of (Recording, pandas.DataFrame)
        Recordings of running with true contacts, and our steps; those of a shoe whose truth tells the landing
        type count.

    Returns
    -------
    pandas.DataFrame
    """
    rows: list[dict[str, Any]] = []
    for one, steps in running:
        if one.placement is not Placement.SHOE or "strike" not in one.truth.columns:
            continue
        signals, time_s = _signals(one), numbers(one.samples, "time_s")
        mine = steps[steps["activity"] == one.activity]
        true_at, at = match(numbers(one.truth, "initial_contact_s"), numbers(mine, "initial_contact_s"))
        places = np.searchsorted(time_s, numbers(mine, "initial_contact_s")[at])
        true = [str(kind) for kind in one.truth["strike"].iloc[true_at]]
        told = {OURS: [Strike(kind) for kind in mine["strike"].iloc[at]]}
        if signals.pitch_dps is not None:
            told |= {n: [rule(signals, int(k)) for k in places] for n, rule in LANDING_RULES.items()}
        rows += [{**one.labels, "rule": name} | _heel_or_not(true, kinds) for name, kinds in told.items()]
    columns = ["recording", "placement", "sensor", "rule", "steps", "undecided_percent", "right_percent"]
    return pd.DataFrame(rows, columns=columns)


def _heel_or_not(true: list[str], told: list[Strike]) -> dict[str, float]:
    decided = [(t, k) for t, k in zip(true, told, strict=True) if k not in _UNDECIDED]
    right = sum((t == Strike.HEEL) == (k is Strike.HEEL) for t, k in decided)
    return {
        "steps": len(true),
        "undecided_percent": PERCENT * (1.0 - len(decided) / len(true)) if true else np.nan,
        "right_percent": PERCENT * right / len(decided) if decided else np.nan,
    }


def _all_detectors(recording: Recording, steps: pd.DataFrame) -> dict[str, FloatArray]:
    """Return the times at which each detector found running contacts, s."""
    signals, time_s = _signals(recording), numbers(recording.samples, "time_s")
    has_gyro = signals.pitch_dps is not None
    return {OURS: numbers(steps[steps["activity"] == "run"], "initial_contact_s")} | {
        name: time_s[engine.find(signals)]
        for name, engine in ENGINES.items()
        if engine.fits(recording.placement, has_gyro=has_gyro)
    }


def _signals(recording: Recording) -> Signals:
    table = read_samples(recording.samples, placement=recording.placement, side=recording.side)
    return signals_of(table.acc_g, table.gyr_dps, table.rate_hz)


def _against(recording: Recording, found_s: FloatArray) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(("true", "found", "extra", "f1", "ic_bias_ms", "ic_sd_ms"), np.nan)
    if recording.activity != "run":
        told.update(true=0, found=0, extra=len(found_s))
    elif len(recording.truth):
        full = score(numbers(recording.truth, "initial_contact_s"), found_s)
        told.update({name: full[name] for name in told})
    elif len(recording.counts):
        spans = zip(numbers(recording.counts, "t0_s"), numbers(recording.counts, "t1_s"), strict=True)
        inside = sum(int(((found_s >= t0_s) & (found_s < t1_s)).sum()) for t0_s, t1_s in spans)
        told.update(true=float(recording.counts["strides"].sum()), found=inside)
    return told
