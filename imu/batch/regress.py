"""Accuracy that was committed against accuracy as it is now: what got worse."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imu.errors import InputError
from imu.store.files import new_file

if TYPE_CHECKING:
    import pandas as pd

    from imu.batch.evaluate import Evaluation

__all__ = ["TOLERANCES", "Tolerance", "read_figures", "worse", "write_figures"]

DIGITS = 6
LOSS = {"higher": lambda was, now: was - now, "lower": lambda was, now: now - was,
        "near zero": lambda was, now: abs(now) - abs(was)}  # fmt: skip


@dataclass(frozen=True)
class Tolerance:
    """What is better for a figure, and by how much it may get worse before that counts."""

    better: str
    by: float


TOLERANCES = {
    "recall_percent": Tolerance("higher", 0.2),
    "precision_percent": Tolerance("higher", 0.2),
    "f1": Tolerance("higher", 0.002),
    "found_percent": Tolerance("higher", 1.0),
    "accepted_percent": Tolerance("higher", 5.0),
    "right_percent": Tolerance("higher", 1.0),
    "undecided_percent": Tolerance("lower", 2.0),
    "missed": Tolerance("lower", 0.0),
    "extra": Tolerance("lower", 0.0),
    "running_steps": Tolerance("lower", 0.0),
    "ic_sd_ms": Tolerance("lower", 0.5),
    "accepted_ic_sd_ms": Tolerance("lower", 0.5),
    "to_sd_ms": Tolerance("lower", 1.0),
    "to_median_abs_ms": Tolerance("lower", 1.0),
    "contact_median_abs_ms": Tolerance("lower", 2.0),
    "left_mean_abs_ms": Tolerance("lower", 1.0),
    "impact_in_time_percent": Tolerance("higher", 2.0),
    "landing_in_time_percent": Tolerance("higher", 2.0),
    "ic_bias_ms": Tolerance("near zero", 1.0),
    "to_bias_ms": Tolerance("near zero", 1.0),
    "contact_bias_ms": Tolerance("near zero", 2.0),
    "shift_ms": Tolerance("near zero", 0.5),
    "error_percent": Tolerance("near zero", 0.1),
    "error_spm": Tolerance("near zero", 0.1),
}
"""Figures that are held against the committed ones; all others describe the recordings."""

_IDENTITY = (
    "data set", "recording", "runner", "placement", "sensor", "activity", "disturbance", "detector", "rule",
    "true", "from_s",
)  # fmt: skip
_RIVAL = ("detector", "rule")


def write_figures(evaluation: Evaluation, path: Path | str) -> None:
    """Keep all tables of an evaluation as JSON, rounded, one row a line.

    Parameters
    ----------
    evaluation : Evaluation
        The figures.
    path : pathlib.Path or str
        The file; it is replaced.
    """
    tables = {field.name: _rows(getattr(evaluation, field.name)) for field in fields(evaluation)}
    parts = []
    for name, rows in tables.items():
        lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]" if rows else f"{json.dumps(name)}: []")
    with new_file(Path(path), overwrite=True) as temporary:
        temporary.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def read_figures(path: Path | str) -> dict[str, list[dict[str, Any]]]:
    """Read what :func:`write_figures` wrote.

    Raises
    ------
    InputError
        The file is missing or holds something else.
    """
    path = Path(path)
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"holds no figures of `softstrike evaluate`: {error}", path=path) from error
    if not isinstance(told, dict) or not all(isinstance(rows, list) for rows in told.values()):
        raise InputError("holds no figures of `softstrike evaluate`", path=path)
    return told


def worse(was: dict[str, list[dict[str, Any]]], evaluation: Evaluation) -> list[str]:
    """Name every figure that got worse than it was by more than its tolerance.

    Parameters
    ----------
    was : dict of str to list of dict
        Committed figures, see :func:`read_figures`.
    evaluation : Evaluation
        The figures now.

    Returns
    -------
    list of str
        One sentence each; empty when nothing got worse. Rules of the literature are not held to anything. A
        row that is not there any more counts as worse.
    """
    found: list[str] = []
    for field in fields(evaluation):
        now = {_key(row): row for row in _rows(getattr(evaluation, field.name))}
        for row in was.get(field.name, []):
            if any(row.get(name, "softstrike") != "softstrike" for name in _RIVAL):
                continue
            key = _key(row)
            label = f"{field.name}, {', '.join(str(part) for _, part in key)}"
            if key not in now:
                found.append(f"{label}: is missing now")
                continue
            found += [f"{label}: {text}" for text in _worse_in(row, now[key])]
    return found


def _worse_in(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = []
    for name, tolerance in TOLERANCES.items():
        before, after = was.get(name), now.get(name)
        if not isinstance(before, (int, float)):
            continue
        if not isinstance(after, (int, float)):
            found.append(f"{name} was {before:g} and is unknown now")
        elif LOSS[tolerance.better](before, after) > tolerance.by + 10.0**-DIGITS:
            found.append(f"{name} was {before:g} and is {after:g}; it may get worse by {tolerance.by:g}")
    return found


def _key(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, row[name]) for name in _IDENTITY if name in row)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    """Value as JSON knows it: rounded, and null where nothing is known."""
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    return int(number) if number == int(number) else round(number, DIGITS)
