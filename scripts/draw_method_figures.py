"""Draw the figures of the method cards from simulated data: ``python scripts/draw_method_figures.py``.

Written are ``docs/_static/method_stride.svg``, ``method_landing.svg`` and ``method_phases.svg``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from imu import analyze
from imu.metrics import PhaseTracker, phase_spans
from imu.model import Activity, Phase, Placement, RejectReason, Side, Step, Strike
from imu.sources.sim import Bout, Motion, Scenario, SimSensor, simulate
from imu.sources.sim.scenario import plan
from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from matplotlib.axes import Axes

mpl.rcParams.update({"svg.hashsalt": "softstrike", "svg.fonttype": "none", "font.size": 9})

STATIC = Path(__file__).resolve().parents[1] / "docs" / "_static"
LINE, MARK, OTHER = "#0072b2", "#d55e00", "#555555"


def samples(placement: Placement, strike: Strike) -> pd.DataFrame:
    """Simulate half a minute of running."""
    bout = Bout(motion=Motion.RUN, duration_s=30.0, strike=strike)
    sensor = SimSensor(sensor="left", placement=placement, side=Side.LEFT)
    session = simulate(Scenario("figure", (bout,)), [sensor], seed=3)
    stream = session.stream("left")
    blocks = [stream.block(number) for number in range(3)]
    table: dict[str, Any] = {"time_s": np.concatenate([block.t_s for block in blocks])}
    for name, unit, field in (("acc", "g", "acc_g"), ("gyr", "dps", "gyr_dps")):
        values = np.vstack([getattr(block, field) for block in blocks])
        table |= {f"{name}_{axis}_{unit}": values[:, k] for k, axis in enumerate("xyz")}
    return pd.DataFrame(table)


def draw_stride(axes: Axes) -> None:
    """Acceleration of a shank over two strides, with the events found in it."""
    table = samples(Placement.SHANK, Strike.HEEL)
    steps = analyze(table, placement="shank", side="left").steps.dropna(subset=["toe_off_s"])
    shown = steps.iloc[12:14]
    first_s = float(shown["initial_contact_s"].iloc[0]) - 0.1
    part = table[(table["time_s"] >= first_s) & (table["time_s"] <= first_s + 1.45)]
    norm = np.linalg.norm(part[list(ACC_COLUMNS)].to_numpy(), axis=1)
    axes.plot(part["time_s"] - first_s, norm, color=LINE, lw=1.0, label="resultant")
    for label, column, style in (
        ("initial contact", "initial_contact_s", "-"),
        ("toe-off", "toe_off_s", "--"),
    ):
        for k, t_s in enumerate(shown[column]):
            axes.axvline(float(t_s) - first_s, color=MARK, ls=style, label=label if k == 0 else None)
    peak_s = shown["initial_contact_s"] + shown["time_to_peak_ms"] / 1000.0 - first_s
    axes.plot(peak_s, shown["peak_accel_g"], "o", color=OTHER, label="impact (filtered)")
    axes.set(xlabel="s", ylabel="g")
    axes.legend(loc="upper center", frameon=False, ncols=4, bbox_to_anchor=(0.5, 1.2))


def draw_landing(axes: Axes) -> None:
    """Angle of the foot from contact on, for a heel and a forefoot landing."""
    for strike, colour in ((Strike.HEEL, MARK), (Strike.FOREFOOT, LINE)):
        table = samples(Placement.SHOE, strike)
        steps = analyze(table, placement="shoe", side="left").steps.dropna(subset=["strike_angle_deg"])
        step = steps.iloc[12]
        first_s, angle = float(step["initial_contact_s"]), float(step["strike_angle_deg"])
        part = table[(table["time_s"] >= first_s) & (table["time_s"] <= first_s + 0.16)]
        rates = table[list(GYR_COLUMNS)].to_numpy()
        _, _, axis = np.linalg.svd(rates, full_matrices=False)
        pitch = part[list(GYR_COLUMNS)].to_numpy() @ axis[0]
        turned = np.concatenate(([0.0], np.cumsum(pitch)[:-1])) * float(np.diff(part["time_s"]).mean())
        sign = -1.0 if (turned[len(turned) // 2] > 0.0) == (angle > 0.0) else 1.0
        label = f"{strike}: {angle:.0f} degrees at contact"
        axes.plot((part["time_s"] - first_s) * 1000.0, angle + sign * turned, color=colour, label=label)
    axes.axhline(0.0, color=OTHER, lw=0.8)
    axes.set(xlabel="ms after contact", ylabel="pitch against\nfoot-flat, degrees")
    axes.legend(frameon=False)


def draw_phases(axes: Axes) -> None:
    """Phases of a session as they are understood at its end."""
    bouts = (
        Bout(motion=Motion.STAND, duration_s=60.0),
        Bout(motion=Motion.WALK, duration_s=300.0, cadence_spm=115.0, speed_mps=1.4),
        Bout(motion=Motion.RUN, duration_s=900.0),
        Bout(motion=Motion.WALK, duration_s=240.0, cadence_spm=115.0, speed_mps=1.4),
    )
    tracker = PhaseTracker()
    changes = [change for step in planned_steps(bouts) for change in tracker.push(step)] + tracker.flush()
    colours = dict(zip(Phase, ("#bbbbbb", "#e69f00", "#f0c75e", "#86bbdd", "#56b4e9"), strict=True))
    for span in phase_spans(changes, round(sum(b.duration_s for b in bouts) * NS_PER_S)):
        begin_min, length_min = span.begin_ns / NS_PER_S / 60.0, span.duration_s / 60.0
        name = span.phase.replace("_", " ")
        axes.broken_barh([(begin_min, length_min)], (0, 1), color=colours[span.phase])
        axes.text(begin_min + length_min / 2.0, 0.5, name, ha="center", va="center")
    axes.set(xlabel="min", yticks=[])


def planned_steps(bouts: tuple[Bout, ...]) -> list[Step]:
    """Make the steps of a simulated plan, of the left leg."""
    (leg, _), _ = plan(Scenario("figure", bouts), 3)
    found = []
    for k in range(len(leg)):
        if leg.bout[k] < 0 or bouts[int(leg.bout[k])].motion is Motion.STAND:
            continue
        contact_ns = round(float(leg.initial_contact_s[k]) * NS_PER_S)
        found.append(
            Step(
                step=len(found), sensor="left", side=Side.LEFT, placement=Placement.SHANK,
                activity=Activity(bouts[int(leg.bout[k])].motion.value), initial_contact_ns=contact_ns,
                toe_off_ns=contact_ns + round(float(leg.contact_s[k]) * NS_PER_S), stride_time_ms=700.0,
                peak_accel_g=float(leg.impact_g[k]), peak_axial_g=None, time_to_peak_ms=None,
                strike=Strike.UNMEASURABLE, strike_angle_deg=None, accepted=True,
                reject_reason=RejectReason.NONE, clipped=False, lost_samples=0, known_ns=contact_ns + NS_PER_S
                // 2,
            )
        )  # fmt: skip
    return found


FIGURES = {"stride": (draw_stride, 2.6), "landing": (draw_landing, 2.6), "phases": (draw_phases, 1.2)}


def main() -> None:
    """Draw all figures."""
    for name, (draw, height) in FIGURES.items():
        figure, axes = plt.subplots(figsize=(7.0, height), layout="constrained")
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(STATIC / f"method_{name}.svg", metadata={"Date": None})
        plt.close(figure)


if __name__ == "__main__":
    main()
