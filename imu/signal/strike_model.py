"""Landing type from an accelerometer alone, by a model of one runner's own two ways of landing.

Nobody has validated a rule for it that holds for people at large (Mahoney 2024 reports up to 89.9 % for a
network on instructed runners), so without a model of this runner, sensor and placement the landing type stays
``unmeasurable``. The model is a ridge-penalised logistic regression on the course of the resultant and of the
jerk after contact, which do not depend on the mounting; it is scored on whole blocks of strides that it was
not fitted on, and only a model that reaches the bar is handed out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.model import Placement, Strike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.model import SensorInfo
    from imu.model.samples import BoolArray, FloatArray

__all__ = ["FEATURES", "CalibrationScore", "StrikeModel", "cross_validate", "fit", "strike_features"]

_POINTS_S = tuple(round(-0.02 + 0.01 * k, 3) for k in range(15))
FEATURES = 2 * len(_POINTS_S)
"""Features of one contact: logarithms of resultant and jerk at 15 moments, 20 ms before to 120 ms after."""

_LEAST = 0.05
_LEAST_JERK = 5.0
_RIDGE, _ROUNDS = 1.0, 25
_BLOCKS = 5
_SURE = 0.8
_CALM = 30.0
_RATE_TOLERANCE = 0.05


class StrikeModel(msgspec.Struct, frozen=True):
    """A runner's own model of heel against not heel.

    Attributes
    ----------
    placement : Placement
        Where the sensor was worn.
    rate_hz : float
        Sampling rate it was learnt at.
    other : Strike
        How the runner landed when not on the heel: ``midfoot`` or ``forefoot``.
    weights : tuple of float
        One per feature.
    bias : float
        Log-odds of a heel strike when all features are 0.
    right_percent, decided_percent : float
        Cross-validated: decided landings that were right, and landings that were decided.
    steps : int
        Landings it was learnt from.
    """

    placement: Placement
    rate_hz: float
    other: Strike
    weights: tuple[float, ...]
    bias: float
    right_percent: float = 0.0
    decided_percent: float = 0.0
    steps: int = 0

    def __post_init__(self) -> None:
        if len(self.weights) != FEATURES:
            raise ValueError(f"a landing model has {FEATURES} weights, not {len(self.weights)}")
        if self.other not in (Strike.MIDFOOT, Strike.FOREFOOT):
            raise ValueError(f"other must be midfoot or forefoot, not {self.other}")

    def numbers(self) -> dict[str, float]:
        """Return the model as named numbers, as a session's header carries them."""
        named = {f"weight_{k}": weight for k, weight in enumerate(self.weights)}
        return {
            **named,
            "bias": self.bias,
            "rate_hz": self.rate_hz,
            "on_shoe": float(self.placement is Placement.SHOE),
            "forefoot": float(self.other is Strike.FOREFOOT),
            "right_percent": self.right_percent,
            "decided_percent": self.decided_percent,
            "steps": float(self.steps),
        }

    @classmethod
    def from_numbers(cls, numbers: Mapping[str, float]) -> StrikeModel:
        """Build a model from :meth:`numbers`.

        Raises
        ------
        UsageError
            One is missing.
        """
        try:
            return cls(
                placement=Placement.SHOE if numbers["on_shoe"] else Placement.SHANK,
                rate_hz=numbers["rate_hz"],
                other=Strike.FOREFOOT if numbers["forefoot"] else Strike.MIDFOOT,
                weights=tuple(numbers[f"weight_{k}"] for k in range(FEATURES)),
                bias=numbers["bias"],
                right_percent=numbers["right_percent"],
                decided_percent=numbers["decided_percent"],
                steps=int(numbers["steps"]),
            )
        except KeyError as error:
            raise UsageError(f"the session's landing model lacks {error}: calibrate again") from error

    def check(self, sensor: SensorInfo) -> None:
        """Refuse a sensor that the model was not learnt on.

        Raises
        ------
        UsageError
            Another placement or sampling rate.
        """
        if sensor.placement is not self.placement:
            raise UsageError(
                f"sensor {sensor.sensor!r} is worn on the {sensor.placement}, its landing model was learnt "
                f"on the {self.placement}: calibrate again"
            )
        if abs(sensor.rate_hz - self.rate_hz) > _RATE_TOLERANCE * self.rate_hz:
            raise UsageError(
                f"sensor {sensor.sensor!r} samples at {sensor.rate_hz:.0f} Hz, its landing model was learnt "
                f"at {self.rate_hz:.0f} Hz: calibrate again"
            )

    def classify(self, features: FloatArray) -> Strike:
        """Landing type of one contact; unsure when the model gives it less than 80 %."""
        odds = self.bias + math.fsum(w * x for w, x in zip(self.weights, features.tolist(), strict=True))
        heel = 1.0 / (1.0 + math.exp(-max(-_CALM, min(_CALM, odds))))
        if heel >= _SURE:
            return Strike.HEEL
        return self.other if heel <= 1.0 - _SURE else Strike.UNSURE


class CalibrationScore(msgspec.Struct, frozen=True):
    """How a model did on landings that it was not fitted on.

    Attributes
    ----------
    heel_right, heel_wrong, heel_unsure : int
        Heel landings by what they were called.
    other_right, other_wrong, other_unsure : int
        The same for the others.
    """

    heel_right: int
    heel_wrong: int
    heel_unsure: int
    other_right: int
    other_wrong: int
    other_unsure: int

    @property
    def right_percent(self) -> float:
        """Decided landings that were right, the mean of both kinds, percent."""
        pairs = ((self.heel_right, self.heel_wrong), (self.other_right, self.other_wrong))
        return sum(50.0 * right / max(1, right + wrong) for right, wrong in pairs)

    @property
    def decided_percent(self) -> float:
        """Landings that were decided, percent."""
        decided = self.heel_right + self.heel_wrong + self.other_right + self.other_wrong
        return 100.0 * decided / max(1, decided + self.heel_unsure + self.other_unsure)


def strike_features(acc: FloatArray, contact: FloatArray, rate_hz: float) -> FloatArray:
    """Course of resultant and jerk around contacts.

    Parameters
    ----------
    acc : ndarray, shape (m, n, 3)
        Acceleration in g.
    contact : ndarray, shape (m,)
        Initial contact relative to the first column, samples.
    rate_hz : float
        Rate of `acc`.

    Returns
    -------
    ndarray, shape (m, FEATURES)
        Logarithms.
    """
    change = np.diff(acc, axis=1) * rate_hz
    curves = (
        (np.sqrt(acc[:, :, 0] ** 2 + acc[:, :, 1] ** 2 + acc[:, :, 2] ** 2), 0.0, _LEAST),
        (np.sqrt(change[:, :, 0] ** 2 + change[:, :, 1] ** 2 + change[:, :, 2] ** 2), 0.5, _LEAST_JERK),
    )
    found = []
    for curve, shift, least in curves:
        place = contact[:, None] - shift + np.array(_POINTS_S) * rate_hz
        whole = np.clip(np.floor(place).astype(np.int64), 0, curve.shape[1] - 2)
        rows = np.arange(len(curve))[:, None]
        low, high = curve[rows, whole], curve[rows, whole + 1]
        found.append(np.log(np.maximum(low + (place - whole) * (high - low), least)))
    return np.concatenate(found, axis=1)


def fit(heel: FloatArray, other: FloatArray) -> tuple[FloatArray, float]:
    """Weights and bias of the logistic regression.

    Parameters
    ----------
    heel, other : ndarray, shape (n, FEATURES)
        Landings of both kinds; they weigh the same however many there are.

    Returns
    -------
    weights : ndarray, shape (FEATURES,)
    bias : float
    """
    rows = np.concatenate([heel, other])
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    x = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    y = np.concatenate([np.ones(len(heel)), np.zeros(len(other))])
    share = np.concatenate([np.full(len(heel), 0.5 / len(heel)), np.full(len(other), 0.5 / len(other))])
    share *= len(rows)
    ridge = np.diag([*[_RIDGE] * FEATURES, 1e-6])
    w = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -_CALM, _CALM)))
        slope = x.T @ (share * (y - p)) - ridge @ w
        bend = (x * (share * p * (1.0 - p))[:, None]).T @ x + ridge
        w = w + np.linalg.solve(bend, slope)
    weights = w[:-1] / scale
    return weights, float(w[-1] - weights @ mean)


def cross_validate(
    heel: FloatArray, other: FloatArray, placement: Placement, rate_hz: float, kind: Strike
) -> CalibrationScore:
    """Fit on four fifths of both runs and judge the fifth, for each of five blocks of time.

    Whole blocks are left out: neighbouring strides are too alike to judge one by the other.
    """
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for block in range(_BLOCKS):
        parts = {is_heel: _held_out(rows, block) for is_heel, rows in ((True, heel), (False, other))}
        weights, bias = fit(heel[~parts[True]], other[~parts[False]])
        model = StrikeModel(placement, rate_hz, kind, tuple(weights.tolist()), bias)
        for is_heel, rows in ((True, heel), (False, other)):
            for row in rows[parts[is_heel]]:
                called = model.classify(row)
                right = called is (Strike.HEEL if is_heel else kind)
                counts[is_heel][2 if called is Strike.UNSURE else int(not right)] += 1
    return CalibrationScore(*counts[True], *counts[False])


def _held_out(rows: FloatArray, block: int) -> BoolArray:
    return np.asarray(np.arange(len(rows)) * _BLOCKS // len(rows) == block)
