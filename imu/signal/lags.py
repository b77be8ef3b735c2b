"""Constant lags of contact marks and toe-off rules, ms; written by ``scripts/learn_lags.py``."""

from __future__ import annotations

__all__ = ["CONTACT_LAGS_MS", "TOE_OFF_LAGS_MS"]

CONTACT_LAGS_MS: dict[str, tuple[float, float, float]] = {
    "shank": (7.0, 16.0, 35.0),
    "shoe": (-11.0, 12.0, 18.5),
}
"""Rise through 50 % and 70 % of the peak of the jerk energy, and its centroid."""

TOE_OFF_LAGS_MS: dict[tuple[str, str, bool], float] = {
    ("shank", "run", False): 15.7,
    ("shank", "run", True): -21.2,
    ("shank", "walk", False): -49.1,
    ("shank", "walk", True): -14.7,
    ("shoe", "run", False): 33.4,
    ("shoe", "run", True): 33.4,
    ("shoe", "walk", False): -1.2,
    ("shoe", "walk", True): -27.7,
}
"""By placement, activity and whether there is a gyroscope."""
