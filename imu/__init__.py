"""softstrike's headless library: from a sensor's bytes to flagged steps.

>>> import imu
>>> result = imu.analyze("run.csv", placement="shoe", side="left")  # doctest: +SKIP
>>> result.steps, result.summary, result.quality  # doctest: +SKIP
>>> session = imu.load("run.mcap")  # doctest: +SKIP
>>> session.samples, session.steps, session.flags, session.gaps, session.metadata  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imu import plot
    from imu.batch import Analysis, SessionData, analyze, load, load_many

__version__ = "0.1.0"

__all__ = ["Analysis", "SessionData", "__version__", "analyze", "load", "load_many", "plot"]

_LAZY = ("Analysis", "SessionData", "analyze", "load", "load_many")


def __getattr__(name: str) -> Any:
    """Import what is heavy only when it is asked for."""
    if name == "plot":
        from importlib import import_module  # noqa: PLC0415

        return import_module("imu.plot")
    if name in _LAZY:
        from imu import batch  # noqa: PLC0415 - start-up time

        return getattr(batch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
