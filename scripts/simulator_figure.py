"""Lay the simulator over real recordings: ``python scripts/simulator_figure.py``.

The recordings lie beside the project (``../shared/data``); what is missing is left out. Written is
``docs/_static/simulator_overlay.png``, printed is the table of ``docs/simulator.rst``.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from imu.model import Placement, Side, Strike
from imu.sources.sim import Bout, Limb, Motion, Scenario
from imu.sources.sim.scenario import plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from imu.sources.sim.scenario import Contacts

    FloatArray = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
FIGURE = ROOT / "docs" / "_static" / "simulator_overlay.png"
PHASE = np.linspace(0.0, 1.0, 201)
BEFORE = 0.08
"""Share of a stride shown before contact, so that the landing is in one piece."""

REAL, MODEL = "#0072b2", "#d55e00"
PANELS = ("resultant, g", "along the segment, g", "sagittal rate, deg/s")


class Case(NamedTuple):
    """One recording and the bout that stands for it."""

    title: str
    file: str
    placement: Placement
    bout: Bout
    axial: tuple[str, float] | None = ("acc_y_g", 1.0)
    rate: tuple[str, float] | None = ("gyr_z_dps", 1.0)


class Cycles(NamedTuple):
    """Strides laid over each other, shape (strides, phases, panels); median stride and contact in s."""

    strides: FloatArray
    stride_s: float
    contact_s: float


AXIAL_DOWN = ("acc_x_g", -1.0)
FOREFOOT_RUN = Bout(
    motion=Motion.RUN,
    duration_s=40,
    cadence_spm=171.2,
    speed_mps=3.5,
    contact_ms=222,
    strike=Strike.FOREFOOT,
    strike_angle_deg=-4,
    impact_left_g=6.0,
)
EASY_RUN = Bout(
    motion=Motion.RUN, duration_s=40, cadence_spm=162.5, speed_mps=2.36, contact_ms=275, impact_left_g=8.5
)
WALK = Bout(
    motion=Motion.WALK, duration_s=40, cadence_spm=115.5, speed_mps=1.39, contact_ms=635, impact_left_g=2.7
)
SLOW_WALK = Bout(
    motion=Motion.WALK, duration_s=40, cadence_spm=98.9, speed_mps=1.29, contact_ms=733, impact_left_g=1.9
)
CASES = (
    Case("run, shank: forefoot, 3.5 m/s", "rbds/S001_v35_R_shank", Placement.SHANK, FOREFOOT_RUN),
    Case("run, foot: forefoot, 3.5 m/s", "rbds/S001_v35_R_foot", Placement.SHOE, FOREFOOT_RUN),
    Case(
        "run, shank: 2.4 m/s, range 8 g", "marlow17/trial01_run", Placement.SHANK, EASY_RUN, AXIAL_DOWN, None
    ),
    Case("walk, shank: 1.39 m/s", "marlow17/trial03_walk", Placement.SHANK, WALK, AXIAL_DOWN, None),
    Case("walk, foot: 1.29 m/s, mean cycle", "biomac/walk_foot_right", Placement.SHOE, SLOW_WALK),
    Case("walk, shank: 1.29 m/s, mean cycle", "biomac/walk_tibia_right", Placement.SHANK, SLOW_WALK),
)


def laid_over(t_s: FloatArray, signals: FloatArray, contact: FloatArray, off: FloatArray) -> Cycles:
    """Cut signals, shape (n, panels), at the contacts and bring all strides to one length."""
    strides = [
        np.column_stack([np.interp(a + (PHASE - BEFORE) * (b - a), t_s, column) for column in signals.T])
        for a, b in pairwise(contact)
        if a > t_s[0] + 0.2 and b < t_s[-1]
    ]
    stride_s = np.diff(contact)
    return Cycles(np.array(strides), float(np.median(stride_s)), float(np.median(off - contact)))


def recorded(case: Case) -> Cycles | None:
    """Strides of the recording; None when it is not there."""
    paths = [path for path in (DATA / f"{case.file}.csv", DATA / f"{case.file}.csv.gz") if path.exists()]
    if not paths:
        return None
    table = pd.read_csv(paths[0])
    truth = pd.read_csv(DATA / f"{case.file}.truth.csv")
    force = table[["acc_x_g", "acc_y_g", "acc_z_g"]].to_numpy()
    signals = [np.linalg.norm(force, axis=1)]
    signals += [
        np.full(len(table), np.nan) if column is None else column[1] * table[column[0]].to_numpy()
        for column in (case.axial, case.rate)
    ]
    return laid_over(
        table["time_s"].to_numpy(),
        np.column_stack(signals),
        truth["initial_contact_s"].to_numpy(),
        truth["toe_off_s"].to_numpy(),
    )


def simulated(case: Case) -> Cycles:
    """Strides of the model at 1 kHz, without a sensor's errors."""
    (left, _), edges = plan(Scenario("overlay", (case.bout,)), seed=1)
    t_s = np.arange(1.0, edges[-1] - 1.0, 1e-3)
    felt = Limb(left, case.placement, Side.LEFT).felt(t_s)
    signals = [np.linalg.norm(felt.acc_g, axis=1), felt.acc_g[:, 1], felt.gyr_dps[:, 2]]
    inner = inside(left, t_s)
    return laid_over(t_s, np.column_stack(signals), left.initial_contact_s[inner], left.toe_off_s[inner])


def inside(contacts: Contacts, t_s: FloatArray) -> NDArray[np.bool_]:
    """Which contacts lie within the times."""
    at = contacts.initial_contact_s
    found: NDArray[np.bool_] = (at > t_s[0]) & (at < t_s[-1])
    return found


def draw(axis: Axes, cycles: Cycles, panel: int, colour: str, label: str) -> None:
    """Mean and standard deviation over the stride."""
    mean, sd = cycles.strides[:, :, panel].mean(axis=0), cycles.strides[:, :, panel].std(axis=0)
    percent = 100 * (PHASE - BEFORE)
    axis.fill_between(percent, mean - sd, mean + sd, color=colour, alpha=0.2, linewidth=0)
    axis.plot(percent, mean, color=colour, linewidth=1.4, label=label)
    axis.axvline(100 * cycles.contact_s / cycles.stride_s, color=colour, linewidth=0.7, linestyle=":")


def width_ms(cycles: Cycles) -> float:
    """Median time for which the resultant stays above half of its peak after contact, ms."""
    early = cycles.strides[:, (PHASE > BEFORE) & (PHASE < BEFORE + 0.12), 0]
    top = early.argmax(axis=1)
    spans = []
    for curve, at in zip(early, top, strict=True):
        low = np.flatnonzero(curve < curve[at] / 2)
        left, right = low[low < at].max(initial=0), low[low > at].min(initial=len(curve) - 1)
        spans.append(right - left)
    return 1e3 * cycles.stride_s * float(np.median(spans)) * float(PHASE[1])


def impact_share(cycles: Cycles) -> float:
    """Power of the resultant at 10-25 Hz over that at 3-8 Hz."""
    trace = cycles.strides[:, :-1, 0].ravel()
    power = np.abs(np.fft.rfft(trace - trace.mean())) ** 2
    frequency = np.fft.rfftfreq(len(trace), cycles.stride_s / (len(PHASE) - 1))
    bands = [power[(frequency >= low) & (frequency < high)].sum() for low, high in ((10, 25), (3, 8))]
    return float(bands[0] / bands[1])


def numbers(cycles: Cycles) -> tuple[float, ...]:
    """Resultant peak and its width at half height in ms, greatest mean rate, contact time in ms."""
    early = (PHASE > BEFORE) & (PHASE < BEFORE + 0.25)
    peak = float(np.median(cycles.strides[:, early, 0].max(axis=1)))
    swing = float(cycles.strides[:, :, 2].mean(axis=0).max())
    return peak, width_ms(cycles), impact_share(cycles), swing, 1e3 * cycles.contact_s


def report(case: Case, real: Cycles, model: Cycles) -> None:
    """Print one row of the table: recorded / simulated, then the correlations of the mean curves."""
    pairs = [f"{a:.3g} / {b:.3g}" for a, b in zip(numbers(real), numbers(model), strict=True)]
    alike = [
        f"{np.corrcoef(real.strides[:, :, k].mean(axis=0), model.strides[:, :, k].mean(axis=0))[0, 1]:.2f}"
        for k in range(len(PANELS))
    ]
    print(case.title, *pairs, *alike, sep=" | ")


def main() -> None:
    """Draw the figure and print the table."""
    figure, axes = plt.subplots(len(CASES), len(PANELS), figsize=(11, 2.1 * len(CASES)), layout="constrained")
    for row, case in zip(axes, CASES, strict=True):
        real, model = recorded(case), simulated(case)
        for panel, axis in enumerate(row):
            if real is not None:
                draw(axis, real, panel, REAL, "recorded")
            draw(axis, model, panel, MODEL, "simulated")
            axis.axvline(0, color="#7b8794", linewidth=0.7)
            axis.set_xlim(-100 * BEFORE, 100 * (1 - BEFORE))
            axis.grid(alpha=0.25)
            if row is axes[0]:
                axis.set_title(PANELS[panel])
        row[0].set_ylabel(case.title.replace(": ", ":\n"), fontsize=8)
        if real is not None:
            report(case, real, model)
    axes[0, 0].legend(fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("stride from contact, %")
    figure.savefig(FIGURE, dpi=80)


if __name__ == "__main__":
    main()
