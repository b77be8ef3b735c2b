"""Curves smooth enough for accelerometers: piecewise quintics with continuous second derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Motion2", "PiecewiseQuintic", "quintic"]


EVEN_WITHIN = 1e-6


class Motion2(NamedTuple):
    """A quantity with its first and second derivative by time, arrays of equal shape."""

    value: FloatArray
    rate: FloatArray
    second: FloatArray

    def at(self, index: NDArray[np.int64] | slice) -> Motion2:
        """Pick entries along the first axis."""
        return Motion2(self.value[index], self.rate[index], self.second[index])


def quintic(u: FloatArray, span: FloatArray, start: Motion2, end: Motion2) -> Motion2:
    """Quintic that leaves `start` and reaches `end` with their values, rates and second derivatives.

    Parameters
    ----------
    u : ndarray
        Time since the start, as a share of `span`, 0 to 1.
    span : ndarray
        Duration, s.
    start, end : Motion2
        States at both ends.

    Returns
    -------
    Motion2
        State at `u`.
    """
    v0, a0 = start.rate * span, 0.5 * start.second * span**2
    gap = end.value - start.value - v0 - a0
    slope = end.rate * span - v0 - 2 * a0
    bend = 0.5 * end.second * span**2 - a0
    c3 = 10 * gap - 4 * slope + bend
    c4 = -15 * gap + 7 * slope - 2 * bend
    c5 = 6 * gap - 3 * slope + bend
    value = start.value + u * (v0 + u * (a0 + u * (c3 + u * (c4 + u * c5))))
    rate = v0 + u * (2 * a0 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))
    second = 2 * a0 + u * (6 * c3 + u * (12 * c4 + u * 20 * c5))
    return Motion2(value, rate / span, second / span**2)


class PiecewiseQuintic:
    """Curve through knots with derivatives from the parabola through each knot and its two neighbours.

    Local: a value depends on the six nearest knots only, so a window of a long movement is computed by
    itself.

    Parameters
    ----------
    knot_s : ndarray, shape (n,)
        Increasing times, s.
    value : ndarray, shape (n, k)
        Values of k curves.
    """

    def __init__(self, knot_s: FloatArray, value: FloatArray) -> None:
        self.knot_s = knot_s
        span = np.diff(knot_s)[:, None]
        slope = np.diff(value, axis=0) / span
        rate, second = np.zeros_like(value), np.zeros_like(value)
        both = span[:-1] + span[1:]
        rate[1:-1] = (span[1:] * slope[:-1] + span[:-1] * slope[1:]) / both
        second[1:-1] = 2 * (slope[1:] - slope[:-1]) / both
        self._refine(span, slope, rate, second)
        # Beside a flat stretch both derivatives vanish, so that what is at rest stays exactly at rest.
        resting = (slope[:-1] == 0) | (slope[1:] == 0)
        rate[1:-1][resting] = second[1:-1][resting] = 0.0
        self.knots = Motion2(value, rate, second)

    @staticmethod
    def _refine(span: FloatArray, slope: FloatArray, rate: FloatArray, second: FloatArray) -> None:
        """Replace derivatives by those of the quartic through five knots where these are evenly spaced."""
        four = np.concatenate([span[k : len(span) - 3 + k] for k in range(4)], axis=1)
        even = np.abs(four / four[:, :1] - 1).max(axis=1) < EVEN_WITHIN
        s0, s1, s2, s3 = (slope[k : len(slope) - 3 + k][even] for k in range(4))
        rate[2:-2][even] = (7 * (s1 + s2) - s0 - s3) / 12
        second[2:-2][even] = (15 * (s2 - s1) - (s3 - s0)) / (12 * four[even, :1])

    def __call__(self, t_s: FloatArray) -> Motion2:
        """Values and derivatives at `t_s`, arrays of shape (m, k); constant outside the knots."""
        inside = np.clip(t_s, self.knot_s[0], self.knot_s[-1])
        left = np.clip(np.searchsorted(self.knot_s, inside, side="right") - 1, 0, len(self.knot_s) - 2)
        span = (self.knot_s[left + 1] - self.knot_s[left])[:, None]
        u = (inside - self.knot_s[left])[:, None] / span
        return quintic(u, span, self.knots.at(left), self.knots.at(left + 1))
