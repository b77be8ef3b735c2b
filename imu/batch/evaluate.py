"""Accuracy on labelled recordings: one call, plain tables, the same figures every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from imu.batch.disturb import DISTURBANCES
from imu.batch.recordings import Recording, recordings
from imu.batch.rivals import held_out, landing_rules, literature, per_runner
from imu.batch.scoring import LIMITS_SD, PERCENT, match, mean, numbers, pairs, score, sd
from imu.model import Strike
from imu.units import MS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from imu.config import ChainConfig
    from imu.model.samples import FloatArray

__all__ = ["Evaluation", "evaluate", "one_by_one"]

STEPS_PER_STRIDE = 2.0
START_STEPS = 3
"""So many steps of a bout show its rhythm and are told together."""
IMPACT_BY_MS, LANDING_BY_MS = 80.0, 150.0


@dataclass(frozen=True)
class Evaluation:
    """Tables of :func:`evaluate`, one row per recording unless said otherwise; NaN where nothing is known.

    Attributes
    ----------
    contacts : pandas.DataFrame
        True, found, missed and extra contacts, recall, precision, F1; bias, spread and limits of initial
        contact.
    pooled : pandas.DataFrame
        Per data set, placement and activity: spread and limits after the recording's own median is taken off.
    toe_offs : pandas.DataFrame
        Toe-offs found; bias, spread and median absolute error of toe-off and contact time.
    latency : pandas.DataFrame
        How long after contact impact and landing type of running steps were known, in the samples' time,
        without the first steps of a bout.
    counts : pandas.DataFrame
        One row per stretch: true and found strides, with cadence where it follows from them.
    cadence : pandas.DataFrame
        True and found median cadence.
    no_running : pandas.DataFrame
        Recordings without running: running steps, in all and per minute.
    strikes : pandas.DataFrame
        True landing type against ours.
    robustness : pandas.DataFrame
        One row per recording and disturbance: F1, its change and the shift of contacts.
    literature : pandas.DataFrame
        One row per recording and detector, ours among them.
    runners : pandas.DataFrame
        One row per runner, placement and activity, over all of the runner's recordings.
    held_out : pandas.DataFrame
        One row per detector and runner: errors after the detector's constant offset, learnt on the other
        runners, is taken off.
    landing_rules : pandas.DataFrame
        One row per recording of a shoe and rule, ours among them: heel or not, decided and right.
    """

    contacts: pd.DataFrame
    pooled: pd.DataFrame
    toe_offs: pd.DataFrame
    latency: pd.DataFrame
    counts: pd.DataFrame
    cadence: pd.DataFrame
    no_running: pd.DataFrame
    strikes: pd.DataFrame
    robustness: pd.DataFrame
    literature: pd.DataFrame
    runners: pd.DataFrame
    held_out: pd.DataFrame
    landing_rules: pd.DataFrame


def evaluate(root: Path | str, config: ChainConfig | None = None) -> Evaluation:
    """Evaluate the signal chain on all labelled recordings below a folder.

    Parameters
    ----------
    root : pathlib.Path or str
        The folder.
    config : ChainConfig, optional
        Parameters; the documented defaults when left out.

    Returns
    -------
    Evaluation

    Raises
    ------
    UsageError
        There is no such folder or no recording in it.
    InputError
        A recording or its labels cannot be read.
    """
    found = [(one, one.steps(config=config)) for one in recordings(root)]
    labelled = [(one, steps) for one, steps in found if len(one.truth)]
    paired = {one.name: pairs(one, steps) for one, steps in labelled}
    running = [(one, steps) for one, steps in labelled if one.activity == "run"]
    return Evaluation(
        **one_by_one(found, config),
        pooled=_pooled(labelled, paired),
        literature=literature(found),
        runners=per_runner(labelled, paired),
        held_out=held_out(running),
        landing_rules=landing_rules(running),
    )


def one_by_one(
    found: Sequence[tuple[Recording, pd.DataFrame]], config: ChainConfig | None = None
) -> dict[str, pd.DataFrame]:
    """Tables in which each row speaks of one recording, by their names in :class:`Evaluation`.

    Parameters
    ----------
    found : sequence of (Recording, pandas.DataFrame)
        Recordings with the steps found in them.
    config : ChainConfig, optional
        Parameters that the steps were found with.
    """
    labelled = [(one, steps) for one, steps in found if len(one.truth)]
    paired = {one.name: pairs(one, steps) for one, steps in labelled}
    running = [(one, steps) for one, steps in labelled if one.activity == "run"]
    rows = {
        "contacts": [_contacts(one, steps, paired[one.name]) for one, steps in labelled],
        "toe_offs": [_toe_offs(one, paired[one.name]) for one, _ in labelled],
        "latency": [_latency(one, steps) for one, steps in found if one.activity == "run"],
        "counts": [row for one, steps in found for row in _counts(one, steps)],
        "cadence": [_cadence(one, steps) for one, steps in running],
        "no_running": [_no_running(one, steps) for one, steps in found if one.activity != "run"],
        "strikes": [row for one, _ in running for row in _strikes(one, paired[one.name])],
        "robustness": [row for one, steps in running for row in _robustness(one, steps, config)],
    }
    return {name: pd.DataFrame(table) for name, table in rows.items()}


def _contacts(recording: Recording, steps: pd.DataFrame, paired: pd.DataFrame) -> dict[str, Any]:
    mine = steps[steps["activity"] == recording.activity]
    told = score(numbers(recording.truth, "initial_contact_s"), numbers(mine, "initial_contact_s"))
    assert told["found"] == len(paired)  # noqa: S101 - one way to pair, used twice
    return {**recording.labels, "activity": recording.activity, **told}


def _pooled(
    labelled: Iterable[tuple[Recording, pd.DataFrame]], paired: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    groups: dict[tuple[str, str, str, str], list[pd.DataFrame]] = {}
    for one, _ in labelled:
        group = (one.name.partition("/")[0], one.placement.value, one.sensor, one.activity)
        errors = paired[one.name][["ic_error_ms", "to_error_ms"]]
        groups.setdefault(group, []).append(errors - errors.median())
    rows = []
    for group, parts in groups.items():
        left = pd.concat(parts)
        ic, to = sd(numbers(left, "ic_error_ms")), sd(numbers(left.dropna(), "to_error_ms"))
        labels: dict[str, Any] = dict(
            zip(("data set", "placement", "sensor", "activity"), group, strict=True)
        )
        limits = {"ic_limits_plus_minus_ms": LIMITS_SD * ic, "to_limits_plus_minus_ms": LIMITS_SD * to}
        rows.append({**labels, "contacts": len(left), "ic_sd_ms": ic, "to_sd_ms": to, **limits})
    return pd.DataFrame(rows)


def _toe_offs(recording: Recording, paired: pd.DataFrame) -> dict[str, Any]:
    known = paired.dropna(subset=["to_error_ms"])
    off, contact = numbers(known, "to_error_ms"), numbers(known, "contact_error_ms")
    return {
        **recording.labels,
        "activity": recording.activity,
        "found_percent": PERCENT * len(known) / len(paired) if len(paired) else np.nan,
        "to_bias_ms": mean(off),
        "to_sd_ms": sd(off),
        "to_median_abs_ms": float(np.median(np.abs(off))) if len(off) else np.nan,
        "contact_bias_ms": mean(contact),
        "contact_median_abs_ms": float(np.median(np.abs(contact))) if len(contact) else np.nan,
    }


def _latency(recording: Recording, steps: pd.DataFrame) -> dict[str, Any]:
    """Latency of what is told of running steps, by the time stamp of the last sample that was needed."""
    runs = steps[steps["activity"] == "run"]
    bout = np.cumsum(np.isnan(numbers(runs, "stride_time_ms")))
    place = runs.groupby(bout).cumcount().to_numpy()
    steady = runs[place >= START_STEPS]
    impact, landing = numbers(steady, "impact_latency_ms"), numbers(steady, "landing_latency_ms")
    landing = landing[np.isfinite(landing)]
    return {
        **recording.labels,
        "steps": len(runs),
        "first_steps": len(runs) - len(steady),
        **_late("impact", impact, IMPACT_BY_MS),
        **_late("landing", landing, LANDING_BY_MS),
    }


def _late(name: str, latency_ms: FloatArray, bar_ms: float) -> dict[str, float]:
    """Median, 95th percentile and share in time; NaN where the sensor tells nothing."""
    told = latency_ms if len(latency_ms) else np.array([np.nan])
    in_time = PERCENT * float(np.mean(told <= bar_ms)) if len(latency_ms) else np.nan
    return {
        f"{name}_median_ms": float(np.median(told)),
        f"{name}_p95_ms": float(np.percentile(told, 95.0)),
        f"{name}_in_time_percent": in_time,
    }


def _counts(recording: Recording, steps: pd.DataFrame) -> list[dict[str, Any]]:
    """Contacts of running steps per stretch whose strides were counted by hand or by another sensor."""
    contact_s = numbers(steps[steps["activity"] == "run"], "initial_contact_s")
    rows = []
    for t0_s, t1_s, strides in recording.counts[["t0_s", "t1_s", "strides"]].itertuples(index=False):
        found = int(((contact_s >= t0_s) & (contact_s < t1_s)).sum())
        rows.append(
            {
                **recording.labels,
                "from_s": float(t0_s),
                "to_s": float(t1_s),
                "true": int(strides),
                "found": found,
                "error_percent": PERCENT * (found - strides) / strides,
            }
        )
    return rows


def _cadence(recording: Recording, steps: pd.DataFrame) -> dict[str, Any]:
    stride_s = np.median(np.diff(numbers(recording.truth, "initial_contact_s")))
    true_spm = STEPS_PER_STRIDE * S_PER_MIN / stride_s
    mine = steps[(steps["activity"] == "run") & steps["accepted"]]
    found_spm = float(np.nanmedian(numbers(mine, "cadence_spm"))) if len(mine) else np.nan
    return {
        **recording.labels,
        "true_spm": float(true_spm),
        "found_spm": found_spm,
        "error_spm": found_spm - true_spm,
    }


def _no_running(recording: Recording, steps: pd.DataFrame) -> dict[str, Any]:
    runs = int((steps["activity"] == "run").sum())
    return {
        **recording.labels,
        "activity": recording.activity,
        "length_s": recording.minutes * S_PER_MIN,
        "walking_steps": len(steps) - runs,
        "running_steps": runs,
        "running_steps_per_min": runs / recording.minutes,
    }


def _strikes(recording: Recording, paired: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for true, group in paired.dropna(subset=["strike_true"]).groupby("strike_true"):
        counts = {kind.value: int((group["strike"] == kind.value).sum()) for kind in Strike}
        rows.append({**recording.labels, "true": str(true), "steps": len(group), **counts})
    return rows


def _robustness(
    recording: Recording, steps: pd.DataFrame, config: ChainConfig | None
) -> list[dict[str, Any]]:
    true_s = numbers(recording.truth, "initial_contact_s")
    before_s = numbers(steps[steps["activity"] == "run"], "initial_contact_s")
    usual = score(true_s, before_s)["f1"]
    rows = []
    for name, (disturb, seed) in DISTURBANCES.items():
        after = recording.steps(disturb(recording.samples, seed), config)
        after = after[after["activity"] == "run"]
        after_s, good_s = (numbers(part, "initial_contact_s") for part in (after, after[after["accepted"]]))
        told = score(true_s, after_s)
        at, after_at = match(before_s, after_s)
        shift_ms = (after_s[after_at] - before_s[at]) * MS_PER_S
        found = {
            "f1": told["f1"],
            "f1_change": told["f1"] - usual,
            "shift_ms": float(np.median(shift_ms)) if len(shift_ms) else np.nan,
            "ic_sd_ms": told["ic_sd_ms"],
            "accepted_percent": PERCENT * len(good_s) / len(after_s) if len(after_s) else np.nan,
            "accepted_ic_sd_ms": score(true_s, good_s)["ic_sd_ms"],
        }
        rows.append({**recording.labels, "disturbance": name, **found})
    return rows
