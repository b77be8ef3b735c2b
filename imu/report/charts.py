"""Pictures of a report: drawn by matplotlib, inline SVG, in the page's own colours.

A chart is drawn twice, for a wide and for a narrow screen, and the style sheet shows the one that fits.
Colours are written as the page's variables, so that dark mode and print change the pictures too. No text of
a user ever gets into a picture.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from imu.report.words import clock, month, number, short_day
from imu.units import S_PER_MIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from imu.coach import Week
    from imu.report.facts import SideFacts
    from imu.report.trends import Place

__all__ = ["Chart", "dose_chart", "impact_chart", "week_chart", "weeks_of_impact_chart"]

WIDE_IN, NARROW_IN = 7.4, 3.6
PANEL_IN = 1.75
S_PER_DAY = 24 * 60 * S_PER_MIN
TICKS_S = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
MOST_TICKS = 5

ROLES = {
    role: f"#0a0b{number:02x}"
    for number, role in enumerate(
        (
            "text",
            "text-soft",
            "line",
            "trace",
            "baseline",
            "impact",
            "good",
            "panel",
            "heel",
            "midfoot",
            "forefoot",
        ),
        start=16,
    )
}
"""A colour of no meaning for each variable of the style sheet; replaced in the finished SVG."""

_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": ROLES["text"],
    "axes.edgecolor": ROLES["line"],
    "axes.labelcolor": ROLES["text-soft"],
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": ROLES["line"],
    "grid.linewidth": 0.8,
    "xtick.color": ROLES["text-soft"],
    "ytick.color": ROLES["text-soft"],
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.parse_math": False,
}
_FONT = re.compile(r"font: (?:(\d+) )?([\d.]+)px [^;\"]+")
_ROLE_OF = {colour: role for role, colour in ROLES.items()}


class Chart:
    """A finished picture: two drawings and the words that say what is to be seen.

    Attributes
    ----------
    wide, narrow : str
        SVG elements.
    alt : str
        What the picture shows, for those who do not see it.
    """

    def __init__(self, draw: Callable[[bool], Figure], name: str, alt: str) -> None:
        self.alt = alt
        self.wide = drawn(draw, f"{name}-wide", wide=True)
        self.narrow = drawn(draw, f"{name}-narrow", wide=False)


def drawn(draw: Callable[[bool], Figure], name: str, *, wide: bool) -> str:
    """Draw a figure as an SVG element; the same bytes for the same figure."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        text = io.StringIO()
        draw(wide).savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(text.getvalue(), name)


def _inline(svg: str, name: str) -> str:
    """Make a file's SVG part of a page: no prologue, no metadata, no clashing names, the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = _FONT.sub(lambda found: f"font-size: {found[2]}px; font-weight: {found[1] or 400}", svg)
    svg = re.sub("#0a0b[0-9a-f]{2}", lambda found: f"var(--{_ROLE_OF[found[0]]})", svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def panels(count: int, *, wide: bool, height_in: float = PANEL_IN) -> tuple[Figure, list[Axes]]:
    """Make one panel per sensor, beside each other where there is room."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    beside = wide and count > 1
    rows, columns = (1, count) if beside else (count, 1)
    size_in = (WIDE_IN if wide else NARROW_IN, height_in * rows + 0.35)
    figure = Figure(figsize=size_in, layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    return figure, list(axes.flat)


def style_axes(axes: Axes, title: str, unit: str) -> None:
    """Give a panel its title, with the unit in soft small print behind it."""
    axes.set_title(title)
    axes.set_title(unit, loc="right", fontsize=8.5, fontweight="normal", color=ROLES["text-soft"])
    axes.tick_params(labelleft=True)


def impact_chart(sides: Sequence[SideFacts]) -> Chart | None:
    """Impact over time against what is usual, one panel per sensor; None when nothing was measured."""
    shown = [side for side in sides if any(part.impact_g is not None for part in side.stretches)]
    if not shown:
        return None
    highest = [part.high_g for side in shown for part in side.stretches if part.high_g is not None]
    usual = [usual_g for side in shown for _, usual_g in usual_line(side)]
    top_g = 1.12 * max(highest + usual)

    def draw(wide: bool) -> Figure:
        figure, axes = panels(len(shown), wide=wide)
        for panel, side in zip(axes, shown, strict=True):
            _draw_impact(panel, side)
            panel.set_ylim(0, top_g)
        axes[-1].set_xlabel("time in the session (min:s)")
        return figure

    return Chart(draw, "impact", _impact_alt(shown))


def _draw_impact(axes: Axes, side: SideFacts) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator  # noqa: PLC0415 - slow to import

    parts = [part for part in side.stretches if part.impact_g is not None]
    middle_s = [(part.start_s + part.end_s) / 2 for part in parts]
    low_g: Any = [part.low_g for part in parts]
    high_g: Any = [part.high_g for part in parts]
    impact_g: Any = [part.impact_g for part in parts]
    axes.vlines(middle_s, low_g, high_g, color=ROLES["trace"], alpha=0.35, linewidth=5, capstyle="round")
    axes.plot(middle_s, impact_g, color=ROLES["trace"], linewidth=1.6, marker="o", markersize=4.5)
    if usual := usual_line(side):
        axes.plot(*zip(*usual, strict=True), color=ROLES["baseline"], linewidth=1.2, linestyle=(0, (4, 3)))
    style_axes(axes, side.side.capitalize(), f"impact, g · {usual_text(side)}")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time_s, _: clock(time_s)))
    axes.xaxis.set_major_locator(MultipleLocator(_tick_s(parts[-1].end_s - parts[0].start_s)))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.margins(x=0.06)


def _tick_s(span_s: float) -> float:
    """Distance of ticks that people read as time, s: at most five of them."""
    return next((step_s for step_s in TICKS_S if span_s <= MOST_TICKS * step_s), TICKS_S[-1])


def usual_line(side: SideFacts) -> list[tuple[float, float]]:
    """Line of what is usual, s and g: level, or from stretch to stretch when it follows the cadence."""
    if side.baseline is None or not side.stretches:
        return []
    if not side.baseline.by_cadence:
        ends_s = (side.stretches[0].start_s, side.stretches[-1].end_s)
        return [(time_s, side.baseline.impact_g) for time_s in ends_s]
    return [
        (time_s, part.usual_g)
        for part in side.stretches
        if part.usual_g is not None
        for time_s in (part.start_s, part.end_s)
    ]


def usual_text(side: SideFacts) -> str:
    """Say the baseline in short, for the corner of a panel."""
    if side.baseline is None:
        return "usual unknown"
    middle_g = f"{side.baseline.impact_g:.1f}"
    if side.baseline.by_cadence:
        return f"usual at your cadence {middle_g} (dashed)"
    return f"{'start' if side.baseline.basis == 'start' else 'usual'} {middle_g} (dashed)"


def _impact_alt(sides: Sequence[SideFacts]) -> str:
    told = []
    for side in sides:
        known = [part.impact_g for part in side.stretches if part.impact_g is not None]
        usual = "unknown" if side.baseline is None else f"{side.baseline.impact_g:.1f} g"
        told.append(
            f"{side.side}: from {known[0]:.1f} g in the first stretch to {known[-1]:.1f} g in the last, "
            f"between {min(known):.1f} and {max(known):.1f} g; usual {usual}"
        )
    return f"Impact over time. {'. '.join(told).capitalize()}."


def dose_chart(sides: Sequence[SideFacts]) -> Chart | None:
    """How many impacts of which size, one panel per sensor; None when nothing was measured."""
    shown = [side for side in sides if side.impacts]
    if not shown:
        return None

    def draw(wide: bool) -> Figure:
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

        figure, axes = panels(len(shown), wide=wide, height_in=1.5)
        for panel, side in zip(axes, shown, strict=True):
            panel.bar([k + 0.5 for k in range(len(side.bins))], side.bins, width=0.82, color=ROLES["trace"])
            panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            panel.yaxis.set_major_locator(MaxNLocator(3, integer=True))
            style_axes(panel, side.side.capitalize(), "steps")
        axes[-1].set_xlabel("impact, g")
        return figure

    told = [
        f"{side.side}: {number(side.impacts)} impacts, most of them at {_commonest(side)} g" for side in shown
    ]
    return Chart(draw, "dose", f"How many steps had which impact. {'. '.join(told).capitalize()}.")


def _commonest(side: SideFacts) -> str:
    k = max(range(len(side.bins)), key=lambda place: side.bins[place])
    return f"{k} to {k + 1}"


def weeks_of_impact_chart(places: Sequence[Place]) -> Chart | None:
    """Impact from session to session, one panel per place of a sensor; None when nothing was measured."""
    shown = [place for place in places if any(point.impact_g is not None for point in place.points)]
    if not shown:
        return None

    def draw(wide: bool) -> Figure:
        figure, axes = panels(len(shown), wide=wide)
        for panel, place in zip(axes, shown, strict=True):
            _draw_sessions(panel, place)
        axes[0].set_ylim(0, 1.12 * highest_g)
        return figure

    highest_g = max(point.impact_g for place in shown for point in place.points if point.impact_g is not None)
    told = []
    for place in shown:
        known = [point.impact_g for point in place.points if point.impact_g is not None]
        told.append(f"{place.name}: {len(known)} sessions, first {known[0]:.1f} g, last {known[-1]:.1f} g")
    return Chart(draw, "sessions", f"Impact from session to session. {'. '.join(told).capitalize()}.")


def _draw_sessions(axes: Axes, place: Place) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to import

    points = [point for point in place.points if point.impact_g is not None]
    days: Any = [point.started.timestamp() / S_PER_DAY for point in points]
    impact_g: Any = [point.impact_g for point in points]
    axes.plot(days, impact_g, color=ROLES["trace"], linewidth=1.6)
    for clipped in (False, True):
        some = [
            (day, point.impact_g) for day, point in zip(days, points, strict=True) if point.clipped is clipped
        ]
        face = ROLES["panel"] if clipped else ROLES["trace"]
        axes.plot(
            *zip(*some, strict=True), "o", color=ROLES["trace"], markerfacecolor=face, markersize=5
        ) if some else None
    usual = [
        (day, point.usual_g) for day, point in zip(days, points, strict=True) if point.usual_g is not None
    ]
    if usual:
        axes.plot(*zip(*usual, strict=True), color=ROLES["baseline"], linewidth=1.2, linestyle=(0, (4, 3)))
    style_axes(axes, place.name.capitalize(), "impact, g")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: short_day(day * S_PER_DAY)))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.margins(x=0.06)


def week_chart(weeks: Sequence[Week]) -> Chart:
    """Draw the running steps of each week."""

    def draw(wide: bool) -> Figure:
        from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to import

        figure, (axes,) = panels(1, wide=wide, height_in=1.6)
        axes.bar(range(len(weeks)), [week.steps for week in weeks], width=0.7, color=ROLES["trace"])
        style_axes(axes, "", "steps")
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        step = 1 if wide else 1 + len(weeks) // 5
        places = range(len(weeks) - 1, -1, -step)
        axes.set_xticks(places, [f"{weeks[k].monday.day} {month(weeks[k].monday)}" for k in places])
        return figure

    told = ", ".join(number(week.steps) for week in weeks)
    return Chart(draw, "weeks", f"Running steps by week, the earliest first: {told}.")
