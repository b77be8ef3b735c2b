"""Pictures of sessions for analysts, in matplotlib.

Each function draws on the axes given, or on new ones, and returns them, so that titles, limits and colours
can be changed afterwards. What is unknown is left out, never drawn as zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imu.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from imu.batch import SessionData

    FloatArray = NDArray[np.float64]

__all__ = ["impact", "landings", "left_right", "strides", "strides_frame"]

COLOURS = {"left": "#0072B2", "right": "#D55E00"}
"""From the palette of Okabe and Ito; sides are also told apart by marker and line style."""
MARKERS = {"left": "o", "right": "^"}
LINES = {"left": "-", "right": "--"}
LANDINGS = ("heel", "midfoot", "forefoot", "unsure", "unmeasurable")

POINTS = 101
MAX_GAP_MS = 30.0
NORM = "acc_norm_g"
_AXES = {"g": ("acc_x_g", "acc_y_g", "acc_z_g"), "dps": ("gyr_x_dps", "gyr_y_dps", "gyr_z_dps")}
_CHANNELS = (NORM, "gyr_norm_dps", *_AXES["g"], *_AXES["dps"])


def strides_frame(
    session: SessionData,
    channel: str = NORM,
    *,
    activity: str = "run",
    points: int = POINTS,
    max_gap_ms: float = MAX_GAP_MS,
) -> pd.DataFrame:
    """Bring every stride to the same length.

    A stride goes from one initial contact of a foot to the next one of the same foot. Only strides between
    two accepted steps of the same activity are taken, and none with a long gap in its samples.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.load <imu.batch.load>`.
    channel : str
        A column of ``session.samples``, ``"acc_norm_g"`` or ``"gyr_norm_dps"``.
    activity : str
        ``"run"`` or ``"walk"``.
    points : int
        Points per stride, the first and the last contact included.
    max_gap_ms : float
        Longest time between two samples across which a stride is interpolated, ms.

    Returns
    -------
    pandas.DataFrame
        One row per stride, indexed by ``sensor``, ``side`` and ``step``; one column per point, named by the
        share of the stride in percent; values in the channel's unit, interpolated linearly.

    Raises
    ------
    UsageError
        There is no such channel.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    if channel not in _CHANNELS:
        raise UsageError(f"there is no channel {channel!r}; the channels are {', '.join(_CHANNELS)}")
    percent = np.linspace(0.0, 100.0, points)
    keys, rows = [], []
    for sensor, steps in session.steps.groupby("sensor", sort=False):
        samples = session.samples[session.samples["sensor"] == sensor]
        time_s, values = samples["time_s"].to_numpy(), _values(samples, channel)
        torn_s = time_s[1:][np.diff(time_s) * 1e3 > max_gap_ms]
        for key, begin_s, end_s in _whole_strides(steps, activity):
            if np.searchsorted(torn_s, begin_s) < np.searchsorted(torn_s, end_s):
                continue
            keys.append(key)
            rows.append(np.interp(begin_s + (end_s - begin_s) * percent / 100.0, time_s, values))
    index = pd.MultiIndex.from_tuples(keys, names=["sensor", "side", "step"]) if keys else None
    return pd.DataFrame(np.array(rows).reshape(-1, points), index=index, columns=percent)


def _values(samples: pd.DataFrame, channel: str) -> FloatArray:
    if channel in samples:
        return samples[channel].to_numpy()
    unit = channel.rpartition("_")[2]
    norm: FloatArray = np.linalg.norm(samples[list(_AXES[unit])].to_numpy(), axis=1)
    return norm


def _whole_strides(steps: pd.DataFrame, activity: str) -> list[tuple[tuple[str, str, int], float, float]]:
    """Key, begin and end of the strides between neighbouring accepted steps, s."""
    good = steps["accepted"] & (steps["activity"] == activity)
    follows = good & good.shift(1, fill_value=False)
    begin_s = steps["initial_contact_s"].shift(1)
    # A pause between two bouts is no stride: the chain leaves its stride time unknown.
    follows &= steps["stride_time_ms"].notna()
    found = steps[follows]
    columns = (found[name].tolist() for name in ("sensor", "side", "step", "initial_contact_s"))
    return [
        ((sensor, side, step), begin, end)
        for sensor, side, step, end, begin in zip(*columns, begin_s[follows].tolist(), strict=True)
    ]


def strides(
    session: SessionData, channel: str = NORM, *, activity: str = "run", ax: Axes | None = None
) -> Axes:
    """Draw the mean stride of each sensor with the band of its standard deviation.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.load <imu.batch.load>`.
    channel, activity : str
        As in :func:`strides_frame`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    curves = strides_frame(session, channel, activity=activity)
    percent = curves.columns.to_numpy()
    for key, part in curves.groupby(level=["sensor", "side"], sort=False) if len(curves) else ():
        sensor, side = map(str, key)
        mean, spread = part.mean().to_numpy(), part.std().to_numpy()
        label = f"{sensor} ({len(part)} strides)"
        ax.plot(percent, mean, color=COLOURS[side], linestyle=LINES[side], label=label)
        ax.fill_between(percent, mean - spread, mean + spread, color=COLOURS[side], alpha=0.2, linewidth=0)
    ax.set(xlabel="stride (%), contact to contact", ylabel=_label(channel), xlim=(0.0, 100.0))
    return _finished(ax)


def impact(
    steps: pd.DataFrame, *, column: str = "peak_accel_g", window: int = 20, ax: Axes | None = None
) -> Axes:
    """Draw the impact of each running step over time, and its running median per side.

    Parameters
    ----------
    steps : pandas.DataFrame
        Steps of one session.
    column : str
        ``"peak_accel_g"`` or ``"peak_axial_g"``.
    window : int
        Steps of one side in the running median.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        Clipped impacts, which are lower bounds, are drawn hollow.
    """
    ax = _axes(ax)
    for side, part in _running(steps, column):
        minutes = part["initial_contact_s"].to_numpy(float) / 60.0
        values, clipped = part[column].to_numpy(float), part["clipped"].to_numpy(bool)
        style: dict[str, Any] = {"marker": MARKERS[side], "s": 12, "alpha": 0.5, "edgecolors": COLOURS[side]}
        ax.scatter(minutes[~clipped], values[~clipped], color=COLOURS[side], **style)
        ax.scatter(minutes[clipped], values[clipped], facecolors="none", **style)
        median = part[column].astype(float).rolling(window, min_periods=min(window, 5), center=True).median()
        ax.plot(
            minutes, median, color=COLOURS[side], linestyle=LINES[side], label=f"{side}, median of {window}"
        )
    ax.set(xlabel="time (min)", ylabel=_label(column))
    return _finished(ax)


def landings(steps: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often each side landed how, in percent of its accepted running steps.

    Parameters
    ----------
    steps : pandas.DataFrame
        Steps, of one session or of many.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax)
    sides = list(_running(steps, "strike"))
    for number, (side, part) in enumerate(sides):
        shares = 100.0 * part["strike"].value_counts(normalize=True).reindex(LANDINGS, fill_value=0.0)
        at = np.arange(len(LANDINGS)) + (number - (len(sides) - 1) / 2) * 0.4
        hatch = "" if side == "left" else "//"
        ax.bar(
            at,
            shares.astype(float),
            0.4,
            color=COLOURS[side],
            hatch=hatch,
            alpha=0.8,
            label=f"{side} ({len(part)})",
        )
    ax.set_xticks(range(len(LANDINGS)), LANDINGS)
    ax.set(ylabel="share of steps (%)")
    return _finished(ax)


def left_right(steps: pd.DataFrame, column: str = "peak_accel_g", *, ax: Axes | None = None) -> Axes:
    """Draw how a quantity is spread over the accepted running steps of each side.

    Parameters
    ----------
    steps : pandas.DataFrame
        Steps, of one session or of many.
    column : str
        A column of numbers.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        Both sides share their bins; the vertical lines are the medians.

    Raises
    ------
    UsageError
        There is no such column of numbers.
    """
    if column not in steps or column.rpartition("_")[2] not in _UNITS:
        raise UsageError(f"{column!r} is not a column of numbers with a unit")
    ax = _axes(ax)
    parts = {side: part[column].astype(float).to_numpy() for side, part in _running(steps, column)}
    if parts:
        bins = np.histogram_bin_edges(np.concatenate(list(parts.values())), 30).tolist()
    for side, values in parts.items():
        label = f"{side}, median {np.median(values):.3g}"
        style: dict[str, Any] = {"color": COLOURS[side], "linestyle": LINES[side]}
        ax.hist(values, bins, histtype="stepfilled", alpha=0.35, color=COLOURS[side])
        ax.hist(values, bins, histtype="step", **style)
        ax.axvline(float(np.median(values)), **style, label=label)
    ax.set(xlabel=_label(column), ylabel="steps")
    return _finished(ax)


_UNITS = {"g": "g", "ms": "ms", "s": "s", "deg": "deg", "spm": "steps/min", "dps": "deg/s"}


def _running(steps: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    """Take the accepted running steps of each side in which a column is known; a side without is left out."""
    good = steps[steps["accepted"] & (steps["activity"] == "run") & steps[column].notna()]
    parts = [(side, good[good["side"] == side]) for side in COLOURS]
    return [(side, part) for side, part in parts if len(part)]


def _label(column: str) -> str:
    name, _, unit = column.rpartition("_")
    return f"{name.replace('_', ' ')} ({_UNITS.get(unit, unit)})"


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415 - slow to import

    return plt.subplots(layout="constrained")[1]


def _finished(ax: Axes) -> Axes:
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False)
    else:
        ax.text(0.5, 0.5, "nothing to draw", transform=ax.transAxes, ha="center", va="center")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
