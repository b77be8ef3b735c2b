"""How found contacts are held against true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imu.units import MS_PER_S

if TYPE_CHECKING:
    from imu.batch.recordings import Recording
    from imu.model.samples import FloatArray, IntArray

__all__ = ["LIMITS_SD", "PERCENT", "TOLERANCE_S", "match", "mean", "numbers", "pairs", "score", "sd"]

TOLERANCE_S = 0.1
"""A found contact is a true one when it lies this close to it, the recording's median offset taken off."""

OFFSET_REACH_S = 0.25
LIMITS_SD = 1.96
PERCENT = 100.0


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
    bias, spread = mean(error_ms), sd(error_ms)
    return {
        "true": len(true_s),
        "found": hits,
        "missed": len(true_s) - hits,
        "extra": len(found_s) - hits,
        "recall_percent": PERCENT * hits / len(true_s) if len(true_s) else np.nan,
        "precision_percent": PERCENT * hits / len(found_s) if len(found_s) else np.nan,
        "f1": 2.0 * hits / (len(true_s) + len(found_s)) if len(true_s) + len(found_s) else np.nan,
        "ic_bias_ms": bias,
        "ic_sd_ms": spread,
        "ic_low_ms": bias - LIMITS_SD * spread,
        "ic_high_ms": bias + LIMITS_SD * spread,
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
        numbers(recording.truth, "initial_contact_s"), numbers(mine, "initial_contact_s")
    )
    truth, mine = recording.truth.iloc[true_at], mine.iloc[found_at]
    ic_error_s, to_error_s = (
        numbers(mine, name) - numbers(truth, name) for name in ("initial_contact_s", "toe_off_s")
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


def numbers(table: pd.DataFrame, name: str) -> FloatArray:
    """Return a column as numbers, NaN where it is empty."""
    return np.asarray(table[name].to_numpy(dtype=np.float64, na_value=np.nan))


def mean(values: FloatArray) -> float:
    """Mean; NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan


def sd(values: FloatArray) -> float:
    """Return the standard deviation; NaN of fewer than two."""
    return float(values.std(ddof=1)) if len(values) > 1 else np.nan
