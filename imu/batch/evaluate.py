"""Accuracy on labelled recordings: one call, plain tables, the same figures every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from imu.batch.disturb import DISTURBANCES
from imu.batch.literature import ENGINES, axial
from imu.batch.recordings import Recording, recordings
from imu.model import Strike
from imu.store import read_samples
from imu.units import MS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from imu.config import ChainConfig
    from imu.model.samples import FloatArray, IntArray

__all__ = ["TOLERANCE_S", "Evaluation", "evaluate", "match", "pairs", "score"]

TOLERANCE_S = 0.1
"""A found contact is a true one when it lies this close to it, the recording's median offset taken off."""

OFFSET_REACH_S = 0.25
LIMITS_SD = 1.96
PERCENT = 100.0
STEPS_PER_STRIDE = 2.0


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
    """

    contacts: pd.DataFrame
    pooled: pd.DataFrame
    toe_offs: pd.DataFrame
    counts: pd.DataFrame
    cadence: pd.DataFrame
    no_running: pd.DataFrame
    strikes: pd.DataFrame
    robustness: pd.DataFrame
    literature: pd.DataFrame


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
        contacts=pd.DataFrame([_contacts(one, steps, paired[one.name]) for one, steps in labelled]),
        pooled=_pooled(labelled, paired),
        toe_offs=pd.DataFrame([_toe_offs(one, paired[one.name]) for one, _ in labelled]),
        counts=pd.DataFrame([row for one, steps in found for row in _counts(one, steps)]),
        cadence=pd.DataFrame([_cadence(one, steps) for one, steps in running]),
        no_running=pd.DataFrame([_no_running(one, steps) for one, steps in found if one.activity != "run"]),
        strikes=pd.DataFrame([row for one, _ in running for row in _strikes(one, paired[one.name])]),
        robustness=pd.DataFrame([row for one, steps in running for row in _robustness(one, steps, config)]),
        literature=pd.DataFrame([row for one, steps in found for row in _literature(one, steps)]),
    )


def match(true_s: FloatArray, found_s: FloatArray) -> tuple[IntArray, IntArray]:
    """Pair true and found contacts.

    The median offset of the found contacts is taken off first; then two contacts are a pair when each is
    the other's nearest and they are at most :data:`TOLERANCE_S` apart.

    Parameters
    ----------
    true_s, found_s : ndarray, shape (m,) and (n,)
        Times in order, s.

    Returns
    -------
    true_at, found_at : ndarray of int64
        Indices of the pairs.
    """
    none = np.empty(0, np.int64)
    if not len(true_s) or not len(found_s):
        return none, none
    near = found_s[_nearest(found_s, true_s)] - true_s
    near = near[np.abs(near) <= OFFSET_REACH_S]
    shifted = found_s - (np.median(near) if len(near) else 0.0)
    to_found, to_true = _nearest(shifted, true_s), _nearest(true_s, shifted)
    at = np.arange(len(true_s))
    paired = (to_true[to_found] == at) & (np.abs(shifted[to_found] - true_s) <= TOLERANCE_S)
    return at[paired], to_found[paired]


def _nearest(places: FloatArray, wanted: FloatArray) -> IntArray:
    """Index of the place nearest to each of the wanted, which are few."""
    return np.asarray(np.abs(places[None, :] - wanted[:, None]).argmin(axis=1))


def score(true_s: FloatArray, found_s: FloatArray) -> dict[str, float]:
    """Count pairs and tell the offset of the found contacts.

    Parameters
    ----------
    true_s, found_s : ndarray
        Times in order, s. Contacts found more than half a stride before the first or after the last true one
        are left out: the truth does not reach there.

    Returns
    -------
    dict of str to float
        ``true, found, missed, extra``; ``recall_percent, precision_percent, f1``; ``ic_bias_ms``,
        ``ic_sd_ms`` and the 95 % limits ``ic_low_ms, ic_high_ms``.
    """
    found_s = _within_reach(true_s, found_s)
    true_at, found_at = match(true_s, found_s)
    hits = len(true_at)
    error_ms = (found_s[found_at] - true_s[true_at]) * MS_PER_S
    bias, sd = _mean(error_ms), _sd(error_ms)
    return {
        "true": len(true_s),
        "found": hits,
        "missed": len(true_s) - hits,
        "extra": len(found_s) - hits,
        "recall_percent": PERCENT * hits / len(true_s) if len(true_s) else np.nan,
        "precision_percent": PERCENT * hits / len(found_s) if len(found_s) else np.nan,
        "f1": 2.0 * hits / (len(true_s) + len(found_s)) if len(true_s) + len(found_s) else np.nan,
        "ic_bias_ms": bias,
        "ic_sd_ms": sd,
        "ic_low_ms": bias - LIMITS_SD * sd,
        "ic_high_ms": bias + LIMITS_SD * sd,
    }


def _within_reach(true_s: FloatArray, found_s: FloatArray) -> FloatArray:
    if len(true_s) < 2:  # noqa: PLR2004 - a stride takes two
        return found_s
    half_s = 0.5 * float(np.median(np.diff(true_s)))
    return np.asarray(found_s[(found_s > true_s[0] - half_s) & (found_s < true_s[-1] + half_s)])


def pairs(recording: Recording, steps: pd.DataFrame) -> pd.DataFrame:
    """Pair the true contacts of a recording with the steps found in it.

    Parameters
    ----------
    recording : Recording
        With true contacts.
    steps : pandas.DataFrame
        Steps found in it; only those of the recording's activity are taken.

    Returns
    -------
    pandas.DataFrame
        One row per pair: ``ic_error_ms, to_error_ms, contact_error_ms`` (found less true), ``strike_true``
        and ``strike``.
    """
    mine = steps[steps["activity"] == recording.activity]
    true_at, found_at = match(
        _numbers(recording.truth, "initial_contact_s"), _numbers(mine, "initial_contact_s")
    )
    truth, mine = recording.truth.iloc[true_at], mine.iloc[found_at]
    ic_error_s, to_error_s = (
        _numbers(mine, name) - _numbers(truth, name) for name in ("initial_contact_s", "toe_off_s")
    )
    strikes = truth["strike"] if "strike" in truth.columns else pd.Series(pd.NA, index=truth.index)
    return pd.DataFrame(
        {
            "ic_error_ms": ic_error_s * MS_PER_S,
            "to_error_ms": to_error_s * MS_PER_S,
            "contact_error_ms": (to_error_s - ic_error_s) * MS_PER_S,
            "strike_true": strikes.to_numpy(),
            "strike": mine["strike"].to_numpy(),
        }
    )


def _numbers(table: pd.DataFrame, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(dtype=np.float64, na_value=np.nan))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _sd(values: FloatArray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else np.nan


def _contacts(recording: Recording, steps: pd.DataFrame, paired: pd.DataFrame) -> dict[str, Any]:
    mine = steps[steps["activity"] == recording.activity]
    told = score(_numbers(recording.truth, "initial_contact_s"), _numbers(mine, "initial_contact_s"))
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
        ic, to = _sd(_numbers(left, "ic_error_ms")), _sd(_numbers(left.dropna(), "to_error_ms"))
        labels: dict[str, Any] = dict(
            zip(("data set", "placement", "sensor", "activity"), group, strict=True)
        )
        limits = {"ic_limits_plus_minus_ms": LIMITS_SD * ic, "to_limits_plus_minus_ms": LIMITS_SD * to}
        rows.append({**labels, "contacts": len(left), "ic_sd_ms": ic, "to_sd_ms": to, **limits})
    return pd.DataFrame(rows)


def _toe_offs(recording: Recording, paired: pd.DataFrame) -> dict[str, Any]:
    known = paired.dropna(subset=["to_error_ms"])
    off, contact = _numbers(known, "to_error_ms"), _numbers(known, "contact_error_ms")
    return {
        **recording.labels,
        "activity": recording.activity,
        "found_percent": PERCENT * len(known) / len(paired) if len(paired) else np.nan,
        "to_bias_ms": _mean(off),
        "to_sd_ms": _sd(off),
        "to_median_abs_ms": float(np.median(np.abs(off))) if len(off) else np.nan,
        "contact_bias_ms": _mean(contact),
        "contact_median_abs_ms": float(np.median(np.abs(contact))) if len(contact) else np.nan,
    }


def _counts(recording: Recording, steps: pd.DataFrame) -> list[dict[str, Any]]:
    """Contacts of running steps per stretch whose strides were counted by hand or by another sensor."""
    contact_s = _numbers(steps[steps["activity"] == "run"], "initial_contact_s")
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
    stride_s = np.median(np.diff(_numbers(recording.truth, "initial_contact_s")))
    true_spm = STEPS_PER_STRIDE * S_PER_MIN / stride_s
    mine = steps[(steps["activity"] == "run") & steps["accepted"]]
    found_spm = float(np.nanmedian(_numbers(mine, "cadence_spm"))) if len(mine) else np.nan
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
    true_s = _numbers(recording.truth, "initial_contact_s")
    before_s = _numbers(steps[steps["activity"] == "run"], "initial_contact_s")
    usual = score(true_s, before_s)["f1"]
    rows = []
    for name, (disturb, seed) in DISTURBANCES.items():
        after = recording.steps(disturb(recording.samples, seed), config)
        after = after[after["activity"] == "run"]
        after_s, good_s = (_numbers(part, "initial_contact_s") for part in (after, after[after["accepted"]]))
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


def _literature(recording: Recording, steps: pd.DataFrame) -> list[dict[str, Any]]:
    """Figures of all detectors: against contacts, against counts, or where nobody runs."""
    mine_s = _numbers(steps[steps["activity"] == "run"], "initial_contact_s")
    found = {"softstrike": mine_s, **_by_engines(recording)}
    return [
        {**recording.labels, "detector": name} | _against(recording, found_s)
        for name, found_s in found.items()
    ]


def _by_engines(recording: Recording) -> dict[str, FloatArray]:
    table = read_samples(recording.samples, placement=recording.placement, side=recording.side)
    along, time_s = axial(table.acc_g), _numbers(recording.samples, "time_s")
    return {
        name: time_s[engine(along, table.rate_hz)]
        for name, (engine, placements) in ENGINES.items()
        if recording.placement in placements
    }


def _against(recording: Recording, found_s: FloatArray) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(("true", "found", "extra", "f1", "ic_bias_ms", "ic_sd_ms"), np.nan)
    if recording.activity != "run":
        told.update(true=0, found=0, extra=len(found_s))
    elif len(recording.truth):
        full = score(_numbers(recording.truth, "initial_contact_s"), found_s)
        told.update({name: full[name] for name in told})
    elif len(recording.counts):
        spans = zip(_numbers(recording.counts, "t0_s"), _numbers(recording.counts, "t1_s"), strict=True)
        inside = sum(int(((found_s >= t0_s) & (found_s < t1_s)).sum()) for t0_s, t1_s in spans)
        told.update(true=float(recording.counts["strides"].sum()), found=inside)
    return told
