"""Progress charts of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from imu.runners import PlanView

__all__ = ["draw"]

_COLOURS = ("#0072B2", "#D55E00")
"""Told apart by people who are colour-blind (Okabe & Ito)."""


def draw(view: PlanView, path: Path, kind: str) -> None:
    """Draw the charts of a plan.

    Parameters
    ----------
    view : PlanView
        What to draw.
    path : pathlib.Path
        Where to.
    kind : str
        ``"png"`` or ``"svg"``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 9.0), layout="constrained")
    FigureCanvasAgg(figure)
    impact, load, ankle = figure.subplots(3, 1)
    figure.suptitle(f"{view.runner}, until the week of {view.monday}")
    _impact(impact, view)
    _load(load, view)
    _ankle(ankle, view)
    # Neither a date nor a version in the file: the same plan gives the same picture.
    metadata: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(path, format=kind, metadata=metadata)


def _impact(axes: Any, view: PlanView) -> None:
    axes.set(title="Impact without cues, at the end of each run", xlabel="run", ylabel="% of usual")
    axes.axhline(100.0, color="#777777", linewidth=1, label="usual")
    if view.target_share:
        axes.axhline(100.0 * view.target_share, color="#009E73", linewidth=1, linestyle="--", label="target")
    runs = view.progress.runs if view.progress else ()
    sensors = list(dict.fromkeys(leg.sensor for run in runs for leg in run.legs))
    for sensor, colour in zip(sensors, _COLOURS * len(sensors), strict=False):
        points = [
            (run.number, 100.0 + change)
            for run in runs
            for leg in run.legs
            if leg.sensor == sensor and (change := leg.change_percent("retention")) is not None
        ]
        axes.plot(*zip(*points, strict=True) if points else ([], []), "o-", color=colour, label=sensor)
    axes.set_xlim(0.5, 8.5)
    axes.legend(fontsize="small")


def _load(axes: Any, view: PlanView) -> None:
    axes.set(title="Running steps by week", ylabel="steps")
    weeks = view.weeks[-12:]
    axes.bar([f"{week.monday:%d %b}" for week in weeks], [week.steps for week in weeks], color=_COLOURS[0])
    if not weeks:
        axes.text(0.5, 0.5, "nothing recorded yet", ha="center", transform=axes.transAxes)


def _ankle(axes: Any, view: PlanView) -> None:
    axes.set(title="Knee-to-wall test", ylabel="shin tilt, degrees")
    for side, colour in zip(("left", "right"), _COLOURS, strict=True):
        points = [(f"{one.day:%d %b}", one.mean_deg) for one in view.ankles if one.side == side]
        if points:
            axes.plot(*zip(*points, strict=True), "o-", color=colour, label=side)
    if view.ankles:
        axes.legend(fontsize="small")
    else:
        axes.text(0.5, 0.5, "no test yet", ha="center", transform=axes.transAxes)
