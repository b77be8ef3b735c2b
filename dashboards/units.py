"""In which unit accelerations are shown: g, or m/s²; recordings and exports always hold g. Free of Qt."""

from __future__ import annotations

import math
import re

from imu.errors import UsageError
from imu.units import MPS2_PER_G

__all__ = ["UNIT_NAMES", "in_units", "shown", "ticks_g", "unit", "units_in_use", "use_units"]

_FACTORS = {"g": 1.0, "m/s2": MPS2_PER_G}
_WORDS = {"g": "g", "m/s2": "m/s\N{SUPERSCRIPT TWO}"}
UNIT_NAMES = tuple(_FACTORS)
_NICE = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) g\b")
_TICKS = 4
_in_use = ["g"]


def use_units(name: str) -> None:
    """Choose the unit of all windows.

    Raises
    ------
    UsageError
        When there is no such unit.
    """
    if name not in _FACTORS:
        raise UsageError(f"there is no unit {name!r} for accelerations: choose {', '.join(_FACTORS)}")
    _in_use[0] = name


def units_in_use() -> str:
    """Return the name of the unit in use."""
    return _in_use[0]


def unit() -> str:
    """Return the unit in use as it is written beside a number."""
    return _WORDS[_in_use[0]]


def shown(value_g: float, decimals: int | None = None) -> str:
    """Return an acceleration as a number in the unit in use.

    Parameters
    ----------
    value_g : float
        In g.
    decimals : int, optional
        Decimals in g, one fewer in m/s²; without, three significant figures.
    """
    value = value_g * _FACTORS[_in_use[0]]
    if decimals is None:
        return f"{value:.3g}"
    return f"{value:.{decimals if _in_use[0] == 'g' else max(0, decimals - 1)}f}"


def in_units(text: str) -> str:
    """Return a sentence of the chain, which speaks in g, in the unit in use."""
    if _in_use[0] == "g":
        return text
    return _AMOUNT.sub(lambda found: f"{shown(float(found[1]))} {unit()}", text)


def ticks_g(top_g: float) -> list[tuple[float, str]]:
    """Return places, g, and labels of an axis from 0 to `top_g`; the labels are round numbers."""
    factor = _FACTORS[_in_use[0]]
    least = top_g * factor / _TICKS
    decade = 10.0 ** math.floor(math.log10(least))
    step = next(each for each in _NICE if each * decade >= least * 0.999) * decade
    values = [step * number for number in range(_TICKS + 1) if step * number <= top_g * factor * 1.001]
    labels = [f"{value:g}" for value in values]
    labels[-1] = f"{labels[-1]} {unit()}"
    return [(value / factor, label) for value, label in zip(values, labels, strict=True)]
