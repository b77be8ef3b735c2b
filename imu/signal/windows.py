"""Small vectorised tools on windows: one row per step, so that one step and a thousand take the same path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import minimum_filter1d

from imu.signal.energy import sliding_sum

if TYPE_CHECKING:
    from imu.model.samples import BoolArray, FloatArray, IntArray

__all__ = ["odd", "parabola", "prominent", "smooth"]


def odd(length: float, least: int = 3) -> int:
    """Nearest odd whole number, at least `least`."""
    return max(least, round(length) | 1)


def smooth(rows: FloatArray, width: int) -> FloatArray:
    """Triangular zero-phase smoothing along the last axis; the ends are held.

    Parameters
    ----------
    rows : ndarray, shape (..., n)
        Signals.
    width : int
        Odd half-length of the triangle in samples.
    """
    pad = [(0, 0)] * (rows.ndim - 1) + [(width - 1, width - 1)]
    return sliding_sum(sliding_sum(np.pad(rows, pad, mode="edge"), width), width) / width**2


def parabola(rows: FloatArray, at: IntArray) -> FloatArray:
    """Position of the vertex of a parabola through three neighbours, as an offset within ±0.5 samples."""
    k = np.arange(len(rows))
    inner = np.clip(at, 1, rows.shape[1] - 2)
    a, b, c = rows[k, inner - 1], rows[k, inner], rows[k, inner + 1]
    bend = a - 2.0 * b + c
    shift = np.where(bend != 0.0, 0.5 * (a - c) / np.where(bend != 0.0, bend, 1.0), 0.0)
    return np.where(inner == at, np.clip(shift, -0.5, 0.5), 0.0)


def prominent(rows: FloatArray, weight: FloatArray, reach: int) -> tuple[IntArray, BoolArray]:
    """Index of the local maximum that stands out most against both sides.

    Parameters
    ----------
    rows : ndarray, shape (m, n)
        Signals.
    weight : ndarray, shape (m, n)
        Weight of a maximum's height by its place; 0 where none may lie.
    reach : int
        How far the lower ground on each side is sought, samples.

    Returns
    -------
    at : ndarray of int64, shape (m,)
        Index of the maximum.
    found : ndarray of bool, shape (m,)
        False where there is none.
    """
    peak = np.zeros(rows.shape, np.bool_)
    peak[:, 1:-1] = (rows[:, 1:-1] >= rows[:, :-2]) & (rows[:, 1:-1] > rows[:, 2:])
    peak &= weight > 0.0
    window = odd(reach)
    left = minimum_filter1d(rows, window, axis=1, origin=window // 2, mode="nearest")
    right = minimum_filter1d(rows, window, axis=1, origin=-(window // 2), mode="nearest")
    height = np.where(peak, (rows - np.maximum(left, right)) * weight, -np.inf)
    at = height.argmax(axis=1)
    return at, np.asarray(peak.any(axis=1))
